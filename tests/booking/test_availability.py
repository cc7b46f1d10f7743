"""Which times are offered: every rule of the site, one by one, and how the two said times are chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.booking.availability import Found, FoundOutcome, Query, admits, find
from engine.booking.diary import BusyTime, Diary
from engine.booking.eligibility import PersonFacts, Reason
from engine.booking.localtime import epoch, parse_local
from engine.booking.opening import Claim, Opening, claims_of, end_of
from engine.booking.wish import Wish

ZONE = ZoneInfo("Europe/Vilnius")


def at(text: str) -> datetime:
    return parse_local(text, ZONE)


def taken(resource: str, start: str, end: str) -> Claim:
    return Claim(resource, epoch(at(start)), epoch(at(end)))


def on(day: str, *more: str) -> Wish:
    spans = [[each, str(date.fromisoformat(each) + timedelta(days=1))] for each in (day, *more)]
    return Wish.from_plain({"days": spans})


def starts(found: Found) -> list[str]:
    return [opening.plain()["start"] for opening in found.openings]


@pytest.fixture
def starts_on(catalogue, now):
    """All free starts of a day as "adams 08:00"."""

    def ask(service: str, day: str, *busy: Claim, moment: datetime = now, urgent: bool = False) -> list[str]:
        diary = Diary(catalogue, BusyTime(busy), catalogue.offerings[service], moment, urgent=urgent)
        slots = diary.slots(date.fromisoformat(day))
        return [f"{slot.provider} {diary.opening(slot).start:%H:%M}" for slot in slots]

    return ask


@pytest.fixture
def search(catalogue, now):
    def ask(service: str = "massage", *busy: Claim, moment: datetime = now, **query: object) -> Found:
        return find(catalogue, busy, Query(service, **query), moment)  # type: ignore[arg-type]

    return ask


# --- the rules of the site


def test_only_providers_with_the_role_and_a_fitting_room_are_asked(starts_on):
    assert {start.split()[0] for start in starts_on("massage", "2026-11-24")} == {"clark"}
    # Baker may operate but has no theatre.
    assert {start.split()[0] for start in starts_on("operation", "2026-11-26")} == {"evans"}
    assert starts_on("operation", "2026-11-30") == []


def test_the_visit_lies_within_working_time_and_outside_the_break(starts_on):
    found = starts_on("massage", "2026-11-24")
    assert found[0] == "clark 08:00"
    assert found[-1] == "clark 15:00"
    assert "clark 11:00" in found
    assert "clark 11:05" not in found
    assert "clark 13:00" in found


def test_site_hours_bound_the_provider(catalogue, now):
    early = replace(catalogue.providers["clark"], works={1: ((time(6), time(20)),)}, breaks=())
    changed = replace(catalogue, providers={"clark": early})
    slots = Diary(changed, BusyTime(()), catalogue.offerings["massage"], now).slots(date(2026, 11, 24))
    assert (slots[0].minute, slots[-1].minute) == (8 * 60, 17 * 60)


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-25", "2026-11-29"])
def test_nothing_on_closed_days(starts_on, day):
    assert starts_on("review", day) == []


def test_a_busy_provider_leaves_the_edges_free(starts_on):
    found = starts_on(
        "massage", "2026-11-24", taken("provider:clark", "2026-11-24T09:00", "2026-11-24T10:00")
    )
    assert "clark 08:00" in found
    assert "clark 08:05" not in found
    assert "clark 09:55" not in found
    assert "clark 10:00" in found


def test_turnover_blocks_the_room_and_not_the_provider(starts_on):
    # The room is needed for 60 minutes and 15 more; it is taken again from 10:10.
    found = starts_on("massage", "2026-11-24", taken("room:r3", "2026-11-24T10:10", "2026-11-24T11:00"))
    assert "clark 08:55" in found
    assert "clark 09:00" not in found
    # After a visit in one room the provider goes on at once in another.
    visit = taken("provider:adams", "2026-11-24T08:00", "2026-11-24T08:30")
    room = taken("room:r1", "2026-11-24T08:00", "2026-11-24T08:35")
    assert starts_on("review", "2026-11-24", visit, room)[0] == "adams 08:30"


def test_turnover_may_run_past_closing_time(starts_on):
    # Saturday ends at one o'clock; the room is tidied after that.
    assert starts_on("massage", "2026-11-28")[-1] == "clark 11:00"
    assert starts_on("massage", "2026-11-30")[-1] == "clark 15:00"


def test_the_preferred_room_comes_first_and_the_next_one_helps(search):
    def room(*busy: Claim) -> str:
        wish = Wish.from_plain({"exact": ["2026-11-24T09:00"], "provider": "adams"})
        found: Found = search("review", *busy, wish=wish)
        return found.openings[0].room

    assert room() == "r1"
    assert room(taken("room:r1", "2026-11-24T09:30", "2026-11-24T10:00")) == "r2"


def test_notice_is_kept_to_the_minute(starts_on, now):
    assert starts_on("review", "2026-11-23")[0] == "adams 11:15"
    assert starts_on("review", "2026-11-23", moment=now + timedelta(minutes=1))[0] == "adams 11:20"


def test_the_horizon_is_a_calendar_day(search, now):
    last = now.date() + timedelta(days=180)
    assert starts(search("review", wish=on("2027-05-20")))[0].startswith("2027-05-20")
    assert last == date(2027, 5, 22)
    found = search("review", wish=on("2027-05-24"))
    assert found.nearest
    assert found.reason is Reason.TOO_FAR
    assert all(opening.start.date() <= last for opening in found.openings)


# --- reserves


def test_a_reserve_is_kept_free_on_other_days(starts_on):
    found = starts_on("review", "2026-11-24")
    assert "adams 11:00" in found
    assert "adams 11:05" not in found
    assert "adams 11:30" not in found


@pytest.mark.parametrize(("clock", "free"), [("08:29", False), ("08:30", True), ("09:00", True)])
def test_a_reserve_is_released_on_its_day_at_its_time(starts_on, clock, free):
    assert ("adams 11:30" in starts_on("review", "2026-11-23", moment=at(f"2026-11-23T{clock}"))) is free


def test_a_release_is_for_that_day_only(starts_on):
    assert "adams 11:30" not in starts_on("review", "2026-11-30", moment=at("2026-11-23T09:15"))


def test_what_reserves_are_for_may_use_them_with_time_to_come_here(starts_on):
    found = starts_on("urgent", "2026-11-23", moment=at("2026-11-23T08:05"))
    assert found[0] == "adams 08:35"
    assert "adams 11:30" in found


def test_an_urgent_search_may_use_reserves_for_any_service(starts_on):
    assert "adams 11:30" in starts_on("review", "2026-11-24", urgent=True)


# --- who is asking


def test_who_may_not_have_it_is_told_why(search):
    found = search("operation")
    assert found == Found(FoundOutcome.NOT_ELIGIBLE, reason=Reason.REQUIRES_REFERRAL)
    assert search("flying").reason is Reason.UNKNOWN_SERVICE


def test_a_wish_outside_the_eligible_days_gets_the_nearest_within(search):
    born = date(2011, 1, 10)
    found = search("child_review", person=PersonFacts(born=born), wish=on("2027-01-12"))
    assert found.nearest
    assert found.reason is Reason.TOO_OLD
    assert max(opening.start.date() for opening in found.openings) < date(2027, 1, 10)
    assert max(opening.start.date() for opening in found.openings) >= date(2027, 1, 5)


def test_nobody_is_in_two_rooms_at_once(search):
    engaged = ((epoch(at("2026-11-24T08:00")), epoch(at("2026-11-24T09:00"))),)
    found = search("massage", person=PersonFacts(engaged=engaged), wish=on("2026-11-24"))
    assert starts(found)[0] == "2026-11-24T09:00"


def test_of_two_providers_free_at_once_the_known_one_is_taken(search):
    wish = Wish.from_plain({"exact": ["2026-11-30T10:00"]})
    assert search("review", wish=wish).openings[0].provider == "adams"
    known = PersonFacts(last_provider="baker")
    assert search("review", wish=wish, person=known).openings[0].provider == "baker"


# --- the wish


def test_without_a_wish_the_soonest_two_of_different_kinds(search):
    assert starts(search("review")) == ["2026-11-23T11:15", "2026-11-23T13:00"]
    assert starts(search("massage")) == ["2026-11-23T13:00", "2026-11-24T08:00"]


def test_one_time_alone_is_said_rather_than_two_that_sound_alike(search):
    wish = Wish.from_plain({"days": [["2026-11-24", "2026-11-25"]], "times": [["08:00", "08:20"]]})
    assert starts(search("massage", wish=wish)) == ["2026-11-24T08:00"]


def test_two_exact_times_are_both_answered_however_close(search):
    wish = Wish.from_plain({"exact": ["2026-11-24T08:00", "2026-11-24T08:10"]})
    assert starts(search("massage", wish=wish)) == ["2026-11-24T08:00", "2026-11-24T08:10"]


def test_days_with_times_of_their_own_are_offered_at_their_own_times(search):
    wish = Wish.from_plain(
        {
            "either": [
                {"exact": ["2026-11-24T09:20"]},
                {"days": [["2026-11-23", "2026-11-24"]], "times": [["14:00", None]]},
            ]
        }
    )
    assert starts(search("massage", wish=wish)) == ["2026-11-23T14:00", "2026-11-24T09:20"]
    busy = taken("provider:clark", "2026-11-24T09:00", "2026-11-24T12:00")
    found = search("massage", busy, wish=wish)
    assert starts(found) == ["2026-11-23T14:00", "2026-11-23T15:00"]
    assert not found.nearest


def test_two_times_of_one_wished_afternoon_are_an_hour_apart(search):
    wish = Wish.from_plain({"days": [["2026-11-24", "2026-11-25"]], "times": [["13:00", "18:00"]]})
    assert starts(search("massage", wish=wish)) == ["2026-11-24T13:00", "2026-11-24T14:00"]


def test_a_free_exact_time_is_the_answer(search):
    found = search("massage", wish=Wish.from_plain({"exact": ["2026-11-24T09:20"]}))
    assert starts(found) == ["2026-11-24T09:20"]
    assert found.exact
    assert not found.nearest


def test_a_taken_exact_time_gets_its_neighbours(search):
    busy = taken("provider:clark", "2026-11-24T09:00", "2026-11-24T10:00")
    found = search("massage", busy, wish=Wish.from_plain({"exact": ["2026-11-24T09:20"]}))
    assert found.nearest
    assert not found.exact
    assert found.reason is Reason.FULL
    assert starts(found)[0] == "2026-11-24T10:00"


@pytest.mark.parametrize("text", ["2027-03-28T03:30", "2026-11-24T09:23"])
def test_an_exact_time_that_cannot_be_is_never_answered(search, text):
    found = search("massage", wish=Wish.from_plain({"exact": [text]}))
    assert found.nearest
    assert text not in starts(found)


def test_around_takes_the_nearest_of_each_day(search):
    wish = Wish.from_plain({"around": "10:00"})
    assert starts(search("massage", wish=wish)) == ["2026-11-24T10:00", "2026-11-28T10:00"]


def test_around_on_one_day_offers_what_is_near_on_either_side(search):
    wish = replace(on("2026-11-24"), around=time(10))
    assert starts(search("massage", wish=wish)) == ["2026-11-24T10:00", "2026-11-24T09:00"]


def test_alternatives_to_an_exact_time_are_of_different_kinds(search):
    found = search("review", wish=Wish.from_plain({"exact": ["2026-11-27T10:00"]}))
    assert starts(found) == ["2026-11-26T10:00", "2026-11-26T13:00"]


def test_a_wish_that_no_day_can_meet_gets_the_soonest_of_the_nearest(search):
    found = search("review", wish=Wish.from_plain({"times": [["03:00", "04:00"]]}))
    assert starts(found) == ["2026-11-24T08:00", "2026-11-25T08:00"]


def test_a_refused_day_is_not_offered_even_as_an_alternative(search):
    wish = Wish.from_plain(
        {"days": [["2026-11-25", "2026-11-26"]], "not_days": [["2026-11-23", "2026-11-25"]]}
    )
    found = search("massage", wish=wish)
    assert found.nearest
    assert {opening.start.date() for opening in found.openings}.isdisjoint(
        {date(2026, 11, 23), date(2026, 11, 24)}
    )


def test_a_wished_provider_is_kept(search):
    found = search("review", wish=Wish(provider="baker"))
    assert {opening.provider for opening in found.openings} == {"baker"}
    assert not found.nearest


def test_the_wished_provider_on_another_day_comes_before_others(search):
    found = search("review", wish=replace(on("2026-11-24"), provider="baker"))
    assert found.nearest
    assert found.openings[0].provider == "baker"
    assert found.openings[0].start.date() in {date(2026, 11, 23), date(2026, 11, 25)}


def test_a_wished_provider_who_does_not_do_it_is_said(search):
    found = search("massage", wish=Wish(provider="adams"))
    assert found.reason is Reason.PROVIDER
    assert found.nearest
    assert {opening.provider for opening in found.openings} == {"clark"}


@pytest.mark.parametrize(
    ("plain", "reason"),
    [
        ({"days": [["2026-11-29", "2026-11-30"]]}, Reason.CLOSED),
        ({"days": [["2026-12-24", "2026-12-25"]]}, Reason.CLOSED),
        ({"times": [["19:00", "21:00"]]}, Reason.CLOSED),
        ({"days": [["2026-11-20", "2026-11-21"]]}, Reason.TOO_SOON),
        ({"days": [["2026-11-23", "2026-11-24"]], "times": [["09:00", "11:00"]]}, Reason.TOO_SOON),
        ({"days": [["2027-09-01", "2027-09-02"]]}, Reason.TOO_FAR),
        ({"days": [["2026-11-25", "2026-11-26"]]}, Reason.FULL),
    ],
)
def test_why_the_wish_itself_has_nothing(search, plain, reason):
    found = search("massage", wish=Wish.from_plain(plain))
    assert found.outcome is FoundOutcome.FOUND
    assert found.nearest
    assert found.reason is reason


def test_nothing_free_at_all_is_none_found(search):
    months = taken("provider:clark", "2026-11-01T00:00", "2027-06-30T00:00")
    for wish in (Wish(), Wish(around=time(10)), Wish(provider="clark")):
        assert search("massage", months, wish=wish).outcome is FoundOutcome.NONE_FOUND


# --- what was refused


def test_a_refused_time_never_comes_back(search):
    refused: tuple[Opening, ...] = ()
    for _ in range(12):
        found = search("massage", wish=on("2026-11-24"), refused=refused)
        assert not {opening.start for opening in found.openings} & {opening.start for opening in refused}
        refused += found.openings
    assert len({opening.start for opening in refused}) == 24


def test_after_two_refusals_other_kinds_are_tried(search):
    first = search("massage")
    second = search("massage", refused=first.openings)
    kinds = [(o.start.date(), o.start.hour < 12) for o in (*first.openings, *second.openings)]
    assert len(set(kinds)) == 4


def test_a_refused_time_is_refused_from_everybody(search, catalogue):
    start = at("2026-11-30T10:00")
    refused = Opening(start, end_of(catalogue.offerings["review"], start), "review", "adams", "r1")
    found = search("review", wish=Wish.from_plain({"exact": ["2026-11-30T10:00"]}), refused=(refused,))
    assert "2026-11-30T10:00" not in starts(found)
    assert found.nearest


def test_earlier_and_later_are_meant_from_what_was_refused(search, catalogue):
    start = at("2026-11-24T13:00")
    refused = (Opening(start, end_of(catalogue.offerings["massage"], start), "massage", "clark", "r3"),)
    earlier = search("massage", wish=replace(on("2026-11-24"), order="earlier"), refused=refused)
    assert starts(earlier)[0] == "2026-11-24T08:00"
    assert all(start < "2026-11-24T13:00" for start in starts(earlier))
    later = search("massage", wish=replace(on("2026-11-24"), order="later"), refused=refused)
    assert starts(later) == ["2026-11-24T14:00", "2026-11-24T15:00"]


def test_later_is_meant_from_the_last_offer_and_not_from_all_that_was_ever_refused(search, catalogue):
    def clark(text: str) -> Opening:
        return Opening(at(text), end_of(catalogue.offerings["massage"], at(text)), "massage", "clark", "r3")

    refused = tuple(
        map(clark, ("2026-12-05T09:00", "2026-12-05T11:00", "2026-11-24T09:00", "2026-11-24T13:00"))
    )
    found = search("massage", wish=Wish(order="later"), refused=refused)
    assert starts(found)[0] == "2026-11-24T14:00"


def test_nothing_later_that_day_goes_on_to_later_days(search, catalogue):
    start = at("2026-11-24T15:00")
    refused = (Opening(start, end_of(catalogue.offerings["massage"], start), "massage", "clark", "r3"),)
    found = search("massage", wish=replace(on("2026-11-24"), order="later"), refused=refused)
    assert found.nearest
    assert all(text > "2026-11-24T15:00" for text in starts(found))


def test_later_without_a_reference_is_late_in_the_day(search):
    found = search("massage", wish=replace(on("2026-11-24"), order="later"))
    assert starts(found) == ["2026-11-24T14:00", "2026-11-24T15:00"]


def test_earlier_is_meant_from_the_appointment_that_is_moved(search, catalogue):
    start = at("2026-11-28T10:00")
    moving = Opening(start, end_of(catalogue.offerings["massage"], start), "massage", "clark", "r3")
    found = search("massage", wish=Wish(order="earlier"), moving=moving)
    assert not found.nearest
    assert all(opening.start < start for opening in found.openings)


def test_the_time_of_the_appointment_that_is_moved_is_no_new_time(search, catalogue):
    start = at("2026-11-30T10:00")
    moving = Opening(start, end_of(catalogue.offerings["review"], start), "review", "adams", "r1")
    for wish in (
        Wish.from_plain({"exact": ["2026-11-30T10:00"]}),
        replace(on("2026-11-30"), around=time(10)),
    ):
        assert "2026-11-30T10:00" not in starts(search("review", wish=wish, moving=moving, count=4))


# --- what may be held


def test_what_was_offered_is_admitted_even_when_the_notice_has_run_out(search, catalogue, now):
    opening = search("review").openings[0]
    assert admits(catalogue, opening, now + timedelta(minutes=30))
    assert not admits(catalogue, opening, opening.start)


@pytest.mark.parametrize(
    ("service", "provider", "room", "start", "why"),
    [
        ("massage", "adams", "r3", "2026-11-24T09:00", "another role"),
        ("massage", "clark", "r1", "2026-11-24T09:00", "a room that is not for it"),
        ("massage", "clark", "r3", "2026-11-24T11:30", "the break"),
        ("massage", "clark", "r3", "2026-11-24T15:30", "the end of work"),
        ("massage", "clark", "r3", "2026-12-25T09:00", "a closed day"),
        ("massage", "clark", "r3", "2026-11-25T09:00", "a day off"),
        ("review", "adams", "r1", "2026-11-24T11:30", "a reserve"),
        ("flying", "adams", "r1", "2026-11-24T09:00", "no such service"),
    ],
)
def test_what_could_not_have_been_offered_is_not_admitted(
    catalogue, now, service, provider, room, start, why
):
    begins = at(start)
    minutes = catalogue.offerings[service].minutes if service in catalogue.offerings else 30
    opening = Opening(begins, begins + timedelta(minutes=minutes), service, provider, room)
    assert not admits(catalogue, opening, now), why


def test_another_length_than_the_services_is_not_admitted(catalogue, now):
    begins = at("2026-11-24T09:00")
    assert not admits(
        catalogue, Opening(begins, begins + timedelta(minutes=30), "massage", "clark", "r3"), now
    )
    assert admits(catalogue, Opening(begins, begins + timedelta(minutes=60), "massage", "clark", "r3"), now)


def test_a_reserve_is_admitted_to_the_urgent(catalogue, now):
    begins = at("2026-11-24T11:30")
    opening = Opening(begins, begins + timedelta(minutes=30), "review", "adams", "r1")
    assert admits(catalogue, opening, now, urgent=True)


# --- the plain form


def test_an_opening_survives_its_plain_form(search):
    for opening in search("massage", count=6).openings:
        assert Opening.from_plain(opening.plain(), ZONE) == opening
    assert search("massage", wish=on("2026-12-01")).openings[0].plain() == {
        "start": "2026-12-01T08:00",
        "end": "2026-12-01T09:00",
        "service": "massage",
        "provider": "clark",
        "room": "r3",
        "utc": "2026-12-01T06:00Z",
    }


def test_claims_are_the_provider_for_the_visit_and_the_room_until_it_is_ready(catalogue):
    begins = at("2026-11-24T09:00")
    assert claims_of(catalogue.offerings["massage"], "clark", "r3", begins) == (
        taken("provider:clark", "2026-11-24T09:00", "2026-11-24T10:00"),
        taken("room:r3", "2026-11-24T09:00", "2026-11-24T10:15"),
    )
