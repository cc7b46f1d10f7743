"""Days and stretches found by counting: "three Fridays from now", "the last weekend of May"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import add_months, day, move
from engine.nlu.temporal.readings import Days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SATURDAY = 5
_YEARS_ON = {"last": -1, "next": 1, "coming": 1, "after_next": 2}
_HALVES = {"week": ("day", 3), "month": ("day", 15), "year": ("month", 6), "fortnight": ("week", 1)}
"""What half of a unit comes to in a smaller one."""


def nth_coming_weekday(clock: Clock, count: int, weekday: int) -> Days:
    """ "three Fridays from now": today is not counted."""
    ahead = (weekday - clock.today.weekday()) % 7 or 7
    return day(clock.today + ahead * _DAY + (count - 1) * _WEEK)


def nth_past_weekday(clock: Clock, count: int, weekday: int) -> Days:
    """ "two Mondays ago": today is not counted."""
    back = (clock.today.weekday() - weekday) % 7 or 7
    return day(clock.today - back * _DAY - (count - 1) * _WEEK, past=True)


def nth_coming_weekend(clock: Clock, count: int) -> Days:
    """ "two weekends from now"."""
    saturday = clock.today + (_SATURDAY - clock.today.weekday()) * _DAY + count * _WEEK
    return _weekend(saturday)


def weekend_of(_clock: Clock, day: Days) -> Days | None:
    """ "the weekend of the fourteenth": the one in that week."""
    if not day.dates:
        return None
    return _weekend(day.dates[0] + (_SATURDAY - day.dates[0].weekday()) * _DAY)


def weekend_in_month(_clock: Clock, month_span: Days, ordinal: int = 0) -> Days | None:
    """ "the first weekend of May": a weekend belongs where its Saturday is; without a number the last one."""
    if month_span.start is None or dict(month_span.marks).get("grain") != "month":
        return None
    first = month_span.start.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    if not ordinal:
        return _weekend(last - (last.weekday() - _SATURDAY) % 7 * _DAY)
    saturday = first + (_SATURDAY - first.weekday()) % 7 * _DAY + (ordinal - 1) * _WEEK
    return _weekend(saturday) if saturday <= last else None


def _weekend(saturday: date) -> Days:
    return Days(ranged=True, start=saturday, end=saturday + 2 * _DAY, marks=(("grain", "weekend"),))


def workday_in_month(_clock: Clock, month_span: Days, ordinal: int = 0) -> Days | None:
    """ "the first working day of next month"; without a number the last one."""
    if month_span.start is None or dict(month_span.marks).get("grain") != "month":
        return None
    first = month_span.start.replace(day=1)
    if not ordinal:
        found = move(add_months(first, 1), -1, "workday")
    else:
        found = move(first - _DAY, ordinal, "workday")
    return day(found) if found is not None else None


def nearest_weekday(_clock: Clock, weekday: int, day_: Days) -> Days | None:
    """ "the Monday closest to the fifth": the same day counts."""
    if not day_.dates:
        return None
    said = day_.dates[0]
    after = (weekday - said.weekday()) % 7
    return day(said + (after if after <= 3 else after - 7) * _DAY)


def weekday_after(_clock: Clock, weekday: int, day_: Days) -> Days | None:
    """ "the Friday after the first"."""
    if not day_.dates:
        return None
    return day(day_.dates[0] + ((weekday - day_.dates[0].weekday()) % 7 or 7) * _DAY)


def weekday_before(_clock: Clock, weekday: int, day_: Days) -> Days | None:
    """ "the Monday before Christmas"."""
    if not day_.dates:
        return None
    return day(day_.dates[0] - ((day_.dates[0].weekday() - weekday) % 7 or 7) * _DAY)


def ahead_and_more(clock: Clock, unit: str, more_unit: str, count: int = 1, more: int = 1) -> Days | None:
    """ "in two weeks and three days"."""
    first = move(clock.today, count, unit)
    then = move(first, more, more_unit) if first is not None else None
    return day(then) if then is not None else None


def ahead_and_half(clock: Clock, unit: str, count: int = 0) -> Days | None:
    """ "in a month and a half", "in half a year": halves are rounded down to whole days, and say so."""
    if unit not in _HALVES:
        return None
    smaller, some = _HALVES[unit]
    whole = move(clock.today, count, unit)
    then = move(whole, some, smaller) if whole is not None else None
    return Days((then,), marks=(("fuzzy", True),)) if then is not None else None


def ahead_between(clock: Clock, count: int, upto: int, unit: str) -> Days | None:
    """ "in two or three weeks": from the nearer day to the farther."""
    start, end = move(clock.today, count, unit), move(clock.today, upto, unit)
    if start is None or end is None or end <= start:
        return None
    return _days(start, end + _DAY, fuzzy=True)


def at_least_ahead(clock: Clock, unit: str, count: int = 1) -> Days | None:
    """ "in more than two weeks", "not for another month": from that day on."""
    start = move(clock.today, count, unit)
    return _days(start, None, bound="from") if start is not None else None


def at_most_ahead(clock: Clock, unit: str, count: int = 1) -> Days | None:
    """ "in less than two weeks": from today until that day."""
    end = move(clock.today, count, unit)
    return _days(clock.today, end + _DAY) if end is not None else None


def week_after(_clock: Clock, day: Days) -> Days | None:
    """ "the week after Christmas": the calendar week that follows that of the day."""
    return _week_beside(day, 1)


def week_before(_clock: Clock, day: Days) -> Days | None:
    """ "the week before Christmas"."""
    return _week_beside(day, -1)


def _week_beside(day: Days, step: int) -> Days | None:
    if not day.dates:
        return None
    monday = day.dates[0] - day.dates[0].weekday() * _DAY + step * _WEEK
    return Days(ranged=True, start=monday, end=monday + _WEEK, marks=(("grain", "week"),))


def weeks_of_month(_clock: Clock, month_span: Days, count: int, unit: str) -> Days | None:
    """ "the first two weeks of December", "the first few days of next month"."""
    if month_span.start is None or dict(month_span.marks).get("grain") != "month":
        return None
    start = month_span.start.replace(day=1)
    end = move(start, count, unit)
    return _days(start, end) if end is not None else None


def last_of_month(_clock: Clock, month_span: Days, count: int, unit: str) -> Days | None:
    """ "the last two weeks of December"."""
    if month_span.end is None or dict(month_span.marks).get("grain") != "month":
        return None
    start = move(month_span.end, -count, unit)
    return _days(start, month_span.end) if start is not None else None


def lasting(_clock: Clock, day: Days, unit: str, count: int = 1) -> Days | None:
    """ "from the first for ten days", "for two weeks from Monday": that day is the first of them."""
    if not day.dates:
        return None
    end = move(day.dates[0], count, unit)
    if end is None:
        return None
    return _days(day.dates[0], end)


def _days(start: date, end: date | None, **marks: Any) -> Days:
    return Days(ranged=True, start=start, end=end, marks=tuple(sorted({"grain": "day", **marks}.items())))


def year_by_order(clock: Clock, which: str) -> int:
    """ "March next year": the year's number."""
    return clock.today.year + _YEARS_ON.get(which, 0)


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "nth_coming_weekday": nth_coming_weekday,
    "nth_coming_weekend": nth_coming_weekend,
    "weekend_of": weekend_of,
    "weekend_in_month": weekend_in_month,
    "workday_in_month": workday_in_month,
    "nearest_weekday": nearest_weekday,
    "weekday_after": weekday_after,
    "weekday_before": weekday_before,
    "ahead_and_more": ahead_and_more,
    "ahead_and_half": ahead_and_half,
    "nth_past_weekday": nth_past_weekday,
    "ahead_between": ahead_between,
    "at_least_ahead": at_least_ahead,
    "at_most_ahead": at_most_ahead,
    "week_after": week_after,
    "week_before": week_before,
    "weeks_of_month": weeks_of_month,
    "last_of_month": last_of_month,
    "lasting": lasting,
    "year_by_order": year_by_order,
}
