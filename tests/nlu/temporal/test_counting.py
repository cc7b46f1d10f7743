"""Days and stretches found by counting, by the clock of Monday 2026-11-23 10:00, hours 8 to 18."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

Read = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("three Fridays from now", "date 2026-12-11"),
        ("two Mondays from now", "date 2026-12-07"),
        ("two Sundays ago", "date 2026-11-15"),
        ("the next working day", "date 2026-11-24"),
        ("the first working day of next month", "date 2026-12-01"),
        ("the last working day of January", "date 2027-01-29"),
        ("the first Tuesday this month", "date 2026-11-03"),
        ("Sunday from last week", "date 2026-11-22"),
        ("the closest Monday to the 15th of December", "date 2026-12-14"),
        ("the Monday before Christmas", "date 2026-12-21"),
        ("the Friday after Christmas", "date 2027-01-01"),
        ("the day before Friday", "date 2026-11-26"),
        ("on Black Friday", "date 2026-11-27"),
        ("05/05/71", "date 1971-05-05"),
        ("in two weeks and three days", "date 2026-12-10"),
        ("in a month and a half", "date 2027-01-07"),
        ("in half a year", "date 2027-05-23"),
        ("the third of March next year", "date 2027-03-03"),
    ],
)
def test_a_counted_day_has_its_date(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two weekends from now", "daterange 2026-12-12..2026-12-14"),
        ("the weekend of the 12th of December", "daterange 2026-12-12..2026-12-14"),
        ("the first weekend of May", "daterange 2027-05-01..2027-05-03"),
        ("the last weekend of January", "daterange 2027-01-30..2027-02-01"),
        ("the week after Christmas", "daterange 2026-12-28..2027-01-04"),
        ("the week before Christmas", "daterange 2026-12-14..2026-12-21"),
        ("the first two weeks of December", "daterange 2026-12-01..2026-12-15"),
        ("the last week of December", "daterange 2026-12-28..2027-01-04"),
        ("the last three days of December", "daterange 2026-12-29..2027-01-01"),
        ("in two or three weeks", "daterange 2026-12-07..2026-12-15"),
        ("in 3-4 days", "daterange 2026-11-26..2026-11-28"),
        ("not for another two weeks", "daterange 2026-12-07.."),
        ("in less than two weeks", "daterange 2026-11-23..2026-12-08"),
        ("for ten days from the first", "daterange 2026-12-01..2026-12-11"),
        ("from the first for ten days", "daterange 2026-12-01..2026-12-11"),
        ("January next year", "daterange 2027-01-01..2027-02-01"),
        ("end of month", "daterange 2026-11-21..2026-12-01"),
        ("the latter part of next week", "daterange 2026-12-03..2026-12-07"),
        ("Tuesday to Thursday next week", "daterange 2026-12-01..2026-12-04"),
        ("from today until the end of the month", "daterange 2026-11-23..2026-12-01"),
        ("from the 2nd to the 7th of next month", "daterange 2026-12-02..2026-12-08"),
        ("no sooner than the 15th", "daterange 2026-12-15.."),
        ("from nine for two hours", "timerange 09:00..11:00"),
        ("from now till five", "datetimerange 2026-11-23T10:00..2026-11-23T17:00"),
        ("early on Tuesday", "datetimerange 2026-11-24T00:00..2026-11-24T10:00"),
        ("Tuesday during opening hours", "datetimerange 2026-11-24T08:00..2026-11-24T18:00"),
        ("Monday 9am to Wednesday 5pm", "datetimerange 2026-11-30T09:00..2026-12-02T17:00"),
        ("by the weekend", "daterange ..2026-11-30"),
        ("since the 25th", "daterange 2026-10-25.."),
        ("nine till five", "timerange 09:00..17:00"),
        ("within a day and two hours", "datetimerange 2026-11-23T10:00..2026-11-24T12:00"),
    ],
)
def test_a_counted_stretch_has_its_ends(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two hours after noon", "time 14:00"),
        ("two hours before five", "time 15:00"),
        ("in three quarters of an hour", "datetime 2026-11-23T10:45"),
        ("in 3/4 of an hour", "datetime 2026-11-23T10:45"),
        ("in about half an hour", "datetime 2026-11-23T10:30"),
        ("in two days and four hours", "datetime 2026-11-25T14:00"),
    ],
)
def test_hours_are_counted_from_a_time_or_from_now(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


def test_a_stretch_that_began_already_is_the_one_that_runs(read: Read) -> None:
    fifth_of_july = datetime(2026, 7, 5, 10, 0)
    assert read("from 2 July to 10 July", now=fifth_of_july) == ["daterange 2026-07-02..2026-07-11"]
    assert read("from 2 July to 4 July", now=fifth_of_july) == ["daterange 2027-07-02..2027-07-05"]


def test_hours_in_digits_with_to_between_are_a_point_or_a_stretch(read: Read) -> None:
    assert read("10 to 11 am") == ["time 10:50|10:00..11:00"]
    assert read("10 to 11 in the morning") == ["time 10:50|10:00..11:00"]
    assert read("Thursday 10 to 11") == ["datetime 2026-11-26T10:50|2026-11-26T10:00..2026-11-26T11:00"]
    assert read("from 10 to 11 am") == ["timerange 10:00..11:00"]


def test_a_point_is_meant_behind_at_and_where_no_stretch_runs_forward(read: Read) -> None:
    assert read("at 10 to 11 am") == ["time 10:50"]
    assert read("ten to eleven in the morning") == ["time 10:50"]
    assert read("20 to 5") == ["time 16:40"]
    assert read("at 20 to 5") == ["time 16:40"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seven in the afternoon", "time 19:00"),
        ("one in the morning", "time 01:00"),
        ("twelve at night", "time 00:00"),
        ("nine at night", "time 21:00"),
    ],
)
def test_a_part_of_the_day_settles_the_half_also_of_an_hour_beside_it(
    read: Read, text: str, expected: str
) -> None:
    assert read(text) == [expected]


def test_a_part_of_the_day_that_contradicts_the_hour_settles_nothing(read: Read) -> None:
    assert read("half five at night") == ["time 17:30"]
    assert read("half five at night", opens=datetime.min.time()) == ["time 17:30|05:30"]
    assert read("eleven in the afternoon", closes=datetime.max.time()) == ["time 11:00|23:00"]


def test_a_name_that_countries_give_to_different_days_is_asked(read: Read) -> None:
    assert read("on Mother's Day") == ["date 2027-03-07|2027-05-09"]
    assert read("on Father's Day") == ["date 2027-06-20"]


@pytest.mark.parametrize(
    "text",
    [
        "5 to 10 euros",
        "10 to 15 people",
        "it costs 5.30",
        "5.30 euros",
        "version 3.10",
        "room 12 please",
        "invoice 2020-03",
        "pin 0930",
        "3/4 of the filling",
        "tooth 3.6",
        "10.30 am CET",
        "all four afternoon classes",
    ],
)
def test_prices_codes_and_fractions_are_no_times(read: Read, text: str) -> None:
    assert not [found for found in read(text) if not found.startswith("timerange 12:00")]


def test_running_late_is_no_wish_for_a_late_hour(read: Read) -> None:
    assert read("I am running late today") == ["date 2026-11-23"]
    assert read("is that too early tomorrow") == ["date 2026-11-24"]
