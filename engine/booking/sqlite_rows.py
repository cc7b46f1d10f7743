"""Rows of the SQLite book to values and back: the statements that the store's operations are made of."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date
from zoneinfo import ZoneInfo

from engine.booking.localtime import at_epoch, epoch
from engine.booking.store import Appointment, Draft, Note, Status, Task
from engine.core.catalogue import Person


def next_id(db: sqlite3.Connection, prefix: str) -> str:
    """Count on: a13 after a12. Short, so that people can name them, and the same on every run."""
    [row] = db.execute(
        """INSERT INTO sequences VALUES (?, 1)
        ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last""",
        (prefix,),
    ).fetchall()
    return f"{prefix}{row['last']:02d}"


def count_from(db: sqlite3.Connection, prefix: str, ids: Sequence[str]) -> None:
    """Let the counter start after the ids that seed data brought along."""
    numbers = [
        int(name[len(prefix) :]) for name in ids if name.startswith(prefix) and name[len(prefix) :].isdigit()
    ]
    db.execute("INSERT INTO sequences VALUES (?, ?)", (prefix, max(numbers, default=0)))


def insert_appointment(
    db: sqlite3.Connection, appointment_id: str, draft: Draft, subject: str, *, key: str | None, call_id: str
) -> None:
    """Write the row of a new appointment."""
    db.execute(
        """INSERT INTO appointments
        (id, subject, service, provider, room, start, "end", zone, status, contact, note, "key", call_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            appointment_id, subject, draft.service, draft.provider, draft.room, epoch(draft.start),
            epoch(draft.end), draft.zone, Status.BOOKED, draft.contact, draft.note, key, call_id,
        ),
    )  # fmt: skip


def appointment_of(row: sqlite3.Row | None) -> Appointment | None:
    """Return the appointment of a row, in the zone of its site."""
    if row is None:
        return None
    zone = ZoneInfo(row["zone"])
    return Appointment(
        id=row["id"],
        subject=row["subject"],
        service=row["service"],
        provider=row["provider"],
        room=row["room"],
        start=at_epoch(row["start"], zone),
        end=at_epoch(row["end"], zone),
        status=Status(row["status"]),
        version=row["version"],
        contact=row["contact"],
        note=row["note"],
        key=row["key"],
    )


def recorded(db: sqlite3.Connection, operation: str, key: str) -> sqlite3.Row | None:
    """Return the outcome that an operation had under a key."""
    row: sqlite3.Row | None = db.execute(
        'SELECT outcome, ref, expires FROM outcomes WHERE operation = ? AND "key" = ?', (operation, key)
    ).fetchone()
    return row


def record(
    db: sqlite3.Connection, operation: str, key: str, outcome: str, ref: str = "", expires: int | None = None
) -> None:
    """Keep the outcome of an operation under its key."""
    db.execute("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?)", (operation, key, outcome, ref, expires))


def _day(day: date | None) -> str:
    """A birth date as it is kept; nothing where it was not asked for."""
    return day.isoformat() if day is not None else ""


def insert_person(db: sqlite3.Connection, person_id: str, person: Person) -> None:
    """Write somebody new and the visits that are known."""
    db.execute(
        "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            person_id, person.name, _day(person.born), person.phone, person.language, person.guardian,
            person.last_provider, person.missed,
        ),
    )  # fmt: skip
    db.executemany(
        "INSERT INTO visits VALUES (?, ?, ?)",
        [(person_id, service, day.isoformat()) for service, day in person.last.items()],
    )


def file_person(db: sqlite3.Connection, person: Person) -> str:
    """Return the id of the person on file with this name and birth date, or file a new one.

    Where no birth date is asked for, the telephone takes its place. Searching and writing are one
    transaction, so two calls at once cannot file one person twice.
    """
    query = "SELECT id, name, phone FROM people WHERE born = ? ORDER BY rowid"
    for row in db.execute(query, (_day(person.born),)):
        same = person.born is not None or row["phone"] == person.phone
        if same and _folded(row["name"]) == _folded(person.name):
            return str(row["id"])
    person_id = next_id(db, "p")
    insert_person(db, person_id, person)
    return person_id


def select_people(db: sqlite3.Connection, person_id: str | None = None) -> list[Person]:
    """Return everybody on file, or the one with the id."""
    visits: dict[str, dict[str, date]] = {}
    for row in db.execute("SELECT * FROM visits WHERE ?1 IS NULL OR person = ?1", (person_id,)):
        visits.setdefault(row["person"], {})[row["service"]] = date.fromisoformat(row["day"])
    rows = db.execute("SELECT * FROM people WHERE ?1 IS NULL OR id = ?1 ORDER BY rowid", (person_id,))
    return [
        Person(
            id=row["id"],
            name=row["name"],
            born=date.fromisoformat(row["born"]) if row["born"] else None,
            phone=row["phone"],
            language=row["language"],
            guardian=row["guardian"],
            last=visits.get(row["id"], {}),
            last_provider=row["last_provider"],
            missed=row["missed"],
        )
        for row in rows
    ]


def insert_task(db: sqlite3.Connection, task_id: str, task: Task, created: int) -> None:
    """Write a task."""
    db.execute(
        "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            task_id, task.kind, task.subject, task.contact, task.number, task.reason, task.urgency,
            task.window, task.note, task.call_id, task.status, created,
        ),
    )  # fmt: skip


def task_of(row: sqlite3.Row) -> Task:
    """Return the task of a row."""
    fields = dict(row)
    return Task(**fields | {"created": at_epoch(fields["created"], UTC)})


def note_of(row: sqlite3.Row) -> Note:
    """Return the note of a row."""
    return Note(row["id"], row["appointment"], row["text"], at_epoch(row["created"], UTC))


def _folded(name: str) -> str:
    """Return a name without case, accents and extra blanks: how it was heard makes no second person."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())
