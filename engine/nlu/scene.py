"""What one hypothesis holds, before it is said what it means."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.core.actions import Expecting
from engine.core.domain import Domain, SlotType
from engine.core.frozen import quick
from engine.nlu.answers import Answer
from engine.nlu.assign import Slotting
from engine.nlu.entity import Entity
from engine.nlu.heard import Heard
from engine.nlu.phrases import Occurrence
from engine.nlu.rules import Request
from engine.nlu.vocabulary import Vocabulary


@quick(frozen=True, slots=True)
class Scene:
    """Words, marks, mentions and requests of one utterance, and the question it answers."""

    domain: Domain
    vocabulary: Vocabulary
    slotting: Slotting
    heard: Heard
    occurrences: tuple[Occurrence, ...]
    entities: tuple[Entity, ...]
    requests: tuple[Request, ...]
    answer: Answer
    expecting: Expecting
    now: datetime
    weekdays: frozenset[str]
    """Folded forms of the names of weekdays."""

    def says(self, concept: str) -> bool:
        """Whether a concept occurs."""
        return any(item.value == concept for item in self.occurrences)

    @property
    def asks_yes_no(self) -> bool:
        """Whether the question is answered by yes or no."""
        kind = self.expecting.kind
        if kind == "open":
            return len(self.expecting.options) == 1
        return kind == "confirm" or (kind == "slot" and self.expecting.type == SlotType.BOOL)

    @property
    def idle(self) -> bool:
        """Whether nothing is asked and no task is in hand."""
        return self.expecting.kind == "open" and self.expecting.flow is None

    def tasks(self) -> list[Request]:
        """The tasks asked for, without the one in hand."""
        return [
            item
            for item in self.requests
            if item.rule.kind == "start" and item.rule.target != self.expecting.flow
        ]

    def place(self, entity: Entity) -> tuple[int, int]:
        """First and last word of a mention."""
        return self.heard.place(entity.span)

    def before(self, place: int, concepts: Iterable[str], reach: int = 1) -> bool:
        """Whether one of the concepts ends within `reach` words before a place."""
        names = set(concepts)
        return any(item.value in names and 0 < place - item.last <= reach for item in self.occurrences)

    def after(self, place: int, concepts: Iterable[str], reach: int = 1) -> bool:
        """Whether one of the concepts begins within `reach` words after a place."""
        names = set(concepts)
        return any(item.value in names and 0 < item.first - place <= reach for item in self.occurrences)
