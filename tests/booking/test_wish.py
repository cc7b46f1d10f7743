"""The caller's wish: its JSON form, the days and the parts of the day it means."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.booking.wish import Wish, days_off

DAY = date(2026, 12, 1)


def test_all_keys_are_optional():
    assert Wish.from_plain({}) == Wish()
    assert not Wish().bounded


def test_the_whole_form_is_read():
    wish = Wish.from_plain(
        {
            "days": [["2026-12-01", "2026-12-02"], [None, "2026-11-30"]],
            "times": [["12:00", "18:00"], ["20:00", None]],
            "not_days": [["2026-11-25", "2026-11-26"]],
            "around": "10:00",
            "order": "later",
            "exact": ["2026-12-01T10:00"],
            "provider": "adams",
        }
    )
    assert wish == Wish(
        days=((date(2026, 12, 1), date(2026, 12, 2)), (None, date(2026, 11, 30))),
        times=((time(12), time(18)), (time(20), None)),
        not_days=((date(2026, 11, 25), date(2026, 11, 26)),),
        around=time(10),
        order="later",
        exact=(datetime(2026, 12, 1, 10),),
        provider="adams",
    )
    assert wish.bounded


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (
            {"day": []},
            "wish: unknown key 'day'; allowed: days, times, not_days, around, order, exact, either, provider",
        ),
        ({"order": "latest"}, "wish.order: 'latest' is not one of soonest, earlier, later"),
        ({"days": ["2026-12-01"]}, "wish.days: '2026-12-01' is not a pair [from, to]; either may be null"),
        ({"times": [["10:00"]]}, "wish.times: ['10:00'] is not a pair [from, to]; either may be null"),
        (
            {"either": [{"order": "later"}]},
            "wish.either: unknown key 'order'; allowed: days, times, around, exact",
        ),
        (
            {"either": [{"exact": ["2026-12-01T10:00"]}], "times": [["10:00", None]]},
            "wish.either: 'times' may stand in its parts, not beside it",
        ),
    ],
)
def test_a_malformed_wish_is_refused_with_what_is_allowed(plain, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole message is compared
        Wish.from_plain(plain)
    assert str(raised.value) == message


dates = st.dates(date(2026, 1, 1), date(2028, 1, 1))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
paired = {
    "days": st.lists(st.tuples(st.none() | dates, st.none() | dates), max_size=3).map(tuple),
    "times": st.lists(st.tuples(st.none() | times, st.none() | times), max_size=3).map(tuple),
    "around": st.none() | times,
    "exact": st.lists(st.builds(datetime.combine, dates, times), max_size=2).map(tuple),
}
beside = {
    "not_days": st.lists(st.tuples(dates, dates), max_size=2).map(tuple),
    "order": st.sampled_from(["soonest", "earlier", "later"]),
    "provider": st.none() | st.just("adams"),
}
pairs = st.lists(st.builds(Wish, **paired), min_size=2, max_size=3).map(tuple)
wishes = st.builds(Wish, **paired, **beside) | st.builds(Wish, either=pairs, **beside)


@given(wishes)
def test_plain_and_back_is_the_same_wish(wish):
    assert Wish.from_plain(wish.plain()) == wish


@given(wishes)
def test_day_spans_are_ordered_apart_and_inside(wish):
    first, last = date(2026, 3, 1), date(2026, 9, 1)
    spans = wish.day_spans(first, last)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(first <= edge <= last for edge in edges)
    assert all((low - high).days > 1 for (_, high), (low, _) in pairwise(spans))


def test_alternatives_that_touch_become_one_span():
    wish = Wish(days=((date(2026, 12, 2), date(2026, 12, 4)), (date(2026, 12, 1), date(2026, 12, 2))))
    assert wish.day_spans(DAY, date(2026, 12, 31)) == [(DAY, date(2026, 12, 3))]


def test_a_stretch_over_midnight_becomes_two():
    assert Wish(times=((time(22), time(2)),)).minute_spans(DAY) == [(1320, 1440), (0, 120)]


def test_around_narrows_to_an_hour_on_either_side():
    assert Wish(around=time(10)).minute_spans(DAY) == [(540, 661)]
    assert Wish(around=time(10), times=((time(10), time(12)),)).minute_spans(DAY) == [(600, 661)]


def test_exact_times_allow_one_minute_each_of_their_day():
    wish = Wish(exact=(datetime(2026, 12, 1, 10), datetime(2026, 12, 2, 11)))
    assert wish.minute_spans(DAY) == [(600, 601)]
    assert wish.minute_spans(date(2026, 12, 3)) == []


def test_an_exact_time_elsewhere_is_brought_to_the_wall_clock_of_the_site():
    wish = Wish(exact=(datetime(2026, 12, 1, 22, 30, tzinfo=UTC),)).localised(ZoneInfo("Europe/Vilnius"))
    assert wish.exact == (datetime(2026, 12, 2, 0, 30),)


@pytest.mark.parametrize(
    ("told", "fits"),
    [
        ({}, True),
        ({"days": [["2026-12-01", "2026-12-02"]]}, True),
        ({"days": [["2026-12-02", None]]}, False),
        ({"times": [["06:00", "12:00"]]}, True),
        ({"times": [["12:00", "18:00"]]}, False),
        ({"around": "10:15"}, True),
        ({"exact": ["2026-12-01T10:00"], "days": [["2026-12-01", "2026-12-02"]]}, True),
        ({"exact": ["2026-12-01T10:15"]}, False),
        ({"not_days": [["2026-12-01", "2026-12-02"]]}, False),
    ],
)
def test_a_booking_is_told_in_the_words_of_a_wish(told, fits):
    assert Wish.from_plain(told).fits(datetime(2026, 12, 1, 10)) is fits


TUESDAY_AT_TEN_OR_WEDNESDAY_AFTER_FOUR = Wish.from_plain(
    {
        "either": [
            {"exact": ["2026-12-01T10:00"]},
            {"days": [["2026-12-02", "2026-12-03"]], "times": [["16:00", None]]},
        ]
    }
)


def test_days_with_times_of_their_own_keep_them():
    wish = TUESDAY_AT_TEN_OR_WEDNESDAY_AFTER_FOUR
    wednesday = date(2026, 12, 2)
    assert wish.bounded
    assert wish.day_spans(date(2026, 11, 23), date(2026, 12, 31)) == [(DAY, wednesday)]
    assert wish.minute_spans(DAY) == [(600, 601)]
    assert wish.minute_spans(wednesday) == [(960, 1440)]
    assert wish.fits(datetime(2026, 12, 1, 10))
    assert not wish.fits(datetime(2026, 12, 2, 10))
    assert not wish.fits(datetime(2026, 12, 1, 16))
    assert wish.fits(datetime(2026, 12, 2, 16))


def test_what_lies_near_one_of_several_days_is_measured_from_its_own_times():
    wish = TUESDAY_AT_TEN_OR_WEDNESDAY_AFTER_FOUR
    spans = wish.day_spans(date(2026, 11, 1), date(2026, 12, 31))
    assert wish.cost(DAY, 11 * 60, spans) == 60
    assert wish.cost(date(2026, 12, 2), 15 * 60, spans) == 60
    assert wish.minutes_nearer(DAY, spans, 60) == [(541, 660)]
    assert wish.minutes_nearer(date(2026, 12, 2), spans, 60) == [(901, 1440)]


def test_refused_days_are_half_open():
    wish = Wish(not_days=((DAY, date(2026, 12, 2)),))
    assert wish.excludes(DAY)
    assert not wish.excludes(date(2026, 12, 2))
    assert not wish.excludes(date(2026, 11, 30))


def test_distance_counts_days_and_minutes_outside_the_wish():
    wish = Wish(days=((DAY, date(2026, 12, 2)),), times=((time(12), time(18)),))
    spans = wish.day_spans(date(2026, 11, 1), date(2026, 12, 31))
    assert wish.cost(DAY, 12 * 60, spans) == 0
    assert wish.cost(DAY, 11 * 60, spans) == 60
    assert wish.cost(DAY, 18 * 60, spans) == 1
    assert wish.cost(date(2026, 12, 3), 12 * 60, spans) == 2 * 240
    assert days_off(date(2026, 11, 29), spans) == 2
