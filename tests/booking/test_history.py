"""What the book knows of a person, as facts for the rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.booking.eligibility import Standing
from engine.booking.history import facts_of, facts_of_newcomer
from engine.booking.localtime import epoch
from engine.booking.store import Appointment, Status
from engine.core.catalogue import Person

ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
ADA = Person(
    "p01", "Ada", date(1984, 3, 12), "", last={"review": date(2026, 5, 18)}, last_provider="adams", missed=1
)
NOBODY_YET = Person("p02", "Ben", date(1990, 1, 1), "")


def entry(name: str, service: str, start: datetime, status: Status = Status.BOOKED) -> Appointment:
    return Appointment(name, "p01", service, "adams", "r1", start, start + timedelta(minutes=30), status, 1)


def test_somebody_with_a_visit_has_been_here():
    facts = facts_of(ADA, [], NOW, ZONE)
    assert (facts.standing, facts.born, facts.missed, facts.last_provider) == (
        Standing.EXISTING,
        ADA.born,
        1,
        "adams",
    )
    assert facts.visits == {"review": date(2026, 5, 18)}


def test_somebody_on_file_who_never_came_is_new():
    upcoming = entry("a1", "first_visit", NOW + timedelta(days=1))
    assert facts_of(NOBODY_YET, [upcoming], NOW, ZONE).standing is Standing.NEW


def test_an_appointment_that_is_over_counts_as_a_visit_unless_it_was_missed_or_cancelled():
    past = NOW - timedelta(days=2)
    for status, counts in (
        (Status.BOOKED, True),
        (Status.DONE, True),
        (Status.MISSED, False),
        (Status.CANCELLED, False),
    ):
        facts = facts_of(NOBODY_YET, [entry("a1", "cast", past, status)], NOW, ZONE)
        assert (facts.visits.get("cast") == past.date()) is counts
        assert (facts.standing is Standing.EXISTING) is counts


def test_the_last_visit_counts_wherever_it_is_written():
    earlier, later = NOW.replace(month=1), NOW - timedelta(days=1)
    assert facts_of(ADA, [entry("a1", "review", earlier)], NOW, ZONE).visits["review"] == date(2026, 5, 18)
    assert facts_of(ADA, [entry("a1", "review", later)], NOW, ZONE).visits["review"] == later.date()


def test_what_is_booked_engages_the_person_but_for_what_is_moved():
    first, second = entry("a1", "cast", NOW + timedelta(days=3)), entry("a2", "cast", NOW + timedelta(days=1))
    facts = facts_of(ADA, [first, second], NOW, ZONE)
    assert facts.upcoming == {"cast": second.start.date()}
    assert facts.engaged == tuple((epoch(e.start), epoch(e.end)) for e in (first, second))
    assert facts_of(ADA, [first, second], NOW, ZONE, moving="a2").engaged == facts.engaged[:1]
    cancelled = entry("a3", "cast", NOW + timedelta(days=2), Status.CANCELLED)
    assert facts_of(ADA, [cancelled], NOW, ZONE).engaged == ()


def test_somebody_not_on_file_is_new_once_the_birth_date_is_known():
    assert facts_of_newcomer(None).standing is Standing.UNKNOWN
    facts = facts_of_newcomer(date(2016, 1, 1), referral=True)
    assert (facts.standing, facts.born, facts.referral) == (Standing.NEW, date(2016, 1, 1), True)
