"""One hypothesis in one language, read as Commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.core.actions import Expecting
from engine.core.commands import Affirm, Choose, Command, Deny
from engine.core.domain import Domain, SlotType
from engine.core.frozen import quick
from engine.core.words import split_words
from engine.nlu.answers import Answer, answer_of
from engine.nlu.assign import Slotting
from engine.nlu.compose import compose
from engine.nlu.entity import Entity
from engine.nlu.heard import Heard, cut
from engine.nlu.mentions import MentionFinder
from engine.nlu.phrases import Occurrence, longest
from engine.nlu.repair import after_repair, denied, together, uncovered
from engine.nlu.rules import Context, Request, Rule
from engine.nlu.scene import Scene
from engine.nlu.tables import texts_of
from engine.nlu.vocabulary import Vocabulary
from engine.nlu.votes import is_plain, is_weak, with_vote
from engine.nlu.wishes import TEMPORAL, is_past

_HOUR = "at_word"
"""The concept of words after which a number is an hour."""
_SAME: Mapping[str, str] = {"same_day": "day", "same_time": "time"}
"""Concepts that point back to the day or the time of what was talked about."""
_NAMED = 0.85
"""How sure the grammar must be of a name for its words to mean nothing else."""
_BORN = "born"
"""The concept whose words announce a birth date."""


@quick(frozen=True, slots=True)
class Reading:
    """What one hypothesis was understood to say."""

    commands: tuple[Command, ...]
    entities: tuple[Entity, ...]
    confidence: float
    language: str | None = None
    """The language that the caller asked for."""
    weak: bool = False
    """Whether no rule that is sure of itself says what is wanted: another stage may know better."""
    plain: bool = True
    """Whether one thing is asked for, without a denial or a repair: another stage may judge the whole."""


class Reader:
    """Reads one language."""

    def __init__(self, domain: Domain, vocabulary: Vocabulary, slotting: Slotting) -> None:
        """Compile the grammars."""
        self._domain = domain
        self._vocabulary = vocabulary
        self._slotting = slotting
        self._mentions = MentionFinder(domain, vocabulary)
        tables = domain.tables.get(vocabulary.language) or {}
        self._births = frozenset(
            slot.id for slot in domain.slots.values() if slot.type is SlotType.BIRTH_DATE
        )
        self._weekdays = frozenset(_forms(tables.get("weekdays") or {}))
        self._words: frozenset[str] | None = None
        """Every word of the tables, for those who look for what is none of them."""

    def familiar(self, text: str) -> float:
        """Share of the words that the tables know as they are: whether it is this language at all."""
        words = split_words(text).folded
        knows = self._vocabulary.lexicon.knows
        known = sum([knows(word) or word.isdecimal() for word in words])
        return known / len(words) if words else 0.0

    def knows(self, word: str) -> bool:
        """Whether a folded word stands in the tables, other than among given names."""
        if self._words is None:
            tables = self._domain.tables.get(self._vocabulary.language) or {}
            pack = self._domain.vocabulary.get(self._vocabulary.language) or {}
            self._words = frozenset(
                word
                for text in (*texts_of(tables, _NAMES), *texts_of(pack, _NAMES))
                for word in split_words(text).folded
            )
        return word in self._words or (not self._is_provider(word) and self._vocabulary.lexicon.knows(word))

    def _is_provider(self, word: str) -> bool:
        """Whether it may be a form of the name of somebody who works here: that is a name as well."""
        names = (
            item for one in self._domain.catalogue.providers.values() for item in split_words(one.name).folded
        )
        return any(
            word[: max(_STEM, len(name) - _ENDING)] == name[: max(_STEM, len(name) - _ENDING)]
            for name in names
        )

    def is_open(self, expecting: Expecting) -> bool:
        """Whether a caller may say anything: nothing is asked, or whether there is anything more."""
        return expecting.kind == "open" or expecting.slot in self._vocabulary.closing

    def read(
        self, texts: Sequence[str], expecting: Expecting, now: datetime, vote: Rule | None = None
    ) -> Reading:
        """Read the first of the texts; the others help where a grammar takes the n-best.

        A `vote` is what another stage takes the words for: the values in them are then those of that task.
        """
        texts = [cut(text) for text in texts]
        heard = self._vocabulary.listener.hear(texts[0])
        words = self._vocabulary
        occurrences = denied(words.lexicon.find(heard.words), words.deniable, heard, words.light)
        entities = self._entities(heard, texts, occurrences, expecting, now)
        placed = _placed(heard, entities)
        marks = [*occurrences, *(Occurrence(name, first, last) for name, first, last in placed)]
        context = Context(_is_idle(expecting), _asked(expecting), expecting.flow, heard.words)
        requests = together(after_repair(words.rules.match(marks, context), occurrences), occurrences, heard)
        if not any(item.type == "service" for item in entities):
            requests = uncovered(requests, words.covers)
        if expecting.type == SlotType.NAME:
            requests = _outside_names(requests, heard, entities)
        weak, whole = is_weak(requests, len(heard.words)), is_plain(requests, occurrences)
        if vote is not None:
            requests = with_vote(requests, vote)
        claimed = {place for item in requests for place in item.heavy}
        for name, first, last in placed:
            claimed.update(range(first, last + 1) if name == "@when" else ())
        answer = answer_of(occurrences, claimed, heard.clauses, closing=self.is_open(expecting))
        scene = Scene(
            self._domain, self._vocabulary, self._slotting, heard, tuple(occurrences), entities,
            tuple(requests), answer, expecting, now, self._weekdays,
        )  # fmt: skip
        commands, confidence = compose(scene)
        weak = weak and not _is_answer(commands, answer)
        language = next((item.rule.target for item in requests if item.rule.kind == "language"), None)
        return Reading(commands, entities, confidence, language, weak, whole)

    def _entities(
        self,
        heard: Heard,
        texts: Sequence[str],
        occurrences: Sequence[Occurrence],
        expecting: Expecting,
        now: datetime,
    ) -> tuple[Entity, ...]:
        """All mentions in order; where two grammars claim the same words, the surer one has them."""
        asked = _asked_type(self._domain, expecting, occurrences, len(heard.words))
        born = any(item.value == _BORN for item in occurrences)
        others = self._mentions.find(heard, texts, occurrences, asked, expecting.missing, expecting.so_far)
        wrong = [
            (heard.starts[item.first], heard.ends[item.last])
            for item in occurrences
            if item.value == "=wrong"
        ]
        # "The surname is wrong" says no surname.
        others = tuple(
            item
            for item in others
            if item.type != "person_name" or not any(_touches(item, span) for span in wrong)
        )
        offered = expecting.kind == "offer"
        back = _pointing_back(heard, occurrences, expecting)
        spoken = _without(_unpointed(heard, occurrences) if offered else heard, back)
        wanted = not self._births.isdisjoint(expecting.open_slots)
        times = self._mentions.when(spoken, now, asked, born=born, wanted=wanted)
        if offered:
            pointed = [
                (heard.starts[item.first], heard.ends[item.last]) for item in occurrences if _points(item)
            ]
            times = tuple(item for item in times if not any(_within(item, span) for span in pointed))
        strong = _STRONG | {_ASKED_FOR.get(asked or "", "")}
        taken = [item for item in others if item.type in strong]
        free = [item for item in times if all(_apart(item, other) for other in taken)]
        weak = [item for item in others if item.type in strong or all(_apart(item, other) for other in free)]
        marked = [_marked_past(item) if _passed(item, now) else item for item in free]
        return tuple(sorted((*marked, *weak, *back), key=lambda item: item.span))


_STRONG = frozenset({"phone", "email", "service", "provider"})
"""Mentions whose words are theirs, even where a number in them could be an hour."""
_ASKED_FOR: Mapping[str, str] = {SlotType.NAME: "person_name", SlotType.NUMBER: "number"}
"""What else has its words when it is asked for."""


def _pointing_back(
    heard: Heard, occurrences: Sequence[Occurrence], expecting: Expecting
) -> tuple[Entity, ...]:
    """ "The same time", "that day": what they are like, the state of the call knows.

    "The same day" means today while nothing is talked about; "not that day" says what is wrong.
    """
    found = []
    for item in longest(item for item in occurrences if item.value in _SAME or item.value[0] in "!="):
        part = _SAME.get(item.value)
        if part is None or (part == "day" and expecting.flow is None):
            continue
        span = (heard.starts[item.first], heard.ends[item.last])
        found.append(Entity("same", heard.text[span[0] : span[1]], span, value=part, confidence=0.9))
    return tuple(found)


def _without(heard: Heard, mentions: Sequence[Entity]) -> Heard:
    """The text with the words of some mentions left blank, every other word in its place."""
    text = heard.text
    for item in mentions:
        text = f"{text[: item.span[0]]}{' ' * (item.span[1] - item.span[0])}{text[item.span[1] :]}"
    return replace(heard, text=text) if mentions else heard


def _outside_names(requests: Sequence[Request], heard: Heard, entities: Sequence[Entity]) -> list[Request]:
    """Without what a rule reads into a name that was asked for: a name may sound like any word."""
    named = {
        place
        for item in entities
        if item.type == "person_name" and item.confidence >= _NAMED
        for place in range(heard.place(item.span)[0], heard.place(item.span)[1] + 1)
    }
    return [item for item in requests if not item.heavy or not item.heavy <= named]


def _unpointed(heard: Heard, occurrences: Sequence[Occurrence]) -> Heard:
    """ "The morning one": without the word that only points, which would be read as an hour."""
    text = heard.text
    hours = {item.last + 1 for item in occurrences if item.value == _HOUR}
    for item in occurrences:
        if item.value == "#pointer" and item.last not in hours:
            start, end = heard.starts[item.last], heard.ends[item.last]
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return replace(heard, text=text) if text is not heard.text else heard


def _points(item: Occurrence) -> bool:
    """Whether words point at an option ("the one with ...") and so are no hour or day."""
    return item.value.startswith("#") and item.length > 1


def _touches(item: Entity, span: tuple[int, int]) -> bool:
    return item.span[0] < span[1] and span[0] < item.span[1]


def _within(item: Entity, span: tuple[int, int]) -> bool:
    return span[0] <= item.span[0] and item.span[1] <= span[1]


def _marked_past(item: Entity) -> Entity:
    return replace(item, attributes=(*item.attributes, ("past", True)))


def _passed(item: Entity, now: datetime) -> bool:
    return item.type in TEMPORAL and not dict(item.attributes).get("past") and is_past(item, now.date())


def _apart(one: Entity, other: Entity) -> bool:
    return one.span[1] <= other.span[0] or one.span[0] >= other.span[1]


def _is_answer(commands: Sequence[Command], answer: Answer) -> bool:
    """Whether words answer what was asked, and say little else."""
    if any(isinstance(command, Choose) for command in commands):
        return True
    return answer.mostly and any(isinstance(command, Affirm | Deny) for command in commands)


def _is_idle(expecting: Expecting) -> bool:
    """Whether no task is in hand."""
    return expecting.flow is None and (expecting.kind == "open" or expecting.type == SlotType.BOOL)


def _asked(expecting: Expecting) -> frozenset[str]:
    names = (expecting.kind, expecting.slot, expecting.type, *expecting.accepts)
    return frozenset(name for name in names if name)


def _asked_type(
    domain: Domain, expecting: Expecting, occurrences: Sequence[Occurrence], words: int
) -> str | None:
    """The type of what is asked; in a read-back, of what the caller says is wrong."""
    if expecting.kind == "confirm":
        told = {
            place
            for item in occurrences
            if item.value[0] in "=!"
            for place in range(item.first, item.last + 1)
        }
        if len(told) == words or any(item.value == "=wrong" for item in occurrences):
            return None
        if len(expecting.reads) == 1 and expecting.reads[0] in domain.slots:
            return domain.slots[expecting.reads[0]].type.value
        about = {item.value[1:] for item in occurrences if item.value.startswith("!")}
        for name in expecting.reads:
            if name in domain.slots and domain.slots[name].type.value in about:
                return domain.slots[name].type.value
        return None
    return expecting.type if expecting.kind in {"slot", "offer"} else None


def _placed(heard: Heard, entities: Sequence[Entity]) -> list[tuple[str, int, int]]:
    """Mentions as concepts that rules may name: @service, @provider, @when ..."""
    found = []
    for item in entities:
        first, last = heard.place(item.span)
        if first >= 0 and not dict(item.attributes).get("past"):
            name = "when" if item.type in TEMPORAL else item.type
            found.append((f"@{name}", first, last))
    return found


def _forms(weekdays: Mapping[str, object]) -> set[str]:
    found: set[str] = set()
    for forms in weekdays.values():
        values = forms.values() if isinstance(forms, Mapping) else [forms]
        for value in values:
            for text in value if isinstance(value, list | tuple) else [value]:
                found |= {str(text).lower(), *split_words(str(text)).folded}
    return found


_STEM, _ENDING = 3, 2
"""Letters that stay of a name whatever its form, and that its forms differ by."""
_NAMES = frozenset({"given", "stand_ins"})
"""Parts of a table that list people's names."""
