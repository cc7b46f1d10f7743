"""Everything in an utterance that refers to something: days and times, people, numbers, services, providers.

The grammars are asked only when their answer could matter, because most turns are short and hold one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from engine.core.domain import Domain, SlotType
from engine.nlu.amounts import AmountFinder
from engine.nlu.entity import Entity
from engine.nlu.heard import Heard
from engine.nlu.identity import IdentityGrammar
from engine.nlu.identity.sounds import alike, sound
from engine.nlu.names import NameFinder
from engine.nlu.phrases import Occurrence
from engine.nlu.temporal import Clock, TemporalGrammar
from engine.nlu.vocabulary import Vocabulary

_ASKING: Mapping[str | None, str] = {
    SlotType.WHEN: "datetime",
    SlotType.DATE: "date",
    SlotType.TIME: "time",
    SlotType.OPENING: "time",
    SlotType.NUMBER: "number",
}
"""What the temporal grammar is told about the question."""
_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_PHONE = "phone_word"
"""The concept whose words announce a telephone number."""
_HOME = "LT"
"""Where telephone numbers are taken to be from when the site has none."""
_LIKE = 0.6
"""Likeness from which spelled letters are those of a word that was said."""
_OPENS, _CLOSES = time(8), time(18)


class MentionFinder:
    """The grammars and names of one language at one site."""

    def __init__(self, domain: Domain, vocabulary: Vocabulary) -> None:
        """Compile the grammars of the language's tables; a table without a grammar finds nothing."""
        tables = domain.tables.get(vocabulary.language) or {}
        self._temporal = TemporalGrammar(tables) if "temporal" in tables else None
        known = [person.name for person in domain.people]
        self._identity = IdentityGrammar(
            tables, region=domain.country or _HOME, known=known, ordinary=_service_names(domain)
        )
        self._amounts = AmountFinder(tables)
        self._names = NameFinder(domain.catalogue, vocabulary.lexicon)
        self._opens, self._closes = _day_of(domain)
        self._holidays = _holidays(domain.dates)

    def find(
        self,
        heard: Heard,
        texts: Sequence[str],
        occurrences: Sequence[Occurrence],
        asked: str | None,
        missing: str | None = None,
        so_far: str = "",
    ) -> tuple[Entity, ...]:
        """All mentions in order, no two of the same words.

        `asked` is the type of the slot asked for, `missing` the part of its value that alone is wanted,
        `so_far` the digits of it that were said in earlier turns.
        """
        found = list(self._names.find(heard, occurrences, asked))
        found += self._people(texts, asked, missing)
        found += self._numbers(heard, texts, occurrences, asked, so_far)
        return _apart(found, asked, [item for item in occurrences if item.value == "title"], heard)

    def when(
        self, heard: Heard, now: datetime, asked: str | None, *, born: bool, wanted: bool = False
    ) -> tuple[Entity, ...]:
        """Days and times; birth dates when one is asked for or announced.

        With `wanted`, when one is still to be given, a day of a year gone by is one as well.
        """
        if self._temporal is None:
            return ()
        clock = Clock(now.replace(tzinfo=None), self._opens, self._closes, holidays=self._holidays)
        if asked == SlotType.BIRTH_DATE or born:
            births = tuple(_as_birth(item) for item in self._temporal.birth_date(heard.text, clock))
            if births:
                rest = _blanked(heard.text, *(item.span for item in births))
                return births if asked else (*births, *_wished(self._temporal.find(rest, clock)))
        found = _wished(self._temporal.find(heard.text, clock, asking=_ASKING.get(asked)))
        if wanted and not born and any(_long_gone(item, now) for item in found):
            return self.when(heard, now, None, born=True)
        return found

    def _people(self, texts: Sequence[str], asked: str | None, missing: str | None) -> Iterator[Entity]:
        asking = asked == SlotType.NAME
        spelled = self._identity.spelled(texts[:1]) if asking else ()
        if spelled:
            said = self._identity.names([_blanked(texts[0], spelled[0].span)], asking=True, half=missing)
            yield _spelled(spelled[0], said)
        else:
            yield from self._identity.names(texts if asking else texts[:1], asking=asking, half=missing)

    def _numbers(
        self,
        heard: Heard,
        texts: Sequence[str],
        occurrences: Sequence[Occurrence],
        asked: str | None,
        so_far: str,
    ) -> Iterator[Entity]:
        asking = asked == SlotType.PHONE
        announced = any(item.value == _PHONE for item in occurrences)
        if asking or announced or _DIGITS.search(heard.text):
            yield from self._identity.phones(
                texts if asking else texts[:1], asking=asking, so_far=so_far if asking else ""
            )
        if asked == SlotType.EMAIL or "@" in heard.text:
            yield from self._identity.emails(texts[:1])
        yield from self._amounts.find(heard, occurrences, asking=asked == SlotType.NUMBER)


