"""What callers point back to: "the same one as last time", "the usual".

Only what the record says plainly is recalled; where it says two things, or nothing, the caller is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from engine.booking.history import ATTENDED
from engine.booking.store import Appointment
from engine.core.catalogue import Catalogue, Person


def last_provider(
    catalogue: Catalogue, person: Person, entries: Iterable[Appointment], service: str, now: datetime
) -> str | None:
    """Who last saw a person and can give the service."""
    offering = catalogue.offerings.get(service)
    if offering is None:
        return None
    able = {name for name, provider in catalogue.providers.items() if offering.role in provider.roles}
    seen = [entry for entry in _attended(entries, now) if entry.provider in able]
    if seen:
        return max(seen, key=lambda entry: entry.start).provider
    return person.last_provider if person.last_provider in able else None


def last_service(
    catalogue: Catalogue, person: Person, entries: Iterable[Appointment], now: datetime
) -> str | None:
    """What a person came for last time, if it was one thing and one that can be booked again."""
    days: dict[str, date] = dict(person.last)
    for entry in _attended(entries, now):
        day = entry.start.astimezone(catalogue.zone).date()
        days[entry.service] = max(day, days.get(entry.service, day))
    last = max(days.values(), default=None)
    services = [service for service, day in days.items() if day == last]
    if len(services) != 1 or not _again(catalogue, services[0]):
        return None
    return services[0]


def _attended(entries: Iterable[Appointment], now: datetime) -> Sequence[Appointment]:
    return [entry for entry in entries if entry.end <= now and entry.status in ATTENDED]


def _again(catalogue: Catalogue, service: str) -> bool:
    """Whether a service is one that people come for again, not a first visit or an emergency."""
    offering = catalogue.offerings.get(service)
    return offering is not None and offering.audience != "new" and offering.block is None
