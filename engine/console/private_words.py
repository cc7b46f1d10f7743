"""Where a caller's words say who somebody is: names, birth dates, telephone numbers, addresses of mail.

Found by what the call itself knew: the grammars that read the turn when it happened, the words that filled a
personal slot, and every word of a name that the call held at any time. Pure: an opened tape in, places out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.console.told_numbers import parts_of, runs_of
from engine.core.actions import Expecting, Understand
from engine.core.codec import decode
from engine.core.commands import Correct, SetSlot
from engine.core.domain import DataClass, SlotType
from engine.core.events import CallStarted, Heard, Understood
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.core.words import fold, fold_word, split_words

if TYPE_CHECKING:
    from engine.core.decision import Step
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.nlu.cascade import Understanding
    from engine.nlu.entity import Entity

NAME, BIRTH, PHONE, EMAIL, NUMBER = "name", "birth", "phone", "email", "number"
_MENTIONED: Mapping[str, str] = {
    "person_name": NAME, "date_of_birth": BIRTH, "phone": PHONE, "email": EMAIL, "spelled": NAME,
}  # fmt: skip
_FILLED: Mapping[SlotType, str] = {
    SlotType.NAME: NAME, SlotType.BIRTH_DATE: BIRTH, SlotType.PHONE: PHONE, SlotType.EMAIL: EMAIL,
}  # fmt: skip
_OURS = frozenset({"provider", "service"})
"""Mentions of the site's own names, which are no secret."""
_NUMBER = re.compile(r"\+?\d(?:[\s./()-]{0,2}\d){4,}")
"""Five digits and more: a number of somebody or something."""
_SHORT = 3
"""A part of a name with fewer letters is also a word."""
_STEM = 3
"""Letters that a word shares at least with a name of which it may be a form."""
_ENDING = 3
"""Letters that the forms of a name differ by at most, and never by more than it keeps."""


@dataclass(frozen=True, slots=True)
class Private:
    """A stretch of a caller's words that says who somebody is."""

    start: int
    end: int
    kind: str
    """name | birth | phone | email | number"""
    value: Any = None
    """What it was read as: {"first", "last"}, an ISO date, E.164; None when only the words are known."""


@dataclass(slots=True)
class Somebody:
    """One person whom a call names."""

    first: str = ""
    last: str = ""
    born: str = ""
    """ISO date; empty when the call never held one beside the name."""
    on_file: Mapping[str, Any] | None = None
    """What the book answered about them; None when they were not found or not looked for."""

    @property
    def name(self) -> str:
        """Both halves."""
        return f"{self.first} {self.last}".strip()


@dataclass(slots=True)
class Told:
    """What an opened tape says of people, and where."""

    people: list[Somebody] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    births: list[str] = field(default_factory=list)
    number: str = ""
    """The caller's own number; empty when it was withheld."""
    places: dict[tuple[int, int], list[Private]] = field(default_factory=dict)
    """Entry and hypothesis, both from 0, to the private stretches of its words, in order."""
    other: set[str] = field(default_factory=set)
    """Personal slots that the caller filled with words for which nothing can stand in."""


def told(domain: Domain, understanding: Understanding, entries: Sequence[Mapping[str, Any]]) -> Told:
    """Go through an opened tape and find everything that says who somebody is.

    Raises:
        ValueError: an entry holds no event that this version knows.
    """
    out = Told()
    heard: dict[int, tuple[int, Event]] = {}
    spoken: list[tuple[int, int, str, list[Private], list[tuple[int, int]]]] = []
    state = DialogueState()
    for number, entry in enumerate(entries):
        event: Event = decode(entry["event"])
        outcome = step(domain, state, event)
        if isinstance(event, CallStarted):
            out.number = event.number or ""
        if isinstance(event, Heard):
            heard[outcome.state.turn] = number, event
            for place, text in enumerate(event.transcript.texts):
                found = _read(domain, understanding, text, state, outcome, event.at)
                spoken.append((number, place, text, *found))
        if isinstance(event, Understood):
            _evidence(domain, event, spoken, heard.get(event.turn), out)
        _held(domain, outcome.state, out)
        state = outcome.state
    _settle(domain, understanding, spoken, out)
    return out


def _read(
    domain: Domain, understanding: Understanding, text: str, state: DialogueState, outcome: Step, at: datetime
) -> tuple[list[Private], list[tuple[int, int]]]:
    """What the grammars find in a text under the question that it answered, and where it names the site's."""
    asked = next((item for item in outcome.actions if isinstance(item, Understand)), None)
    expecting = asked.expecting if asked is not None else state.asking or Expecting("open")
    entities = understanding.read_as(state.language, text, expecting, at).entities
    slot = domain.slots.get(expecting.slot or "")
    births = slot is not None and slot.type is SlotType.BIRTH_DATE
    mentions = (_mention(text, entity, at.year, births=births) for entity in entities)
    found = [item for item in mentions if item is not None]
    if not births:
        # The grammar of birth dates reads years that the one of wishes has no use for.
        asking = Expecting("slot", type=SlotType.BIRTH_DATE.value)
        numbers = list(runs_of(text, domain.digits, ()))
        for entity in understanding.read_as(state.language, text, asking, at).entities:
            born = entity.type == "date_of_birth" and isinstance(entity.value, str)
            if born and int(entity.value[:4]) < at.year - 1 and not _touches(entity.span, numbers):
                found.append(Private(*entity.span, BIRTH, entity.value))
    found += [Private(*match.span(), NUMBER) for match in _NUMBER.finditer(text)]
    return found, [entity.span for entity in entities if entity.type in _OURS]


