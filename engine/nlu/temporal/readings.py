"""What words mean before the clock has settled it: days, times, windows, and readings made of them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from engine.core.frozen import quick

if TYPE_CHECKING:
    from datetime import date, datetime

Marks = tuple[tuple[str, Any], ...]
"""Facts beside the value, later the attributes of the entity."""


class Half(Enum):
    """Which half of the day an hour belongs to, as far as the words say."""

    OPEN = "open"
    """A bare hour: the business's hours decide."""
    AM = "am"
    PM = "pm"
    FULL = "24"
    """The hour was given on the 24-hour clock."""


@quick(frozen=True, slots=True)
class Time:
    """A time of day as said."""

    hour: int
    minute: int = 0
    half: Half = Half.OPEN
    backward: bool = False
    """Counted back from the hour ("ten to four"): beside "from" these words are a stretch instead."""
    stretch: bool = False
    """Written "10 to 11" with no "at" or "from" before it: it may as well be from ten to eleven."""
    within: tuple[int, int] | None = None
    """Minutes of the part of day named beside it ("in the evening"): it settles the half."""
    marks: Marks = ()


@quick(frozen=True, slots=True)
class Window:
    """A stretch of the day; an end that is None is open."""

    start: Time | None
    end: Time | None
    marks: Marks = ()
    within: tuple[int, int] | None = None
    """Minutes a part of the day claims for hours named beside it: the night reaches until dawn."""


@quick(frozen=True, slots=True)
class Days:
    """One day with every reading of it, or a half-open stretch of days."""

    dates: tuple[date, ...] = ()
    """Readings of one day, best first; empty for a stretch or an impossible day."""
    ranged: bool = False
    """True for a stretch of days."""
    start: date | None = None
    end: date | None = None
    again: str = ""
    """The unit in which the words come round again: "Monday to Wednesday" said on a Tuesday."""
    marks: Marks = ()


@quick(frozen=True, slots=True)
class Reading:
    """The meaning of one mention."""

    days: Days | None = None
    time: Time | None = None
    window: Window | None = None
    instant: datetime | None = None
    """A point given by its distance from now ("in two hours")."""
    first: Reading | None = None
    """With `last`: a stretch between two points that name their own days; either may be missing."""
    last: Reading | None = None
    also: Reading | None = None
    """A second mention made by the same words ("the third or the fourth of December")."""
    order: str = ""
    """soonest | later | earlier: a wish by comparison, without a value of its own."""
    excluded: bool = False
    skipped: bool = False
    """Words that look temporal and are not ("may I", "one moment"): they yield no entity."""
    marks: Marks = ()
