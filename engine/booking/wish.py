"""What a caller asked for: days, parts of the day, exact times, a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Self, TypeVar

from engine.booking.localtime import DAY_MINUTES, end_minute_of, minute_of
from engine.core.frozen import quick

ORDERS = ("soonest", "earlier", "later")
KEYS = ("days", "times", "not_days", "around", "order", "exact", "either", "provider")
PAIRED = ("days", "times", "around", "exact")
"""What one of several days with times of their own may say."""
EVER = (date(1, 1, 1), date(9998, 12, 31))
AROUND_MINUTES = 60
"""How far from "around ten" a time may lie and still be what was asked."""
DAY_COST = 240
"""A time on another day is as far from a wish as one four hours away on the wished day."""

Bound = TypeVar("Bound", date, time)
DaySpan = tuple[date | None, date | None]
TimeSpan = tuple[time | None, time | None]


@quick(frozen=True, slots=True)
class Wish:
    """The caller's wish; the empty one wants any time, as soon as possible."""

    days: tuple[DaySpan, ...] = ()
    """Half-open alternatives; an open bound is None; none at all: any day."""
    times: tuple[TimeSpan, ...] = ()
    """Half-open alternatives for the start, as local time of day."""
    not_days: tuple[DaySpan, ...] = ()
    """Half-open stretches that are refused, whatever else is wished."""
    around: time | None = None
    order: str = "soonest"
    """soonest | earlier | later, the last two than what was refused (or than the appointment being moved)."""
    exact: tuple[datetime, ...] = ()
    """Asked date-times; without a zone they are the site's."""
    either: tuple[Wish, ...] = ()
    """Days that each have times of their own; then there are no days, times, around and exact beside them."""
    provider: str | None = None

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read the JSON form; raises ValueError that names the key, what is wrong and what is allowed."""
        unknown = sorted(set(plain) - set(KEYS))
        if unknown:
            raise ValueError(f"wish: unknown key {unknown[0]!r}; allowed: {', '.join(KEYS)}")
        order = plain.get("order") or "soonest"
        if order not in ORDERS:
            raise ValueError(f"wish.order: {order!r} is not one of {', '.join(ORDERS)}")
        around = plain.get("around")
        either = plain.get("either") or ()
        beside = next((key for key in PAIRED if either and plain.get(key)), None)
        if beside:
            raise ValueError(f"wish.either: {beside!r} may stand in its parts, not beside it")
        return cls(
            days=_spans("days", plain.get("days"), date.fromisoformat),
            times=_spans("times", plain.get("times"), _read_time),
            not_days=_spans("not_days", plain.get("not_days"), date.fromisoformat),
            around=time.fromisoformat(around) if around else None,
            order=order,
            exact=tuple(datetime.fromisoformat(text) for text in plain.get("exact") or ()),
            either=tuple(_part(part) for part in either),
            provider=plain.get("provider") or None,
        )

    def plain(self) -> dict[str, Any]:
        """Return the JSON form; only what was wished."""
        form: dict[str, Any] = {}
        for key, spans in (("days", self.days), ("times", self.times), ("not_days", self.not_days)):
            if spans:
                form[key] = [[_text(low), _text(high)] for low, high in spans]
        if self.around:
            form["around"] = _text(self.around)
        if self.order != "soonest":
            form["order"] = self.order
        if self.exact:
            form["exact"] = [moment.isoformat(timespec="minutes") for moment in self.exact]
        if self.either:
            form["either"] = [part.plain() for part in self.either]
        if self.provider:
            form["provider"] = self.provider
        return form

    def localised(self, zone: tzinfo) -> Self:
        """Return the wish with its exact times as the site's wall clock, without a zone."""
        walls = (at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at for at in self.exact)
        return replace(self, exact=tuple(walls), either=tuple(part.localised(zone) for part in self.either))

    @property
    def bounded(self) -> bool:
        """Whether anything at all narrows the search."""
        return bool(
            self.days
            or self.times
            or self.around
            or self.exact
            or self.either
            or self.provider
            or self.order != "soonest"
        )

    def fits(self, start: datetime) -> bool:
        """Return whether a start, as the site's wall clock, is wished; so is told which booking is meant."""
        if self.exact:
            return start in self.exact
        day, minute = start.date(), minute_of(start.time())
        if self.excludes(day):
            return False
        if self.either:
            return any(part.fits(start) for part in self.either)
        if not self._wants(day):
            return False
        return any(low <= minute < high for low, high in self.minute_spans(day))

    def excludes(self, day: date) -> bool:
        """Return whether the caller refused the day."""
        return any(_within(day, low, high) for low, high in self.not_days)

    def day_spans(self, first: date, last: date) -> list[tuple[date, date]]:
        """Return the wished days from first to last, both included, in order and without overlaps."""
        if self.either:
            wanted = [span for part in self.either for span in part.day_spans(first, last)]
        elif self.exact:
            wanted = [(moment.date(), moment.date()) for moment in self.exact]
        else:
            wanted = [
                (low or first, high - timedelta(days=1) if high else last)
                for low, high in self.days or ((None, None),)
            ]
        merged: list[tuple[date, date]] = []
        for low, high in sorted((max(low, first), min(high, last)) for low, high in wanted):
            if low > high:
                continue
            if merged and low <= merged[-1][1] + timedelta(days=1):
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return merged

    def minute_spans(self, day: date) -> list[tuple[int, int]]:
        """Return the wished stretches of a day in minutes; one that runs over midnight becomes two."""
        if self.either:
            parts = [part for part in self.either if part._wants(day)]  # noqa: SLF001 - its own kind
            return _disjoint(sorted(span for part in parts for span in part.minute_spans(day)))
        if self.exact:
            minutes = sorted({minute_of(at.time()) for at in self.exact if at.date() == day})
            return [(minute, minute + 1) for minute in minutes]
        spans = self._parts_of_day()
        if self.around:
            low, high = minute_of(self.around) - AROUND_MINUTES, minute_of(self.around) + AROUND_MINUTES + 1
            spans = [(max(a, low), min(b, high)) for a, b in spans or [(0, DAY_MINUTES)]]
        return spans or [(0, DAY_MINUTES)]

    def minutes_off(self, minute: int) -> int:
        """Return how far a minute of the day lies from the wished time of day."""
        if self.around:
            return abs(minute - minute_of(self.around))
        return min((max(low - minute, minute - high + 1, 0) for low, high in self._parts_of_day()), default=0)

    def cost(self, day: date, minute: int, spans: Sequence[tuple[date, date]]) -> int:
        """Return how far a time lies from the wish; `spans` are the wished days."""
        if self.either:
            return min(part.cost(day, minute, part.day_spans(*EVER)) for part in self.either)
        if self.exact:
            return min(
                abs((day - at.date()).days) * DAY_COST + abs(minute - minute_of(at.time()))
                for at in self.exact
            )
        return days_off(day, spans) * DAY_COST + self.minutes_off(minute)

    def minutes_nearer(
        self, day: date, spans: Sequence[tuple[date, date]], limit: int
    ) -> list[tuple[int, int]]:
        """Return stretches of a day outside which every time costs at least the limit."""
        if self.either:
            near = [part.minutes_nearer(day, part.day_spans(*EVER), limit) for part in self.either]
            return _disjoint(sorted(span for stretches in near for span in stretches))
        if self.exact:
            stretches = [
                (minute := minute_of(at.time()), minute + 1, limit - abs((day - at.date()).days) * DAY_COST)
                for at in self.exact
            ]
        else:
            left = limit - days_off(day, spans) * DAY_COST
            parts = self._parts_of_day() or [(0, DAY_MINUTES)]
            if self.around:
                parts = [(minute_of(self.around), minute_of(self.around) + 1)]
            stretches = [(low, high, left) for low, high in parts]
        wide = sorted((low - left + 1, high + left - 1) for low, high, left in stretches if left > 0)
        return _disjoint(wide)

    def _wants(self, day: date) -> bool:
        """Return whether the day is wished, whatever its times."""
        if self.exact:
            return any(at.date() == day for at in self.exact)
        return not self.days or any(_within(day, low, high) for low, high in self.days)

    def _parts_of_day(self) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for low, high in self.times:
            start = minute_of(low) if low else 0
            end = end_minute_of(high) if high else DAY_MINUTES
            spans += [(start, end)] if start < end else [(start, DAY_MINUTES), (0, end)]
        return spans


