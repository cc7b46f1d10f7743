"""Frontdesk in the bench: the demo site's own pack, understanding, policies, book and tape; no model, no short cut."""

from __future__ import annotations

import resource
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.calls import Desk
from engine.text_call import TextCall
from tests.bench.script import NOW

SITE = "gedimino"


@dataclass
class Office:
    """What all calls share: the loaded site with its book, and a folder for tapes."""

    desk: Desk
    tapes: tempfile.TemporaryDirectory[str]
    known: set[str]
    """Appointments that stand in the book before any call."""

    def clock(self) -> datetime:
        """The script's morning, at the site."""
        return NOW.replace(tzinfo=self.desk.domain.catalogue.zone)


class Shared:
    """The one office of this process."""

    office: Office


def setup() -> None:
    """Load the site, open a fresh book."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a waiting call keeps its tape open
    desk = Desk.open(SITE)
    desk.prepare()
    Shared.office = Office(desk, tempfile.TemporaryDirectory(), {row["id"] for row in desk.appointments()})


def open(number: int) -> TextCall:
    """Answer the telephone."""
    office = Shared.office
    call = office.desk.call(
        office.clock, tape=Path(office.tapes.name) / f"{number}.jsonl", call=f"bench-{number}"
    )
    call.open()
    return call


def turn(call: TextCall, text: str) -> str:
    """Everything from the words to the reply and the tape."""
    return call.say(text).text


def booked(call: TextCall) -> dict[str, str]:
    """The one row that the call has added to the book."""
    del call
    new = [row for row in Shared.office.desk.appointments() if row["id"] not in Shared.office.known]
    return new[0] if len(new) == 1 else {"rows": str(len(new))}


def close(call: TextCall) -> None:
    """Give the time back, so that the next call finds the book as this one did."""
    office = Shared.office
    for row in office.desk.appointments():
        if row["id"] not in office.known and row["status"] not in {"cancelled", "cancelled_late"}:
            key = f"{call.state.call}-back"
            office.desk.booking.cancel(
                {"appointment": row["id"]}, call_id=call.state.call, key=key, now=office.clock()
            )
            office.known.add(row["id"])
