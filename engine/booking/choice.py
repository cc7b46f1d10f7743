"""Which of the free times are said: few, near the wish, and different in kind.

Two times five minutes apart are no choice for a caller, so times are chosen in rounds: first those of
different kinds, then those well apart; and one time alone is offered rather than two that sound alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from engine.booking.diary import Slot

NOON = 12 * 60
KIND_APART_S = 90 * 60
"""Two times of one day are of different kinds if noon and this much lie between them."""
HOUR_S = 3600
HALF_HOUR_S = 1800
"""Less than this, and two times sound like the same offer."""

Apart = Callable[[Slot, Slot], bool]


def is_other_day(slot: Slot, other: Slot) -> bool:
    """Return whether two times are on different days."""
    return slot.day != other.day


def is_other_kind(slot: Slot, other: Slot) -> bool:
    """Return whether two times are a choice: another day, or the other half of the day and well apart."""
    if slot.day != other.day:
        return True
    return (slot.minute < NOON) != (other.minute < NOON) and abs(slot.start - other.start) >= KIND_APART_S


def is_hour_apart(slot: Slot, other: Slot) -> bool:
    """Return whether two times are at least an hour apart."""
    return abs(slot.start - other.start) >= HOUR_S


def is_half_hour_apart(slot: Slot, other: Slot) -> bool:
    """Return whether two times are at least half an hour apart."""
    return abs(slot.start - other.start) >= HALF_HOUR_S


def is_other_time(slot: Slot, other: Slot) -> bool:
    """Return whether two starts differ."""
    return slot.start != other.start


@dataclass(slots=True)
class Choice:
    """Collects slots, best first, until enough of them differ."""

    count: int
    refused: Sequence[Slot]
    """What the caller turned down; never chosen again."""
    kind: Apart = is_other_kind
    """How different chosen times are to be from each other."""
    from_refused: Apart = is_other_kind
    """How different they are to be from refused ones."""
    picked: list[Slot] = field(default_factory=list)
    _others: list[Slot] = field(default_factory=list)

    def add(self, slots: Iterable[Slot]) -> bool:
        """Look at more slots, in order of preference; return whether there are enough of different kinds."""
        for slot in slots:
            if len(self.picked) >= self.count:
                break
            if self._fits(slot, self.kind, self.from_refused):
                self.picked.append(slot)
            else:
                self._others.append(slot)
        return len(self.picked) >= self.count

    def finish(self) -> list[Slot]:
        """Return the choice, filled up with less different times if there were no others."""
        rounds = [(is_hour_apart, is_hour_apart), (is_half_hour_apart, is_half_hour_apart)]
        rounds += [(self.kind if self.kind is is_other_time else is_half_hour_apart, is_other_time)]
        for from_picked, from_refused in rounds:
            for slot in self._others:
                if len(self.picked) >= self.count:
                    return self.picked
                if self._fits(slot, from_picked, from_refused):
                    self.picked.append(slot)
        return self.picked

    def _fits(self, slot: Slot, from_picked: Apart, from_refused: Apart) -> bool:
        return all(from_picked(slot, other) for other in self.picked) and all(
            from_refused(slot, other) for other in self.refused
        )
