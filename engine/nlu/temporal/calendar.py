"""Days: the meaning of calendar phrases relative to the day of speaking.

Wherever usage is divided ("next Tuesday" said on a Monday, "Monday" said on a Monday) every reading is
kept, in the order of the calendar, and the caller is asked.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.readings import Days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_PAST = (("past", True),)
_INVALID = Days(marks=(("invalid", True),))
_AGREE_WITHIN = 93
"""Days ahead in which "Friday the 29th" may look for a month where both agree without asking."""
_AHEAD = 20
"""Years ahead that two digits of a year may mean: "71" is 1971."""
_LEAP_CYCLE = 8
"""Years within which every day of the year comes round, the leap day included."""


def day(value: date, again: str = "", past: bool = False) -> Days:  # noqa: FBT001, FBT002 - a plain fact
    """One day with one reading."""
    return Days((value,), again=again, marks=_PAST if past else ())


def relative_day(clock: Clock, relative_day: int) -> Days:
    """ "today", "tomorrow", "yesterday", "the day after tomorrow"."""
    return day(clock.today + relative_day * _DAY, past=relative_day < 0)


def day_spoken_of(clock: Clock, relative_day: int) -> Days:
    """ "The day after", "for the day": from today when nothing else was spoken of, and marked so."""
    return Days((clock.today + relative_day * _DAY,), marks=(("refers", True),))


def this_day(clock: Clock) -> Days:
    """Today, as "this day" or "the same day"."""
    return day(clock.today)


def weekday(clock: Clock, weekday: int, which: str = "") -> Days | None:
    """A weekday, alone or with "this", "next", "last", "coming"."""
    today = clock.today
    ahead = (weekday - today.weekday()) % 7
    coming = today + ahead * _DAY
    later_this_week = weekday > today.weekday()
    match which:
        case "last":
            recent = coming - _WEEK
            dates = (recent, recent - _WEEK) if weekday < today.weekday() else (recent,)
            return Days(dates, marks=_PAST)
        case "next":
            dates = (coming, coming + _WEEK) if later_this_week else (coming if ahead else coming + _WEEK,)
        case "this":
            dates = (coming, coming - _WEEK) if weekday < today.weekday() else (coming,)
        case "coming":
            dates = (coming if ahead else coming + _WEEK,)
        case _ if clock.prefer == "past":
            dates = (coming - _WEEK if ahead else coming,)
        case _:
            dates = (coming, coming + _WEEK) if not ahead else (coming,)
    return Days(dates, again="week")


def habit(clock: Clock, weekday_habit: int) -> Days:
    """ "Mondays": the coming one, marked as recurring."""
    ahead = (weekday_habit - clock.today.weekday()) % 7
    return Days((clock.today + ahead * _DAY,), again="week", marks=(("recurring", True),))


def weekday_after_next(clock: Clock, weekday: int) -> Days:
    """ "the Monday after next"."""
    ahead = (weekday - clock.today.weekday()) % 7 or 7
    return day(clock.today + ahead * _DAY + _WEEK)


def weekday_before_last(clock: Clock, weekday: int) -> Days:
    """ "the Monday before last"."""
    back = (clock.today.weekday() - weekday) % 7 or 7
    return day(clock.today - back * _DAY - _WEEK, past=True)


def weekday_of_week(_clock: Clock, weekday: int, week: Days) -> Days | None:
    """ "Friday next week", "next week on Friday"."""
    if week.start is None or dict(week.marks).get("grain") != "week":
        return None
    monday = week.start - week.start.weekday() * _DAY
    return day(monday + weekday * _DAY)


def ordinal_day(clock: Clock, ordinal: int = 0, dom: int = 0) -> Days:
    """ "the thirtieth": the next one that exists, today included."""
    number = ordinal or dom
    year, month = clock.today.year, clock.today.month
    step = -1 if clock.prefer == "past" else 1
    for _ in range(12):
        if number <= monthrange(year, month)[1]:
            value = date(year, month, number)
            if (value - clock.today).days * step >= 0:
                return day(value, again="month")
        year, month = _month_on(year, month, step)
    return _INVALID


def ordinal_in(_clock: Clock, month_span: Days, ordinal: int = 0, dom: int = 0) -> Days | None:
    """ "the third of next month"."""
    start = month_span.start
    if start is None or dict(month_span.marks).get("grain") != "month":
        return None
    number = ordinal or dom
    start = start.replace(day=1)
    return day(start.replace(day=number)) if number <= monthrange(start.year, start.month)[1] else _INVALID


def month_day(
    clock: Clock, month: int = 0, ordinal: int = 0, dom: int = 0, year: int = 0, month_number: int = 0
) -> Days:
    """ "the first of December", "December 1st 2026": without a year the next one that exists."""
    number, month = ordinal or dom, month or month_number
    if year:
        return day(date(year, month, number)) if _exists(year, month, number) else _INVALID
    step = -1 if clock.prefer == "past" else 1
    first = clock.today.year
    for candidate in range(first, first + step * _LEAP_CYCLE, step):
        if _exists(candidate, month, number):
            value = date(candidate, month, number)
            if (value - clock.today).days * step >= 0:
                return day(value, again="year")
    return _INVALID


def numeric(clock: Clock, left: int, right: int, year: int = 0, year_short: int = -1) -> Days | None:
    """ "1/12" in the order of the site; the other order when only that one exists."""
    if year_short >= 0:
        year = 2000 + year_short - (100 if 2000 + year_short > clock.today.year + _AHEAD else 0)
    pairs = ((left, right), (right, left)) if clock.day_first else ((right, left), (left, right))
    for number, month in pairs:
        if 1 <= month <= 12 and 1 <= number <= monthrange(2024, month)[1]:
            read = month_day(clock, month, dom=number, year=year)
            return replace(read, marks=(*read.marks, ("numeric", True)))
    return None


def iso(_clock: Clock, year: int, month_number: int, dom: int) -> Days:
    """ "2026-12-01"."""
    return day(date(year, month_number, dom)) if _exists(year, month_number, dom) else _INVALID


def compact(_clock: Clock, yyyymmdd: int) -> Days | None:
    """ "20261201"."""
    year, month, number = yyyymmdd // 10000, yyyymmdd // 100 % 100, yyyymmdd % 100
    return day(date(year, month, number)) if 1900 <= year < 2100 and _exists(year, month, number) else None


def weekday_date(clock: Clock, weekday: int, calendar_day: Days) -> Days:
    """A weekday beside a date: they must agree, else both readings are kept and marked as a conflict.

    A date without its year, or without its month, may agree later on ("Friday the 29th").
    """
    if not calendar_day.dates:
        return calendar_day
    said = calendar_day.dates[0]
    moved, later = said, said
    while calendar_day.again and (later - clock.today).days <= _AGREE_WITHIN:
        if later.weekday() == weekday:
            moved = later
            break
        later = _again(later, calendar_day.again)
    if moved.weekday() == weekday:
        return day(moved)
    nearest = min(
        (said + offset * _DAY for offset in range(-3, 4) if (said + offset * _DAY).weekday() == weekday),
        key=lambda value: abs((value - said).days),
    )
    return Days(
        (said, nearest, *_later_agreement(said, weekday, calendar_day.again)), marks=(("conflict", True),)
    )


def _later_agreement(said: date, weekday: int, unit: str) -> tuple[date, ...]:
    """The next month in which a bare "the 13th" falls on the weekday: a third reading to ask about."""
    if unit != "month":
        return ()
    later = said
    for _ in range(24):
        later = _again(later, unit)
        if later.weekday() == weekday and later.day == said.day:
            return (later,)
    return ()


def nth_weekday(_clock: Clock, weekday: int, month_span: Days, ordinal: int = 0) -> Days | None:
    """ "the first Monday in December"; without a number the last one."""
    if month_span.start is None or dict(month_span.marks).get("grain") != "month":
        return None
    first = month_span.start.replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    if not ordinal:
        return day(last - (last.weekday() - weekday) % 7 * _DAY)
    value = first + (weekday - first.weekday()) % 7 * _DAY + (ordinal - 1) * _WEEK
    return day(value) if value <= last else _INVALID


def last_day(_clock: Clock, month_span: Days) -> Days | None:
    """ "the last day of the month"."""
    return day(month_span.end - _DAY) if month_span.end is not None else None


def shifted(clock: Clock, count: int, unit: str, day_: Days | None = None, back: bool = False) -> Days | None:  # noqa: FBT001, FBT002
    """A day by its distance: "in two weeks", "three days after the first"."""
    origin = day_.dates if day_ is not None else (clock.today,)
    moved = tuple(_move(value, -count if back else count, unit) for value in origin)
    if not moved or None in moved:
        return None
    return Days(tuple(value for value in moved if value), marks=_PAST if back and day_ is None else ())


def ahead(clock: Clock, unit: str, count: int = 1, day: Days | None = None) -> Days | None:
    """ "in two weeks", "a week on Monday"."""
    return shifted(clock, count, unit, day)


def ago(clock: Clock, unit: str, count: int = 1, day: Days | None = None) -> Days | None:
    """ "two weeks ago", "two weeks before the first"."""
    return shifted(clock, count, unit, day, back=True)


def real_date(year: int, month: int, number: int) -> date | None:
    """The date, when the calendar has it."""
    return date(year, month, number) if _exists(year, month, number) else None


def _exists(year: int, month: int, number: int) -> bool:
    return 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]


def _month_on(year: int, month: int, count: int) -> tuple[int, int]:
    index = year * 12 + month - 1 + count
    return index // 12, index % 12 + 1


def add_months(value: date, count: int) -> date:
    """Calendar months on; the ends of months clamp (31 August and six months is 28 February)."""
    year, month = _month_on(value.year, value.month, count)
    return date(year, month, min(value.day, monthrange(year, month)[1]))


def _again(value: date, unit: str) -> date:
    """The next day the same words would name."""
    if unit == "week":
        return value + _WEEK
    count = 12 if unit == "year" else 1
    moved = add_months(value, count)
    while moved.day != value.day:
        count += 12 if unit == "year" else 1
        moved = add_months(value, count)
    return moved


def on_or_after(days: Days, start: date) -> date | None:
    """The first reading of a day, or of its next rounds, that is not before `start`."""
    for value in days.dates:
        if value >= start:
            return value
    if not days.dates:
        return None
    value = days.dates[-1]
    while days.again and value < start:
        value = _again(value, days.again)
    return value


def _move(value: date, count: int, unit: str) -> date | None:
    match unit:
        case "day":
            return value + count * _DAY
        case "week":
            return value + count * _WEEK
        case "fortnight":
            return value + 2 * count * _WEEK
        case "month":
            return add_months(value, count)
        case "year":
            return add_months(value, 12 * count)
        case "workday":
            step = _DAY if count > 0 else -_DAY
            for _ in range(abs(count)):
                value += step
                while value.weekday() >= 5:
                    value += step
            return value
    return None


def move(value: date, count: int, unit: str) -> date | None:
    """A day so many units on; None for units shorter than a day."""
    return _move(value, count, unit)


def same_day(_clock: Clock, day: Days) -> Days:
    """A longer way to say the same."""
    return day


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "relative_day": relative_day,
    "day_spoken_of": day_spoken_of,
    "this_day": this_day,
    "weekday": weekday,
    "habit": habit,
    "weekday_after_next": weekday_after_next,
    "weekday_before_last": weekday_before_last,
    "weekday_of_week": weekday_of_week,
    "ordinal_day": ordinal_day,
    "ordinal_in": ordinal_in,
    "month_day": month_day,
    "numeric": numeric,
    "iso": iso,
    "compact": compact,
    "weekday_date": weekday_date,
    "nth_weekday": nth_weekday,
    "last_day": last_day,
    "ahead": ahead,
    "ago": ago,
    "same_day": same_day,
}
