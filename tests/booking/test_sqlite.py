"""What the SQLite file itself refuses, whoever writes to it, and how it behaves when it cannot be had."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.booking.localtime import epoch
from engine.booking.opening import Claim
from engine.booking.sqlite import SqliteStore
from engine.booking.store import CancelOutcome, CommitOutcome, Draft, HoldOutcome, StoreUnavailable, Task
from engine.core.catalogue import Person

ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
TEN = datetime(2026, 11, 24, 10, tzinfo=ZONE)
START = epoch(TEN)
CLAIMS = (Claim("provider:adams", START, START + 1800), Claim("room:r1", START, START + 2100))
DRAFT = Draft(
    "p01", "review", "adams", "r1", TEN, TEN + timedelta(minutes=30), CLAIMS, "Europe/Vilnius", id="a01"
)
ADA = Person("p01", "Ada Vale", date(1984, 3, 12), "")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "book.db")


@pytest.fixture
def store(path):
    opened = SqliteStore(path, wait_s=0.2)
    opened.seed([ADA], [DRAFT])
    yield opened
    opened.close()


@pytest.fixture
def raw(path, store):
    """A stranger at the file, past all of our code."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


INSERT = "INSERT INTO claims (resource, start, end, appointment) VALUES (?, ?, ?, 'a01')"


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1800), (-60, 1), (1799, 9999), (600, 700), (-60, 9999)], ids=str
)
def test_the_database_refuses_an_overlapping_claim(raw, start, end):
    with pytest.raises(sqlite3.IntegrityError, match="claim overlaps"):
        raw.execute(INSERT, ("provider:adams", START + start, START + end))


@pytest.mark.parametrize(("start", "end"), [(1800, 3600), (-600, 0)], ids=str)
def test_the_database_allows_claims_that_touch(raw, start, end):
    raw.execute(INSERT, ("provider:adams", START + start, START + end))
    raw.execute(INSERT, ("provider:baker", START, START + 1800))


@pytest.mark.parametrize(
    "change", ["start = start - 3600", "end = end + 60, start = start - 60", "resource = 'room:r1'"]
)
def test_the_database_refuses_to_move_a_claim_onto_another(raw, change):
    raw.execute(INSERT, ("provider:adams", START - 3600, START))
    with pytest.raises(sqlite3.IntegrityError, match="claim overlaps"):
        raw.execute(
            f"UPDATE claims SET {change} WHERE resource = 'provider:adams' AND start = {START}"  # noqa: S608
        )


def test_a_booked_appointment_cannot_lose_its_claims(raw):
    with pytest.raises(sqlite3.IntegrityError, match="a booked appointment keeps its claims"):
        raw.execute("DELETE FROM claims")


def test_cancelling_by_hand_frees_the_time_and_is_final(raw, store):
    raw.execute("UPDATE appointments SET status = 'cancelled' WHERE id = 'a01'")
    assert list(store.busy(NOW, TEN + timedelta(hours=1), NOW)) == []
    with pytest.raises(sqlite3.IntegrityError, match="stays cancelled"):
        raw.execute("UPDATE appointments SET status = 'booked' WHERE id = 'a01'")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO claims (resource, start, end) VALUES ('room:r9', 1, 2)",
        "INSERT INTO claims (resource, start, end, hold, appointment) VALUES ('room:r9', 1, 2, 'h01', 'a01')",
        "INSERT INTO claims (resource, start, end, appointment) VALUES ('room:r9', 2, 2, 'a01')",
        "INSERT INTO claims (resource, start, end, appointment) VALUES ('room:r9', 'soon', 2, 'a01')",
        "INSERT INTO claims (resource, start, end, hold) VALUES ('room:r9', 1, 2, 'h99')",
        "UPDATE appointments SET status = 'maybe'",
        "DELETE FROM people",
    ],
)
def test_the_database_refuses_what_makes_no_sense(raw, statement):
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)


def test_a_hold_that_goes_takes_its_claims_with_it(raw, store):
    later = tuple(Claim(claim.resource, claim.start + 7200, claim.end + 7200) for claim in CLAIMS)
    store.hold("call", later, 180, key="k", now=NOW)
    raw.execute("DELETE FROM holds")
    assert set(store.busy(NOW, TEN + timedelta(hours=9), NOW)) == set(CLAIMS)


def test_the_file_is_for_its_owner_only(path, store):
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116 - the mode of a plain path


def test_the_book_outlives_its_process(path, store):
    store.close()
    again = SqliteStore(path)
    assert [entry.start for entry in again.appointments()] == [TEN]
    assert again.seed([ADA], [DRAFT]) is False
    again.close()


def test_commits_are_durable_and_holds_need_not_be(store):
    connection = store._file._connection
    store.hold("call", [Claim("room:r2", START, START + 60)], 180, key="k", now=NOW)
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1
    store.cancel("a01", key="c", now=NOW)
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


# --- a file that cannot be had


def test_a_writer_that_does_not_end_is_an_outcome_and_no_exception(raw, store):
    raw.execute("BEGIN IMMEDIATE")
    claims = [Claim("room:r2", START, START + 60)]
    assert store.hold("call", claims, 180, key="k", now=NOW).outcome is HoldOutcome.FAILED
    assert store.renew("h01", "call", now=NOW).outcome is HoldOutcome.FAILED
    assert store.commit("h01", "call", DRAFT, key="k", now=NOW).outcome is CommitOutcome.UNKNOWN
    assert store.cancel("a01", key="k", now=NOW).outcome is CancelOutcome.UNKNOWN
    assert store.add_task(Task("callback"), key="k", now=NOW) is None
    assert store.add_person(Person("", "Ben", date(1990, 1, 1), ""), key="k") is None
    assert store.release("h01", "call") is False
    with pytest.raises(StoreUnavailable, match="cannot be seeded now"):
        store.seed([], [])
    assert [entry.id for entry in store.appointments()] == ["a01"]  # readers do not wait for writers
    raw.execute("ROLLBACK")
    assert store.hold("call", claims, 180, key="k", now=NOW).outcome is HoldOutcome.HELD


def test_a_thread_that_does_not_end_is_an_outcome_too(store):
    inside, leave = threading.Event(), threading.Event()

    def linger() -> None:
        with store._file.reading():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=linger)
    thread.start()
    inside.wait(10)
    try:
        assert store.cancel("a01", key="k", now=NOW).outcome is CancelOutcome.UNKNOWN
        with pytest.raises(StoreUnavailable, match="cannot be read now"):
            store.read("a01")
    finally:
        leave.set()
        thread.join()
    assert store.cancel("a01", key="k", now=NOW).outcome is CancelOutcome.CANCELLED


def test_a_closed_store_answers_failed(path):
    store = SqliteStore(path)
    store.close()
    assert store.hold("call", CLAIMS, 180, key="k", now=NOW).outcome is HoldOutcome.FAILED
    with pytest.raises(StoreUnavailable):
        store.people()


def test_a_file_that_is_no_book_is_refused_by_name(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to be looked at as one by anybody who opens it")
    with pytest.raises(
        StoreUnavailable, match=r"notes.txt: the book cannot be opened \(file is not a database\)"
    ):
        SqliteStore(str(file))


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(StoreUnavailable, match=r"book.db: the book cannot be opened .* folder that exists"):
        SqliteStore(str(tmp_path / "nowhere" / "book.db"))


def test_a_newer_schema_is_refused(path, raw):
    raw.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreUnavailable, match="schema version 99, this program knows 1"):
        SqliteStore(path)
