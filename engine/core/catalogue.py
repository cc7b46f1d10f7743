"""What a site offers and who does it: the facts that a booking is made of.

Plain, frozen data. The pack loader fills it from YAML, the booking search reads it, the
understanding takes the names from it; none of them knows which trade it describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, time, tzinfo

from engine.core.frozen import quick

Interval = tuple[time, time]
"""A half-open stretch of one local day: [from, to)."""
Week = Mapping[int, tuple[Interval, ...]]
"""Weekday (0 = Monday) to the open stretches of that day; an absent day is closed."""
Names = Mapping[str, tuple[str, ...]]
"""Language code to names, the one to be spoken first; others are what callers also say."""


@quick(frozen=True, slots=True)
class Room:
    """A place that one booking at a time can use."""

    id: str
    purposes: tuple[str, ...]
    """What may be done in it; a service names one purpose."""


@quick(frozen=True, slots=True)
class Provider:
    """A person who gives services."""

    id: str
    name: str
    """Full name as written, first name first."""
    title: Mapping[str, str]
    """Language code to the word said before the name."""
    roles: tuple[str, ...]
    rooms: tuple[str, ...]
    """Rooms this person may use, the preferred one first."""
    works: Week
    breaks: tuple[Interval, ...] = ()
    """Stretches of every working day that are never booked."""
    languages: tuple[str, ...] = ()
    also_called: Names = field(default_factory=dict)


@quick(frozen=True, slots=True)
class Requirement:
    """What must be true of a person's history before a service may be booked."""

    visits: tuple[str, ...] = ()
    """Any one of these services must have been visited."""
    within_months: int | None = None
    at_least_days: int | None = None
    referral: bool = False


@quick(frozen=True, slots=True)
class Offering:
    """A service that can be booked."""

    id: str
    names: Names
    minutes: int
    """Minutes of the provider and of the room."""
    turnover_minutes: int
    """Minutes the room alone stays blocked afterwards."""
    role: str
    purpose: str
    """The room purpose it needs."""
    price: int | None = None
    """Whole units of the site's currency; None: not told by phone."""
    audience: str = "any"
    """any | new | existing: whether the person must have been here before."""
    age_below: int | None = None
    age_from: int | None = None
    guardian: bool = False
    """Whether a guardian must come along."""
    arrive_early_minutes: int = 0
    requires: Requirement | None = None
    block: str | None = None
    """Tag of the reserve blocks it may use; such a service is offered only inside them or in free time."""


@quick(frozen=True, slots=True)
class Block:
    """A stretch kept free for one kind of need until it is released."""

    tag: str
    provider: str
    weekdays: tuple[int, ...]
    stretch: Interval
    release_at: time
    """Local time of the same day from which everybody may have it."""


@quick(frozen=True, slots=True)
class BookingRules:
    """The site's numbers; every one is overwritten by its YAML."""

    book_from_hours: int = 2
    urgent_from_minutes: int = 30
    """The notice of a service that may use reserve blocks: time to come here, no more."""
    book_to_days: int = 180
    cancel_notice_hours: int = 24
    late_cancel_fee: int = 0
    hold_seconds: int = 180
    offer_at_once: int = 2
    consent_age: int = 16
    missed_before_prepayment: int | None = None
    step_minutes: int = 5
    """The grid on which bookings may start."""


@quick(frozen=True, slots=True)
class Catalogue:
    """Everything a booking search needs to know of one site."""

    zone: tzinfo
    hours: Week
    closed: frozenset[date]
    rooms: Mapping[str, Room]
    providers: Mapping[str, Provider]
    offerings: Mapping[str, Offering]
    blocks: tuple[Block, ...]
    rules: BookingRules
    not_offered: Names = field(default_factory=dict)
    """Language code to services that callers ask for and that the site does not give."""


@quick(frozen=True, slots=True)
class Person:
    """Somebody on file."""

    id: str
    name: str
    born: date | None
    """None where a business does not ask: the name and the telephone tell them apart."""
    phone: str
    """E.164, with the leading plus."""
    language: str = ""
    guardian: str | None = None
    last: Mapping[str, date] = field(default_factory=dict)
    """Service id to the day of the last visit."""
    last_provider: str | None = None
    missed: int = 0
    """Visits missed without a word."""
