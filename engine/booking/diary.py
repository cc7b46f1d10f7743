"""The free starts of one day: hours, closures, working time, breaks, reserves, rooms, in one calculation.

Worked out a day at a time and only when asked, because the first two times of a search nearly always
lie within a few days of the wish.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from engine.booking.localtime import at_epoch, end_minute_of, epoch, minute_of, resolve
from engine.booking.opening import Claim, Opening, end_of
from engine.core.catalogue import Block, Catalogue, Interval, Offering, Provider
from engine.core.frozen import quick

MinuteSpan = tuple[int, int]
PERSON = "person"
"""The resource of the person asking: nobody is in two rooms at once."""
ALL_DAY: tuple[MinuteSpan, ...] = ((0, 24 * 60),)


@quick(frozen=True, slots=True)
class Slot:
    """A free start of one provider in one room."""

    start: int
    """Epoch seconds."""
    day: date
    minute: int
    """Local minute of the day."""
    provider: str
    room: str


class BusyTime:
    """What is taken, by resource: merged and sorted, so that one bisection answers."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        stretches: dict[str, list[tuple[int, int]]] = {}
        for claim in claims:
            stretches.setdefault(claim.resource, []).append((claim.start, claim.end))
        self._taken = {resource: _merged(spans) for resource, spans in stretches.items()}

    def overlaps(self, resource: str, start: int, end: int) -> bool:
        """Return whether any part of the half-open stretch is taken."""
        taken = self._taken.get(resource)
        if taken is None:
            return False
        starts, ends = taken
        before = bisect_left(starts, end)
        return before > 0 and ends[before - 1] > start


