from typing import Any

import pytest

from engine.nlu.choices import choose, traits_of
from engine.nlu.entity import Entity
from engine.nlu.phrases import Occurrence

TEN = {"start": "2026-12-01T10:00", "provider": "becker", "service": "hygiene"}
HALF_PAST_THREE = {"start": "2026-12-02T15:30", "provider": "carter", "service": "hygiene"}
OPTIONS = (TEN, HALF_PAST_THREE)
WEEKDAYS = frozenset({"tuesday", "wednesday", "thursday"})


def mention(kind: str, value: Any = None, text: str = "...", **more: Any) -> Entity:
    return Entity(kind, text, (0, len(text)), value, **more)


def chosen(*entities: Entity, marks: tuple[str, ...] = (), options: tuple[Any, ...] = OPTIONS) -> int | None:
    places = [Occurrence(f"#{mark}", place, place) for place, mark in enumerate(marks)]
    return choose(options, places, entities, WEEKDAYS)


@pytest.mark.parametrize(
    ("marks", "option"),
    [(("0",), 0), (("1",), 1), (("-1",), 1), (("later",), 1), (("earlier",), 0), (("either",), 0)],
)
def test_an_option_is_taken_by_its_place(marks: tuple[str, ...], option: int):
    assert chosen(marks=marks) == option


@pytest.mark.parametrize(
    ("said", "option"),
    [
        (mention("date", "2026-12-01"), 0),
        (mention("date", "2026-11-24", "Tuesday"), 0),
        (mention("date", "2026-11-25", "on Wednesday"), 1),
        (mention("time", "10:00"), 0),
        (mention("time", "03:30"), 1),
        (mention("datetime", "2026-12-02T15:30"), 1),
        (mention("timerange", start="12:00", end="18:00"), 1),
        (mention("datetimerange", start="2026-12-01T06:00", end="2026-12-01T12:00"), 0),
        (mention("daterange", start="2026-12-02", end="2026-12-05"), 1),
        (mention("provider", "carter"), 1),
        (mention("date", "2026-12-01", excluded=True), 1),
        (mention("datetime", "2026-11-24T10:00", "Tuesday at ten"), 0),
        (
            mention(
                "datetimerange", "", "Wednesday afternoon", start="2026-11-25T12:00", end="2026-11-25T18:00"
            ),
            1,
        ),
        (
            mention(
                "datetimerange", "", "Tuesday before noon", start="2026-11-24T00:00", end="2026-11-24T12:00"
            ),
            0,
        ),
    ],
)
def test_an_option_is_taken_by_what_it_is_known_by(said: Entity, option: int):
    assert chosen(said) == option


@pytest.mark.parametrize(
    "said",
    [
        mention("date", "2026-12-10"),
        mention("time", "16:00"),
        mention("service", "hygiene"),
        mention("phone"),
    ],
)
def test_what_fits_none_or_all_takes_none(said: Entity):
    assert chosen(said) is None


def test_a_place_that_does_not_exist_takes_none():
    assert chosen(marks=("2",)) is None


def test_a_place_and_a_property_that_disagree_take_none():
    assert chosen(mention("date", "2026-12-02"), marks=("0",)) is None


def test_the_later_one_of_those_that_fit():
    evening = {"start": "2026-12-01T17:00", "provider": "becker", "service": "hygiene"}
    options = (TEN, evening, HALF_PAST_THREE)
    assert chosen(mention("date", "2026-12-01"), marks=("later",), options=options) == 1


def test_readings_of_a_value_are_options_too():
    assert chosen(mention("date", "2026-11-30"), options=("2026-11-13", "2026-11-30")) == 1
    assert chosen(mention("provider", "carter"), options=("becker", "carter")) == 1
    wishes = ({"days": [["2026-11-24", "2026-11-25"]]}, {"days": [["2026-12-01", "2026-12-02"]]})
    assert chosen(mention("date", "2026-12-01"), options=wishes) == 1
    names = ({"first": "Stephen", "last": "Wright"}, {"first": "Steven", "last": "White"})
    assert chosen(mention("person_name", {"first": None, "last": "White"}), options=names) == 1


def test_the_first_of_two_is_asked_again_where_the_other_is_the_first_of_the_month():
    wishes = ({"days": [["2026-11-24", "2026-11-25"]]}, {"days": [["2026-12-01", "2026-12-02"]]})
    assert chosen(marks=("0",), options=wishes) is None
    assert chosen(marks=("0",), options=wishes[::-1]) == 0
    assert chosen(marks=("-1",), options=("2026-12-02", "2026-12-03")) == 1


def test_an_option_of_a_kind_we_do_not_know_has_no_traits():
    assert traits_of(7) == traits_of({"unknown": 1})
