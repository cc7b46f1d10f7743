"""Parts of known days: "Tuesday afternoon", "late tonight", "until tomorrow morning"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import relative_day
from engine.nlu.temporal.hours import end_of_day, fixed, part_window
from engine.nlu.temporal.readings import Days, Reading, Time, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import time

    from engine.nlu.temporal.clock import Clock
    from engine.nlu.temporal.hours import Part

_NOON = 12 * 60


def part_of_today(clock: Clock, window: Window) -> Reading:
    """ "tonight", "this morning"."""
    return Reading(days=relative_day(clock, 0), window=window)


def part_of_yesterday(clock: Clock, window: Window) -> Reading:
    """ "last night"."""
    return Reading(days=relative_day(clock, -1), window=window)


def part_of_tomorrow(clock: Clock, window: Window) -> Reading:
    """ "the next morning"."""
    return Reading(days=relative_day(clock, 1), window=window)


def dayed_part(_clock: Clock, window: Window, day: Days) -> Reading | None:
    """ "Tuesday afternoon": a part of a known day."""
    return None if day.ranged else Reading(days=day, window=window)


def edge_part(clock: Clock, edge: str, day: Days, part: Part) -> Reading | None:
    """ "late Tuesday afternoon", "early tomorrow morning"."""
    return dayed_part(clock, part_window(clock, part, edge), day)


def early_on(clock: Clock, day: Days) -> Reading | None:
    """ "early on Tuesday": until halfway between opening and noon."""
    until = (_minute(clock.opens) + _NOON) // 2 if _minute(clock.opens) < _NOON else _NOON
    return None if day.ranged else Reading(days=day, window=Window(fixed(0), fixed(until)))


def late_on(clock: Clock, day: Days) -> Reading | None:
    """ "late on Tuesday": from halfway between noon and closing on."""
    since = (_NOON + _minute(clock.closes)) // 2 if _minute(clock.closes) > _NOON else _NOON
    return None if day.ranged else Reading(days=day, window=Window(fixed(since), fixed(0)))


def end_of_known_day(clock: Clock, day: Days) -> Reading | None:
    """ "The end of Tuesday": the last hours of its business."""
    return dayed_part(clock, end_of_day(clock), day)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def rest_of_today(clock: Clock) -> Reading:
    """ "later today", "the rest of the day"."""
    minute = clock.now.hour * 60 + clock.now.minute
    return Reading(days=relative_day(clock, 0), window=Window(fixed(minute), None))


def before_part(_clock: Clock, part: Reading) -> Reading | None:
    """ "before Friday afternoon": up to its beginning."""
    return _part_edge(part, begins=True, bound="before")


def until_part(_clock: Clock, part: Reading) -> Reading | None:
    """ "by Monday morning", "until tomorrow morning": up to its end."""
    return _part_edge(part, begins=False, bound="until")


def after_part(_clock: Clock, part: Reading) -> Reading | None:
    """ "after Monday morning": from its end on."""
    return _part_edge(part, begins=False, bound="after")


def from_part(_clock: Clock, part: Reading) -> Reading | None:
    """ "from tomorrow afternoon on"."""
    return _part_edge(part, begins=True, bound="from")


def part_to_part(_clock: Clock, first: Reading, last: Reading) -> Reading | None:
    """ "from Tuesday evening until Thursday morning": from where the one begins to where the other ends."""
    begins = _part_edge(first, begins=True, bound="from")
    ends = _part_edge(last, begins=False, bound="until")
    return Reading(first=begins.first, last=ends.last) if begins is not None and ends is not None else None


def _part_edge(part: Reading, *, begins: bool, bound: str) -> Reading | None:
    window = part.window
    edge = None if window is None else window.start if begins else window.end
    if edge is None or part.days is None:
        return None
    point = Reading(days=part.days if begins else _day_of_end(part.days, edge), time=edge)
    marks = (("bound", bound),)
    if bound in ("after", "from"):
        return Reading(first=point, marks=marks)
    return Reading(last=point, marks=marks)


def _day_of_end(days: Days, end: Time) -> Days:
    """The day on which a part of the day ends: the night ends at the midnight that begins the next."""
    if end.hour or end.minute:
        return days
    return replace(days, dates=tuple(value + timedelta(days=1) for value in days.dates))


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "part_of_today": part_of_today,
    "part_of_yesterday": part_of_yesterday,
    "part_of_tomorrow": part_of_tomorrow,
    "dayed_part": dayed_part,
    "edge_part": edge_part,
    "early_on": early_on,
    "late_on": late_on,
    "end_of_known_day": end_of_known_day,
    "rest_of_today": rest_of_today,
    "before_part": before_part,
    "until_part": until_part,
    "after_part": after_part,
    "from_part": from_part,
    "part_to_part": part_to_part,
}
