"""Who may have which service, and on which days: age, audience, earlier visits, referral, missed visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from enum import StrEnum

from engine.booking.localtime import add_months, birthday
from engine.core.catalogue import BookingRules, Offering, Requirement
from engine.core.frozen import quick


class Reason(StrEnum):
    """Why somebody cannot have a service, or why the wish itself could not be met."""

    NONE = ""
    UNKNOWN_SERVICE = "unknown_service"
    REQUIRES_VISIT = "requires_visit"
    REQUIRES_REFERRAL = "requires_referral"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    NEW_ONLY = "new_only"
    EXISTING_ONLY = "existing_only"
    PREPAYMENT = "prepayment"
    # Of a wish that could not be met:
    PROVIDER = "provider"
    """The wished provider does not give this service."""
    CLOSED = "closed"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    FULL = "full"


class Standing(StrEnum):
    """Whether the person has been here before."""

    UNKNOWN = "unknown"
    NEW = "new"
    EXISTING = "existing"


@quick(frozen=True, slots=True)
class PersonFacts:
    """What the rules need to know of a person; the default is somebody not identified yet."""

    standing: Standing = Standing.UNKNOWN
    born: date | None = None
    visits: Mapping[str, date] = field(default_factory=dict)
    """Service to the day of the last visit."""
    upcoming: Mapping[str, date] = field(default_factory=dict)
    """Service to the day of the next booked visit."""
    missed: int = 0
    referral: bool = False
    last_provider: str | None = None
    engaged: tuple[tuple[int, int], ...] = ()
    """Stretches in epoch seconds in which the person is here already."""


@quick(frozen=True, slots=True)
class DayWindow:
    """The days on which somebody may have a service, both ends included."""

    first: date
    last: date
    first_reason: Reason = Reason.TOO_SOON
    """Why not before."""
    last_reason: Reason = Reason.TOO_FAR
    """Why not after."""

    def not_before(self, day: date, reason: Reason) -> DayWindow:
        """Return the window that starts no earlier than the day."""
        return self if day <= self.first else DayWindow(day, self.last, reason, self.last_reason)

    def not_after(self, day: date, reason: Reason) -> DayWindow:
        """Return the window that ends no later than the day."""
        return self if day >= self.last else DayWindow(self.first, day, self.first_reason, reason)


def eligible_days(
    offering: Offering, person: PersonFacts, rules: BookingRules, today: date
) -> DayWindow | Reason:
    """Return the days from today on which the person may have the service, or why there is none.

    Every rule is about the day of the visit: a child who has its birthday before the visit has the new age.
    """
    standing = _refused_standing(offering, person, rules)
    if standing:
        return standing
    window = DayWindow(today, today + timedelta(days=rules.book_to_days))
    if person.born and offering.age_from is not None:
        window = window.not_before(birthday(person.born, offering.age_from), Reason.TOO_YOUNG)
    if person.born and offering.age_below is not None:
        last = birthday(person.born, offering.age_below) - timedelta(days=1)
        window = window.not_after(last, Reason.TOO_OLD)
    if offering.requires:
        narrowed = _after_visits(window, offering.requires, person)
        if isinstance(narrowed, Reason):
            return narrowed
        window = narrowed
    if window.first > window.last:
        return window.last_reason if window.last_reason is not Reason.TOO_FAR else window.first_reason
    return window


def _refused_standing(offering: Offering, person: PersonFacts, rules: BookingRules) -> Reason:
    if offering.audience == "existing" and person.standing is Standing.NEW:
        return Reason.EXISTING_ONLY
    if offering.audience == "new" and person.standing is Standing.EXISTING:
        return Reason.NEW_ONLY
    limit = rules.missed_before_prepayment
    if limit is not None and person.missed >= limit:
        return Reason.PREPAYMENT
    if offering.requires and offering.requires.referral and not person.referral:
        return Reason.REQUIRES_REFERRAL
    return Reason.NONE


def _after_visits(window: DayWindow, requires: Requirement, person: PersonFacts) -> DayWindow | Reason:
    """Narrow the window by earlier visits.

    A visit that is only booked starts a minimum distance (the second of a series is searched when the first
    is committed), but it is no proof that the person has been seen within so many months.
    """
    if not requires.visits:
        return window
    days = [person.visits[service] for service in requires.visits if service in person.visits]
    if requires.within_months is None:
        days += [person.upcoming[service] for service in requires.visits if service in person.upcoming]
    if not days:
        return Reason.REQUIRES_VISIT
    if requires.at_least_days is not None:
        window = window.not_before(min(days) + timedelta(days=requires.at_least_days), Reason.REQUIRES_VISIT)
    if requires.within_months is not None:
        window = window.not_after(add_months(max(days), requires.within_months), Reason.REQUIRES_VISIT)
    return window
