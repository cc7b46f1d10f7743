"""Erasing a person from the book: times that were taken stay taken, by nobody anyone could name."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from engine.booking import sqlite_rows as rows

if TYPE_CHECKING:
    import sqlite3

_NAME = "[erased]"
_BORN = "0001-01-01"


def erase_person(db: sqlite3.Connection, person: str, calls: Collection[str] = ()) -> dict[str, int]:
    """Replace a person by nobody, within the caller's transaction; returns what was changed, by table.

    `calls` are those that were theirs: a task that a caller left without having been looked up is in nobody's
    name, but says who is to be called back.
    """
    db.execute("PRAGMA defer_foreign_keys = ON")
    row = db.execute("SELECT phone FROM people WHERE id = ?", (person,)).fetchone()
    phone = row["phone"] if row is not None else ""
    nobody = rows.next_id(db, "x")
    changed = {
        "people": db.execute(
            """UPDATE people SET id = ?, name = ?, born = ?, phone = '', guardian = NULL, last_provider =
            NULL, missed = 0 WHERE id = ?""",
            (nobody, _NAME, _BORN, person),
        ).rowcount,
        "visits": db.execute("DELETE FROM visits WHERE person = ?", (person,)).rowcount,
        "notes": db.execute(
            "DELETE FROM notes WHERE appointment IN (SELECT id FROM appointments WHERE subject = ?)",
            (person,),
        ).rowcount,
        "appointments": db.execute(
            "UPDATE appointments SET subject = ?, contact = '', note = '' WHERE subject = ?", (nobody, person)
        ).rowcount,
        "tasks": db.execute(
            f"""UPDATE tasks SET subject = CASE subject WHEN ?1 THEN ?2 ELSE subject END, contact = '',
            number = '', reason = '', "window" = '', note = ''
            WHERE subject = ?1 OR (number <> '' AND number = ?3)
            OR call_id IN ({", ".join("?" * len(calls))})""",  # noqa: S608 - only question marks
            (person, nobody, phone, *calls),
        ).rowcount,
    }
    db.executemany(
        "UPDATE appointments SET contact = '', note = '' WHERE call_id = ?", [(call,) for call in calls]
    )
    db.execute("UPDATE people SET guardian = ? WHERE guardian = ?", (nobody, person))
    db.execute("UPDATE outcomes SET ref = ? WHERE ref = ?", (nobody, person))
    return changed