def _disjoint(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted stretches with those that meet made one, clipped to the day."""
    joined: list[tuple[int, int]] = []
    for low, high in spans:
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((max(low, 0), min(high, DAY_MINUTES)))
    return joined


def days_off(day: date, spans: Sequence[tuple[date, date]]) -> int:
    """Return how many days a day lies outside the wished ones."""
    return min((max((low - day).days, (day - high).days, 0) for low, high in spans), default=0)


def _within(day: date, low: date | None, high: date | None) -> bool:
    return (low is None or day >= low) and (high is None or day < high)


def _part(plain: Mapping[str, Any]) -> Wish:
    """Read one of several days with times of their own."""
    unknown = sorted(set(plain) - set(PAIRED))
    if unknown:
        raise ValueError(f"wish.either: unknown key {unknown[0]!r}; allowed: {', '.join(PAIRED)}")
    return Wish.from_plain(plain)


def _text(bound: date | time | None) -> str | None:
    if isinstance(bound, time):
        return bound.isoformat(timespec="minutes")
    return bound.isoformat() if bound else None


def _read_time(text: str) -> time | None:
    return None if text == "24:00" else time.fromisoformat(text)


def _spans(
    key: str, plain: Sequence[Sequence[str | None]] | None, read: Callable[[str], Bound | None]
) -> tuple[tuple[Bound | None, Bound | None], ...]:
    spans = []
    for span in plain or ():
        if isinstance(span, str) or len(span) != 2:
            raise ValueError(f"wish.{key}: {span!r} is not a pair [from, to]; either may be null")
        low, high = (read(bound) if bound else None for bound in span)
        spans.append((low, high))
    return tuple(spans)
