"""The book in one SQLite file: durable, shared by many processes, and unable to hold a double booking.

Every write is one transaction together with its recorded outcome, so a process that is killed leaves either
both or nothing, and the same key asked again finds the truth. Expired holds are swept inside the very
transaction that takes something: no background job, and no dead hold that blocks a living caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from engine.booking import sqlite_holds as holding
from engine.booking import sqlite_rows as rows
from engine.booking.localtime import at_epoch, epoch
from engine.booking.opening import Claim
from engine.booking.sqlite_file import SqliteFile
from engine.booking.store import (
    Appointment,
    CancelOutcome,
    CancelResult,
    CommitOutcome,
    CommitResult,
    Draft,
    Hold,
    HoldOutcome,
    HoldResult,
    Note,
    SeedError,
    Status,
    StoreUnavailable,
    Task,
)
from engine.core.catalogue import Person

WAIT_S = 4.0
"""How long a write waits for the other writers before it gives up; a caller hears a filler by then."""


class SqliteStore:
    """A BookStore in a file; `:memory:` keeps it for the life of the object."""

    def __init__(self, path: str, *, wait_s: float = WAIT_S) -> None:
        """Open or create the book; raises StoreUnavailable."""
        self._file = SqliteFile(path, wait_s)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # People and seed data

    def seed(self, people: Sequence[Person], drafts: Sequence[Draft]) -> bool:
        """Fill an empty book, once for ever; raises SeedError, StoreUnavailable."""
        try:
            with self._file.writing(durable=True) as db:
                if db.execute("SELECT 1 FROM facts WHERE name = 'seeded'").fetchone():
                    return False
                for person in people:
                    rows.insert_person(db, person.id, person)
                for draft in drafts:
                    _seed_appointment(db, draft)
                rows.count_from(db, "p", [person.id for person in people])
                rows.count_from(db, "a", [draft.id for draft in drafts])
                db.execute("INSERT INTO facts VALUES ('seeded', 'yes')")
                return True
        except sqlite3.IntegrityError as error:
            raise SeedError(
                f"seed data: {error}; ids must be unique, and every person named on file"
            ) from error
        except sqlite3.Error as error:
            raise StoreUnavailable(f"the book cannot be seeded now ({error})") from error

    def people(self) -> Sequence[Person]:
        """Return everybody on file."""
        with self._file.reading() as db:
            return rows.select_people(db)

    def person(self, person_id: str) -> Person | None:
        """Return one person."""
        with self._file.reading() as db:
            return next(iter(rows.select_people(db, person_id)), None)

    def add_person(self, person: Person, *, key: str) -> str | None:
        """File a person, once."""
        return self._filed("person", key, lambda db: rows.file_person(db, person))

    # Reading the book

    def appointments(
        self, subject: str | None = None, *, upcoming_from: datetime | None = None, kept: bool = False
    ) -> Sequence[Appointment]:
        """Return appointments by start."""
        since = epoch(upcoming_from) if upcoming_from else None
        with self._file.reading() as db:
            found = db.execute(
                """SELECT * FROM appointments WHERE (?1 IS NULL OR subject = ?1)
                AND (?2 IS NULL OR ("end" > ?2 AND status = 'booked'))
                AND (NOT ?3 OR status IN ('booked', 'done')) ORDER BY start, id""",
                (subject, since, kept),
            ).fetchall()
        return [entry for row in found if (entry := rows.appointment_of(row))]

    def read(self, appointment_id: str) -> Appointment | None:
        """Return one appointment."""
        with self._file.reading() as db:
            return _appointment(db, appointment_id)

    def read_key(self, key: str) -> Appointment | None:
        """Return the appointment that was committed with the key."""
        with self._file.reading() as db:
            row = db.execute('SELECT * FROM appointments WHERE "key" = ?', (key,)).fetchone()
        return rows.appointment_of(row)

    def busy(self, start: datetime, end: datetime, now: datetime) -> Sequence[Claim]:
        """Return everything booked or held that touches the stretch."""
        with self._file.reading() as db:
            found = db.execute(
                """SELECT resource, start, "end" FROM claims LEFT JOIN holds ON holds.id = claims.hold
                WHERE "end" > ? AND start < ? AND (hold IS NULL OR expires > ?)""",
                (epoch(start), epoch(end), epoch(now)),
            ).fetchall()
        return [Claim(*row) for row in found]

    def holds(self, now: datetime) -> Sequence[Hold]:
        """Return the live holds."""
        with self._file.reading() as db:
            live = db.execute(
                "SELECT * FROM holds WHERE expires > ? ORDER BY expires, id", (epoch(now),)
            ).fetchall()
            return [
                Hold(
                    row["id"], row["call_id"], at_epoch(row["expires"]), holding.claims_of_hold(db, row["id"])
                )
                for row in live
            ]

    # Holding

    def hold(
        self, call_id: str, claims: Sequence[Claim], ttl_s: int, *, key: str, now: datetime
    ) -> HoldResult:
        """Take all claims or none."""
        try:
            with self._file.writing(durable=False) as db:
                if (recorded := rows.recorded(db, "hold", key)) is not None:
                    return _hold_result(recorded["outcome"], recorded["ref"], recorded["expires"])
                holding.sweep(db, now)
                expires = epoch(now) + ttl_s
                hold_id = holding.same_hold(db, call_id, claims) or holding.new_hold(db, call_id, claims)
                if hold_id is None:
                    rows.record(db, "hold", key, HoldOutcome.TAKEN)
                    return HoldResult(HoldOutcome.TAKEN)
                db.execute("UPDATE holds SET ttl_s = ?, expires = ? WHERE id = ?", (ttl_s, expires, hold_id))
                rows.record(db, "hold", key, HoldOutcome.HELD, hold_id, expires)
                return _hold_result(HoldOutcome.HELD, hold_id, expires)
        except sqlite3.Error:
            return HoldResult(HoldOutcome.FAILED)

    def renew(self, hold_id: str, call_id: str, *, now: datetime) -> HoldResult:
        """Start the hold's time to live again."""
        try:
            with self._file.writing(durable=False) as db:
                renewed = db.execute(
                    """UPDATE holds SET expires = MAX(expires, ?1 + ttl_s)
                    WHERE id = ?2 AND call_id = ?3 AND expires > ?1 RETURNING expires""",
                    (epoch(now), hold_id, call_id),
                ).fetchall()
        except sqlite3.Error:
            return HoldResult(HoldOutcome.FAILED)
        if not renewed:
            return HoldResult(HoldOutcome.TAKEN)
        return _hold_result(HoldOutcome.HELD, hold_id, renewed[0]["expires"])

    def release(self, hold_id: str, call_id: str) -> bool:
        """Give a hold back."""
        return self._released("DELETE FROM holds WHERE id = ? AND call_id = ?", (hold_id, call_id))

    def release_call(self, call_id: str) -> bool:
        """Give back all holds of a call."""
        return self._released("DELETE FROM holds WHERE call_id = ?", (call_id,))

    # Committing and cancelling

    def commit(
        self,
        hold_id: str,
        call_id: str,
        draft: Draft,
        *,
        key: str,
        now: datetime,
        newcomer: Person | None = None,
    ) -> CommitResult:
        """Turn a live hold of this call over exactly the draft's claims into an appointment."""
        try:
            with self._file.writing(durable=True) as db:
                if (recorded := rows.recorded(db, "commit", key)) is not None:
                    return CommitResult(CommitOutcome(recorded["outcome"]), _appointment(db, recorded["ref"]))
                holding.sweep(db, now)
                if not holding.is_ours(db, hold_id, call_id, draft.claims):
                    rows.record(db, "commit", key, CommitOutcome.CONFLICT)
                    return CommitResult(CommitOutcome.CONFLICT)
                subject = rows.file_person(db, newcomer) if newcomer else draft.subject
                appointment_id = rows.next_id(db, "a")
                rows.insert_appointment(db, appointment_id, draft, subject, key=key, call_id=call_id)
                db.execute(
                    "UPDATE claims SET hold = NULL, appointment = ? WHERE hold = ?", (appointment_id, hold_id)
                )
                db.execute("DELETE FROM holds WHERE id = ?", (hold_id,))
                rows.record(db, "commit", key, CommitOutcome.COMMITTED, appointment_id)
                return CommitResult(CommitOutcome.COMMITTED, _appointment(db, appointment_id))
        except sqlite3.IntegrityError:  # nobody of that id on file: nothing was written
            return CommitResult(CommitOutcome.CONFLICT)
        except sqlite3.Error:
            return CommitResult(CommitOutcome.UNKNOWN)

    def cancel(
        self, appointment_id: str, *, key: str, now: datetime, version: int | None = None, late: bool = False
    ) -> CancelResult:
        """Cancel a booked appointment that has not begun."""
        status = Status.LATE_CANCELLED if late else Status.CANCELLED
        try:
            with self._file.writing(durable=True) as db:
                recorded = rows.recorded(db, "cancel", key)
                if recorded is None:
                    changed = db.execute(
                        """UPDATE appointments SET status = ?1, version = version + 1 WHERE id = ?2
                        AND status = 'booked' AND start > ?3 AND (?4 IS NULL OR version = ?4) RETURNING id""",
                        (status, appointment_id, epoch(now), version),
                    ).fetchall()
                    outcome = CancelOutcome.CANCELLED if changed else CancelOutcome.CONFLICT
                    rows.record(db, "cancel", key, outcome, appointment_id)
                else:
                    outcome, appointment_id = CancelOutcome(recorded["outcome"]), recorded["ref"]
                return CancelResult(outcome, _appointment(db, appointment_id))
        except sqlite3.Error:
            return CancelResult(CancelOutcome.UNKNOWN)

    # Tasks and notes

    def add_task(self, task: Task, *, key: str, now: datetime) -> str | None:
        """File a task, once."""

        def write(db: sqlite3.Connection) -> str:
            task_id = rows.next_id(db, "t")
            rows.insert_task(db, task_id, task, epoch(now))
            return task_id

        return self._filed("task", key, write)

    def tasks(self) -> Sequence[Task]:
        """Return all tasks, the oldest first."""
        with self._file.reading() as db:
            return [rows.task_of(row) for row in db.execute("SELECT * FROM tasks ORDER BY rowid").fetchall()]

    def add_note(self, appointment_id: str, text: str, *, key: str, now: datetime) -> str | None:
        """Add a remark to an appointment, once."""

        def write(db: sqlite3.Connection) -> str:
            note_id = rows.next_id(db, "n")
            db.execute("INSERT INTO notes VALUES (?, ?, ?, ?)", (note_id, appointment_id, text, epoch(now)))
            return note_id

        return self._filed("note", key, write)

    def notes(self, appointment_id: str) -> Sequence[Note]:
        """Return the remarks on an appointment, the oldest first."""
        with self._file.reading() as db:
            found = db.execute(
                "SELECT * FROM notes WHERE appointment = ? ORDER BY rowid", (appointment_id,)
            ).fetchall()
        return [rows.note_of(row) for row in found]

    def _filed(self, operation: str, key: str, write: Callable[[sqlite3.Connection], str]) -> str | None:
        """Write something that gets an id, once per key; None if that failed."""
        try:
            with self._file.writing(durable=True) as db:
                if (recorded := rows.recorded(db, operation, key)) is not None:
                    return str(recorded["ref"])
                filed = write(db)
                rows.record(db, operation, key, "filed", filed)
                return filed
        except sqlite3.Error:
            return None

    def _released(self, statement: str, values: tuple[str, ...]) -> bool:
        try:
            with self._file.writing(durable=False) as db:
                return db.execute(statement, values).rowcount > 0
        except sqlite3.Error:
            return False


def _hold_result(outcome: str, hold_id: str, expires: int | None) -> HoldResult:
    return HoldResult(HoldOutcome(outcome), hold_id, None if expires is None else at_epoch(expires))


def _appointment(db: sqlite3.Connection, appointment_id: str) -> Appointment | None:
    return rows.appointment_of(
        db.execute("SELECT * FROM appointments WHERE id = ?", (appointment_id,)).fetchone()
    )


def _seed_appointment(db: sqlite3.Connection, draft: Draft) -> None:
    rows.insert_appointment(db, draft.id, draft, draft.subject, key=None, call_id="")
    try:
        holding.insert_claims(db, draft.claims, appointment=draft.id)
    except sqlite3.IntegrityError as error:
        raise SeedError(
            f"seed data: appointment {draft.id} ({draft.provider}, {draft.room}, "
            f"{draft.start:%Y-%m-%d %H:%M}) overlaps another one; each is in one place at a time"
        ) from error
