"""Erasing a person: the private layers of their calls, their sound, their index, their name in the book.

What others need stays: that a call happened, which rule decided what, that a room was taken. Nothing that
stays says who it was; even the person's id is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from engine.archive.retention import unseal_for_ever
from engine.archive.store import Archive, remove_file
from engine.booking.erasing import erase_person
from engine.core.errors import FrontdeskError

if TYPE_CHECKING:
    import sqlite3

_EVERY_CLASS = ("health", "personal", "secret", "none")


class NobodyError(FrontdeskError):
    """There is nobody on file with this id."""


@dataclass(slots=True)
class Erasure:
    """What was removed of a person; their id is not in it."""

    at: str
    calls: list[str] = field(default_factory=list)
    payloads: int = 0
    """Encrypted payloads taken out of tapes."""
    audio: int = 0
    """Files of sound removed."""
    remarks: int = 0
    """Notes of reviewers removed."""
    book: dict[str, int] = field(default_factory=dict)
    """Table of the book to how many of its rows were changed or removed."""

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "at": self.at,
            "calls": self.calls,
            "payloads": self.payloads,
            "audio": self.audio,
            "remarks": self.remarks,
            "book": self.book,
        }


def erase(archive: Archive, person: str) -> Erasure:
    """Erase a person everywhere; the report is filed.

    Raises:
        NobodyError: there is nobody on file with this id.
    """
    report = Erasure(datetime.now(UTC).isoformat())
    with archive.forgetting() as db:
        row = db.execute("SELECT phone FROM people WHERE id = ?", (person,)).fetchone()
        if row is None:
            raise NobodyError(f"there is nobody on file with the id '{person}'")
        for call, audio in _calls_of(archive, db, person, row["phone"]):
            report.calls.append(call)
            report.payloads += unseal_for_ever(db, call, _EVERY_CLASS)
            report.audio += bool(audio) and remove_file(audio)
            # Free text of reviewers may say whose call it was; scores and tags are words of ours.
            report.remarks += db.execute(
                "DELETE FROM remarks WHERE call = ? AND kind = 'note'", (call,)
            ).rowcount
            db.execute("UPDATE calls SET caller = '', audio = '' WHERE call = ?", (call,))
            db.execute("DELETE FROM callers WHERE call = ?", (call,))
        report.book = erase_person(db, person)
        db.execute(
            "INSERT INTO removals (at, why, report) VALUES (?, 'erasure', ?)",
            (datetime.now(UTC).timestamp(), orjson.dumps(report.plain()).decode()),
        )
    return report


def _calls_of(archive: Archive, db: sqlite3.Connection, person: str, phone: str) -> list[tuple[str, str]]:
    """Calls about a person, or from their number, or in which something of theirs was booked or asked for."""
    rows = db.execute(
        """SELECT call, audio FROM calls WHERE call IN (SELECT call FROM callers WHERE person = ?1)
        OR (caller <> '' AND caller = ?2)
        OR call IN (SELECT call_id FROM appointments WHERE subject = ?1)
        OR call IN (SELECT call_id FROM tasks WHERE subject = ?1) ORDER BY call""",
        (person, archive.number_mark(phone)),
    )
    return [(row["call"], row["audio"]) for row in rows.fetchall()]
