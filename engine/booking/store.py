"""What every store of the book promises; SQLite keeps it by default, a database server for several machines.

The store knows nothing of hours, ages or notice: it owns claims, and refuses a claim on what is owned. No
write raises because the world failed, it answers `failed` or `unknown`; only reads raise StoreUnavailable.
Every write takes an idempotency key; the same key again returns the recorded outcome and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.booking.opening import Claim
from engine.core.catalogue import Person
from engine.core.errors import FrontdeskError
from engine.core.frozen import quick


class BookError(FrontdeskError):
    """The root of what the book raises.

    BookError
    ├── StoreUnavailable    the store cannot be opened or read now
    └── SeedError           the site's own seed data contradicts itself
    """


class StoreUnavailable(BookError):  # noqa: N818 - a state of the world, and the name says which
    """The store cannot be opened or read now; a later attempt may succeed."""


class SeedError(BookError):
    """Seed data that cannot be true together, such as two appointments in one room at once."""


class HoldOutcome(StrEnum):
    """How an attempt to hold or to renew ended."""

    HELD = "held"
    TAKEN = "taken"
    """Somebody else owns a part of it, or the hold to renew is no longer ours."""
    FAILED = "failed"


class CommitOutcome(StrEnum):
    """How a commit ended."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    """No live hold of this call over exactly these claims."""
    UNKNOWN = "unknown"
    """The store gave no answer: read back by key before any retry."""


class CancelOutcome(StrEnum):
    """How a cancellation ended."""

    CANCELLED = "cancelled"
    CONFLICT = "conflict"
    """The appointment is not there any more, or was changed since it was read."""
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"


FREE_STATUSES = (Status.CANCELLED, Status.LATE_CANCELLED)
"""Statuses in which an appointment owns nothing."""


@quick(frozen=True, slots=True)
class Draft:
    """An appointment to be written."""

    subject: str
    """Person id; ignored if a newcomer is committed with it."""
    service: str
    provider: str
    room: str
    start: datetime
    """Aware, in the zone of the site."""
    end: datetime
    claims: tuple[Claim, ...]
    zone: str
    """IANA name of the site's zone."""
    contact: str = ""
    """Whom to reach about this appointment, if not the person itself."""
    note: str = ""
    id: str = ""
    """Given by seed data only; else the store counts."""


@quick(frozen=True, slots=True)
class Appointment:
    """An appointment as it stands in the book."""

    id: str
    subject: str
    service: str
    provider: str
    room: str
    start: datetime
    """Aware, in the zone of the site."""
    end: datetime
    status: Status
    version: int
    """Counts the changes; a conditional cancel names the one it read."""
    contact: str = ""
    note: str = ""
    key: str | None = None
    """The idempotency key it was committed with; None for seed data."""


@quick(frozen=True, slots=True)
class Hold:
    """Claims that one call owns for a while."""

    id: str
    call_id: str
    expires: datetime
    claims: tuple[Claim, ...]


@quick(frozen=True, slots=True)
class Task:
    """Something a person has to do."""

    kind: str
    subject: str | None = None
    contact: str = ""
    number: str = ""
    reason: str = ""
    urgency: str = "normal"
    window: str = ""
    """When to call back, as the caller wished."""
    note: str = ""
    id: str = ""
    call_id: str = ""
    status: str = "open"
    created: datetime | None = None


@quick(frozen=True, slots=True)
class Note:
    """A remark on an appointment, such as "ten minutes late"."""

    id: str
    appointment: str
    text: str
    created: datetime


@quick(frozen=True, slots=True)
class HoldResult:
    """The answer to a hold or a renewal."""

    outcome: HoldOutcome
    id: str = ""
    expires: datetime | None = None


@quick(frozen=True, slots=True)
class CommitResult:
    """The answer to a commit."""

    outcome: CommitOutcome
    appointment: Appointment | None = None


@quick(frozen=True, slots=True)
class CancelResult:
    """The answer to a cancellation."""

    outcome: CancelOutcome
    appointment: Appointment | None = None


class BookStore(Protocol):
    """The durable book. All instants are aware; `now` is the caller's clock, never the store's."""

    def seed(self, people: Sequence[Person], drafts: Sequence[Draft]) -> bool:
        """Fill an empty book, once; return whether it was now. Raises SeedError, StoreUnavailable."""

    def people(self) -> Sequence[Person]:
        """Return everybody on file, in the order of their arrival."""

    def person(self, person_id: str) -> Person | None:
        """Return one person."""

    def add_person(self, person: Person, *, key: str) -> str | None:
        """File a person and return the id; of somebody on file already, theirs; None if the store failed."""

    def appointments(
        self, subject: str | None = None, *, upcoming_from: datetime | None = None, kept: bool = False
    ) -> Sequence[Appointment]:
        """Return appointments by start; with `upcoming_from`, only those booked and not over by then.

        With `kept`, only those that took place or still stand: cancelled ones cost no caller time.
        """

    def busy(self, start: datetime, end: datetime, now: datetime) -> Sequence[Claim]:
        """Return everything booked or held that touches the stretch."""

    def holds(self, now: datetime) -> Sequence[Hold]:
        """Return the live holds."""

    def hold(
        self, call_id: str, claims: Sequence[Claim], ttl_s: int, *, key: str, now: datetime
    ) -> HoldResult:
        """Take all claims or none."""

    def renew(self, hold_id: str, call_id: str, *, now: datetime) -> HoldResult:
        """Start the hold's time to live again."""

    def release(self, hold_id: str, call_id: str) -> bool:
        """Give a hold back; return whether there was one, and it was this call's."""

    def release_call(self, call_id: str) -> bool:
        """Give back all holds of a call, when it ends or is transferred; return whether there were any."""

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

    def read(self, appointment_id: str) -> Appointment | None:
        """Return one appointment."""

    def read_key(self, key: str) -> Appointment | None:
        """Return the appointment that was committed with the key."""

    def cancel(
        self, appointment_id: str, *, key: str, now: datetime, version: int | None = None, late: bool = False
    ) -> CancelResult:
        """Cancel a booked appointment; with a version, only if it was not changed since."""

    def add_task(self, task: Task, *, key: str, now: datetime) -> str | None:
        """File a task and return its id; None if the store failed."""

    def tasks(self) -> Sequence[Task]:
        """Return all tasks, the oldest first."""

    def add_note(self, appointment_id: str, text: str, *, key: str, now: datetime) -> str | None:
        """Add a remark to an appointment and return its id; None if it failed or there is no such one."""

    def notes(self, appointment_id: str) -> Sequence[Note]:
        """Return the remarks on an appointment, the oldest first."""

    def close(self) -> None:
        """Let go of the file or the connection."""
