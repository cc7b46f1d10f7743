"""Named holidays: those a language's table gives by rule, and those a site adds with its clock."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.readings import Days
from engine.nlu.temporal.tokens import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from engine.nlu.temporal.chart import Chart
    from engine.nlu.temporal.clock import Clock

HOLIDAY = "~holiday"
"""The key a holiday's first word gets: the compiled rules speak of holidays without knowing them."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def mark_holidays(chart: Chart) -> None:
    """Find the names of the clock's holidays among the words, the longest name winning."""
    named = chart.clock.holidays
    by_first_word = _by_first_word(tuple(named))
    if by_first_word.keys().isdisjoint(chart.keys):
        return
    keys = list(chart.keys)
    for at, key in enumerate(keys):
        for words, name in by_first_word.get(key, ()):
            if tuple(keys[at : at + len(words)]) == words:
                chart.holidays[at] = (at + len(words), tuple(named[name]))
                chart.keys[at] = HOLIDAY
                break


def holiday_words(named: Mapping[str, tuple[date, ...]]) -> Container[str]:
    """The words with which the names of a clock's holidays begin."""
    return _by_first_word(tuple(named)) if named else ()


@lru_cache(maxsize=32)
def _by_first_word(names: tuple[str, ...]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The names as words, longest first, by their first word; a site's names are the same in every turn."""
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name in sorted(names, key=len, reverse=True):
        words = tuple(phrase(name))
        if words:
            index.setdefault(words[0], []).append((words, name))
    return index


def holiday_symbol(chart: Chart, at: int) -> list[tuple[int, Any]]:
    """The holiday whose name begins here."""
    return [chart.holidays[at]] if at in chart.holidays else []


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous computus, as printed by Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    lunar = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * lunar) // 451
    month, day = divmod(h + lunar - 7 * m + 114, 31)
    return date(year, month, day + 1)


def feast_of(rule: str, year: int) -> date:
    """The day of a rule: "12-25", "easter+1", "advent-1", or "05-sun-2" (May's second Sunday; 0: last).

    "11-thu-4+1" is the day after November's fourth Thursday.
    """
    if rule.startswith("advent"):
        christmas = date(year, 12, 25)
        fourth = christmas - (christmas.weekday() + 1) * _DAY
        return fourth - (4 - int(rule.removeprefix("advent-"))) * _WEEK
    if rule.startswith("easter"):
        return easter(year) + int(rule.removeprefix("easter") or 0) * _DAY
    month, _, rest = rule.partition("-")
    if rest.isdecimal():
        return date(year, int(month), int(rest))
    rest, _, later = rest.partition("+")
    weekday, _, number = rest.partition("-")
    first = date(year, int(month), 1)
    found = first + (_WEEKDAYS.index(weekday) - first.weekday()) % 7 * _DAY
    if number != "0":
        return found + (int(number) - 1) * _WEEK + int(later or 0) * _DAY
    while (found + _WEEK).month == found.month:
        found += _WEEK
    return found


def feast(clock: Clock, feast: str, year: int = 0) -> Days:
    """A holiday of the language's table: its next day, or its last when the past is preferred.

    A name that countries give to different days has a rule for each ("05-sun-2|easter-21"): all are readings.
    """
    days = {feast_of(rule, year) if year else _nearest(rule, clock) for rule in feast.split("|")}
    return Days(tuple(sorted(days)), again="year")


def _nearest(rule: str, clock: Clock) -> date:
    step = -1 if clock.prefer == "past" else 1
    days = (feast_of(rule, clock.today.year), feast_of(rule, clock.today.year + step))
    return next((day for day in days if (day - clock.today).days * step >= 0), days[-1])


def holiday(clock: Clock, holiday: tuple[date, ...], year: int = 0) -> Days | None:
    """A holiday the site named, its next day (or its last when the past is preferred)."""
    today = clock.today
    if year:
        fitting = [day for day in holiday if day.year == year]
    elif clock.prefer == "past":
        fitting = sorted((day for day in holiday if day <= today), reverse=True)
    else:
        fitting = sorted(day for day in holiday if day >= today)
    return Days(tuple(fitting[:1])) if fitting else None


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ACTIONS: Mapping[str, Callable[..., Any]] = {"feast": feast, "holiday": holiday}