_UNWISHED = frozenset({"now", "refers"})


def _wished(found: Iterable[Entity]) -> tuple[Entity, ...]:
    """The mentions without those of the moment of speaking, and of a day that only the talk before names.

    "I am at work now" wishes nothing, and "the day after" is not from today.
    """
    return tuple(item for item in found if _UNWISHED.isdisjoint(dict(item.attributes)))


def _long_gone(item: Entity, now: datetime) -> bool:
    """Whether it is a day of an earlier year, which nobody wishes for."""
    return item.type == "date" and isinstance(item.value, str) and int(item.value[:4]) < now.year - 1


def _apart(
    found: Iterable[Entity], asked: str | None, titles: Sequence[Occurrence], heard: Heard
) -> tuple[Entity, ...]:
    """Settle what two grammars claim: the longer, and a person's name before a provider's unless titled."""
    ends = {heard.ends[item.last] for item in titles}
    kept: list[Entity] = []
    for item in sorted(
        found, key=lambda item: (_rank(item, asked, ends, heard), -(item.span[1] - item.span[0]))
    ):
        if all(item.span[1] <= other.span[0] or item.span[0] >= other.span[1] for other in kept):
            kept.append(item)
    return tuple(sorted(kept, key=lambda item: item.span))


def _rank(item: Entity, asked: str | None, titled: set[int], heard: Heard) -> int:
    if item.type == "provider":
        return 0 if len(heard.text[: item.span[0]].rstrip(" .")) in titled else 2
    return {"phone": 0, "email": 0, "service": 1 if asked != SlotType.NAME else 3}.get(item.type, 1)


def _blanked(text: str, *spans: tuple[int, int]) -> str:
    """A text without what stands in some places, everything else staying where it is."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _spelled(letters: Entity, found: Sequence[Entity]) -> Entity:
    """A name whose letters were said: they decide how the half is written that they sound like."""
    word = str(letters.value).capitalize()
    if not found or not isinstance(found[0].value, Mapping):
        return replace(letters, type="person_name", value={"first": None, "last": word}, alternatives=())
    halves = dict(found[0].value)
    likeness = {part: alike(sound(half), sound(word)) for part, half in halves.items() if half}
    best = max(likeness, key=lambda part: (likeness[part], part == "last"))
    part = best if likeness[best] >= _LIKE else "last"
    span = (min(found[0].span[0], letters.span[0]), max(found[0].span[1], letters.span[1]))
    return replace(found[0], span=span, value=halves | {part: word}, alternatives=())


def _as_birth(item: Entity) -> Entity:
    return item if item.type == "date_of_birth" else replace(item, type="date_of_birth")


def _service_names(domain: Domain) -> Iterable[str]:
    for offering in domain.catalogue.offerings.values():
        for names in offering.names.values():
            yield from names


def _day_of(domain: Domain) -> tuple[time, time]:
    stretches = [stretch for day in domain.catalogue.hours.values() for stretch in day]
    if not stretches:
        return _OPENS, _CLOSES
    return min(start for start, _ in stretches), max(end for _, end in stretches)


def _holidays(dates: Mapping[str, Any]) -> Mapping[str, tuple[date, ...]]:
    found: dict[str, list[date]] = {}
    for day, name in sorted(dates.items()):
        found.setdefault(str(name), []).append(date.fromisoformat(day))
    return {name: tuple(days) for name, days in found.items()}
