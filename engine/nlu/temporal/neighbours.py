"""What two mentions that stand side by side say about each other: corrections and lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.readings import Half, Reading
from engine.nlu.temporal.tokens import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.nlu.temporal.chart import Chart
    from engine.nlu.temporal.finding import Found

_MARKS = frozenset({",", ".", ";", "-", "!", "?"})


class Neighbours:
    """The joining and correcting words of one language."""

    def __init__(self, section: Mapping[str, Any]) -> None:
        """Read `or`, `nor`, `repair` and `filler`."""
        self._either = {tuple(phrase(text)) for text in section.get("or", ())}
        self._neither = {tuple(phrase(text)) for text in section.get("nor", ())}
        self._repair = sorted(
            (tuple(phrase(text)) for text in section.get("repair", ())), key=len, reverse=True
        )
        self._repair_after = {tuple(phrase(text)) for text in section.get("repair_after", ())}
        self._filler = {tuple(phrase(text)) for text in section.get("filler", ())}

    def settle(self, found: list[Found], chart: Chart) -> list[Found]:
        """Drop what was corrected and share what a list says once."""
        if len(found) < 2:
            return found
        settled = [found[0]]
        for item in found[1:]:
            before = settled[-1]
            gap = [key for key in chart.keys[before.end : item.start] if key not in _MARKS]
            if (self._corrects(gap) or self._corrected_after(gap, item, chart)) and _same_kind(
                before.reading, item.reading
            ):
                settled[-1] = replace(item, reading=_corrected(before.reading, item.reading))
                continue
            words = tuple(gap)
            if before.reading.excluded and words in self._neither and not item.reading.excluded:
                item = replace(item, reading=replace(item.reading, excluded=True))  # noqa: PLW2901 - the same mention, told more
            if words in self._either or not words:
                listed = bool(words) and "," not in chart.keys[before.end : item.start]
                first, second = _shared(before.reading, item.reading, listed=listed)
                settled[-1], item = replace(before, reading=first), replace(item, reading=second)  # noqa: PLW2901
            settled.append(item)
        return settled

    def _corrected_after(self, gap: list[str], item: Found, chart: Chart) -> bool:
        """Whether the correction is said behind the value that counts ("Tuesday, uh, Wednesday I mean")."""
        if any((key,) not in self._filler for key in gap):
            return False
        at = item.end
        while at < chart.size and chart.keys[at] in _MARKS:
            at += 1
        return any(tuple(chart.keys[at : at + len(words)]) == words for words in self._repair_after)

    def _corrects(self, gap: list[str]) -> bool:
        """Whether the words between are nothing but a correction and fillers."""
        at, corrected = 0, False
        while at < len(gap):
            for words in self._repair:
                if tuple(gap[at : at + len(words)]) == words:
                    at, corrected = at + len(words), True
                    break
            else:
                if (gap[at],) not in self._filler:
                    return False
                at += 1
        return corrected


def _same_kind(before: Reading, after: Reading) -> bool:
    if before.excluded or after.excluded or before.order or after.order:
        return False
    if before.days is not None and after.days is not None:
        return True
    return before.days is None or after.days is None if _hours(before) and _hours(after) else False


def _hours(reading: Reading) -> bool:
    return reading.time is not None or reading.window is not None


def _corrected(before: Reading, after: Reading) -> Reading:
    """The later words, with what they leave unsaid taken from the earlier ones."""
    days = after.days or before.days
    if _hours(after):
        return replace(after, days=days)
    return replace(after, days=days, time=before.time, window=before.window)


def _shared(before: Reading, after: Reading, *, listed: bool) -> tuple[Reading, Reading]:
    """ "Monday or Tuesday at three", "Tuesday at three or four", "at three or four p.m."."""
    if _has_day(before) and _has_day(after) and listed and not _hours(before) and _hours(after):
        before = replace(before, time=after.time, window=after.window)
    elif _has_day(before) and _hours(before) and after.days is None and _hours(after) and listed:
        after = replace(after, days=before.days)
    if before.time is not None and after.time is not None and listed:
        first, second = before.time, after.time
        if first.half is Half.OPEN and second.half in (Half.AM, Half.PM):
            before = replace(before, time=replace(first, half=second.half))
        elif second.half is Half.OPEN and first.half in (Half.AM, Half.PM):
            after = replace(after, time=replace(second, half=first.half))
        elif second.half is Half.OPEN and second.within is None and first.within:
            after = replace(after, time=replace(second, within=first.within))
    return before, after


def _has_day(reading: Reading) -> bool:
    return reading.days is not None and not reading.days.ranged
