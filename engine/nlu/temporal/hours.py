"""Times of day: the meaning of clock phrases, and how the business's hours settle a bare hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.readings import Half, Time, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.clock import Clock

_HOUR, _NOON, _DAY = 60, 12 * 60, 24 * 60
_AWAKE = 7 * _HOUR, 19 * _HOUR
"""Between two readings that fit alike, the one by day comes first."""

_NEAR, _FAR = 2 * _HOUR + 1, 5 * _HOUR
"""How far outside a part of the day an hour may be that the part still settles."""

Part = tuple[str, int, int, int]
"""A part of the day: its name, its first and last minute as a stretch, and how far its hours reach."""


def part_of_day(name: str, hours: str, reach: str = "") -> Part:
    """Read "12:00-18:00"; the night is a stretch until midnight but claims the hours before dawn too."""
    start, _, end = hours.partition("-")
    first, last = _since_midnight(start), _since_midnight(end)
    last = last if last > first else last + _DAY
    return name, first, last, _since_midnight(reach) + _DAY if reach else last


def _since_midnight(text: str) -> int:
    return int(text[:2]) * _HOUR + int(text[3:])


def _clock(hour: int, minute: int = 0, half: Half = Half.OPEN) -> Time | None:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if hour > 12 or hour == 0:
        if half is Half.PM and hour == 0:
            return Time(12, minute, Half.PM)
        half = Half.FULL
    return Time(hour % 24, minute, half)


def minutes_of(hour: int, minute: int, half: Half) -> int:
    """Minutes since midnight, the open half counted as morning."""
    if half is Half.FULL:
        return hour * _HOUR + minute
    return hour % 12 * _HOUR + minute + (_NOON if half is Half.PM else 0)


def hour_minute(_clock_: Clock, hour: int, mm: int = 0) -> Time | None:
    """ "three", "three thirty", "15:30"."""
    return _clock(hour, mm)


def full_clock(_clock_: Clock, hour: int = -1, hour0: int = -1, mm: int = 0) -> Time | None:
    """A time on the 24-hour clock by its form: "09:30", "fifteen hundred hours"."""
    return _clock_full(max(hour, hour0), mm)


def _clock_full(hour: int, minute: int) -> Time | None:
    made = _clock(hour, minute)
    return made and replace(made, half=Half.FULL)


def run_of_digits(_clock_: Clock, hhmm: int) -> Time | None:
    """ "1030" as recognisers write "ten thirty"."""
    return _clock(hhmm // 100, hhmm % 100)


def run_of_digits_full(_clock_: Clock, hhmm0: int) -> Time | None:
    """ "0930": the leading zero says the 24-hour clock."""
    return _clock_full(hhmm0 // 100, hhmm0 % 100)


def named_time(_clock_: Clock, named: str) -> Time:
    """Noon and midnight, from the tables ("12:00")."""
    return Time(int(named[:2]), int(named[3:]), Half.FULL)


def past(_clock_: Clock, time: Time, minute: int = 0, fraction: int = 0) -> Time | None:
    """Minutes after the hour: "ten past three", "half past two"."""
    return replace(time, minute=minute + fraction) if not time.minute else None


def to(_clock_: Clock, time: Time, minute: int = 0, fraction: int = 0, after: int = 0) -> Time | None:
    """Minutes before the hour ("quarter to", "halb drei"); `after` comes on top ("fünf nach halb")."""
    if time.minute:
        return None
    before = minute + fraction - after
    return replace(_moved(time, -before), backward=True)


def to_written(_clock_: Clock, time: Time, minute: int) -> Time | None:
    """ "20 to 5" in digits; "10 to 11" may be from ten to eleven as well."""
    made = to(_clock_, time, minute)
    return made if made is None or minute >= (time.hour % 12 or 12) else replace(made, stretch=True)


def at_point(_clock_: Clock, time: Time) -> Time:
    """ "at 10 to 11": a point, whatever the words may be alone."""
    return replace(time, stretch=False)


def as_stretch(time: Time) -> Window:
    """The other reading of "10 to 11"."""
    first, last = _HOUR - time.minute, minutes_of(time.hour, 0, time.half) // _HOUR + 1
    return Window(Time(first, within=time.within), replace(time, hour=last, minute=0, stretch=False))


def _moved(time: Time, minutes: int) -> Time:
    """A time so many minutes on; a bare hour stays bare."""
    if time.half is Half.OPEN:
        total = (time.hour % 12 * _HOUR + time.minute + minutes) % _NOON
        return Time(total // _HOUR or 12, total % _HOUR, Half.OPEN, within=time.within)
    total = (minutes_of(time.hour, time.minute, time.half) + minutes) % _DAY
    return Time(total // _HOUR, total % _HOUR, Half.FULL)


def later_by(_clock_: Clock, time: Time, duration: int) -> Time:
    """ "two hours after three", "half an hour past noon"."""
    return _moved(time, duration)


def earlier_by(_clock_: Clock, time: Time, duration: int) -> Time:
    """ "two hours before noon"."""
    return _moved(time, -duration)


def half_to(_clock_: Clock, hour: int) -> Time | None:
    """Half an hour before, where one word says it (Latvian "pustrijos" is half past two)."""
    made = _clock(hour)
    return made and to(_clock_, made, minute=30)


def meridiem(_clock_: Clock, time: Time, meridiem: str) -> Time | None:
    """a.m. and p.m.; on a 24-hour time they change nothing unless they contradict it at noon."""
    half = Half.PM if meridiem == "pm" else Half.AM
    if time.half is Half.FULL:
        late = half is Half.PM and time.hour < 12  # "07:00 PM", "half past 0 p.m."
        return replace(time, hour=time.hour + 12) if late else time
    return replace(time, half=half)


def within_part(_clock_: Clock, time: Time, part: Part) -> Time | None:
    """ "5:30 in the evening": the part of day settles the half."""
    return replace(time, within=(part[1], part[3]))


def roughly(_clock_: Clock, time: Time) -> Time:
    """ "around ten"."""
    return replace(time, stretch=False, marks=(("fuzzy", True),))


def same_time(_clock_: Clock, time: Time) -> Time:
    """A longer way to say the same."""
    return time


def corrected(_clock_: Clock, old: Time, time: Time) -> Time:
    """ "at three, no, four": the second counts, on the half of the first when it names none."""
    if time.half is Half.OPEN and old.half in (Half.AM, Half.PM):
        return replace(time, half=old.half)
    return time if time.within or not old.within else replace(time, within=old.within)


def readings_of(time_: Time, clock: Clock | None = None) -> tuple[time, ...]:
    """Every time of day the words can mean, best first.

    A part of the day beside it settles its half; else a bare hour is read by the business's hours, the
    closing time included: one reading inside them is the reading; with both or neither inside, the caller
    must be asked, so both are returned. Without a clock only the words count.
    """
    if time_.half is not Half.OPEN:
        return (_time(minutes_of(time_.hour, time_.minute, time_.half)),)
    morning = minutes_of(time_.hour, time_.minute, Half.AM)
    both = (morning, morning + _NOON)
    if time_.within is not None and (agreed := _by_part(both, *time_.within)) is not None:
        return (_time(agreed),)
    if clock is None:
        return tuple(_time(minute) for minute in both)
    opens, closes = _minutes(clock.opens), _minutes(clock.closes)
    inside = [minute for minute in both if opens <= minute <= closes]
    if len(inside) == 1:
        return (_time(inside[0]),)
    return tuple(
        _time(m)
        for m in sorted(
            both, key=lambda minute: (_distance(minute, opens, closes), _distance(minute, *_AWAKE))
        )
    )


def _by_part(both: tuple[int, int], first: int, last: int) -> int | None:
    """The reading a part of the day settles; None when they contradict ("eleven in the afternoon").

    A part on one side of noon names that half also for an hour that is not far from it ("seven in the
    afternoon"); twelve, the night and noon take what lies near.
    """
    away = {minute: _distance(minute, first, last) for minute in both}
    morning, later = both
    nearest = min(both, key=away.__getitem__)
    if away[nearest] == 0 or first < _NOON < last:
        return nearest
    if morning < _HOUR:
        return nearest if away[nearest] <= _NEAR else None
    if last <= _NOON:
        return morning if away[morning] <= _FAR else None
    return later if away[later] <= (_FAR if last <= _DAY else _NEAR) else None


def _distance(minute: int, first: int, last: int) -> int:
    """How far a minute lies outside a stretch that may run past midnight."""
    return min(
        0 if first <= moved < last else min(abs(moved - first), abs(moved - last) + 1)
        for moved in (minute, minute + _DAY, minute - _DAY)
    )


def _minutes(time_: time) -> int:
    return time_.hour * _HOUR + time_.minute


def _time(minutes: int) -> time:
    return time(minutes // _HOUR % 24, minutes % _HOUR)


def fixed(minutes: int) -> Time:
    """A settled time of day."""
    return Time(minutes // _HOUR % 24, minutes % _HOUR, Half.FULL)


def part_window(_clock_: Clock, part: Part, edge: str = "") -> Window:
    """ "in the afternoon": a stretch, never a point; "late" and "early" take the half of it."""
    name, first, last, reach = part
    middle = (first + last) // 2
    start, end = (middle, last) if edge == "late" else (first, middle) if edge == "early" else (first, last)
    facts = (("edge", edge),) if edge else ()
    return Window(fixed(start), fixed(end), (*facts, ("part_of_day", name)), within=(first, reach))


def first_thing(clock: Clock) -> Window:
    """ "first thing": from opening, an hour or two."""
    opens = _minutes(clock.opens)
    return Window(fixed(opens), fixed(opens + 2 * _HOUR), (("fuzzy", True), ("part_of_day", "morning")))


def last_thing(clock: Clock) -> Window:
    """ "last thing", "after work": the last two hours before closing."""
    closes = _minutes(clock.closes)
    return Window(fixed(closes - 2 * _HOUR), fixed(closes), (("fuzzy", True),))


def end_of_day(clock: Clock) -> Window:
    """ "The end of the day": the last two hours before closing."""
    window = last_thing(clock)
    return Window(window.start, window.end, (*window.marks, ("part_of_day", "end_of_day")))


def business_hours(clock: Clock) -> Window:
    """ "during business hours"."""
    opens, closes = fixed(_minutes(clock.opens)), fixed(_minutes(clock.closes))
    return Window(opens, closes, (("part_of_day", "business_hours"),))


def between(_clock_: Clock, start: Time, end: Time) -> Window:
    """ "between two and four", "from 2 to 4 pm"."""
    return Window(start, end)


def lasting_time(_clock_: Clock, time: Time, duration: int) -> Window:
    """ "from nine for two hours"."""
    return Window(time, _moved(time, duration), time.marks)


def not_before(_clock_: Clock, time: Time) -> Window:
    """ "after four", "from nine on"."""
    return Window(time, None, time.marks)


def from_time(_clock_: Clock, time: Time) -> Window | None:
    """ "from nine": but "from five to six" is a stretch, not five minutes to six."""
    return None if time.backward else Window(time, None, time.marks)


def not_after(_clock_: Clock, time: Time) -> Window:
    """ "before ten", "until noon"."""
    return Window(None, time, time.marks)


ACTIONS: Mapping[str, Callable[..., Any]] = {
    "hour_minute": hour_minute,
    "full_clock": full_clock,
    "run_of_digits": run_of_digits,
    "run_of_digits_full": run_of_digits_full,
    "named_time": named_time,
    "past": past,
    "to": to,
    "to_written": to_written,
    "at_point": at_point,
    "later_by": later_by,
    "earlier_by": earlier_by,
    "half_to": half_to,
    "meridiem": meridiem,
    "within_part": within_part,
    "roughly": roughly,
    "same_time": same_time,
    "corrected": corrected,
    "part_window": part_window,
    "first_thing": first_thing,
    "last_thing": last_thing,
    "end_of_day": end_of_day,
    "business_hours": business_hours,
    "between": between,
    "lasting_time": lasting_time,
    "not_before": not_before,
    "from_time": from_time,
    "not_after": not_after,
}