class Diary:
    """The free starts of one service at one site, seen at one moment."""

    def __init__(
        self, catalogue: Catalogue, busy: BusyTime, offering: Offering, now: datetime, *, urgent: bool = False
    ) -> None:
        self._catalogue = catalogue
        self._busy = busy
        self._offering = offering
        self.zone = catalogue.zone
        self._now = now.astimezone(catalogue.zone)
        self._urgent = urgent
        rules = catalogue.rules
        notice = rules.urgent_from_minutes if offering.block else rules.book_from_hours * 60
        self.earliest = epoch(now) + notice * 60
        """No start before this."""
        self.providers: Mapping[str, tuple[str, ...]] = {
            provider.id: rooms
            for provider in catalogue.providers.values()
            if offering.role in provider.roles and (rooms := _rooms(catalogue, provider, offering))
        }
        """Who may give the service, and the rooms for it, the preferred one first."""
        self._spans: dict[tuple[str, int, bool], list[MinuteSpan]] = {}

    def is_open_at(self, day: date, minutes: Sequence[MinuteSpan]) -> bool:
        """Return whether the site is open on the day in any of the stretches."""
        hours = _minutes(self._catalogue.hours.get(day.weekday(), ()))
        return self.is_open(day) and any(a < d and c < b for a, b in hours for c, d in minutes)

    def is_open(self, day: date) -> bool:
        """Return whether the site is open at all on the day."""
        return day not in self._catalogue.closed and bool(self._catalogue.hours.get(day.weekday()))

    def slots(
        self, day: date, minutes: Sequence[MinuteSpan] = ALL_DAY, providers: Iterable[str] | None = None
    ) -> list[Slot]:
        """Return the free starts of the day within stretches of minutes, by start and then by provider."""
        if not self.is_open(day):
            return []
        midnight = _regular_midnight(day, self._catalogue)
        able = self.providers if providers is None else providers
        found = [slot for provider in able for slot in self._of_provider(day, midnight, provider, minutes)]
        found.sort(key=lambda slot: slot.start)
        return found

    def opening(self, slot: Slot) -> Opening:
        """Return the slot as what is offered."""
        start = at_epoch(slot.start, self._catalogue.zone)
        return Opening(start, end_of(self._offering, start), self._offering.id, slot.provider, slot.room)

    def admits(self, opening: Opening) -> bool:
        """Return whether the site's own rules allow the opening, whoever else may have taken it.

        Notice is not asked for again: minutes pass between the offer and the caller's choice.
        """
        day, start, end = opening.start.date(), epoch(opening.start), epoch(opening.end)
        if not self.is_open(day) or opening.room not in self.providers.get(opening.provider, ()):
            return False
        if start <= epoch(self._now) or end - start != self._offering.minutes * 60:
            return False
        midnight = _regular_midnight(day, self._catalogue)
        return any(
            self._epoch(day, midnight, low) <= start and end <= self._epoch(day, midnight, high)
            for low, high in self._working(day, opening.provider)
        )

    def _of_provider(
        self, day: date, midnight: int | None, provider: str, minutes: Sequence[MinuteSpan]
    ) -> Iterator[Slot]:
        step = self._catalogue.rules.step_minutes
        length = self._offering.minutes * 60
        for low, high in self._working(day, provider):
            closes = self._epoch(day, midnight, high)
            for wished_low, wished_high in minutes:
                first = -(-max(low, wished_low) // step) * step
                for minute in range(first, min(high, wished_high), step):
                    start = self._start(day, midnight, minute)
                    if start is None or start < self.earliest:
                        continue
                    if start + length > closes:
                        break
                    if room := self._room(provider, start, start + length):
                        yield Slot(start, day, minute, provider, room)

    def _room(self, provider: str, start: int, end: int) -> str | None:
        """Return the preferred room that is free until it is ready again, if provider and person are free."""
        if self._busy.overlaps(f"provider:{provider}", start, end) or self._busy.overlaps(PERSON, start, end):
            return None
        ready = end + self._offering.turnover_minutes * 60
        for room in self.providers[provider]:
            if not self._busy.overlaps(f"room:{room}", start, ready):
                return room
        return None

    def _working(self, day: date, provider: str) -> list[MinuteSpan]:
        """Return when the provider may be booked; every week alike, but reserves open on their day."""
        key = (provider, day.weekday(), day == self._now.date())
        if key not in self._spans:
            self._spans[key] = self._planned(day, provider)
        return self._spans[key]

    def _planned(self, day: date, provider: str) -> list[MinuteSpan]:
        person = self._catalogue.providers[provider]
        hours = _minutes(self._catalogue.hours.get(day.weekday(), ()))
        works = _minutes(person.works.get(day.weekday(), ()))
        open_spans = [(max(a, c), min(b, d)) for a, b in hours for c, d in works if max(a, c) < min(b, d)]
        kept = [block.stretch for block in self._catalogue.blocks if self._is_kept(block, day, provider)]
        return _without(sorted(open_spans), _minutes((*person.breaks, *kept)))

    def _is_kept(self, block: Block, day: date, provider: str) -> bool:
        """Return whether a reserve keeps this service out on the day."""
        if block.provider != provider or day.weekday() not in block.weekdays:
            return False
        if self._urgent or block.tag == self._offering.block:
            return False
        released = day == self._now.date() and self._now.time() >= block.release_at
        return not released

    def _start(self, day: date, midnight: int | None, minute: int) -> int | None:
        """Return the instant of a local minute, or None if the clock skips it."""
        if midnight is not None:
            return midnight + minute * 60
        resolved = resolve(day, time(*divmod(minute, 60)), self._catalogue.zone)
        return epoch(resolved) if resolved else None

    def _epoch(self, day: date, midnight: int | None, minute: int) -> int:
        if midnight is not None:
            return midnight + minute * 60
        days, minute = divmod(minute, 24 * 60)
        at = time(*divmod(minute, 60))
        return epoch(datetime.combine(day + timedelta(days=days), at, tzinfo=self._catalogue.zone))


def _rooms(catalogue: Catalogue, provider: Provider, offering: Offering) -> tuple[str, ...]:
    return tuple(
        room
        for room in provider.rooms
        if room in catalogue.rooms and offering.purpose in catalogue.rooms[room].purposes
    )


def _regular_midnight(day: date, catalogue: Catalogue) -> int | None:
    """Return the epoch of the day's midnight if the clock does not change on it: then minutes just add up."""
    start = datetime.combine(day, time.min, tzinfo=catalogue.zone)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=catalogue.zone)
    return epoch(start) if start.utcoffset() == end.utcoffset() else None


def _minutes(intervals: Iterable[Interval]) -> list[MinuteSpan]:
    return [(minute_of(low), end_minute_of(high)) for low, high in intervals]


def _without(spans: list[MinuteSpan], removed: list[MinuteSpan]) -> list[MinuteSpan]:
    for low, high in removed:
        spans = [
            piece
            for start, end in spans
            for piece in ((start, min(end, low)), (max(start, high), end))
            if piece[0] < piece[1]
        ]
    return spans


def _merged(spans: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends
