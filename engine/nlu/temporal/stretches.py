"""Stretches of days: weeks, months, weekends and parts of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import add_months, move
from engine.nlu.temporal.readings import Days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SATURDAY = 5
_OFFSETS = {"last": -1, "this": 0, "next": 1, "coming": 1, "after_next": 2}


def stretch(start: date | None, end: date | None, grain: str, **marks: Any) -> Days:
    """A half-open stretch of days; marks that say nothing are left out."""
    facts = {"grain": grain, **{name: value for name, value in marks.items() if value}}
    return Days(ranged=True, start=start, end=end, marks=tuple(sorted(facts.items())))


def week(clock: Clock, which: str = "this", count: int = 0, unit: str = "week") -> Days | None:
    """A calendar week, Monday to Monday; this week begins now."""
    if unit not in ("week", "fortnight"):
        return None
    offset = count * (2 if unit == "fortnight" else 1) or _OFFSETS.get(which, 0)
    monday = clock.today - clock.today.weekday() * _DAY + offset * _WEEK
    start = monday if offset else clock.today
    return stretch(start, monday + _WEEK, "week", past=offset < 0)


def week_idiom(clock: Clock, unit: str) -> Days | None:
    """ "In eight days": the week a week from now, where a language counts the first day too."""
    return week(clock, count=1, unit=unit)


def working_week(clock: Clock, which: str = "this") -> Days:
    """Monday to Friday."""
    offset = _OFFSETS.get(which, 0)
    monday = clock.today - clock.today.weekday() * _DAY + offset * _WEEK
    return stretch(monday if offset else clock.today, monday + _SATURDAY * _DAY, "week", past=offset < 0)


def weekend(clock: Clock, which: str = "this") -> Days:
    """Saturday and Sunday; on a weekend "this" is the one that runs."""
    offset = _OFFSETS.get(which, 0)
    saturday = clock.today + (_SATURDAY - clock.today.weekday()) * _DAY + offset * _WEEK
    return stretch(max(saturday, clock.today) if not offset else saturday, saturday + 2 * _DAY, "weekend")


def week_of(_clock: Clock, day: Days) -> Days | None:
    """ "the week of the seventh", "the week commencing Monday"."""
    if not day.dates:
        return None
    monday = day.dates[0] - day.dates[0].weekday() * _DAY
    return stretch(monday, monday + _WEEK, "week")


def named_month(clock: Clock, month: int, year: int = 0) -> Days:
    """A named month: the running one, else the next."""
    today = clock.today
    again = "" if year else "year"
    if not year:
        step = month < today.month if clock.prefer == "future" else -(month > today.month)
        year = today.year + step
    start = date(year, month, 1)
    named = stretch(start, add_months(start, 1), "month", past=add_months(start, 1) <= today)
    return replace(named, again=again)


def month_by_order(clock: Clock, month: int, which: str) -> Days:
    """ "next March", "this December", "last March"."""
    named = named_month(clock, month)
    if which == "last" and named.start is not None:
        start = add_months(named.start, -12 if named.start > clock.today.replace(day=1) else 0)
        if start == clock.today.replace(day=1):
            start = add_months(start, -12)
        return stretch(start, add_months(start, 1), "month", past=True)
    return replace(named, again="")


def relative_month(clock: Clock, which: str = "this") -> Days:
    """A month by order; "this" keeps its whole length so that days of it can be named."""
    offset = _OFFSETS.get(which, 0)
    start = add_months(clock.today.replace(day=1), offset)
    return stretch(start, add_months(start, 1), "month", past=offset < 0)


def calendar_year(clock: Clock, which: str = "this", year: int = 0) -> Days:
    """A calendar year."""
    first = date(year or clock.today.year + _OFFSETS.get(which, 0), 1, 1)
    return stretch(first, date(first.year + 1, 1, 1), "year", past=first.year < clock.today.year)


def week_in_month(_clock: Clock, month_span: Days, ordinal: int = 0) -> Days | None:
    """ "the first week of October": its first whole week; without a number the last one."""
    if month_span.start is None or month_span.end is None:
        return None
    if not ordinal:
        last = month_span.end - _DAY
        monday = last - (last.weekday() - 3) % 7 * _DAY - 3 * _DAY
        return stretch(monday, monday + _WEEK, "week")
    first = month_span.start.replace(day=1)
    thursday = first + (3 - first.weekday()) % 7 * _DAY
    monday = thursday - 3 * _DAY + (ordinal - 1) * _WEEK
    return stretch(monday, monday + _WEEK, "week")


def week_number(clock: Clock, number: int) -> Days | None:
    """ "week 31" of the ISO calendar, the running or the next one."""
    if not 1 <= number <= 53:
        return None
    first_year = clock.today.isocalendar().year
    for candidate in range(first_year, first_year + 8):
        try:
            monday = date.fromisocalendar(candidate, number, 1)
        except ValueError:  # a week 53 that this year does not have
            continue
        if monday + _WEEK > clock.today:
            return stretch(monday, monday + _WEEK, "week")
    return None


def quarter(clock: Clock, ordinal: int = 0, which: str = "this", year: int = 0) -> Days | None:
    """A quarter of the year, by number or by order."""
    if ordinal > 4:
        return None
    running = (clock.today.month - 1) // 3
    if ordinal:
        year = year or clock.today.year + (ordinal - 1 < running)
        start = date(year, 3 * ordinal - 2, 1)
    else:
        start = add_months(date(clock.today.year, 3 * running + 1, 1), 3 * _OFFSETS.get(which, 0))
    return stretch(start, add_months(start, 3), "quarter", past=start < clock.today and not ordinal)


def weekdays_of_week(_clock: Clock, week: Days, from_weekday: int, to_weekday: int) -> Days | None:
    """ "next week from Tuesday to Thursday"."""
    if week.end is None or to_weekday < from_weekday:
        return None
    monday = week.end - _WEEK
    return stretch(monday + from_weekday * _DAY, monday + (to_weekday + 1) * _DAY, "day")


def edge_of(_clock: Clock, edge: str, span: Days) -> Days | None:
    """Beginning, middle and end: thirds of a month or year, the first three or last four days of a week.

    The middle of a month is the 10th to the 20th.
    """
    if span.start is None or span.end is None:
        return None
    grain = dict(span.marks).get("grain", "")
    start, end = span.start, span.end
    if grain == "month":
        start = start.replace(day=1)
        first, second = start + 10 * _DAY, start + 20 * _DAY
        if edge == "middle":
            return stretch(start + 9 * _DAY, second, grain, edge=edge)
    elif grain == "year":
        first, second = add_months(start, 4), add_months(start, 8)
    else:
        monday = end - _WEEK
        first, second = monday + 3 * _DAY, monday + 3 * _DAY
        if edge == "middle":
            return stretch(monday + 2 * _DAY, monday + 4 * _DAY, grain, edge=edge)
    half = add_months(start, 6) if grain == "year" else start + (end - start) // 2
    cut = {
        "beginning": (start, first),
        "middle": (first, second),
        "end": (second, end),
        "first_half": (start, half),
        "second_half": (half, end),
    }[edge]
    return stretch(cut[0], cut[1], grain, edge=edge)


def midweek(clock: Clock) -> Days | None:
    """ "Midweek": the middle of this week, or of the next when that has passed."""
    found = edge_of(clock, "middle", stretch(clock.today, _next_monday(clock), "week"))
    if found is None or found.end is None or found.end > clock.today:
        return found
    return edge_of(clock, "middle", stretch(_next_monday(clock), _next_monday(clock) + _WEEK, "week"))


def _next_monday(clock: Clock) -> date:
    return clock.today + (7 - clock.today.weekday()) * _DAY


def end_of(_clock: Clock, span: Days) -> Days | None:
    """ "EOM": its last third, as "the end of the month"."""
    return edge_of(_clock, "end", span)


def rest_of(clock: Clock, span: Days) -> Days | None:
    """ "later this week", "the rest of the month": from today on."""
    if span.end is None or span.start is None:
        return None
    return stretch(
        max(span.start, clock.today), span.end, str(dict(span.marks).get("grain", "")), edge="rest"
    )


def coming(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "in the next two weeks", "within three days": from today."""
    end = move(clock.today, few or count, unit)
    return stretch(clock.today, end + _DAY, unit) if end is not None else None


