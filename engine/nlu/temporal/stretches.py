"""Stretches of days: weeks, months, weekends, parts of them, and open bounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.calendar import add_months, month_day, move, on_or_after
from engine.nlu.temporal.readings import Days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SATURDAY = 5
_OFFSETS = {"last": -1, "this": 0, "next": 1, "coming": 1, "after_next": 2}


def _stretch(start: date | None, end: date | None, grain: str, **marks: Any) -> Days:
    facts = {"grain": grain, **{name: value for name, value in marks.items() if value}}
    return Days(ranged=True, start=start, end=end, marks=tuple(sorted(facts.items())))


def week(clock: Clock, which: str = "this", count: int = 0, unit: str = "week") -> Days | None:
    """A calendar week, Monday to Monday; this week begins now."""
    if unit not in ("week", "fortnight"):
        return None
    offset = count or _OFFSETS.get(which, 0)
    monday = clock.today - clock.today.weekday() * _DAY + offset * _WEEK
    start = monday if offset else clock.today
    return _stretch(start, monday + _WEEK, "week", past=offset < 0)


def working_week(clock: Clock, which: str = "this") -> Days:
    """Monday to Friday."""
    offset = _OFFSETS.get(which, 0)
    monday = clock.today - clock.today.weekday() * _DAY + offset * _WEEK
    return _stretch(monday if offset else clock.today, monday + _SATURDAY * _DAY, "week", past=offset < 0)


def weekend(clock: Clock, which: str = "this") -> Days:
    """Saturday and Sunday; on a weekend "this" is the one that runs."""
    offset = _OFFSETS.get(which, 0)
    saturday = clock.today + (_SATURDAY - clock.today.weekday()) * _DAY + offset * _WEEK
    return _stretch(max(saturday, clock.today) if not offset else saturday, saturday + 2 * _DAY, "weekend")


def week_of(_clock: Clock, day: Days) -> Days | None:
    """ "the week of the seventh", "the week commencing Monday"."""
    if not day.dates:
        return None
    monday = day.dates[0] - day.dates[0].weekday() * _DAY
    return _stretch(monday, monday + _WEEK, "week")


def named_month(clock: Clock, month: int, year: int = 0) -> Days:
    """A named month: the running one, else the next."""
    today = clock.today
    if not year:
        step = month < today.month if clock.prefer == "future" else -(month > today.month)
        year = today.year + step
    start = date(year, month, 1)
    return _stretch(start, add_months(start, 1), "month", past=add_months(start, 1) <= today)


def month_by_order(clock: Clock, month: int, which: str) -> Days:
    """ "next March", "this December", "last March"."""
    named = named_month(clock, month)
    if which == "last" and named.start is not None:
        start = add_months(named.start, -12 if named.start > clock.today.replace(day=1) else 0)
        if start == clock.today.replace(day=1):
            start = add_months(start, -12)
        return _stretch(start, add_months(start, 1), "month", past=True)
    return named


def relative_month(clock: Clock, which: str = "this") -> Days:
    """A month by order; "this" keeps its whole length so that days of it can be named."""
    offset = _OFFSETS.get(which, 0)
    start = add_months(clock.today.replace(day=1), offset)
    return _stretch(start, add_months(start, 1), "month", past=offset < 0)


def calendar_year(clock: Clock, which: str = "this", year: int = 0) -> Days:
    """A calendar year."""
    first = date(year or clock.today.year + _OFFSETS.get(which, 0), 1, 1)
    return _stretch(first, date(first.year + 1, 1, 1), "year", past=first.year < clock.today.year)


def week_in_month(_clock: Clock, month_span: Days, ordinal: int = 0) -> Days | None:
    """ "the first week of October": its first whole week; without a number the last one."""
    if month_span.start is None or month_span.end is None:
        return None
    if not ordinal:
        last = month_span.end - _DAY
        monday = last - (last.weekday() - 3) % 7 * _DAY - 3 * _DAY
        return _stretch(monday, monday + _WEEK, "week")
    first = month_span.start.replace(day=1)
    thursday = first + (3 - first.weekday()) % 7 * _DAY
    monday = thursday - 3 * _DAY + (ordinal - 1) * _WEEK
    return _stretch(monday, monday + _WEEK, "week")


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
            return _stretch(monday, monday + _WEEK, "week")
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
    return _stretch(start, add_months(start, 3), "quarter", past=start < clock.today and not ordinal)


def weekdays_of_week(_clock: Clock, week: Days, from_weekday: int, to_weekday: int) -> Days | None:
    """ "next week from Tuesday to Thursday"."""
    if week.end is None or to_weekday < from_weekday:
        return None
    monday = week.end - _WEEK
    return _stretch(monday + from_weekday * _DAY, monday + (to_weekday + 1) * _DAY, "day")


def edge_of(_clock: Clock, edge: str, span: Days) -> Days | None:
    """Beginning, middle and end: thirds of a month or year, the first three or last four days of a week."""
    if span.start is None or span.end is None:
        return None
    grain = dict(span.marks).get("grain", "")
    start, end = span.start, span.end
    if grain == "month":
        start = start.replace(day=1)
        first, second = start + 10 * _DAY, start + 20 * _DAY
    elif grain == "year":
        first, second = add_months(start, 4), add_months(start, 8)
    else:
        monday = end - _WEEK
        first, second = monday + 3 * _DAY, monday + 3 * _DAY
        if edge == "middle":
            return _stretch(monday + 2 * _DAY, monday + 4 * _DAY, grain, edge=edge)
    half = start + (end - start) // 2
    cut = {
        "beginning": (start, first),
        "middle": (first, second),
        "end": (second, end),
        "first_half": (start, half),
        "second_half": (half, end),
    }[edge]
    return _stretch(cut[0], cut[1], grain, edge=edge)


def rest_of(clock: Clock, span: Days) -> Days | None:
    """ "later this week", "the rest of the month": from today on."""
    if span.end is None or span.start is None:
        return None
    return _stretch(
        max(span.start, clock.today), span.end, str(dict(span.marks).get("grain", "")), edge="rest"
    )


def coming(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "in the next two weeks", "within three days": from today."""
    end = move(clock.today, few or count, unit)
    return _stretch(clock.today, end + _DAY, unit) if end is not None else None


