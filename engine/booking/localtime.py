"""Wall-clock time of a site against instants, validated by a round trip.

`zoneinfo` accepts a local time that does not exist and silently moves it by an hour; a caller who is
promised such a time comes at another one. So every local time that is spoken or stored is resolved here.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY_MINUTES = 24 * 60


def resolve(day: date, at: time, zone: tzinfo) -> datetime | None:
    """Return the aware local time, or None if the clock skips it; of a doubled hour, the first."""
    aware = datetime.combine(day, at, tzinfo=zone)
    back = aware.astimezone(UTC).astimezone(zone)
    return aware if back.replace(tzinfo=None) == aware.replace(tzinfo=None) else None


def epoch(moment: datetime) -> int:
    """Return the whole seconds since 1970 in UTC: how instants are stored and compared."""
    return int(moment.timestamp())


def at_epoch(seconds: int, zone: tzinfo = UTC) -> datetime:
    """Return the aware time of an instant in a zone."""
    return datetime.fromtimestamp(seconds, tz=zone)


def minute_of(at: time) -> int:
    """Return the minutes since midnight, rounded down."""
    return at.hour * 60 + at.minute


def end_minute_of(at: time) -> int:
    """Return the minutes since midnight of the end of a stretch, where 00:00 is the end of the day."""
    return minute_of(at) or DAY_MINUTES


def local_text(moment: datetime, zone: tzinfo) -> str:
    """Return local ISO without offset, to the minute: 2026-12-01T10:00."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def parse_local(text: str, zone: tzinfo) -> datetime:
    """Read ISO text as an aware time of the zone; raises ValueError on a local time that does not exist."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    aware = resolve(moment.date(), moment.time(), zone)
    if aware is None:
        raise ValueError(f"{text} does not exist in {zone}: the clock skips it")
    return aware


def hours_before(moment: datetime, hours: int, zone: tzinfo) -> datetime:
    """Return the wall clock so many hours earlier: "24 hours" is a day, also across a clock change."""
    wall = moment.astimezone(zone).replace(tzinfo=None) - timedelta(hours=hours)
    return wall.replace(tzinfo=zone)


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, clamped to the month's end (31 August + 6 is 28 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def birthday(born: date, age: int) -> date:
    """Return the first day of an age; of those born on 29 February, 1 March in a common year."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
