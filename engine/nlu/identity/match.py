"""Find the person on file whom a caller means: the name by sound, the birth date exactly, never a guess.

Two identifiers must agree: the name and the birth date, or the telephone where a business asks for no
birth date. The birth date narrows thousands of people to a few, among whom a
misheard name is still told apart; where two could be meant the answer is "ambiguous" and the caller
is asked, because speaking of a stranger's booking is worse than one more question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.core.catalogue import Person
from engine.core.frozen import quick
from engine.nlu.identity.likeness import Entry, Readings, Scored, bucket
from engine.nlu.identity.sounds import name_key, sound
from engine.nlu.identity.words import fold

_AGREES = 0.74
"""Likeness from which a name agrees when the birth date is exactly right."""
_MARGIN = 0.10
"""How far the best must lead the next one not to be a tie."""
_NEAR = 0.84
"""Likeness from which a name alone is worth a closer look."""
_RIVAL = 0.03
"""How little better than a confusable person the best may be and still be asked."""
_MOST_NEAR = 8


@quick(frozen=True, slots=True)
class Match:
    """What the people on file say about a name and a birth date."""

    person: str | None
    """The id, only when both identifiers agree and nobody else comes close."""
    near: tuple[str, ...]
    """Ids of people who could be meant, the closest first; never spoken to the caller."""
    score: float
    """0..1: how well the best name agrees."""
    verdict: str
    """match | ambiguous | none"""


_SlipKey = tuple[str, int, int, int]
"""A family name's key and a birth date with one part left out as 0."""


class PeopleIndex:
    """People found by birth date, by the sound of their names, or by both."""

    def __init__(self, people: Sequence[Person], *, endings: Mapping[str, str] | None = None) -> None:
        """Index the people once; `endings` are the languages' case endings that change a stem."""
        self._endings = dict(endings or {})
        self._born: dict[date, list[Entry]] = {}
        self._sounding: dict[tuple[str, str], list[Entry]] = {}
        self._slips: dict[_SlipKey, list[Entry]] = {}
        self._written: dict[str, list[Entry]] = {}
        self._dateless: dict[str, list[Entry]] = {}
        """Those without a birth date, by telephone."""
        keys: dict[str, str] = {}
        for person in people:
            first, _, last = person.name.rpartition(" ")
            key = keys.get(last) or keys.setdefault(last, name_key(last, self._endings))
            folded = fold(person.name)
            entry = Entry(person.id, sound(first), sound(last), key, folded, person.born, person.phone)
            self._sounding.setdefault(bucket(entry.first, key), []).append(entry)
            self._written.setdefault(folded, []).append(entry)
            if person.born is None:
                self._dateless.setdefault(person.phone, []).append(entry)
                continue
            self._born.setdefault(person.born, []).append(entry)
            for slip in _slip_keys(key, person.born):
                self._slips.setdefault(slip, []).append(entry)

    def match(
        self,
        *,
        names: Sequence[Mapping[str, str | None]],
        born: Sequence[date] = (),
        phone: str | None = None,
    ) -> Match:
        """Who agrees with the readings; all alternatives of the n-best count, the earlier ones more."""
        readings = Readings(names, self._endings)
        if not readings:
            return Match(None, (), 0.0, "none")
        if not born:
            reached = readings.ranked(self._dateless.get(phone or "", ()), _AGREES)
            if reached:
                return _decide(reached, (), None)
            near = readings.ranked(self._namesakes(readings), _NEAR)
            return Match(None, _ids(near), near[0].score if near else 0.0, "ambiguous" if near else "none")
        days = dict.fromkeys(born)
        agreeing = readings.ranked((entry for day in days for entry in self._born.get(day, ())), _AGREES)
        close = readings.ranked(self._slips_of(readings, days), _NEAR)
        if not agreeing:
            return Match(None, _ids(close), close[0].score if close else 0.0, "none")
        others = self._named_to_the_letter(readings, agreeing[0])
        if others:
            return Match(None, _ids(agreeing[:1]) + others, agreeing[0].score, "ambiguous")
        return _decide(agreeing, close, phone)

    def _named_to_the_letter(self, readings: Readings, best: Scored) -> tuple[str, ...]:
        """People of another family than the best one's whose very name was heard, not his."""
        if best.written or best.entry.key in readings.keys:
            return ()
        return tuple(entry.id for name in readings.written for entry in self._written.get(name, ()))

    def _namesakes(self, readings: Readings) -> Iterable[Entry]:
        """People whose names sound like one that was heard, whatever their birth date."""
        for one in readings.buckets:
            yield from self._sounding.get(one, ())

    def _slips_of(self, readings: Readings, days: Mapping[date, None]) -> Iterable[Entry]:
        """Namesakes whose birth date is a slip of the ear away from one that was heard."""
        for key in readings.keys:
            for day in days:
                swapped = (key, day.year, day.day, 0)
                for slip in (*_slip_keys(key, day), swapped):
                    for entry in self._slips.get(slip, ()):
                        if entry.born is not None and entry.born not in days and _one_slip(entry.born, day):
                            yield entry


def match_people(
    people: Sequence[Person],
    *,
    names: Sequence[Mapping[str, str | None]],
    born: Sequence[date] = (),
    phone: str | None = None,
) -> Match:
    """Match against a short list; whoever asks more than once builds a PeopleIndex."""
    return PeopleIndex(people).match(names=names, born=born, phone=phone)


def _decide(agreeing: Sequence[Scored], confusable: Sequence[Scored], phone: str | None) -> Match:
    """One clear winner, or the question; the phone only settles a tie between people who both agree."""
    best = agreeing[0]
    tied = [one for one in agreeing if best.score - one.score < _MARGIN]
    if len(tied) > 1:
        settled = [one for one in tied if phone and one.entry.phone == phone]
        if len(settled) != 1:
            return Match(None, _ids(tied), best.score, "ambiguous")
        best = settled[0]
    rivals = [
        one
        for one in confusable
        if one.entry.id != best.entry.id
        and one.score >= best.score - _RIVAL
        and (one.written or not best.written)
    ]
    if rivals:
        return Match(None, _ids([best, *rivals]), best.score, "ambiguous")
    return Match(best.entry.id, (), best.score, "match")


def _ids(scored: Sequence[Scored]) -> tuple[str, ...]:
    return tuple(one.entry.id for one in scored[:_MOST_NEAR])


def _slip_keys(key: str, day: date) -> tuple[_SlipKey, ...]:
    return (key, day.year, day.month, 0), (key, day.year, 0, day.day), (key, 0, day.month, day.day)


def _one_slip(day: date, other: date) -> bool:
    """Whether two dates differ in one part only, or have day and month swapped."""
    parts = tuple(zip((day.year, day.month, day.day), (other.year, other.month, other.day), strict=True))
    if day.year == other.year and (day.month, day.day) == (other.day, other.month):
        return True
    return sum(1 for one, two in parts if one != two) == 1
