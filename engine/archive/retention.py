"""What is kept for how long: each class of what calls leave is removed in time, and the removal proved.

A class that is purged is taken out of the tapes; the tapes stay, their chains hold and say that something was
there. When the time of class `none` is over, the call goes as a whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from engine.archive.filing import forget
from engine.archive.store import Archive, remove_file
from engine.traces import parse_tape

if TYPE_CHECKING:
    import sqlite3

DAYS: Mapping[str, int] = {"audio": 30, "health": 90, "personal": 180, "none": 730}
"""Days that a site keeps each class unless it says otherwise."""
_SEALED = ("health", "personal")
_AT_ONCE = 50
"""Calls that one transaction removes something of."""


@dataclass(slots=True)
class Purge:
    """What a run of the purge removed."""

    at: str
    days: Mapping[str, int]
    removed: dict[str, list[str]] = field(default_factory=dict)
    """Class to the calls of which it was removed."""
    overdue: dict[str, int] = field(default_factory=dict)
    """Class to how many calls still had it afterwards though its time was over: the proof is that all are
    0."""

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "at": self.at,
            "days": dict(self.days),
            "removed": {name: {"count": len(calls), "calls": calls} for name, calls in self.removed.items()},
            "overdue": self.overdue,
        }


def days_of(archive: Archive) -> dict[str, int]:
    """Days that the site keeps each class."""
    return {**DAYS, **archive.domain.retention}


def purge(archive: Archive, now: datetime) -> Purge:
    """Remove what is over its time, look again, and file what was removed.

    Some calls at a time: whoever books meanwhile waits for one batch, not for two years of tapes.
    """
    days = days_of(archive)
    report = Purge(now.isoformat(), days)
    for name, remove in (("none", _remove_call), ("audio", _remove_audio)):
        _in_batches(archive, report, name, now, remove)
    for name in _SEALED:
        _in_batches(archive, report, name, now, partial(_remove_class, name))
    before = now - timedelta(days=days["audio"])
    for path in _orphans(archive, before):
        if remove_file(str(path)):
            report.removed.setdefault("audio", []).append(path.stem)
    report.overdue = {name: _still_there(archive, name, now, days) for name in days}
    report.overdue["audio"] += len(_orphans(archive, before))
    with archive.file.writing(durable=True) as db:
        _file(db, "purge", now, report.plain())
    return report


def _in_batches(
    archive: Archive,
    report: Purge,
    name: str,
    now: datetime,
    remove: Callable[[sqlite3.Connection, str, str], object],
) -> None:
    with archive.file.reading() as db:
        due = _overdue(db, name, now, report.days)
    for at in range(0, len(due), _AT_ONCE):
        with archive.forgetting() as db:
            for call, audio in due[at : at + _AT_ONCE]:
                remove(db, call, audio)
                report.removed.setdefault(name, []).append(call)


def _remove_call(db: sqlite3.Connection, call: str, audio: str) -> None:
    if audio:
        remove_file(audio)
    forget(db, call)


def _remove_audio(db: sqlite3.Connection, call: str, audio: str) -> None:
    remove_file(audio)
    db.execute("UPDATE calls SET audio = '' WHERE call = ?", (call,))


def _remove_class(name: str, db: sqlite3.Connection, call: str, _audio: str) -> None:
    unseal_for_ever(db, call, (name,))


def _overdue(
    db: sqlite3.Connection, name: str, now: datetime, days: Mapping[str, int]
) -> list[tuple[str, str]]:
    """Calls that have a class of data for longer than they may, with their audio."""
    before = (now - timedelta(days=days[name])).timestamp()
    has = {"none": "1", "audio": "audio <> ''"}.get(name, f"instr(' ' || sealed || ' ', ' {name} ')")
    rows = db.execute(
        f"SELECT call, audio FROM calls WHERE started + duration_s < ? AND {has} ORDER BY call",  # noqa: S608 - ours
        (before,),
    )
    return [(row["call"], row["audio"]) for row in rows.fetchall()]


def _orphans(archive: Archive, before: datetime) -> list[Path]:
    """Recordings of no call that is filed, from before a moment: nobody else would remove them."""
    folder = archive.sound_folder
    old = [
        path for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]  # fmt: skip
    if not old:
        return []
    with archive.file.reading() as db:
        kept = {row["audio"] for row in db.execute("SELECT audio FROM calls WHERE audio <> ''")}
    return sorted(path for path in old if str(path) not in kept)


def _still_there(archive: Archive, name: str, now: datetime, days: Mapping[str, int]) -> int:
    """How many overdue calls the tapes themselves show a class in, whatever the index says."""
    with archive.file.reading() as db:
        if name not in _SEALED:
            return len(_overdue(db, name, now, days))
        before = (now - timedelta(days=days[name])).timestamp()
        rows = db.execute("SELECT call FROM calls WHERE started + duration_s < ?", (before,)).fetchall()
    count = 0
    for row in rows:
        tape = archive.read(row["call"])  # one at a time: nobody waits for all of them
        count += tape is not None and any(name in kept for kept in tape.payloads)
    return count


def unseal_for_ever(db: sqlite3.Connection, call: str, classes: Collection[str]) -> int:
    """Take classes of private data out of a tape; its chain still holds. Returns how many payloads went."""
    row = db.execute("SELECT body FROM tapes WHERE call = ?", (call,)).fetchone()
    if row is None:
        return 0
    text, count = without(zlib.decompress(row["body"]), classes)
    kept = sorted({name for payloads in parse_tape(text, call).payloads for name in payloads})
    db.execute("UPDATE tapes SET body = ? WHERE call = ?", (zlib.compress(text, 6), call))
    db.execute("UPDATE calls SET sealed = ? WHERE call = ?", (" ".join(kept), call))
    return count


def without(text: bytes, classes: Collection[str]) -> tuple[bytes, int]:
    """The lines of a tape without the private payloads of some classes, and how many there were."""
    lines, count = [], 0
    for line in text.splitlines(keepends=True):
        payloads = orjson.loads(line).get("sealed", {})
        left = {name: payload for name, payload in payloads.items() if name not in classes}
        count += len(payloads) - len(left)
        if len(left) == len(payloads):
            lines.append(line)
            continue
        head = line[: line.rindex(b',"sealed":{')]
        lines.append(head + (b',"sealed":%b}\n' % orjson.dumps(left) if left else b"}\n"))
    return b"".join(lines), count


def _file(db: sqlite3.Connection, why: str, now: datetime, report: Mapping[str, Any]) -> None:
    db.execute(
        "INSERT INTO removals (at, why, report) VALUES (?, ?, ?)",
        (now.timestamp(), why, orjson.dumps(report).decode()),
    )


def last_purge(archive: Archive) -> datetime | None:
    """When the last purge was; None when there was none."""
    with archive.file.reading() as db:
        row = db.execute("SELECT max(at) FROM removals WHERE why = 'purge'").fetchone()
    return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)


def removals(archive: Archive) -> list[dict[str, Any]]:
    """Every purge and erasure, the newest first."""
    with archive.file.reading() as db:
        rows = db.execute("SELECT * FROM removals ORDER BY id DESC").fetchall()
    return [{"at": row["at"], "why": row["why"], "report": orjson.loads(row["report"])} for row in rows]
