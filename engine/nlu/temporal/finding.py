"""Finding the mentions of an utterance, and what neighbouring mentions say about each other.

One pass takes the longest phrase at each place. A second looks at neighbours: a correction drops what it
corrects, a list shares its day, its time or its "not".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.core.frozen import quick
from engine.nlu.entity import Entity
from engine.nlu.temporal.bounds import history
from engine.nlu.temporal.neighbours import Neighbours
from engine.nlu.temporal.readings import Reading
from engine.nlu.temporal.resolve import entity
from engine.nlu.temporal.tokens import DIGITS, fold, phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.nlu.temporal.chart import Chart
    from engine.nlu.temporal.phrases import Symbol, Vocabulary

_LONGEST_DATE = 8
"""Number words in a row that a date with its year and time may have."""
_STEPS = 2_500
"""Symbols worked out for one text, several times what the longest speech takes: the rest is not read."""
_CUES_BEFORE, _CUES_AFTER = 5, 3
"""Words around a bare month that are looked at for a sign that it lies in the past."""


@quick(frozen=True, slots=True)
class Found:
    """A reading and the tokens it covers."""

    start: int
    end: int
    reading: Reading


class Finder:
    """The two passes, over one language's compiled phrases."""

    def __init__(self, vocabulary: Vocabulary, section: Mapping[str, Any]) -> None:
        """Look up the symbols the passes start from."""
        self._mention = vocabulary.symbol("mention")
        self._skip = vocabulary.symbol("skip")
        self._bare = vocabulary.symbol("bare")
        self._counted = vocabulary.symbol("counted")
        self._asked = {
            kind: [symbol for name in names if (symbol := vocabulary.symbols.get(name)) is not None]
            for kind, names in _ASKED.items()
        }
        self._number = vocabulary.symbol("number")
        self._neighbours = Neighbours(section)
        self._or_words = frozenset(tuple(phrase(text)) for text in section.get("or", ()))
        self._light = tuple(tuple(phrase(text)) for text in section.get("light", ()))
        self._past_cues = frozenset(fold(word) for word in section.get("past_cues", ()))
        self._wishful = frozenset(fold(word) for word in section.get("wishful", ()))
        self._digit_words = vocabulary.symbol("year").first  # digits and every cardinal

    def find(self, text: str, chart: Chart, asking: str | None) -> tuple[Entity, ...]:
        """All entities of the text, in order."""
        found = self._neighbours.settle(self._scan(chart, asking), chart)
        entities = []
        for item in found:
            start, end = chart.tokens[item.start].start, chart.tokens[item.end - 1].end
            made = entity(self._dated(item, chart), text[start:end], (start, end), chart.clock)
            if made is not None:
                entities.append(made)
        if asking == "number":
            entities += self._numbers(text, chart, found)
            entities.sort(key=lambda made: made.span)
        return tuple(entities)

    def _numbers(self, text: str, chart: Chart, found: list[Found]) -> list[Entity]:
        """The numbers that no mention has taken."""
        taken = {at for item in found for at in range(item.start, item.end)}
        numbers: list[Entity] = []
        at = 0
        while at < chart.size:
            best = max(chart.read(self._number, at), default=None)
            if best is None or at in taken:
                at += 1
                continue
            start, end = chart.tokens[at].start, chart.tokens[best[0] - 1].end
            numbers.append(Entity("number", text[start:end], (start, end), value=best[1]))
            at = best[0]
        return numbers

    def _scan(self, chart: Chart, asking: str | None) -> list[Found]:
        roots = [*self._asked.get(asking or "", ()), self._mention]
        found: list[Found] = []
        at = 0
        while at < chart.size and chart.steps < _STEPS:
            key = chart.keys[at]
            if key in self._digit_words:
                at = self._after_long_number(chart, at)
            elif not any(key in root.first for root in roots):
                at += 1  # most words begin nothing temporal
                continue
            if not asking and 0 < at < chart.size and self._runs_on(chart, at - 1, at):
                best = self._longest(chart, [self._skip], at, asked=True)  # within a longer number
            else:
                best = self._longest(chart, roots, at, asked=bool(asking))
                best = self._behind_light_words(chart, roots, at, best, asked=bool(asking))
            if best is None:
                at += 1
            elif best.reading.skipped:
                at = best.end
            else:
                found += _each(best)
                found += self._or_hour(chart, best)
                at = found[-1].end
        return found

    def _after_long_number(self, chart: Chart, at: int) -> int:
        """Past a run of numbers longer than any date with its time: it is a number being dictated."""
        end = at
        while end < chart.size and chart.keys[end] in self._digit_words:
            end += 1
        return end if end - at > _LONGEST_DATE else at

    def _longest(self, chart: Chart, roots: list[Symbol], at: int, *, asked: bool) -> Found | None:
        """The longest mention beginning here that is not a piece of a longer number."""
        if at >= chart.size:
            return None
        candidates = [Found(at, end, reading) for root in roots for end, reading in chart.read(root, at)]
        while candidates:
            best = max(candidates, key=lambda item: (item.end, _simple(item.reading)))
            if not self._part_of_a_number(chart, best, asked=asked):
                return best
            candidates = [item for item in candidates if item.end != best.end]
        return None

    def _behind_light_words(
        self, chart: Chart, roots: list[Symbol], at: int, best: Found | None, *, asked: bool
    ) -> Found | None:
        """ "For a week on Friday": what begins behind the "for" and reaches farther is what was meant."""
        if best is None:
            return None
        for words in self._light:
            behind = at + len(words)
            if behind < best.end and tuple(chart.keys[at:behind]) == words:
                farther = self._longest(chart, roots, behind, asked=asked)
                if farther is not None and not farther.reading.skipped and _says_more(farther, best):
                    return farther
        return best

    def _or_hour(self, chart: Chart, before: Found) -> list[Found]:
        """ "at three or four": after a time, an hour needs no word of its own."""
        if before.reading.time is None:
            return []
        for words in self._or_words:
            at = before.end + len(words)
            if tuple(chart.keys[before.end : at]) == words:
                hours = [
                    (end, time)
                    for end, time in chart.read(self._bare, at)
                    if not chart.read(self._counted, end)
                ]
                longer = self._longest(chart, [self._mention], at, asked=False)
                if hours and (longer is None or longer.end < hours[-1][0]):
                    end, time = max(hours, key=lambda hour: hour[0])
                    return [Found(at, end, Reading(time=time, excluded=before.reading.excluded))]
        return []

    def _part_of_a_number(self, chart: Chart, item: Found, *, asked: bool) -> bool:
        """Whether bare numbers continue after it: a telephone number, a code, a fraction."""
        if asked or item.reading.skipped:
            return False
        return item.end < chart.size and self._runs_on(chart, item.end, item.end - 1)

    def _runs_on(self, chart: Chart, outside: int, inside: int) -> bool:
        """Whether the token outside is a number, or ties a number to the one inside."""
        keys, tokens = chart.keys, chart.tokens
        if keys[inside] not in self._digit_words:
            return False
        if keys[outside] in self._digit_words or keys[outside] in _AMOUNTS:
            return True
        beyond = outside + (outside - inside)
        return (
            keys[outside] in _TIES
            and 0 <= beyond < chart.size
            and keys[beyond] == DIGITS
            and (tokens[outside].end == tokens[inside].start or tokens[inside].end == tokens[outside].start)
        )

    def _dated(self, item: Found, chart: Chart) -> Reading:
        """ "in March I had ...": a bare month beside a word of the past is the last one; hopes are none."""
        days = item.reading.days
        if days is None or not days.ranged or not days.again or not self._past_cues:
            return item.reading
        around = (
            *range(max(0, item.start - _CUES_BEFORE), item.start),
            *range(item.end, min(item.end + _CUES_AFTER, chart.size)),
        )
        following = (*chart.keys[1:], "")
        if not any(chart.keys[at] in self._past_cues and following[at] not in self._wishful for at in around):
            return item.reading
        return replace(item.reading, days=history(chart.clock, days) or days)


def _says_more(farther: Found, best: Found) -> bool:
    return (farther.end, _simple(farther.reading)) > (best.end, _simple(best.reading))


def _simple(reading: Reading) -> int:
    """Of two meanings of the same words the one with fewer parts: "Monday 2027" is a year, not a time.

    "Not before eleven" is a bound before it is an exclusion.
    """
    if reading.first is not None or reading.last is not None or reading.excluded:
        return 0
    if reading.time is not None and reading.time.stretch:
        return 3  # it stands for the stretch as well
    return 1 if reading.time is not None or reading.window is not None else 2


def _each(item: Found) -> list[Found]:
    """The mentions one phrase makes."""
    if item.reading.also is None:
        return [item]
    return [replace(item, reading=replace(item.reading, also=None)), replace(item, reading=item.reading.also)]


_AMOUNTS = frozenset({"%", "€", "$", "£"})
_TIES = frozenset({"-", ".", "/", ":", "+"})
_ASKED: Mapping[str, tuple[str, ...]] = {
    "time": ("asked_time",),
    "date": ("asked_date",),
    "datetime": ("asked_time",),
}
ROOTS = frozenset({"mention", "bare", "number", "asked_time", "asked_date"})
"""Every symbol that a pass may start from."""
