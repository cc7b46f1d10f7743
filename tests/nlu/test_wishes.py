from datetime import date
from typing import Any

import pytest

from engine.nlu.entity import Entity
from engine.nlu.wishes import is_past, wish_of


def mention(kind: str, value: Any = None, **more: Any) -> Entity:
    return Entity(kind, "...", (0, 3), value, **more)


TUESDAY, WEDNESDAY = mention("date", "2026-11-24"), mention("date", "2026-11-25")


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ([TUESDAY], {"days": [["2026-11-24", "2026-11-25"]]}),
        (
            [TUESDAY, WEDNESDAY],
            {"days": [["2026-11-24", "2026-11-25"], ["2026-11-25", "2026-11-26"]]},
        ),
        (
            [mention("daterange", start="2026-11-30", end="2026-12-07")],
            {"days": [["2026-11-30", "2026-12-07"]]},
        ),
        ([mention("time", "15:00")], {"times": [["15:00", "15:01"]]}),
        ([mention("time", "11:00", attributes=(("fuzzy", True),))], {"around": "11:00"}),
        ([mention("timerange", start="16:00")], {"times": [["16:00", None]]}),
        (
            [mention("datetime", "2026-12-01T10:00")],
            {"days": [["2026-12-01", "2026-12-02"]], "exact": ["2026-12-01T10:00"]},
        ),
        (
            [mention("datetimerange", start="2026-11-24T12:00", end="2026-11-24T18:00")],
            {"days": [["2026-11-24", "2026-11-25"]], "times": [["12:00", "18:00"]]},
        ),
        (
            [mention("datetimerange", start="2026-11-24T16:00", end="2026-11-25T00:00")],
            {"days": [["2026-11-24", "2026-11-25"]], "times": [["16:00", None]]},
        ),
        ([mention("order", "soonest")], {"order": "soonest"}),
        ([mention("date", "2026-11-27", excluded=True)], {"not_days": [["2026-11-27", "2026-11-28"]]}),
        ([mention("timerange", start="06:00", end="12:00", excluded=True)], {"times": [["12:00", None]]}),
        ([mention("timerange", start="16:00", excluded=True)], {"times": [[None, "16:00"]]}),
    ],
)
def test_mentions_make_one_wish(said: list[Entity], wish: dict[str, Any]):
    assert wish_of(said) == (wish, ())


def test_stretches_of_the_day_that_overlap_narrow_each_other():
    morning, before_ten = mention("timerange", start="06:00", end="12:00"), mention("timerange", end="10:00")
    assert wish_of([morning, before_ten])[0] == {"times": [["06:00", "10:00"]]}


def test_stretches_of_the_day_that_do_not_overlap_are_a_choice():
    said = [mention("timerange", end="10:00"), mention("timerange", start="16:00")]
    assert wish_of(said)[0] == {"times": [[None, "10:00"], ["16:00", None]]}


TUESDAY_AT_TEN = mention("datetime", "2026-11-24T10:00")
WEDNESDAY_LATE = mention("datetimerange", start="2026-11-25T16:00", end="2026-11-26T00:00")


@pytest.mark.parametrize(
    ("said", "either"),
    [
        (
            [TUESDAY_AT_TEN, WEDNESDAY_LATE],
            [
                {"exact": ["2026-11-24T10:00"]},
                {"days": [["2026-11-25", "2026-11-26"]], "times": [["16:00", None]]},
            ],
        ),
        (
            [TUESDAY, WEDNESDAY_LATE],
            [
                {"days": [["2026-11-24", "2026-11-25"]]},
                {"days": [["2026-11-25", "2026-11-26"]], "times": [["16:00", None]]},
            ],
        ),
        (
            [TUESDAY, WEDNESDAY_LATE, mention("timerange", end="12:00")],
            [
                {"days": [["2026-11-24", "2026-11-25"]], "times": [[None, "12:00"]]},
                {"days": [["2026-11-25", "2026-11-26"]], "times": [["16:00", None]]},
            ],
        ),
        (
            [mention("datetime", "2026-11-24T10:00", attributes=(("fuzzy", True),)), WEDNESDAY],
            [
                {"days": [["2026-11-24", "2026-11-25"]], "around": "10:00"},
                {"days": [["2026-11-25", "2026-11-26"]]},
            ],
        ),
    ],
)
def test_days_with_times_of_their_own_keep_them(said: list[Entity], either: list[dict[str, Any]]):
    assert wish_of(said)[0] == {"either": either}


def test_days_with_the_same_times_and_moments_need_no_pairs():
    afternoons = [
        mention("datetimerange", start=f"2026-11-{day}T12:00", end=f"2026-11-{day}T18:00") for day in (24, 25)
    ]
    assert wish_of(afternoons)[0] == {
        "days": [["2026-11-24", "2026-11-25"], ["2026-11-25", "2026-11-26"]],
        "times": [["12:00", "18:00"]],
    }
    moments = [TUESDAY_AT_TEN, mention("datetime", "2026-11-25T11:00")]
    assert (wish_of(moments)[0] or {})["exact"] == ["2026-11-24T10:00", "2026-11-25T11:00"]


def test_a_day_within_another_stretch_narrows_it():
    week = mention("daterange", start="2026-11-23", end="2026-11-30")
    assert (wish_of([week, TUESDAY_AT_TEN])[0] or {})["exact"] == ["2026-11-24T10:00"]


def test_a_point_that_may_be_a_stretch_is_two_wishes():
    readings = ("10:50", {"from": "10:00", "to": "11:00"})
    _, others = wish_of([mention("time", "10:50", alternatives=readings)])
    assert others == ({"times": [["10:50", "10:51"]]}, {"times": [["10:00", "11:00"]]})


def test_not_monday_tuesday_wishes_tuesday():
    said = [mention("date", "2026-11-30", excluded=True), TUESDAY]
    assert wish_of(said)[0] == {"days": [["2026-11-24", "2026-11-25"]]}


def test_a_day_with_two_readings_is_two_wishes():
    next_tuesday = mention("date", "2026-11-24", alternatives=("2026-11-24", "2026-12-01"))
    value, others = wish_of([next_tuesday])
    assert value == {"days": [["2026-11-24", "2026-11-25"]]}
    assert others == (value, {"days": [["2026-12-01", "2026-12-02"]]})


def test_a_stretch_with_two_readings_is_two_wishes():
    readings = ({"from": "08:00", "to": "09:00"}, {"from": "20:00", "to": "21:00"})
    _, others = wish_of([mention("timerange", start="08:00", end="09:00", alternatives=readings)])
    assert others == ({"times": [["08:00", "09:00"]]}, {"times": [["20:00", "21:00"]]})


def test_nothing_said_is_no_wish():
    assert wish_of([]) == (None, ())
    assert wish_of([mention("service", "x")]) == (None, ())


@pytest.mark.parametrize(
    ("said", "past"),
    [
        (mention("date", "2026-11-20"), True),
        (mention("date", "2026-11-23"), False),
        (mention("daterange", start="2026-11-16", end="2026-11-22"), True),
        (mention("daterange", start="2026-11-16"), True),
        (mention("daterange", start="2026-11-23", end="2026-11-30"), False),
        (mention("datetime", "2026-11-30T08:00", attributes=(("past", True),)), True),
        (mention("time", "08:00"), False),
    ],
)
def test_what_lies_in_the_past_is_no_wish(said: Entity, past: bool):
    assert is_past(said, date(2026, 11, 23)) is past