def running(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "the next three days": from tomorrow."""
    end = move(clock.today, few or count, unit)
    return stretch(clock.today + _DAY, end + _DAY, unit) if end is not None else None


def since_then(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "the last two weeks": up to today, not a wish."""
    start = move(clock.today, -(few or count), unit)
    return stretch(start, clock.today, unit, past=True) if start is not None else None


def weekdays(_clock: Clock) -> Days:
    """ "on weekdays": no stretch of its own, a condition on every day."""
    return Days(ranged=True, marks=(("weekdays", True),))


def same_span(_clock: Clock, span: Days) -> Days:
    """A longer way to say the same."""
    return span


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "week": week,
    "week_idiom": week_idiom,
    "working_week": working_week,
    "weekend": weekend,
    "week_of": week_of,
    "month": named_month,
    "month_by_order": month_by_order,
    "relative_month": relative_month,
    "year": calendar_year,
    "week_in_month": week_in_month,
    "week_number": week_number,
    "weekdays_of_week": weekdays_of_week,
    "quarter": quarter,
    "edge_of": edge_of,
    "end_of": end_of,
    "midweek": midweek,
    "rest_of": rest_of,
    "coming": coming,
    "running": running,
    "since_then": since_then,
    "weekdays": weekdays,
    "same_span": same_span,
}
