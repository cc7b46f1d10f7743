"""Wall clocks against instants: the hours that do not exist, those that come twice, months and ages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.booking import localtime

VILNIUS = ZoneInfo("Europe/Vilnius")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [(VILNIUS, date(2027, 3, 28), time(3, 30)), (NEW_YORK, date(2027, 3, 14), time(2, 30))],
)
def test_a_skipped_hour_does_not_exist(zone, day, at):
    assert localtime.resolve(day, at, zone) is None


def test_the_hour_before_and_after_a_skipped_one_exist():
    before = localtime.resolve(date(2027, 3, 28), time(2, 59), VILNIUS)
    after = localtime.resolve(date(2027, 3, 28), time(4, 0), VILNIUS)
    assert before is not None
    assert after is not None
    assert localtime.epoch(after) - localtime.epoch(before) == 60


def test_of_a_doubled_hour_the_first_is_meant():
    doubled = localtime.resolve(date(2027, 10, 31), time(3, 30), VILNIUS)
    assert doubled is not None
    assert doubled.utcoffset() == timedelta(hours=3)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)), st.sampled_from([VILNIUS, NEW_YORK]))
def test_what_resolves_survives_the_round_trip(wall, zone):
    aware = localtime.resolve(wall.date(), wall.time(), zone)
    if aware is not None:
        back = aware.astimezone(UTC).astimezone(zone)
        assert back.replace(tzinfo=None) == aware.replace(tzinfo=None) == wall


def test_a_written_time_that_is_skipped_is_refused_by_name():
    with pytest.raises(ValueError, match=r"2027-03-28T03:30 does not exist in Europe/Vilnius"):
        localtime.parse_local("2027-03-28T03:30", VILNIUS)


def test_a_written_time_with_an_offset_is_brought_to_the_site():
    parsed = localtime.parse_local("2026-12-01T08:00Z", VILNIUS)
    assert localtime.local_text(parsed, VILNIUS) == "2026-12-01T10:00"


def test_a_day_before_is_the_same_wall_clock_across_a_change():
    monday = datetime(2027, 3, 29, 0, 30, tzinfo=VILNIUS)
    earlier = localtime.hours_before(monday, 24, VILNIUS)
    assert localtime.local_text(earlier, VILNIUS) == "2027-03-28T00:30"
    assert localtime.epoch(monday) - localtime.epoch(earlier) == 23 * 3600


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_are_added_by_the_calendar(day, months, expected):
    assert localtime.add_months(day, months) == expected


def test_somebody_born_on_a_leap_day_has_a_birthday_every_year():
    assert localtime.birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)
    assert localtime.birthday(date(2011, 2, 28), 16) == date(2027, 2, 28)
    assert localtime.birthday(date(2012, 2, 29), 17) == date(2029, 3, 1)


def test_midnight_as_an_end_is_the_end_of_the_day():
    assert localtime.end_minute_of(time(0, 0)) == 24 * 60
    assert localtime.minute_of(time(0, 0)) == 0
