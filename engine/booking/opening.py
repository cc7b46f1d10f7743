"""A time that can be had, and the resources it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

from engine.booking.localtime import epoch, local_text, parse_local
from engine.core.catalogue import Offering
from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class Claim:
    """One resource for one half-open stretch, in epoch seconds: what a hold or a booking owns."""

    resource: str
    """Kind and id: provider:carter, room:r1."""
    start: int
    end: int


@quick(frozen=True, slots=True)
class Opening:
    """A time at which a service can be given, by whom and where."""

    start: datetime
    """Aware, in the zone of the site."""
    end: datetime
    service: str
    provider: str
    room: str

    def plain(self) -> dict[str, str]:
        """Return the JSON form of slots: local ISO without offset, and the start in UTC, which decides."""
        zone = self.start.tzinfo or UTC
        return {
            "start": local_text(self.start, zone),
            "end": local_text(self.end, zone),
            "service": self.service,
            "provider": self.provider,
            "room": self.room,
            "utc": self.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], zone: tzinfo) -> Self:
        """Read the JSON form; raises KeyError or ValueError if it is not one."""
        start = parse_local(plain.get("utc") or plain["start"], zone)
        end = parse_local(plain["end"], zone)
        if end <= start:  # the local end lies in the second pass of a doubled hour
            end = end.replace(fold=1)
        return cls(start, end, plain["service"], plain["provider"], plain["room"])


def claims_of(offering: Offering, provider: str, room: str, start: datetime) -> tuple[Claim, ...]:
    """Return what a booking takes: the provider for the service, the room until it is ready again."""
    begins = epoch(start)
    ends = begins + offering.minutes * 60
    return (
        Claim(f"provider:{provider}", begins, ends),
        Claim(f"room:{room}", begins, ends + offering.turnover_minutes * 60),
    )


def end_of(offering: Offering, start: datetime) -> datetime:
    """Return when the service ends; elapsed minutes, so a change of the clock in between does not count."""
    end = start.astimezone(UTC) + timedelta(minutes=offering.minutes)
    return end.astimezone(start.tzinfo)
