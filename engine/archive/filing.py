"""What the index keeps of a call when its tape is filed, and how a call leaves every table again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import sqlite3

    from engine.tape_summary import Summary
    from engine.traces import Tape

SLOW: Mapping[str, int] = {"0.5": 500, "1": 1_000, "2": 2_000, "4": 4_000}
"""Names of slow replies to the milliseconds that a call's slowest one took at least."""
_SUBJECT = "subject"
"""The key under which a service gives somebody who is on file, and arguments name them."""


def people_in(value: Any) -> set[str]:
    """The ids that a value names somebody by."""
    if not isinstance(value, dict):
        return set()
    named = value.get(_SUBJECT)
    inner = named.get("id") if isinstance(named, dict) else named
    found = {item for item in (value.get("id"), inner, value.get("guardian")) if isinstance(item, str)}
    for item in value.values():
        for part in item if isinstance(item, list) else (item,):
            found |= people_in(part)
    return found


def classes_of(tape: Tape) -> list[str]:
    """The data classes that a tape has private values of."""
    return sorted({name for kept in tape.payloads for name in kept})


def marks_of(summary: Summary) -> Iterator[tuple[str, str, str, int]]:
    """What a call may have several of: kind, name, call, and how often."""
    counted = (
        ("flag", summary.flags),
        ("rule", summary.rules),
        ("no_match", summary.no_match),
        ("no_input", summary.no_input),
        ("denied", summary.denied),
        ("slot", summary.asked),
    )
    for kind, counts in counted:
        for name, count in counts.items():
            yield kind, name, summary.call, count
    slowest = max(summary.latencies_ms, default=0)
    for name, ms in SLOW.items():
        if slowest >= ms:
            yield "slow", name, summary.call, slowest
    if summary.outcome not in {"done", "answered", "live"} and summary.asking:
        yield "left", summary.asking, summary.call, 1
    for kind, names in (("task", summary.tasks), ("deed", summary.deeds)):
        for name in sorted(set(names)):
            yield kind, name, summary.call, names.count(name)


def insert(db: sqlite3.Connection, summary: Summary, caller: str, audio: str, sealed: str) -> None:
    """Write the row of a call."""
    started = datetime.fromisoformat(summary.started)
    db.execute(
        f"INSERT INTO calls VALUES ({', '.join('?' * 20)})",  # noqa: S608 - only question marks
        (
            summary.call, summary.domain, summary.version, started.timestamp(), started.date().isoformat(),
            summary.duration_s, summary.language, summary.outcome, summary.reason, summary.target,
            summary.level, summary.turns, summary.entries, summary.corrections, summary.confirmed,
            summary.model_calls, orjson.dumps(summary.latencies_ms).decode(), caller, audio, sealed,
        ),
    )  # fmt: skip


def remove(db: sqlite3.Connection, call: str) -> None:
    """Remove a call and its tape, but not what was said of it."""
    for table in ("calls", "tapes", "marks", "callers", "model_uses"):
        db.execute(f"DELETE FROM {table} WHERE call = ?", (call,))  # noqa: S608 - names of ours


def forget(db: sqlite3.Connection, call: str) -> None:
    """Remove a call and everything said about it."""
    remove(db, call)
    db.execute("DELETE FROM timings WHERE call = ?", (call,))
    db.execute("DELETE FROM remarks WHERE call = ?", (call,))
