"""English: each way of saying a day, a time or a stretch, by the clock of Monday 2026-11-23 10:00, hours 8 to 18."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import pytest

Read = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("Friday", "2026-11-27"),
        ("this Friday", "2026-11-27"),
        ("on tusday", "2026-11-24"),
        ("wendsday would be good", "2026-11-25"),
        ("thrusday", "2026-11-26"),
        ("the thirtieth", "2026-11-30"),
        ("the 30th", "2026-11-30"),
        ("on the first", "2026-12-01"),
        ("twenty fifth", "2026-11-25"),
        ("the 25 th", "2026-11-25"),
        ("1st December", "2026-12-01"),
        ("december 1", "2026-12-01"),
        ("the first of december", "2026-12-01"),
        ("december the twenty-first", "2026-12-21"),
        ("fifteenth of March", "2027-03-15"),
        ("March fifteenth", "2027-03-15"),
        ("dec. 3rd", "2026-12-03"),
        ("3 Dec 2027", "2027-12-03"),
        ("the third of december twenty twenty seven", "2027-12-03"),
        ("1/12", "2026-12-01"),
        ("01.12.2026", "2026-12-01"),
        ("2026-12-01", "2026-12-01"),
        ("Tuesday the 1st", "2026-12-01"),
        ("tuesday, the first of december", "2026-12-01"),
        ("Friday next week", "2026-12-04"),
        ("next week on Friday", "2026-12-04"),
        ("in two weeks", "2026-12-07"),
        ("in a fortnight", "2026-12-07"),
        ("in three days", "2026-11-26"),
        ("two days from now", "2026-11-25"),
        ("in six months", "2027-05-23"),
        ("two weeks from Friday", "2026-12-11"),
        ("a week on Tuesday", "2026-12-01"),
        ("Tuesday week", "2026-12-01"),
        ("a week from Tuesday", "2026-12-01"),
        ("the 3rd of next month", "2026-12-03"),
        ("the first Monday in December", "2026-12-07"),
        ("the last Friday of the month", "2026-11-27"),
        ("Christmas Eve", "2026-12-24"),
        ("the 29th of February", "2028-02-29"),
        ("the 31st", "2026-12-31"),
    ],
)
def test_a_day_has_its_date(read: Read, text: str, expected: str) -> None:
    assert read(text) == [f"date {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at three", "15:00"),
        ("at nine", "09:00"),
        ("at eight", "08:00"),
        ("at six", "18:00"),
        ("at twelve", "12:00"),
        ("3pm", "15:00"),
        ("3 p.m.", "15:00"),
        ("nine a m", "09:00"),
        ("15h", "15:00"),
        ("three o'clock", "15:00"),
        ("half past two", "14:30"),
        ("half two", "14:30"),
        ("half three", "15:30"),
        ("a quarter past four", "16:15"),
        ("quarter to three", "14:45"),
        ("quarter of three", "14:45"),
        ("ten past three", "15:10"),
        ("twenty to five", "16:40"),
        ("twenty five to five", "16:35"),
        ("three thirty", "15:30"),
        ("fourteen thirty", "14:30"),
        ("two oh five", "14:05"),
        ("3.30", "15:30"),
        ("3 30", "15:30"),
        ("at 1030", "10:30"),
        ("0930", "09:30"),
        ("14:30", "14:30"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("eight in the evening", "20:00"),
        ("evening 8", "20:00"),
        ("seven in the morning", "07:00"),
        ("12 am", "00:00"),
        ("12 pm", "12:00"),
        ("two-ish", "14:00"),
        ("around ten", "10:00"),
    ],
)
def test_a_time_is_read_by_the_hours_of_the_business(read: Read, text: str, expected: str) -> None:
    assert read(text) == [f"time {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday at three", "2026-11-24T15:00"),
        ("three on Tuesday", "2026-11-24T15:00"),
        ("at half past two tomorrow", "2026-11-24T14:30"),
        ("tomorrow morning at 10", "2026-11-24T10:00"),
        ("tonight at seven", "2026-11-23T19:00"),
        ("5 in the afternoon on the 1st", "2026-12-01T17:00"),
        ("tuesday december first at ten", "2026-12-01T10:00"),
        ("the 1st of December, 2 30 pm", "2026-12-01T14:30"),
        ("in two hours", "2026-11-23T12:00"),
        ("in half an hour", "2026-11-23T10:30"),
        ("midday tomorrow", "2026-11-24T12:00"),
    ],
)
def test_a_day_and_a_time_side_by_side_are_one_moment(read: Read, text: str, expected: str) -> None:
    assert read(text) == [f"datetime {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday afternoon", "datetimerange 2026-11-24T12:00..2026-11-24T18:00"),
        ("tomorrow morning", "datetimerange 2026-11-24T06:00..2026-11-24T12:00"),
        ("mornings", "timerange 06:00..12:00"),
        ("after four", "timerange 16:00.."),
        ("before ten", "timerange ..10:00"),
        ("from nine on", "timerange 09:00.."),
        ("until noon", "timerange ..12:00"),
        ("not before eleven", "timerange 11:00.."),
        ("no later than four", "timerange ..16:00"),
        ("between two and four", "timerange 14:00..16:00"),
        ("from 2 to 4", "timerange 14:00..16:00"),
        ("from nine to five", "timerange 09:00..17:00"),
        ("from 2 to 4 pm", "timerange 14:00..16:00"),
        ("Thursday after three", "datetimerange 2026-11-26T15:00..2026-11-27T00:00"),
        ("wednesday from 9 to 11", "datetimerange 2026-11-25T09:00..2026-11-25T11:00"),
        ("next week", "daterange 2026-11-30..2026-12-07"),
        ("this week", "daterange 2026-11-23..2026-11-30"),
        ("the week after next", "daterange 2026-12-07..2026-12-14"),
        ("the weekend", "daterange 2026-11-28..2026-11-30"),
        ("end of next week", "daterange 2026-12-03..2026-12-07"),
        ("beginning of December", "daterange 2026-12-01..2026-12-11"),
        ("the end of the month", "daterange 2026-11-21..2026-12-01"),
        ("in January", "daterange 2027-01-01..2027-02-01"),
        ("in may", "daterange 2027-05-01..2027-06-01"),
        ("in the next two weeks", "daterange 2026-11-23..2026-12-08"),
        ("from the 1st to the 5th", "daterange 2026-12-01..2026-12-06"),
        ("between Wednesday and Friday", "daterange 2026-11-25..2026-11-28"),
        ("from the 13th to the 15th of July", "daterange 2027-07-13..2027-07-16"),
        ("28 December to 3 January", "daterange 2026-12-28..2027-01-04"),
        ("after Christmas", "daterange 2026-12-26.."),
        ("by Friday", "daterange ..2026-11-28"),
        ("before the 1st", "daterange ..2026-12-01"),
        ("from Wednesday on", "daterange 2026-11-25.."),
        ("first thing tomorrow", "datetimerange 2026-11-24T08:00..2026-11-24T10:00"),
        ("from two today until tomorrow at four", "datetimerange 2026-11-23T14:00..2026-11-24T16:00"),
    ],
)
def test_a_stretch_is_never_narrowed_to_a_point(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("next Tuesday", "date 2026-11-24|2026-12-01"),
        ("Monday", "date 2026-11-23|2026-11-30"),
        ("at seven", "time 07:00|19:00"),
        ("Tuesday the 2nd of December", "date 2026-12-02|2026-12-01"),
        ("at half past seven", "time 07:30|19:30"),
    ],
)
def test_divided_usage_and_disagreement_give_every_reading(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not Monday, Tuesday", ["not date 2026-11-23|2026-11-30", "date 2026-11-24"]),
        ("any day but Friday", ["not date 2026-11-27"]),
        ("any day but Friday after four", ["not date 2026-11-27", "timerange 16:00.."]),
        ("anything except the third", ["not date 2026-12-03"]),
        ("not Tuesday or Wednesday", ["not date 2026-11-24", "not date 2026-11-25"]),
        ("Friday, but not in the morning", ["date 2026-11-27", "not timerange 06:00..12:00"]),
    ],
)
def test_what_the_caller_does_not_want_is_excluded(read: Read, text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the thirteenth, no, the thirtieth", ["date 2026-11-30"]),
        ("Wednesday, sorry, Thursday", ["date 2026-11-26"]),
        ("Tuesday at three, no, four", ["datetime 2026-11-24T16:00"]),
        ("at two, I mean at three", ["time 15:00"]),
        ("Tuesday at three, sorry, Wednesday", ["datetime 2026-11-25T15:00"]),
    ],
)
def test_a_corrected_value_is_dropped(read: Read, text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday or Wednesday", ["date 2026-11-24", "date 2026-11-25"]),
        (
            "Tuesday or Wednesday afternoon",
            [
                "datetimerange 2026-11-24T12:00..2026-11-24T18:00",
                "datetimerange 2026-11-25T12:00..2026-11-25T18:00",
            ],
        ),
        ("at three or four", ["time 15:00", "time 16:00"]),
        ("Tuesday at three or at four", ["datetime 2026-11-24T15:00", "datetime 2026-11-24T16:00"]),
        ("the third or the fourth of December", ["date 2026-12-03", "date 2026-12-04"]),
        ("move it from Thursday to Friday", ["date 2026-11-26", "date 2026-11-27"]),
        ("cancel Tuesday and book me for Friday at two", ["date 2026-11-24", "datetime 2026-11-27T14:00"]),
    ],
)
def test_several_wishes_stay_several(read: Read, text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as soon as possible", "soonest"),
        ("the earliest you have", "soonest"),
        ("do you have anything later", "later"),
        ("something earlier please", "earlier"),
    ],
)
def test_a_wish_by_comparison_is_an_order(read: Read, text: str, expected: str) -> None:
    assert read(text) == [f"order {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        "may I come in",
        "it may hurt",
        "the second one please",
        "my son is 2",
        "for an hour",
        "it takes thirty minutes",
        "it has been hurting for three days",
        "one moment please",
        "I have one question",
        "I sat down",
        "I have 3 children",
        "it costs 50 euros",
        "my number is 612 34 567",
        "six one two three four five six seven",
        "the code is 123-12-1234",
        "good morning",
        "have a nice day",
        "for the first time",
        "room 12",
        "",
        "...",
    ],
)
def test_what_only_looks_temporal_is_left_alone(read: Read, text: str) -> None:
    assert read(text) == []


def test_the_past_is_found_and_marked(grammar: Callable[[str], object], read: Read) -> None:
    assert read("last Tuesday") == ["date 2026-11-17"]
    assert read("yesterday evening") == ["datetimerange 2026-11-22T17:00..2026-11-22T22:00"]
    assert read("he fell an hour ago") == ["datetime 2026-11-23T09:00"]
    assert read("I had a crown done in March and it hurts since yesterday") == [
        "daterange 2026-03-01..2026-04-01",
        "daterange 2026-11-22..",
    ]


def test_a_date_that_does_not_exist_is_no_date(read: Read) -> None:
    assert read("the thirty-first of November") == ["date None"]
    assert read("on the 30th of February") == ["date None"]
    assert read("the 0th") == []


def test_a_bare_number_needs_the_question(read: Read) -> None:
    assert read("three") == []
    assert read("three", asking="time") == ["time 15:00"]
    assert read("ten fifteen", asking="time") == ["time 10:15"]
    assert read("1030", asking="time") == ["time 10:30"]
    assert read("the third", asking="date") == ["date 2026-12-03"]
    assert read("30", asking="date") == ["date 2026-11-30"]


def test_opening_hours_decide_the_half_of_the_day(read: Read) -> None:
    assert read("at seven", opens=time(7), closes=time(15)) == ["time 07:00"]
    assert read("at seven", opens=time(12), closes=time(22)) == ["time 19:00"]
    assert read("at ten", opens=time(8), closes=time(22)) == ["time 10:00|22:00"]


def test_the_turn_of_the_year_and_the_ends_of_months(read: Read) -> None:
    new_years_eve = datetime(2026, 12, 31, 9, 0)
    assert read("tomorrow", now=new_years_eve) == ["date 2027-01-01"]
    assert read("next month", now=new_years_eve) == ["daterange 2027-01-01..2027-02-01"]
    assert read("the 2nd", now=new_years_eve) == ["date 2027-01-02"]
    assert read("in two months", now=new_years_eve) == ["date 2027-02-28"]
    assert read("the 30th", now=datetime(2027, 1, 31, 9, 0)) == ["date 2027-03-30"]
    assert read("tomorrow", now=datetime(2028, 2, 28, 9, 0)) == ["date 2028-02-29"]


def test_the_order_of_numeric_dates_is_the_site_s(read: Read) -> None:
    assert read("3/4") == ["date 2027-04-03"]
    assert read("3/4", day_first=False) == ["date 2027-03-04"]
    assert read("25/12", day_first=False) == ["date 2026-12-25"]


def test_a_site_may_name_holidays(read: Read) -> None:
    from datetime import date

    assert read("after Founders Day", holidays={"Founders Day": (date(2026, 12, 8),)}) == [
        "daterange 2026-12-09.."
    ]


def test_an_entity_points_at_the_words_as_heard(grammar: Callable[..., object], read: Read) -> None:
    from engine.nlu.temporal import Clock, TemporalGrammar

    english = grammar("en")
    assert isinstance(english, TemporalGrammar)
    text = "So, hm, Tuesday at three please"
    (found,) = english.find(text, Clock(datetime(2026, 11, 23, 10, 0)))
    assert text[slice(*found.span)] == found.text == "Tuesday at three"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("until tomorrow morning", "datetimerange ..2026-11-24T12:00"),
        ("before Friday afternoon", "datetimerange ..2026-11-27T12:00"),
        ("after the weekend", "daterange 2026-11-30.."),
        ("by the end of the year", "daterange ..2027-01-01"),
        ("tomorrow from 5 to 7", "datetimerange 2026-11-24T17:00..2026-11-24T19:00"),
        ("from August to March", "daterange 2027-08-01..2028-04-01"),
        ("late last night", "datetimerange 2026-11-22T22:00..2026-11-23T00:00"),
        ("from now until Friday", "datetimerange 2026-11-23T10:00..2026-11-28T00:00"),
        ("this week from Tuesday to Thursday", "daterange 2026-11-24..2026-11-27"),
    ],
)
def test_bounds_may_be_parts_of_days_and_stretches(read: Read, text: str, expected: str) -> None:
    assert read(text) == [expected]


def test_a_change_names_two_days_and_a_stretch_one(read: Read) -> None:
    assert read("Thursday to Friday") == ["daterange 2026-11-26..2026-11-28"]
    assert read("change Thursday to Friday") == ["date 2026-11-26", "date 2026-11-27"]
    assert read("move it from three to four") == ["time 15:00", "time 16:00"]


def test_a_distance_from_the_appointment_is_no_date(read: Read) -> None:
    assert read("can you make it half an hour later") == ["order later"]
    assert read("move it a week earlier") == ["order earlier"]
    assert read("but now I just want a check") == []


def test_a_number_asked_for_is_found_beside_other_mentions(read: Read) -> None:
    assert read("six", asking="number") == ["number 6"]
    assert read("twenty five on Tuesday", asking="number")[0] == "number 25"
    assert read("six") == []
