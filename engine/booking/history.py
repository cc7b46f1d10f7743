"""What the book knows of a person, put as the facts that the booking rules ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from engine.booking.eligibility import PersonFacts, Standing
from engine.booking.localtime import epoch
from engine.booking.store import Appointment, Status
from engine.core.catalogue import Person

ATTENDED = (Status.BOOKED, Status.DONE)
"""An appointment that is over and was neither cancelled nor marked as missed took place."""


def facts_of(
    person: Person,
    appointments: Iterable[Appointment],
    now: datetime,
    zone: tzinfo,
    *,
    moving: str | None = None,
    referral: bool = False,
) -> PersonFacts:
    """Return the facts of somebody on file; the appointment being moved is not in its own way."""
    visits: dict[str, date] = dict(person.last)
    upcoming: dict[str, date] = {}
    engaged: list[tuple[int, int]] = []
    for entry in appointments:
        day = entry.start.astimezone(zone).date()
        if entry.end <= now:
            if entry.status in ATTENDED:
                visits[entry.service] = max(day, visits.get(entry.service, day))
        elif entry.status is Status.BOOKED and entry.id != moving:
            upcoming[entry.service] = min(day, upcoming.get(entry.service, day))
            engaged.append((epoch(entry.start), epoch(entry.end)))
    return PersonFacts(
        standing=Standing.EXISTING if visits else Standing.NEW,
        born=person.born,
        visits=visits,
        upcoming=upcoming,
        missed=person.missed,
        referral=referral,
        last_provider=person.last_provider,
        engaged=tuple(engaged),
    )


def facts_of_newcomer(born: date | None, *, referral: bool = False) -> PersonFacts:
    """Return the facts of somebody not on file; without a birth date it is not known yet who it is."""
    return PersonFacts(standing=Standing.NEW if born else Standing.UNKNOWN, born=born, referral=referral)
