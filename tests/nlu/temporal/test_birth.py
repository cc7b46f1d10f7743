"""Birth dates: every spoken form of a year, digits in any grouping, the past only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.temporal import Clock, TemporalGrammar

Grammars = Callable[[str], TemporalGrammar]
CLOCK = Clock(datetime(2026, 11, 23, 10, 0), prefer="past")


def readings(grammar: Grammars, text: str, language: str = "en") -> list[str]:
    found = grammar(language).birth_date(text, CLOCK)
    return [reading for entity in found for reading in entity.alternatives or (entity.value,)]


@pytest.mark.parametrize(
    "text",
    [
        "the twelfth of March nineteen eighty four",
        "March twelfth nineteen eighty four",
        "12 March 1984",
        "12th of march 84",
        "born on the 12th of March 1980 4",
        "nineteen eighty four march twelve",
        "1984-03-12",
    ],
)
def test_a_named_month_leaves_no_doubt(grammar: Grammars, text: str) -> None:
    assert readings(grammar, text) == ["1984-03-12"]


@pytest.mark.parametrize(
    "text",
    [
        "12 03 1984",
        "12031984",
        "12/03/1984",
        "1203 1984",
        "twelve oh three nineteen eighty four",
        "one two oh three eight four",
    ],
)
def test_numbers_alone_are_day_first_and_asked(grammar: Grammars, text: str) -> None:
    assert readings(grammar, text) == ["1984-03-12", "1984-12-03"]


def test_three_numbers_are_not_cut_again(grammar: Grammars) -> None:
    assert readings(grammar, "1 2 1985") == ["1985-02-01", "1985-01-02"]
    assert readings(grammar, "one two nineteen eighty five") == ["1985-02-01", "1985-01-02"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("second of May oh five", "2005-05-02"),
        ("the fifth of June two thousand and one", "2001-06-05"),
        ("the fifth of june twenty twelve", "2012-06-05"),
        ("june third nineteen oh five", "1905-06-03"),
        ("29 february 2000", "2000-02-29"),
        ("31 12 99", "1999-12-31"),
    ],
)
def test_years_are_said_in_many_ways(grammar: Grammars, text: str, expected: str) -> None:
    assert readings(grammar, text) == [expected]


def test_nobody_is_born_tomorrow_or_on_a_day_that_never_was(grammar: Grammars) -> None:
    assert readings(grammar, "the first of December 2026") == [None]
    assert readings(grammar, "29 February 2001") == [None]


def test_a_date_without_its_year_keeps_its_parts(grammar: Grammars) -> None:
    (found,) = grammar("en").birth_date("the third of May", CLOCK)
    assert found.value is None
    assert dict(found.attributes) == {"day": 3, "month": 5}


def test_thirteen_and_thirty_are_told_apart_by_asking(grammar: Grammars) -> None:
    (found,) = grammar("en").birth_date("thirteenth of May 1980", CLOCK)
    assert dict(found.attributes)["contrast"] == "1980-05-30"


@pytest.mark.parametrize(
    "text",
    [
        "1984 m. kovo 12 d.",
        "tūkstantis devyni šimtai aštuoniasdešimt ketvirtų metų kovo dvylikta",
        "aštuoniasdešimt ketvirtų kovo dvylikta",
        "kovo dvylikta aštuoniasdešimt ketvirtų",
    ],
)
def test_lithuanian_birth_dates(grammar: Grammars, text: str) -> None:
    assert readings(grammar, text, "lt") == ["1984-03-12"]


@given(day=st.dates(date(1920, 1, 1), date(2026, 1, 1)))
def test_a_written_birth_date_is_read_back(grammar: Grammars, day: date) -> None:
    assert day.isoformat() in readings(grammar, day.strftime("%d %m %Y"))
    assert readings(grammar, day.strftime("%d %B %Y"))[0] == day.isoformat()
    assert readings(grammar, day.isoformat())[0] == day.isoformat()
