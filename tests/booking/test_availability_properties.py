"""Whatever is asked, busy or changed by a clock: what is offered obeys every rule of the site."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engine.booking.availability import Found, FoundOutcome, Query, admits, find
from engine.booking.diary import BusyTime, Diary
from engine.booking.eligibility import PersonFacts
from engine.booking.localtime import epoch
from engine.booking.opening import Claim, Opening, claims_of
from engine.booking.wish import Wish
from engine.core.catalogue import Catalogue, Interval, Offering, Provider, Room

ZONE = ZoneInfo("Europe/Vilnius")
FIRST = date(2026, 11, 23)

SERVICES = ("review", "massage", "cast", "urgent", "child_review", "operation")
RESOURCES = (
    "provider:adams",
    "provider:baker",
    "provider:clark",
    "provider:evans",
    "room:r1",
    "room:r2",
    "room:r3",
)

days = st.integers(0, 170).map(lambda offset: FIRST + timedelta(days=offset))
clock = st.integers(0, 287).map(lambda step: time(*divmod(step * 5, 60)))
moments = st.builds(datetime.combine, st.integers(0, 14).map(lambda n: FIRST + timedelta(days=n)), clock).map(
    lambda wall: wall.replace(tzinfo=ZONE)
)
paired = {
    "days": st.lists(days.map(lambda day: (day, day + timedelta(days=3))), max_size=2).map(tuple),
    "times": st.lists(st.tuples(st.none() | clock, st.none() | clock), max_size=2).map(tuple),
    "around": st.none() | clock,
    "exact": st.lists(st.builds(datetime.combine, days, clock), max_size=1).map(tuple),
}
beside = {
    "not_days": st.lists(days.map(lambda day: (day, day + timedelta(days=2))), max_size=1).map(tuple),
    "order": st.sampled_from(["soonest", "soonest", "earlier", "later"]),
    "provider": st.none() | st.sampled_from(["adams", "baker", "clark"]),
}
pairs = st.lists(st.builds(Wish, **paired), min_size=2, max_size=2).map(tuple)
wishes = st.builds(Wish, **paired, **beside) | st.builds(Wish, either=pairs, **beside)


@st.composite
def busy_claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    claims = []
    for day, start, hours, resource in draw(
        st.lists(
            st.tuples(st.integers(0, 20), st.integers(8, 17), st.integers(1, 9), st.sampled_from(RESOURCES)),
            max_size=25,
        )
    ):
        begins = epoch(datetime.combine(FIRST + timedelta(days=day), time(start), tzinfo=ZONE))
        claims.append(Claim(resource, begins, begins + hours * 1800))
    return tuple(claims)


queries = st.builds(
    Query,
    service=st.sampled_from(SERVICES),
    wish=wishes,
    urgent=st.booleans(),
    person=st.just(PersonFacts(referral=True, born=date(2016, 6, 30))),
)


def lies_in(start: datetime, end: datetime, intervals: tuple[Interval, ...]) -> bool:
    return any(low <= start.time() and end.time() <= high for low, high in intervals)


def touches(start: datetime, end: datetime, interval: Interval) -> bool:
    return start.time() < interval[1] and interval[0] < end.time()


def assert_allowed(
    catalogue: Catalogue, opening: Opening, busy: tuple[Claim, ...], query: Query, now: datetime
) -> None:
    """The rules once more, written for one opening and without the search's shortcuts."""
    offering = catalogue.offerings[opening.service]
    provider = catalogue.providers[opening.provider]
    start, end, day = opening.start, opening.end, opening.start.date()
    assert epoch(end) - epoch(start) == offering.minutes * 60
    assert start.minute % catalogue.rules.step_minutes == 0
    assert start.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) == start.replace(tzinfo=None)
    assert day not in catalogue.closed
    assert not query.wish.excludes(day)
    assert lies_in(start, end, catalogue.hours[day.weekday()])
    assert lies_in(start, end, provider.works[day.weekday()])
    assert not any(touches(start, end, pause) for pause in provider.breaks)
    assert offering.role in provider.roles
    assert opening.room in provider.rooms
    assert offering.purpose in catalogue.rooms[opening.room].purposes
    for claim in claims_of(offering, opening.provider, opening.room, start):
        assert not any(
            c.resource == claim.resource and c.start < claim.end and claim.start < c.end for c in busy
        )
    for block in catalogue.blocks:
        released = day == now.date() and now.time() >= block.release_at
        if block.provider == provider.id and day.weekday() in block.weekdays and not released:
            assert query.urgent or offering.block or not touches(start, end, block.stretch)
    notice = 30 if offering.block else catalogue.rules.book_from_hours * 60
    assert epoch(start) >= epoch(now) + notice * 60
    assert day <= now.date() + timedelta(days=catalogue.rules.book_to_days)


@given(query=queries, busy=busy_claims(), now=moments)
def test_everything_offered_obeys_every_rule(catalogue, query, busy, now):
    found = find(catalogue, busy, query, now)
    assert len(found.openings) <= catalogue.rules.offer_at_once
    assert len({opening.start for opening in found.openings}) == len(found.openings)
    for opening in found.openings:
        assert_allowed(catalogue, opening, busy, query, now)
        assert admits(catalogue, opening, now, urgent=query.urgent)
        assert Opening.from_plain(opening.plain(), ZONE) == opening


