"""From readings to entities: where the clock and the business's hours give words their value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.nlu.entity import Entity
from engine.nlu.temporal.calendar import on_or_after
from engine.nlu.temporal.hours import as_stretch, minutes_of, readings_of
from engine.nlu.temporal.readings import Days, Half, Reading, Time, Window

if TYPE_CHECKING:
    from engine.nlu.temporal.clock import Clock

_MOST = 6
"""Readings worth asking about."""
_FULL_DAY = 24 * 60

Ends = tuple[str | None, str | None]


def entity(reading: Reading, text: str, span: tuple[int, int], clock: Clock) -> Entity | None:
    """The entity of one mention, or None for words that mean nothing."""
    if reading.skipped:
        return None
    if reading.order:
        return Entity("order", text, span, value=reading.order, attributes=_marks(reading))
    marks = _marks(reading)
    if reading.instant is not None:
        made = Entity("datetime", text, span, value=_iso(reading.instant), attributes=marks)
    elif reading.first is not None or reading.last is not None:
        made = _period(reading, text, span, clock, marks)
    elif reading.days is not None and reading.days.ranged:
        start, end = reading.days.start, reading.days.end
        made = Entity("daterange", text, span, start=_iso(start), end=_iso(end), attributes=marks)
    elif reading.window is not None:
        made = _windowed(reading, reading.window, text, span, clock, marks)
    else:
        made = _point(reading, text, span, clock, marks)
    return _with(made, excluded=reading.excluded)


def _with(made: Entity, *, excluded: bool) -> Entity:
    if not excluded:
        return made
    return Entity(
        made.type,
        made.text,
        made.span,
        made.value,
        made.start,
        made.end,
        made.alternatives,
        True,  # noqa: FBT003
        made.confidence,
        made.attributes,
    )


def _point(
    reading: Reading, text: str, span: tuple[int, int], clock: Clock, marks: tuple[tuple[str, Any], ...]
) -> Entity:
    """A date, a time, or both; several readings are all listed."""
    kind = "datetime" if reading.days and reading.time else "date" if reading.days else "time"
    times: tuple[time | None, ...] = readings_of(reading.time, clock) if reading.time else (None,)
    dates: tuple[date | None, ...] = reading.days.dates if reading.days else (None,)
    values = tuple(_value(day, clock_time) for day in dates for clock_time in times)[:_MOST]
    values = tuple(dict.fromkeys(values))
    if not values:
        return Entity(kind, text, span, attributes=marks)
    if reading.time is not None and reading.time.stretch:
        ends = (_ends(day, pair) for day in dates for pair in stretches_of(as_stretch(reading.time), clock))
        stretches = tuple({"from": start, "to": end} for start, end in ends)
        return Entity(
            kind, text, span, value=values[0], alternatives=(*values, *stretches)[:_MOST], attributes=marks
        )
    alternatives = values if len(values) > 1 else ()
    return Entity(kind, text, span, value=values[0], alternatives=alternatives, attributes=marks)


def _value(day: date | None, clock_time: time | None) -> str:
    if day is None:
        return clock_time.isoformat("minutes") if clock_time is not None else ""
    return (
        day.isoformat()
        if clock_time is None
        else datetime.combine(day, clock_time).isoformat(timespec="minutes")
    )


def _iso(moment: date | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="minutes")
    return moment.isoformat() if moment is not None else None


def _windowed(
    reading: Reading,
    window: Window,
    text: str,
    span: tuple[int, int],
    clock: Clock,
    marks: tuple[tuple[str, Any], ...],
) -> Entity:
    """A stretch of the day, alone or on a day; a stretch that ends before it begins ends on the next day."""
    if reading.days is not None and not reading.days.dates:
        return Entity("datetimerange", text, span, attributes=marks)
    dates: tuple[date | None, ...] = reading.days.dates if reading.days else (None,)
    ends = tuple(_ends(day, pair) for day in dates for pair in stretches_of(window, clock))[:_MOST]
    kind = "datetimerange" if reading.days else "timerange"
    alternatives = tuple({"from": start, "to": end} for start, end in ends) if len(ends) > 1 else ()
    start, end = ends[0]
    return Entity(kind, text, span, start=start, end=end, alternatives=alternatives, attributes=marks)


def _ends(day: date | None, pair: tuple[int | None, int | None]) -> Ends:
    first, last = pair
    if day is None:
        return _clock_text(first), _clock_text(last)
    midnight = datetime.combine(day, time())
    start = midnight + timedelta(minutes=first or 0)
    end = midnight + timedelta(minutes=last if last is not None else _FULL_DAY)
    return _iso(start), _iso(end)


def _clock_text(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def stretches_of(window: Window, clock: Clock) -> tuple[tuple[int | None, int | None], ...]:
    """Every (first, last) minute a stretch of the day can mean, best first.

    The ends settle each other: "from 2 to 4 pm" and "from nine to five" have one reading that runs forward
    and is shortest, whatever each hour alone would mean.
    """
    if window.start is None or window.end is None:
        known = window.start or window.end
        if known is None:
            return ((None, None),)
        minutes = [moment.hour * 60 + moment.minute for moment in readings_of(known, clock)]
        return tuple((minute, None) if window.end is None else (None, minute) for minute in minutes)
    starts, ends = _minutes(window.start), _minutes(window.end)
    settled = len(starts) == 1 or len(ends) == 1
    pairs = [(s, e if e > s else e + _FULL_DAY) for s in starts for e in ends if e > s or settled]
    if len(pairs) < 2:
        return tuple(pairs)
    opens, closes = clock.opens.hour * 60 + clock.opens.minute, clock.closes.hour * 60 + clock.closes.minute
    if settled:
        return (min(pairs, key=lambda pair: pair[1] - pair[0]),)
    pairs = [pair for pair in pairs if opens <= pair[0] and pair[1] <= closes] or pairs
    shortest = min(last - first for first, last in pairs)
    pairs = [pair for pair in pairs if pair[1] - pair[0] == shortest]
    open_for = [min(last, closes) - max(first, opens) for first, last in pairs]
    return tuple(pair for pair, minutes in zip(pairs, open_for, strict=True) if minutes == max(open_for))


def _minutes(moment: Time) -> tuple[int, ...]:
    """Minutes since midnight an end may mean, on the words alone."""
    if moment.half is Half.OPEN and moment.within is None:
        morning = minutes_of(moment.hour, moment.minute, Half.AM)
        return morning, morning + _FULL_DAY // 2
    return tuple(at.hour * 60 + at.minute for at in readings_of(moment))


def _period(
    reading: Reading, text: str, span: tuple[int, int], clock: Clock, marks: tuple[tuple[str, Any], ...]
) -> Entity:
    """A stretch between two points; a point without a day stands on the day of the other."""
    start, start_day = _end_point(reading.first, clock, None)
    end, end_day = _end_point(reading.last, clock, start_day)
    if reading.last is not None and reading.last.instant is None and reading.last.time is None and end_day:
        end = _iso(datetime.combine(end_day + timedelta(days=1), time()))  # that day is inside
    if start and end and end <= start and "T" in start:
        end = None
    return Entity("datetimerange", text, span, start=start, end=end, attributes=marks)


def _end_point(reading: Reading | None, clock: Clock, day: date | None) -> tuple[str | None, date | None]:
    if reading is None:
        return None, day
    if reading.instant is not None:
        return _iso(reading.instant), reading.instant.date()
    if reading.days is not None and reading.days.dates:
        dates = reading.days.dates
        first = dates[1] if len(dates) > 1 and dates[0] == clock.today else dates[0]
        day = on_or_after(reading.days, day) if day is not None and first < day else first
    day = day or clock.today
    moment = readings_of(reading.time, clock)[0] if reading.time else time()
    return _iso(datetime.combine(day, moment)), day


def _marks(reading: Reading) -> tuple[tuple[str, Any], ...]:
    parts: list[Days | Time | Window | None] = [reading.days, reading.time, reading.window]
    facts = dict(reading.marks)
    for part in parts:
        if part is not None:
            facts |= dict(part.marks)
    return tuple(sorted(facts.items()))
