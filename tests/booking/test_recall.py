"""What callers point back to is what the record plainly says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.booking.recall import last_provider, last_service
from engine.booking.store import Appointment, Status
from engine.core.catalogue import Catalogue, Person
from engine.pack import load

CATALOGUE: Catalogue = load("gedimino").catalogue
ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
TOMAS, STEPHEN, IEVA = (
    next(person for person in load("gedimino").people if person.id == number)
    for number in ("p01", "p10", "p12")
)


def visit(service: str, provider: str, days: int, status: Status = Status.DONE) -> Appointment:
    start = NOW + timedelta(days=days)
    return Appointment("a1", "p01", service, provider, "r3", start, start + timedelta(minutes=30), status, 1)


def who(person: Person, service: str, *entries: Appointment) -> str | None:
    return last_provider(CATALOGUE, person, entries, service, NOW)


def test_who_saw_a_person_last_is_on_file() -> None:
    assert who(TOMAS, "check_up") == "kazlauskiene"
    assert who(IEVA, "check_up") is None


def test_only_somebody_who_can_give_the_service_is_meant() -> None:
    assert who(TOMAS, "hygiene") is None
    assert who(TOMAS, "hygiene", visit("hygiene", "becker", -90)) == "becker"
    assert who(TOMAS, "no_such_service") is None


def test_the_last_visit_that_took_place_counts() -> None:
    attended = visit("hygiene", "becker", -90), visit("hygiene", "sakalauskaite", -30)
    assert who(TOMAS, "hygiene", *attended) == "sakalauskaite"
    assert (
        who(TOMAS, "hygiene", attended[0], visit("hygiene", "sakalauskaite", -3, Status.CANCELLED))
        == "becker"
    )
    assert who(TOMAS, "hygiene", visit("hygiene", "sakalauskaite", 3, Status.BOOKED)) is None


def what(person: Person, *entries: Appointment) -> str | None:
    return last_service(CATALOGUE, person, entries, NOW)


def test_what_a_person_came_for_is_what_the_last_day_says() -> None:
    assert what(STEPHEN) == "filling"
    assert what(STEPHEN, visit("hygiene", "becker", -10)) == "hygiene"
    assert what(STEPHEN, visit("hygiene", "becker", -900)) == "filling"


def test_two_things_on_one_day_or_none_at_all_are_no_usual_one() -> None:
    assert what(TOMAS) is None
    assert what(IEVA) is None


def test_a_first_visit_and_an_emergency_are_not_come_for_again() -> None:
    assert what(replace(IEVA, last={"new_patient_exam": NOW.date()})) is None
    assert what(replace(IEVA, last={"emergency_visit": NOW.date()})) is None
    assert what(replace(IEVA, last={"a_service_of_the_past": NOW.date()})) is None
