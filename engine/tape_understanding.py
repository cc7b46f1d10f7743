"""What callers said, understood anew: where today's understanding makes something else of a recorded turn.

A replay folds what was understood when the call happened, so it says nothing of a better grammar or a newly
trained classifier. Here the recorded words go through understanding again, each under the question that it
answered. What differs is told apart from the replay: it is another understanding, not another decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.core.actions import Understand
from engine.core.commands import Correct, SetSlot
from engine.core.events import Understood
from engine.core.machine import step
from engine.core.state import DialogueState

if TYPE_CHECKING:
    from engine.core.commands import Command
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.nlu.cascade import Understanding

_LOCAL = frozenset({"lexical", "classifier", "reference", "none"})
"""Sources of understanding that need no model; what a model said then, it is not asked again."""
_UNSAID = frozenset({"evidence", "confidence", "value", "alternatives"})


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A turn that is understood otherwise now; no value of it is told, since those are private."""

    entry: int
    """Which step, from 1."""
    turn: int
    taped: str
    now: str


@dataclass(frozen=True, slots=True)
class Anew:
    """What came of understanding a call anew."""

    turns: int = 0
    """Turns that were understood without a model then, and again now."""
    otherwise: tuple[Otherwise, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        told = [{item.name: getattr(one, item.name) for item in fields(one)} for one in self.otherwise]
        return {"turns": self.turns, "otherwise": told}


def understood_anew(
    domain: Domain,
    understanding: Understanding,
    taped: Iterable[tuple[Event, Mapping[str, Any]]],
    steps: int | None = None,
) -> Anew:
    """Understand the turns of a tape anew, in its first `steps` entries: later ones are no answers now."""
    state = DialogueState()
    asked: dict[int, Understand] = {}
    turns, found = 0, []
    for number, (event, _) in enumerate(islice(taped, steps), 1):
        action = asked.get(event.turn) if isinstance(event, Understood) else None
        if isinstance(event, Understood) and action is not None and event.source in _LOCAL:
            turns += 1
            result = understanding.understand(action, event.at.astimezone(domain.catalogue.zone))
            if _meant(event.commands) != _meant(result.commands):
                found.append(Otherwise(number, event.turn, *_told(event.commands, result.commands)))
        outcome = step(domain, state, event)
        asked |= {item.utterance.turn: item for item in outcome.actions if isinstance(item, Understand)}
        state = outcome.state
    return Anew(turns, tuple(found))


def _meant(commands: Sequence[Command]) -> list[Command]:
    """Commands without how sure they were, and by which words."""
    return [_bare(command) for command in commands]


def _bare(command: Command) -> Command:
    names = {item.name for item in fields(command)}
    less: dict[str, Any] = {}
    if "confidence" in names:
        less["confidence"] = 1.0
    if "evidence" in names:
        less["evidence"] = ""
    return replace(command, **less)


def _told(taped: Sequence[Command], now: Sequence[Command]) -> tuple[str, str]:
    """Both in words; where only a value differs, that it does."""
    was, said = ", ".join(map(_named, taped)), ", ".join(map(_named, now))
    return (was or "nothing", f"{said or 'nothing'}{' with another value' if was == said else ''}")


def _named(command: Command) -> str:
    parts = [
        str(getattr(command, item.name))
        for item in fields(command)
        if item.name not in _UNSAID and getattr(command, item.name) not in (None, "")
    ]
    many = isinstance(command, SetSlot | Correct) and len(command.alternatives) > 1
    return f"{type(command).__name__}({', '.join(parts)}){'?' if many else ''}"
