"""The order in which free times are looked at: what was wished, and what lies nearest to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engine.booking.choice import Choice, is_hour_apart, is_other_day, is_other_kind, is_other_time
from engine.booking.diary import ALL_DAY, Diary, Slot
from engine.booking.eligibility import DayWindow, Reason
from engine.booking.localtime import at_epoch
from engine.booking.wish import DAY_COST, EVER, Wish, days_off
from engine.core.frozen import quick

OTHER_PROVIDER_COST = 7 * DAY_COST
"""Another provider is as far from a wish as the wished one a week away."""


@quick(frozen=True, slots=True)
class Search:
    """One search over a diary; nothing in it changes."""

    diary: Diary
    wish: Wish
    """With exact times as the site's wall clock."""
    window: DayWindow
    refused: tuple[Slot, ...]
    count: int
    reference: tuple[int, int] | None = None
    """First and last start that "earlier" and "later" are measured from."""
    preferred: str | None = None
    """The provider to take when several are free at the same time."""
    moved_from: int | None = None
    """The start of the appointment that is moved: the same time again is no move."""

    def matching(self) -> list[Slot]:
        """Return the best times within the wish, looking no further than needed."""
        choice = self._choice_within()
        for low, high in self.wish.day_spans(self.window.first, self.window.last):
            for day in _days(low, high):
                if choice.add(self._wished_on(day)):
                    return self._in_order(choice.picked)
        return self._in_order(choice.finish())

    def _in_order(self, picked: list[Slot]) -> list[Slot]:
        """Return times as they are said: the best first, but those late in the day one after the other."""
        return sorted(picked, key=lambda slot: slot.start) if self._latest_first else picked

    def nearest(self) -> list[Slot]:
        """Return the times nearest to a wish that has none, on the wished side if there are any."""
        for bounded in (True, False) if self.reference else (False,):
            ranked = self._nearest_of(self._wished_providers(), bounded=bounded)
            if self.wish.provider:
                others = [provider for provider in self.diary.providers if provider != self.wish.provider]
                other_ranked = self._nearest_of(others, bounded=bounded)
                ranked += [(cost + OTHER_PROVIDER_COST, slot) for cost, slot in other_ranked]
            choice = self._choice_near()
            choice.add(slot for _, slot in sorted(ranked, key=self._by_cost))
            if slots := choice.finish():
                return slots
        return []

    def why_not(self) -> Reason:
        """Return why nothing within the wish can be had."""
        if self.wish.provider and self.wish.provider not in self.diary.providers:
            return Reason.PROVIDER
        spans = self.wish.day_spans(*EVER)
        if all(high < self.window.first for _, high in spans):
            return self.window.first_reason
        if all(low > self.window.last for low, _ in spans):
            return self.window.last_reason
        days = [
            day
            for low, high in self.wish.day_spans(self.window.first, self.window.last)
            for day in _days(low, high)
        ]
        open_days = [day for day in days if self.diary.is_open_at(day, self.wish.minute_spans(day))]
        if not open_days:
            return Reason.CLOSED
        return Reason.TOO_SOON if self._all_before_notice(open_days) else Reason.FULL

    def _choice_within(self) -> Choice:
        """Return the choice among times within the wish: the more exact it is, the less they need to differ.

        Who wants ten o'clock wants it on another day rather than at four.
        """
        if self.wish.exact:
            return Choice(self.count, self.refused, is_other_time, is_other_time)
        if self.wish.around:
            return Choice(self.count, self.refused, is_other_day, is_other_time)
        if self._latest_first:
            return Choice(self.count, self.refused, is_other_day, is_hour_apart)
        narrow = bool(self.wish.times or self.wish.either) or self.wish.order != "soonest"
        return Choice(self.count, self.refused, is_other_kind, is_hour_apart if narrow else is_other_kind)

    def _choice_near(self) -> Choice:
        return Choice(self.count, self.refused, is_other_kind, is_hour_apart)

    @property
    def _latest_first(self) -> bool:
        """Whether "later" can only mean late in the day, because there is nothing it could be later than."""
        return self.wish.order == "later" and self.reference is None

    def _wished_on(self, day: date) -> Iterator[Slot]:
        if self.wish.excludes(day):
            return iter(())
        slots = self.diary.slots(day, self.wish.minute_spans(day), self._wished_providers())
        fitting = [slot for slot in slots if slot.start != self.moved_from and self._is_on_side(slot)]
        fitting.sort(key=self._rank)
        return iter(fitting)

    def _rank(self, slot: Slot) -> tuple[int, int, bool]:
        first = (
            -slot.start
            if self._latest_first
            else self.wish.minutes_off(slot.minute)
            if self.wish.around
            else 0
        )
        return first, slot.start, slot.provider != self.preferred

    def _by_cost(self, entry: tuple[int, Slot]) -> tuple[int, int, bool]:
        cost, slot = entry
        return cost, slot.start, slot.provider != self.preferred

    def _wished_providers(self) -> Sequence[str]:
        """Return who is meant and able: the wished provider, or everybody."""
        if self.wish.provider is None:
            return tuple(self.diary.providers)
        return (self.wish.provider,) if self.wish.provider in self.diary.providers else ()

    def _is_on_side(self, slot: Slot) -> bool:
        """Return whether the time is earlier or later than the reference, as wished."""
        if self.reference is None or self.wish.order == "soonest":
            return True
        first, last = self.reference
        return slot.start < first if self.wish.order == "earlier" else slot.start > last

    def _nearest_of(self, providers: Sequence[str], *, bounded: bool) -> list[tuple[int, Slot]]:
        """Return the times of least cost, going outwards day by day.

        Once there are enough of different kinds, only what is nearer than the last of them is still looked
        for, so a wish that nobody can meet does not turn half a year over.
        """
        spans = self.wish.day_spans(*EVER)
        days = sorted(
            (days_off(day, spans), day)
            for day in _days(self.window.first, self.window.last)
            if not self.wish.excludes(day)
        )
        pool: list[tuple[int, Slot]] = []
        limit: int | None = None
        for off, day in days:
            if limit is not None and off * DAY_COST >= limit:
                break
            minutes = ALL_DAY if limit is None else self.wish.minutes_nearer(day, spans, limit)
            slots = self.diary.slots(day, minutes, providers)
            slots = [
                slot
                for slot in slots
                if slot.start != self.moved_from and (not bounded or self._is_on_side(slot))
            ]
            if not slots:
                continue
            pool += [(self.wish.cost(day, slot.minute, spans), slot) for slot in slots]
            pool.sort(key=self._by_cost)
            choice = self._choice_near()
            if choice.add(slot for _, slot in pool):
                limit = next(cost for cost, slot in pool if slot == choice.picked[-1])
                pool = [entry for entry in pool if entry[0] <= limit]
        return pool

    def _all_before_notice(self, days: Sequence[date]) -> bool:
        notice = at_epoch(self.diary.earliest, self.diary.zone)
        last_minute = max(high for _, high in self.wish.minute_spans(days[-1]))
        return days[-1] < notice.date() or (
            days[-1] == notice.date() and last_minute <= notice.hour * 60 + notice.minute
        )


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