def in_wish(wish: Wish, opening: Opening) -> bool:
    wall = opening.start.replace(tzinfo=None)
    minute = wall.hour * 60 + wall.minute
    return (
        (wish.provider is None or wish.provider == opening.provider)
        and any(
            low <= wall.date() <= high for low, high in wish.day_spans(date(2026, 1, 1), date(2028, 1, 1))
        )
        and any(low <= minute < high for low, high in wish.minute_spans(wall.date()))
        and (not wish.either or any(in_wish(part, opening) for part in wish.either))
    )


@given(query=queries, busy=busy_claims(), now=moments)
def test_alternatives_are_offered_only_when_the_wish_has_nothing(catalogue, query, busy, now):
    found = find(catalogue, busy, query, now)
    if found.outcome is FoundOutcome.FOUND and not found.nearest:
        assert all(in_wish(query.wish, opening) for opening in found.openings)
    else:
        diary = Diary(catalogue, BusyTime(busy), catalogue.offerings[query.service], now, urgent=query.urgent)
        last = now.date() + timedelta(days=catalogue.rules.book_to_days)
        every = (
            diary.opening(slot)
            for offset in range((last - now.date()).days + 1)
            for slot in diary.slots(now.date() + timedelta(days=offset))
        )
        assert not any(in_wish(query.wish, o) and not query.wish.excludes(o.start.date()) for o in every)


@given(query=queries, busy=busy_claims(), now=moments)
def test_refusing_everything_never_brings_a_time_back(catalogue, query, busy, now):
    refused: tuple[Opening, ...] = ()
    for _ in range(4):
        asked = Query(query.service, query.person, query.wish, refused, query.urgent)
        found = find(catalogue, busy, asked, now)
        assert {opening.start for opening in found.openings}.isdisjoint(opening.start for opening in refused)
        refused += found.openings


def night_site(catalogue: Catalogue) -> tuple[Catalogue, Offering]:
    """A site that is open around the clock, where changes of the clock are felt."""
    all_day: dict[int, tuple[Interval, ...]] = {weekday: ((time(0), time(0)),) for weekday in range(7)}
    offering = Offering("stay", {}, 30, 0, "host", "room")
    return (
        Catalogue(
            zone=ZONE,
            hours=all_day,
            closed=frozenset(),
            rooms={"one": Room("one", ("room",))},
            providers={"host": Provider("host", "Host", {}, ("host",), ("one",), all_day)},
            offerings={"stay": offering},
            blocks=(),
            rules=catalogue.rules,
        ),
        offering,
    )


def slots_of(catalogue: Catalogue, day: date) -> list[Opening]:
    site, offering = night_site(catalogue)
    diary = Diary(
        site, BusyTime(()), offering, datetime.combine(day - timedelta(days=2), time(0), tzinfo=ZONE)
    )
    return [diary.opening(slot) for slot in diary.slots(day)]


def test_no_time_is_offered_in_an_hour_that_is_skipped(catalogue):
    offered = {f"{opening.start:%H:%M}" for opening in slots_of(catalogue, date(2027, 3, 28))}
    assert {"02:30", "02:55", "04:00"} <= offered
    assert not any(text.startswith("03:") for text in offered)


def test_a_visit_over_the_change_keeps_its_length(catalogue):
    opening = next(o for o in slots_of(catalogue, date(2027, 3, 28)) if f"{o.start:%H:%M}" == "02:55")
    assert f"{opening.end:%H:%M}" == "04:25"
    assert Opening.from_plain(opening.plain(), ZONE) == opening
    doubled = next(o for o in slots_of(catalogue, date(2027, 10, 31)) if f"{o.start:%H:%M}" == "03:55")
    assert f"{doubled.end:%H:%M}" == "03:25"
    assert epoch(doubled.end) - epoch(doubled.start) == 1800
    back = Opening.from_plain(doubled.plain(), ZONE)
    assert (epoch(back.start), epoch(back.end)) == (epoch(doubled.start), epoch(doubled.end))


def test_a_doubled_hour_is_offered_once(catalogue):
    offered = [f"{opening.start:%H:%M}" for opening in slots_of(catalogue, date(2027, 10, 31))]
    assert len(offered) == len(set(offered))
    assert offered[-1] == "23:30"


@given(day=st.sampled_from([date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 29), date(2026, 12, 31)]))
def test_every_local_start_survives_the_round_trip(catalogue, day):
    for opening in slots_of(catalogue, day):
        wall = opening.start.replace(tzinfo=None)
        assert opening.start.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) == wall
        assert wall.date() == day


def test_weeks_across_a_change_keep_the_wall_clock(catalogue):
    for week in range(8):
        day = date(2027, 3, 2) + timedelta(weeks=week)
        now = datetime.combine(day - timedelta(days=1), time(9), tzinfo=ZONE)
        found: Found = find(
            catalogue, (), Query("massage", wish=Wish(days=((day, day + timedelta(days=1)),))), now
        )
        assert f"{found.openings[0].start:%a %H:%M}" == "Tue 08:00"