def _mention(text: str, entity: Entity, year: int, *, births: bool) -> Private | None:
    kind = _MENTIONED.get(entity.type)
    if kind is None and entity.type == "date" and isinstance(entity.value, str):
        # A day of a year long gone is no wish, whatever was asked for: it is when somebody was born.
        kind = BIRTH if births or int(entity.value[:4]) < year - 1 else None
    # A mention of another hypothesis has its places there.
    if kind is None or text[slice(*entity.span)] != entity.text:
        return None
    return Private(*entity.span, kind, entity.value)


def _evidence(
    domain: Domain,
    event: Understood,
    spoken: Iterable[tuple[int, int, str, list[Private], list[tuple[int, int]]]],
    heard: tuple[int, Event] | None,
    out: Told,
) -> None:
    """The words that filled a personal slot, wherever they stand in the turn."""
    for command in event.commands:
        if not isinstance(command, SetSlot | Correct) or command.slot not in domain.slots:
            continue
        slot = domain.slots[command.slot]
        if slot.data_class is not DataClass.PERSONAL:
            continue
        kind = _FILLED.get(slot.type)
        for value in (command.value, *command.alternatives) if kind == NAME else ():
            _somebody(out.people, str(value.get("first") or ""), str(value.get("last") or ""))
        if kind is None:
            out.other.add(slot.id)
        elif command.evidence and heard is not None:
            for number, _, text, found, _ in spoken:
                at = text.find(command.evidence)
                if number == heard[0] and at >= 0:
                    found.append(Private(at, at + len(command.evidence), kind, command.value))


def _held(domain: Domain, state: DialogueState, out: Told) -> None:
    """Who is who, from what the slots of one moment hold together."""
    named: Somebody | None = None
    born, record = "", None
    for name, held in state.slots.items():
        slot = domain.slots.get(name)
        if slot is None or slot.data_class is not DataClass.PERSONAL or held.value in (None, ""):
            continue
        value = held.value
        if slot.type is SlotType.NAME and isinstance(value, Mapping):
            named = _somebody(out.people, str(value.get("first") or ""), str(value.get("last") or ""))
        elif slot.type is SlotType.BIRTH_DATE and isinstance(value, str):
            born = value
            _once(out.births, value)
        elif slot.type is SlotType.PHONE and isinstance(value, str):
            _once(out.phones, value)
        elif isinstance(value, Mapping) and isinstance(value.get("name"), str) and value.get("id"):
            record = value
    if record is not None:
        first, _, last = str(record["name"]).rpartition(" ")
        named = named or _somebody(out.people, first, last)
        _once(out.births, str(record.get("born") or ""))
    if named is not None:
        named.born = born or named.born
        named.on_file = record or named.on_file


def _somebody(people: list[Somebody], first: str, last: str) -> Somebody:
    """The person of a name; half a name belongs to whoever has that half."""
    for person in people:
        same_first = not first or not person.first or fold(person.first) == fold(first)
        same_last = not last or not person.last or fold(person.last) == fold(last)
        if same_first and same_last:
            person.first, person.last = person.first or first, person.last or last
            return person
    people.append(Somebody(first, last))
    return people[-1]


def _once(values: list[str], value: str) -> None:
    if value and value not in values:
        values.append(value)


def _settle(
    domain: Domain,
    understanding: Understanding,
    spoken: Sequence[tuple[int, int, str, list[Private], list[tuple[int, int]]]],
    out: Told,
) -> None:
    """Add every word of a name that the call ever held; of overlapping stretches the longest stays."""
    words = {fold_word(part) for person in out.people for part in re.split(r"[\s-]+", person.name)}
    for person in out.people:
        record = person.on_file or {}
        words |= {fold_word(part) for part in re.split(r"[\s-]+", str(record.get("name") or ""))}
    # Somebody called Will has a name, and "I will" has not.
    words = {
        word
        for word in words
        if len(word) >= _SHORT and not any(understanding.knows(code, word) for code in domain.languages)
    }

    def forms(word: str) -> bool:
        return any(is_form(word, name) for name in words) and not any(
            understanding.knows(code, word) for code in domain.languages
        )

    numbers = [item for item in (out.number, *out.phones) if item]
    parts = parts_of([text for _, _, text, _, _ in spoken], domain.digits, numbers)
    for number, place, text, found, ours in spoken:
        found += [item for item in _named(text, words, forms) if not _touches((item.start, item.end), ours)]
        found.extend(Private(*span, PHONE) for span in runs_of(text, domain.digits, parts))
        kept: list[Private] = []
        for item in sorted(
            found, key=lambda item: (item.kind == NUMBER, item.start - item.end, item.value is None)
        ):
            if item.end > item.start and not _touches(
                (item.start, item.end), [(one.start, one.end) for one in kept]
            ):
                kept.append(item)
                if item.kind == BIRTH and isinstance(item.value, str):
                    _once(out.births, item.value)
        out.places[number, place] = sorted(kept, key=lambda item: item.start)


def _named(text: str, names: Collection[str], forms: Callable[[str], bool]) -> Iterator[Private]:
    """Words that are part of a name, or a form of one."""
    words = split_words(text)
    for place, word in enumerate(words.folded):
        if word in names or forms(word):
            yield Private(words.starts[place], words.ends[place], NAME)


def is_form(word: str, name: str) -> bool:
    """Whether a folded word is a name with another ending: `petrausko` of `petrauskas`."""
    shared = common_prefix(word, name)
    ending = min(_ENDING, shared - 1)
    return shared >= _STEM and len(name) - shared <= ending and len(word) - shared <= ending


def common_prefix(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _touches(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
