"""Whole mentions: how days and times found side by side make one meaning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import month_day, move
from engine.nlu.temporal.readings import Days, Half, Reading, Time, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from engine.nlu.temporal.clock import Clock

_NOON = 12 * 60
_ANY_DAY = date(2001, 1, 1)
"""A day to count from when only the distance matters."""


def on_day(_clock: Clock, day: Days) -> Reading:
    """A day alone."""
    return Reading(days=day)


def on_days(_clock: Clock, span: Days) -> Reading:
    """A stretch of days alone."""
    return Reading(days=span)


def at_time(_clock: Clock, time: Time) -> Reading:
    """A time of day alone."""
    return Reading(time=time)


def in_window(_clock: Clock, window: Window) -> Reading:
    """A part of the day alone."""
    return Reading(window=window)


def join(_clock: Clock, day: Days, time: Time | None = None, window: Window | None = None) -> Reading | None:
    """A day with its time or its part; a time beside a part of the day is read by that part."""
    if day.ranged:
        return None
    if time is not None and window is not None:
        time, window = within_window(time, window), None
    return Reading(days=day, time=time, window=window)


def join_time(_clock: Clock, time: Time, window: Window) -> Reading | None:
    """A time beside a part of the day, without a day."""
    if window.start is None or window.end is None:
        return None
    return Reading(time=within_window(time, window))


def within_window(time: Time, window: Window) -> Time:
    """ "tonight at seven": the part of day settles the half."""
    if window.within is not None:
        return replace(time, within=window.within)
    if window.start is None or window.end is None:
        return time
    first = window.start.hour * 60 + window.start.minute
    last = window.end.hour * 60 + window.end.minute
    return replace(time, within=(first, last if last > first else last + 24 * 60))


def join_ranges(_clock: Clock, window: Window, inner: Window) -> Window | None:
    """ "tonight from seven to eight": the part of day settles the hours of the stretch."""
    start = within_window(inner.start, window) if inner.start is not None else None
    end = within_window(inner.end, window) if inner.end is not None else None
    return replace(inner, start=start, end=end)


def duration(
    _clock: Clock, clock_unit: int, count: int = 1, half: int = 0, tenth: int = 0, more: int = 0
) -> int:
    """Minutes: "two hours", "an hour and a half", "2.5 hours", "an hour and twenty minutes"."""
    return count * clock_unit + (clock_unit // 2 if half else 0) + clock_unit * tenth // 10 + more


def part_of_hour(_clock: Clock, over: int, under: int) -> int | None:
    """ "3/4 of an hour" in minutes."""
    return 60 * over // under if 0 < over < under <= 60 else None


def instant(clock: Clock, duration: int) -> Reading:
    """ "in two hours"."""
    return Reading(instant=_now(clock) + timedelta(minutes=duration))


def instant_ago(clock: Clock, duration: int) -> Reading:
    """ "an hour ago": found, and marked as past so that nobody takes it for a wish."""
    return Reading(instant=_now(clock) - timedelta(minutes=duration), marks=(("past", True),))


def _now(clock: Clock) -> datetime:
    return clock.now.replace(second=0, microsecond=0)


def right_now(clock: Clock) -> Reading:
    """ "right now", "immediately"."""
    return Reading(instant=_now(clock))


def present_moment(clock: Clock) -> Reading:
    """ "At the moment": found and marked, so that nobody takes it for a wish."""
    return Reading(instant=_now(clock), marks=(("now", True),))


def period(_clock: Clock, first: Reading | None = None, last: Reading | None = None) -> Reading | None:
    """ "from two today until tomorrow at four": each end a moment; "at two until Friday" is two mentions."""
    ends = [end for end in (first, last) if end is not None]
    if any(end.window or end.first or end.last for end in ends):
        return None
    timed = [end.time is not None or end.instant is not None for end in ends]
    from_now = first is not None and first.instant is not None
    if (all(end.days is None for end in ends) and not (from_now and last is not None)) or not (
        all(timed) or from_now
    ):
        return None
    return Reading(first=first, last=last)


def order(_clock: Clock, order: str) -> Reading:
    """A wish by comparison: soonest, later, earlier."""
    return Reading(order=order)


def order_by(_clock: Clock, order: str, duration: int = 0, count: int = 1, unit: str = "") -> Reading | None:
    """ "make it half an hour later": from the appointment spoken of, so without a value of its own."""
    if unit:
        days = (move(_ANY_DAY, count, unit) or _ANY_DAY) - _ANY_DAY
        return Reading(order=order, marks=(("by_days", days.days),)) if days else None
    return Reading(order=order, marks=(("by_minutes", duration),))


def day_and_next(_clock: Clock, day: Days) -> Reading | None:
    """ "tomorrow or the day after"."""
    if len(day.dates) != 1:
        return None
    return Reading(days=day, also=Reading(days=Days((day.dates[0] + timedelta(days=1),))))


def skip(_clock: Clock, **_words: Any) -> Reading:
    """Words that only look temporal."""
    return Reading(skipped=True)


def round_the_clock(_clock: Clock, left: int, right: int) -> Reading | None:
    """ "24/7" is no day, in either order of day and month."""
    return Reading(skipped=True) if (left, right) == (24, 7) else None


def excluded(_clock: Clock, mention: Reading) -> Reading | None:
    """ "not Monday", "any day but Friday"."""
    if mention.skipped or mention.order or mention.excluded:
        return None
    return replace(mention, excluded=True)


def roughly_mentioned(_clock: Clock, mention: Reading) -> Reading | None:
    """ "around next Tuesday"."""
    if mention.skipped or mention.order:
        return None
    return replace(mention, marks=(*mention.marks, ("fuzzy", True)))


def two_days(clock: Clock, month: int, one: int, two: int, year: int = 0) -> Reading:
    """ "the third or the fourth of December": the month said once holds for both."""
    return Reading(
        days=month_day(clock, month, dom=one, year=year),
        also=Reading(days=month_day(clock, month, dom=two, year=year)),
    )


def two_times(_clock: Clock, one: Time, two: Time) -> Reading:
    """ "Ten or eleven o'clock": what is said of the second time holds for both."""
    one = replace(one, stretch=False)
    if one.half is Half.OPEN and one.within is None and two.half is not Half.FULL:
        one = replace(one, half=two.half, within=two.within)
    return Reading(time=one, also=Reading(time=two))


def coming_hours(clock: Clock, duration: int) -> Reading:
    """ "within two hours", "in the next five hours"."""
    return Reading(first=right_now(clock), last=instant(clock, duration))


def past_hours(clock: Clock, duration: int) -> Reading:
    """ "in the last hour": a history, not a wish."""
    return Reading(first=instant_ago(clock, duration), last=right_now(clock), marks=(("past", True),))


def settled(
    _clock: Clock, outer: Reading, time: Time | None = None, inner: Window | None = None
) -> Reading | None:
    """ "Tuesday morning at ten", "tonight from seven to eight": the part of the day settles the hours."""
    if outer.window is None:
        return None
    if time is not None:
        return Reading(days=outer.days, time=within_window(time, outer.window))
    if inner is not None:
        return Reading(days=outer.days, window=join_ranges(_clock, outer.window, inner))
    return None


def present(_clock: Clock) -> bool:
    """Words that only have to be there."""
    return True


def same_value(_clock: Clock, value: int) -> int:
    """Another name for the same symbol."""
    return value


def same_mention(_clock: Clock, mention: Reading) -> Reading:
    """A longer way to say the same."""
    return mention


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "on_day": on_day,
    "on_days": on_days,
    "at_time": at_time,
    "in_window": in_window,
    "join": join,
    "join_time": join_time,
    "join_ranges": join_ranges,
    "instant": instant,
    "instant_ago": instant_ago,
    "right_now": right_now,
    "present_moment": present_moment,
    "period": period,
    "order": order,
    "order_by": order_by,
    "day_and_next": day_and_next,
    "skip": skip,
    "round_the_clock": round_the_clock,
    "excluded": excluded,
    "roughly_mentioned": roughly_mentioned,
    "two_days": two_days,
    "two_times": two_times,
    "coming_hours": coming_hours,
    "past_hours": past_hours,
    "duration": duration,
    "part_of_hour": part_of_hour,
    "settled": settled,
    "present": present,
    "same_value": same_value,
    "same_mention": same_mention,
}
