"""Claims and holds in SQLite: all or none, and only for as long as the call lives."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from engine.booking.localtime import epoch
from engine.booking.opening import Claim
from engine.booking.sqlite_rows import next_id
from engine.booking.sqlite_schema import OVERLAP


def insert_claims(
    db: sqlite3.Connection,
    claims: Sequence[Claim],
    *,
    hold: str | None = None,
    appointment: str | None = None,
) -> None:
    """Write claims for one owner; raises sqlite3.IntegrityError where something is taken."""
    db.executemany(
        'INSERT INTO claims (resource, start, "end", hold, appointment) VALUES (?, ?, ?, ?, ?)',
        [(claim.resource, claim.start, claim.end, hold, appointment) for claim in claims],
    )


def claims_of_hold(db: sqlite3.Connection, hold: str) -> tuple[Claim, ...]:
    """Return what a hold owns, ordered by resource and start."""
    rows = db.execute(
        'SELECT resource, start, "end" FROM claims WHERE hold = ? ORDER BY resource, start', (hold,)
    )
    return tuple(Claim(*row) for row in rows)


def sweep(db: sqlite3.Connection, now: datetime) -> None:
    """Forget the holds that ran out; their claims go with them."""
    db.execute("DELETE FROM holds WHERE expires <= ?", (epoch(now),))


def _sorted(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=lambda claim: (claim.resource, claim.start)))


def same_hold(db: sqlite3.Connection, call_id: str, claims: Sequence[Claim]) -> str | None:
    """Return the hold this call already has over exactly these claims: asking twice is not a conflict."""
    for row in db.execute("SELECT id FROM holds WHERE call_id = ?", (call_id,)).fetchall():
        if claims_of_hold(db, row["id"]) == _sorted(claims):
            return str(row["id"])
    return None


def new_hold(db: sqlite3.Connection, call_id: str, claims: Sequence[Claim]) -> str | None:
    """Write a hold, or nothing at all if any part is taken."""
    db.execute("SAVEPOINT attempt")
    try:
        hold_id = next_id(db, "h")
        db.execute("INSERT INTO holds VALUES (?, ?, 0, 0)", (hold_id, call_id))
        insert_claims(db, claims, hold=hold_id)
    except sqlite3.IntegrityError as error:
        if OVERLAP not in str(error):
            raise
        db.execute("ROLLBACK TO attempt")
        return None
    finally:
        db.execute("RELEASE attempt")
    return hold_id


def is_ours(db: sqlite3.Connection, hold_id: str, call_id: str, claims: Sequence[Claim]) -> bool:
    """Return whether the hold is this call's and over exactly these claims; expired ones are swept before."""
    row = db.execute("SELECT 1 FROM holds WHERE id = ? AND call_id = ?", (hold_id, call_id)).fetchone()
    return row is not None and claims_of_hold(db, hold_id) == _sorted(claims)
