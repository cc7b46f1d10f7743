"""Stretches between two days, and those with one open end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import add_months, month_day, on_or_after
from engine.nlu.temporal.readings import Days
from engine.nlu.temporal.stretches import stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_RUNNING = timedelta(days=93)
"""How long a stretch that began before today may be, to be the one that runs."""


def from_to(clock: Clock, start: Days, end: Days) -> Days | None:
    """ "from the first to the fifth", both days inside."""
    if start.ranged or end.ranged:
        first, last = (
            (start.start if start.ranged else _first(clock, start)),
            (end.end if end.ranged else None),
        )
        if first is None:
            return None
        if last is None and end.dates:
            last = (on_or_after(end, first) or first) + _DAY
        while last is not None and last <= first and _grain(end) in ("month", "year"):
            last = add_months(last, 12)  # "from August to March" ends in the year after
        return stretch(first, last, "day") if last is not None and last > first else None
    opening = _opening(clock, start, end)
    if opening is None or not end.dates or (start.again, end.again) == ("month", "year"):
        return None  # "the 13th to the 15th of July" names the month of both: days_of_month
    last = on_or_after(end, opening)
    return stretch(opening, last + _DAY, "day") if last is not None and last >= opening else None


def _opening(clock: Clock, start: Days, end: Days) -> date | None:
    """The first day of a stretch, as its last day tells.

    "From the 2nd to the 10th of July" said on the 5th runs already; "Tuesday to Thursday next week" is all in
    that week.
    """
    opening = _first(clock, start)
    if opening is None or not end.dates:
        return opening
    last = end.dates[0]
    if start.again == end.again == "year" and last < opening:
        earlier = add_months(opening, -12)
        return earlier if last - earlier <= _RUNNING else opening
    if start.again == "week" and not end.again and timedelta() < last - opening < 2 * _WEEK:
        return opening + (last - opening) // _WEEK * _WEEK
    return opening


def _grain(days: Days) -> str:
    return str(dict(days.marks).get("grain", ""))


def _first(clock: Clock, days: Days) -> date | None:
    """The reading a bound means: "after Monday" said on a Monday is not about today."""
    if len(days.dates) > 1 and days.dates[0] == clock.today:
        return days.dates[1]
    return days.dates[0] if days.dates else None


def days_of_month(
    clock: Clock, from_day: int, to_day: int, month: int = 0, year: int = 0, month_span: Days | None = None
) -> Days | None:
    """ "from the 13th to the 15th of July", "July 13 to 15", "the 4th to the 23rd of next month"."""
    if to_day <= from_day:
        return None
    if month_span is not None:
        if month_span.start is None or dict(month_span.marks).get("grain") != "month":
            return None
        month, year = month_span.start.month, month_span.start.year
    return from_to(
        clock,
        month_day(clock, month, dom=from_day, year=year),
        month_day(clock, month, dom=to_day, year=year),
    )


def dated_range(
    clock: Clock, from_day: int, from_month: int, to_day: int, to_month: int, year: int = 0
) -> Days | None:
    """ "26 June to 2 July 2027": the year said last holds for both."""
    start = month_day(clock, from_month, dom=from_day, year=year - (to_month < from_month) if year else 0)
    return from_to(clock, start, month_day(clock, to_month, dom=to_day, year=year))


def _edges(clock: Clock, day: Days) -> tuple[date | None, date | None]:
    if day.ranged:
        return day.start, day.end
    first = _first(clock, day)
    return first, first + _DAY if first else None


def after(clock: Clock, day: Days) -> Days | None:
    """ "after Tuesday": from the next day on."""
    _, end = _edges(clock, day)
    return stretch(end, None, "day", bound="after") if end else None


def before(clock: Clock, day: Days) -> Days | None:
    """ "before Tuesday": that day is outside."""
    start, _ = _edges(clock, day)
    return stretch(None, start, "day", bound="before") if start else None


def until(clock: Clock, day: Days) -> Days | None:
    """ "until Tuesday", "by Friday": that day is inside."""
    _, end = _edges(clock, day)
    return stretch(None, end, "day", bound="until") if end else None


def starting(clock: Clock, day: Days) -> Days | None:
    """ "from Tuesday on"."""
    start, _ = _edges(clock, day)
    return stretch(start, None, "day", bound="from") if start else None


def since(clock: Clock, day: Days) -> Days | None:
    """ "since yesterday", "since March": a history, not a wish."""
    start, _ = _edges(clock, day)
    if start is None:
        return None
    if start > clock.today:
        months = 12 if day.ranged or day.again == "year" else 1 if day.again == "month" else 0
        start = add_months(start, -months) if months else start - _WEEK
    return stretch(start, None, "day", past=True)


def history(_clock: Clock, span: Days) -> Days | None:
    """ "in March I had ...": the last one that has passed, marked as past."""
    if span.start is None or span.end is None:
        return None
    back = 0 if dict(span.marks).get("past") else -12
    start = add_months(span.start, back)
    return stretch(start, add_months(start, 1), "month", past=True)


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "dated_range": dated_range,
    "from_to": from_to,
    "days_of_month": days_of_month,
    "after": after,
    "before": before,
    "until": until,
    "starting": starting,
    "since": since,
}
