"""Many processes on one file, some of them killed in the middle of whatever they do."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from engine.booking.sqlite import SqliteStore
from engine.booking.store import FREE_STATUSES
from engine.core.catalogue import Person

ROOT = Path(__file__).resolve().parents[2]
CALLER = Path(__file__).with_name("caller.py")
PROCESSES, KILLS = 6, 12
SECONDS = 6.0
FACTOR = 200.0
"""The simulated clock runs so much faster, so that holds of a minute expire in the time of a test."""
END = datetime(2026, 11, 24, 6, tzinfo=UTC)
SEED = 7


def start_caller(path: Path, seed: int, born: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CALLER), str(path), str(seed), str(SECONDS), repr(born), str(FACTOR)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_callers(path: Path) -> tuple[list[str], list[str], int]:
    """Let the callers run, kill some and replace them; return what they say they booked, their errors, the kills."""
    dice, born = random.Random(SEED), time.time()  # noqa: S311 - which caller is killed
    running = {seed: start_caller(path, seed, born) for seed in range(PROCESSES)}
    finished: list[subprocess.Popen[str]] = []
    for kill in range(KILLS):
        time.sleep(SECONDS / KILLS)
        seed = dice.choice(sorted(running))
        victim = running.pop(seed)
        victim.send_signal(signal.SIGKILL)
        finished.append(victim)
        running[PROCESSES + kill] = start_caller(path, PROCESSES + kill, born)
    booked, errors = [], []
    for caller in (*finished, *running.values()):
        out, error = caller.communicate(timeout=30)
        booked += out.split()
        errors += [error] if error else []
    return booked, errors, sum(caller.returncode == -signal.SIGKILL for caller in finished)


def overlaps(path: Path) -> list[tuple[object, ...]]:
    """All pairs of claims of one resource that share a second, found without the database's own rule."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT resource, start, end FROM claims ORDER BY resource, start, end"
        ).fetchall()
    connection.close()
    return [
        (first, second) for first, second in pairwise(rows) if first[0] == second[0] and first[2] > second[1]
    ]


def test_no_unit_is_owned_twice_whatever_happens(tmp_path):
    path = tmp_path / "book.db"
    store = SqliteStore(str(path))
    store.seed([Person("p01", "Ada Vale", date(1984, 3, 12), "")], [])
    booked, errors, killed = run_callers(path)
    assert errors == []
    assert killed >= KILLS // 2, "the callers ended before they could be killed"
    assert len(booked) > 20, "too little happened to show anything"

    assert overlaps(path) == []
    entries = store.appointments()
    keys = Counter(entry.key for entry in entries)
    assert max(keys.values()) == 1
    assert set(booked) <= set(keys), "a booking that was confirmed is not in the book"

    standing = {entry.id for entry in entries if entry.status not in FREE_STATUSES}
    with sqlite3.connect(path) as connection:
        owners = Counter(
            row[0] for row in connection.execute("SELECT appointment FROM claims WHERE hold IS NULL")
        )
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert owners == Counter(dict.fromkeys(standing, 2))

    assert list(store.holds(END)) == []
    busy = store.busy(END - timedelta(days=1), END + timedelta(days=1), END)
    assert len(busy) == 2 * len(standing), "a dead call still blocks somebody"
    store.close()
