"""Which times can be offered to whom: the one question of the booking search, answered without any I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum

from engine.booking.diary import PERSON, BusyTime, Diary, Slot
from engine.booking.eligibility import PersonFacts, Reason, eligible_days
from engine.booking.localtime import epoch, minute_of
from engine.booking.opening import Claim, Opening
from engine.booking.search import Search
from engine.booking.wish import Wish
from engine.core.catalogue import Catalogue
from engine.core.frozen import quick

__all__ = ["Found", "FoundOutcome", "Query", "admits", "find"]


class FoundOutcome(StrEnum):
    """How a search ended."""

    FOUND = "found"
    NONE_FOUND = "none_found"
    NOT_ELIGIBLE = "not_eligible"


@quick(frozen=True, slots=True)
class Query:
    """What is searched, and for whom."""

    service: str
    person: PersonFacts = field(default_factory=PersonFacts)
    wish: Wish = field(default_factory=Wish)
    refused: tuple[Opening, ...] = ()
    """Times the caller turned down, the last ones last: never offered again, by whomever they are given."""
    urgent: bool = False
    """Whether reserves may be used whatever the service is."""
    moving: Opening | None = None
    """The appointment to be moved; "earlier" and "later" are meant from it."""
    count: int | None = None
    """How many times; None: as many as the site offers at once."""


@quick(frozen=True, slots=True)
class Found:
    """What a search found."""

    outcome: FoundOutcome
    openings: tuple[Opening, ...] = ()
    """The best one first."""
    reason: Reason = Reason.NONE
    """Why the person may not have it, or why the wish itself had nothing."""
    nearest: bool = False
    """Whether the wish itself had nothing and these are the nearest alternatives."""
    exact: bool = False
    """Whether the openings are the very times asked for."""


def find(catalogue: Catalogue, busy: Sequence[Claim], query: Query, now: datetime) -> Found:
    """Return the few times to offer: within the wish if there are any, else those nearest to it."""
    offering = catalogue.offerings.get(query.service)
    if offering is None:
        return Found(FoundOutcome.NOT_ELIGIBLE, reason=Reason.UNKNOWN_SERVICE)
    today = now.astimezone(catalogue.zone).date()
    window = eligible_days(offering, query.person, catalogue.rules, today)
    if isinstance(window, Reason):
        return Found(FoundOutcome.NOT_ELIGIBLE, reason=window)
    engaged = (Claim(PERSON, start, end) for start, end in query.person.engaged)
    diary = Diary(catalogue, BusyTime((*busy, *engaged)), offering, now, urgent=query.urgent)
    count = query.count or catalogue.rules.offer_at_once
    search = Search(
        diary,
        query.wish.localised(catalogue.zone),
        window,
        _slots(query.refused, catalogue),
        count,
        _reference(query, count),
        query.person.last_provider,
        epoch(query.moving.start) if query.moving else None,
    )
    if slots := search.matching():
        openings = tuple(map(diary.opening, slots))
        return Found(FoundOutcome.FOUND, openings, exact=bool(query.wish.exact))
    reason = search.why_not()
    nearest = search.nearest() if query.wish.bounded else []
    if not nearest:
        return Found(FoundOutcome.NONE_FOUND, reason=reason)
    return Found(FoundOutcome.FOUND, tuple(map(diary.opening, nearest)), reason, nearest=True)


def admits(catalogue: Catalogue, opening: Opening, now: datetime, *, urgent: bool = False) -> bool:
    """Return whether the site's rules allow the opening: nothing is held that could not have been offered."""
    offering = catalogue.offerings.get(opening.service)
    if offering is None:
        return False
    return Diary(catalogue, BusyTime(()), offering, now, urgent=urgent).admits(opening)


def _slots(openings: Iterable[Opening], catalogue: Catalogue) -> tuple[Slot, ...]:
    local = (replace(opening, start=opening.start.astimezone(catalogue.zone)) for opening in openings)
    return tuple(
        Slot(epoch(at.start), at.start.date(), minute_of(at.start.time()), at.provider, at.room)
        for at in local
    )


def _reference(query: Query, count: int) -> tuple[int, int] | None:
    """Return the first and last start that "earlier" and "later" are measured from: those offered last."""
    openings = query.refused[-count:] or ((query.moving,) if query.moving else ())
    starts = [epoch(opening.start) for opening in openings]
    return (min(starts), max(starts)) if starts else None
