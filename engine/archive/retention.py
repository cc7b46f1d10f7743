"""What is kept for how long: each class of what calls leave is removed in time, and the removal proved.

A class that is purged is taken out of the tapes; the tapes stay, their chains hold and say that something was
there. When the time of class `none` is over, the call goes as a whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from engine.archive.store import Archive, forget, remove_file
from engine.traces import parse_tape

if TYPE_CHECKING:
    import sqlite3

DAYS: Mapping[str, int] = {"audio": 30, "health": 90, "personal": 180, "none": 730}
"""Days that a site keeps each class unless it says otherwise."""
_SEALED = ("health", "personal")


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
    """Remove what is over its time, look again, and file what was removed."""
    days = days_of(archive)
    report = Purge(now.isoformat(), days)
    with archive.forgetting() as db:
        for call, audio in _overdue(db, "none", now, days):
            if audio:
                remove_file(audio)
            forget(db, call)
            report.removed.setdefault("none", []).append(call)
        for call, audio in _overdue(db, "audio", now, days):
            remove_file(audio)
            db.execute("UPDATE calls SET audio = '' WHERE call = ?", (call,))
            report.removed.setdefault("audio", []).append(call)
        for name in _SEALED:
            for call, _ in _overdue(db, name, now, days):
                unseal_for_ever(db, call, (name,))
                report.removed.setdefault(name, []).append(call)
        report.overdue = {name: _still_there(db, name, now, days) for name in days}
        _file(db, "purge", now, report.plain())
    return report


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


def _still_there(db: sqlite3.Connection, name: str, now: datetime, days: Mapping[str, int]) -> int:
    """How many overdue calls the tapes themselves show a class in, whatever the index says."""
    if name not in _SEALED:
        return len(_overdue(db, name, now, days))
    before = (now - timedelta(days=days[name])).timestamp()
    rows = db.execute(
        "SELECT call, body FROM tapes JOIN calls USING (call) WHERE started + duration_s < ?", (before,)
    )
    count = 0
    for row in rows:
        tape = parse_tape(zlib.decompress(row["body"]), row["call"])
        count += any(name in kept for kept in tape.payloads)
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


def removals(archive: Archive) -> list[dict[str, Any]]:
    """Every purge and erasure, the newest first."""
    with archive.file.reading() as db:
        rows = db.execute("SELECT * FROM removals ORDER BY id DESC").fetchall()
    return [{"at": row["at"], "why": row["why"], "report": orjson.loads(row["report"])} for row in rows]