def running(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "the next three days": from tomorrow."""
    end = move(clock.today, few or count, unit)
    return _stretch(clock.today + _DAY, end + _DAY, unit) if end is not None else None


def since_then(clock: Clock, unit: str, count: int = 1, few: int = 0) -> Days | None:
    """ "the last two weeks": up to today, not a wish."""
    start = move(clock.today, -(few or count), unit)
    return _stretch(start, clock.today, unit, past=True) if start is not None else None


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
        return _stretch(first, last, "day") if last is not None and last > first else None
    opening = _first(clock, start)
    if opening is None or not end.dates or (start.again, end.again) == ("month", "year"):
        return None  # "the 13th to the 15th of July" names the month of both: days_of_month
    last = on_or_after(end, opening)
    return _stretch(opening, last + _DAY, "day") if last is not None and last >= opening else None


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
    return _stretch(end, None, "day", bound="after") if end else None


def before(clock: Clock, day: Days) -> Days | None:
    """ "before Tuesday": that day is outside."""
    start, _ = _edges(clock, day)
    return _stretch(None, start, "day", bound="before") if start else None


def until(clock: Clock, day: Days) -> Days | None:
    """ "until Tuesday", "by Friday": that day is inside."""
    _, end = _edges(clock, day)
    return _stretch(None, end, "day", bound="until") if end else None


def starting(clock: Clock, day: Days) -> Days | None:
    """ "from Tuesday on"."""
    start, _ = _edges(clock, day)
    return _stretch(start, None, "day", bound="from") if start else None


def since(clock: Clock, day: Days) -> Days | None:
    """ "since yesterday", "since March": a history, not a wish."""
    start, _ = _edges(clock, day)
    if start is None:
        return None
    if start > clock.today:
        start = add_months(start, -12) if day.ranged or day.again == "year" else start - _WEEK
    return _stretch(start, None, "day", past=True)


def history(_clock: Clock, span: Days) -> Days | None:
    """ "in March I had ...": the last one that has passed, marked as past."""
    if span.start is None or span.end is None:
        return None
    back = 0 if dict(span.marks).get("past") else -12
    start = add_months(span.start, back)
    return _stretch(start, add_months(start, 1), "month", past=True)


def weekdays(_clock: Clock) -> Days:
    """ "on weekdays": no stretch of its own, a condition on every day."""
    return Days(ranged=True, marks=(("weekdays", True),))


def same_span(_clock: Clock, span: Days) -> Days:
    """A longer way to say the same."""
    return span


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "week": week,
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
    "dated_range": dated_range,
    "quarter": quarter,
    "edge_of": edge_of,
    "rest_of": rest_of,
    "coming": coming,
    "running": running,
    "since_then": since_then,
    "from_to": from_to,
    "days_of_month": days_of_month,
    "after": after,
    "before": before,
    "until": until,
    "starting": starting,
    "since": since,
    "weekdays": weekdays,
    "same_span": same_span,
}
