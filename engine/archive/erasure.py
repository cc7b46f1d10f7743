"""Erasing a person: the private layers of their calls, their sound, their index, their name in the book.

What others need stays: that a call happened, which rule decided what, that a room was taken. Nothing that
stays says who it was; even the person's id is replaced. Calls are found by the index and, since a caller may
have been misheard or nobody's yet, by opening every tape and looking for who it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import orjson

from engine.archive.retention import unseal_for_ever
from engine.archive.store import Archive, remove_file
from engine.booking.erasing import erase_person
from engine.core.errors import FrontdeskError, TapeError
from engine.core.words import split_words

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
    found_inside: int = 0
    """Calls among them that no index knew, found by opening the tapes."""
    looked_through: int = 0
    """Tapes that were opened for it."""
    live: int = 0
    """Calls in progress meanwhile: they are not looked into before they are over."""
    views: int = 0
    """Saved searches for their name removed."""
    log: int = 0
    """Reasons in the log of accesses that name them: the log cannot be changed, and says what was done and
    why."""
    book: dict[str, int] = field(default_factory=dict)
    """Table of the book to how many of its rows were changed or removed."""

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def erase(archive: Archive, person: str) -> Erasure:
    """Erase a person everywhere; the report is filed.

    Raises:
        NobodyError: there is nobody on file with this id.
        StillReadError: it is done, but for the journal of the database.
    """
    report = Erasure(datetime.now(UTC).isoformat())
    archive.recover()
    who = _who(archive, person)
    inside = _by_opening(archive, who, report)
    with archive.forgetting() as db:
        calls = _calls_of(archive, db, who)
        report.found_inside = len(inside - calls.keys())
        for call in sorted(calls.keys() | inside):
            audio = calls.get(call) or _audio(db, call)
            report.calls.append(call)
            report.payloads += unseal_for_ever(db, call, _EVERY_CLASS)
            for path in {audio, str(archive.sound_path(call))} - {""}:
                report.audio += remove_file(path)
            # Free text of reviewers may say whose call it was; scores and tags are words of ours.
            report.remarks += db.execute(
                "DELETE FROM remarks WHERE call = ? AND kind = 'note'", (call,)
            ).rowcount
            db.execute("UPDATE calls SET caller = '', audio = '' WHERE call = ?", (call,))
            db.execute("DELETE FROM callers WHERE call = ?", (call,))
        _texts(db, who, report)
        report.book = erase_person(db, person, report.calls)
        report.live = len(archive.live())
        db.execute(
            "INSERT INTO removals (at, why, report) VALUES (?, 'erasure', ?)",
            (datetime.now(UTC).timestamp(), orjson.dumps(report.plain()).decode()),
        )
    return report


@dataclass(frozen=True, slots=True)
class _Who:
    """Whom to look for."""

    id: str
    name: str
    born: str
    phone: str

    @property
    def words(self) -> frozenset[str]:
        """The words of the name, folded."""
        return frozenset(split_words(self.name).folded)


def _who(archive: Archive, person: str) -> _Who:
    with archive.file.reading() as db:
        row = db.execute("SELECT id, name, born, phone FROM people WHERE id = ?", (person,)).fetchone()
    if row is None:
        raise NobodyError(f"there is nobody on file with the id '{person}'")
    return _Who(row["id"], row["name"], row["born"] or "", row["phone"])


def _by_opening(archive: Archive, who: _Who, report: Erasure) -> set[str]:
    """Calls whose private layers say who it was: their number, or their name with their birth date.

    A name alone is not enough: others have it too, and what is theirs is not ours to erase.
    """
    found = set()
    for call in archive.calls():
        tape = archive.read(call)
        if tape is None or not any(tape.payloads):
            continue
        report.looked_through += 1
        try:
            texts = set(_strings(list(tape.unsealed(archive.key, partly=True))))
        except TapeError:  # another site's key
            continue
        if who.phone and who.phone in texts:
            found.add(call)
        elif who.born and who.born in texts:
            said = {word for text in texts for word in split_words(text).folded}
            if who.words <= said:
                found.add(call)
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _texts(db: sqlite3.Connection, who: _Who, report: Erasure) -> None:
    """Remove free texts that name somebody, wherever they stand; count those that cannot be removed."""
    for text in filter(None, (who.name, who.phone)):
        like = "%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        report.remarks += db.execute(
            r"DELETE FROM remarks WHERE kind = 'note' AND text LIKE ? ESCAPE '\'", (like,)
        ).rowcount
        report.log += db.execute(
            r"SELECT count(*) FROM accesses WHERE why LIKE ? ESCAPE '\'", (like,)
        ).fetchone()[0]
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'views'").fetchone():
            report.views += db.execute(
                r"""DELETE FROM views WHERE query LIKE ?1 ESCAPE '\' OR name LIKE ?1 ESCAPE '\'
                OR query LIKE ?2 ESCAPE '\'""",
                (like, "%" + quote_plus(text).replace("%", r"\%").replace("_", r"\_") + "%"),
            ).rowcount


def _audio(db: sqlite3.Connection, call: str) -> str:
    row = db.execute("SELECT audio FROM calls WHERE call = ?", (call,)).fetchone()
    return row["audio"] if row is not None else ""


def _calls_of(archive: Archive, db: sqlite3.Connection, who: _Who) -> dict[str, str]:
    """Calls that the index or the book has for a person, with their audio."""
    rows = db.execute(
        """SELECT call, audio FROM calls WHERE call IN (SELECT call FROM callers WHERE person = ?1)
        OR (caller <> '' AND caller = ?2)
        OR call IN (SELECT call_id FROM appointments WHERE subject = ?1)
        OR call IN (SELECT call_id FROM tasks WHERE subject = ?1)""",
        (who.id, archive.number_mark(who.phone)),
    )
    return {row["call"]: row["audio"] for row in rows.fetchall()}
