"""One SQLite file under many processes: transactions that wait for each other, but not for ever."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from engine.booking.sqlite_schema import SCHEMA, VERSION
from engine.booking.store import StoreUnavailable

MEMORY = ":memory:"


class SqliteFile:
    """A connection shared by the threads of one process; each process opens its own.

    Within the process a lock queues the writers, because SQLite's own lock between connections is not fair.
    """

    def __init__(self, path: str, wait_s: float) -> None:
        self._path = path
        self._wait_s = wait_s
        self._lock = threading.RLock()
        self._durable: bool | None = None
        try:
            if path != MEMORY:
                # Names and birth dates are in it: nobody else on the machine may read the file.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=wait_s, isolation_level=None, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(
                f"{path}: the book cannot be opened ({error}); needed is a writable SQLite file, or a new "
                f"name in a folder that exists"
            ) from error

    def close(self) -> None:
        """Close the connection; what was committed stays."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for queries; raises StoreUnavailable."""
        try:
            with self._turn():
                yield self._connection
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path}: the book cannot be read now ({error})") from error

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a transaction that no other writer can enter; raises sqlite3.Error.

        A durable one is on the disk when it returns. Holds need not be: one that a power cut undoes was never
        a promise, and the order of transactions is kept in any case.
        """
        with self._turn():
            if durable is not self._durable:
                self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._wait_s):
            raise sqlite3.OperationalError("another thread is still writing")
        try:
            yield
        finally:
            self._lock.release()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._until_it_runs("PRAGMA journal_mode = WAL")
        with self.writing(durable=True) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in SCHEMA:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"schema version {version}, this program knows {VERSION}")

    def _until_it_runs(self, statement: str) -> None:
        """Execute what SQLite itself does not wait for: several processes may open a new file at once."""
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                self._connection.execute(statement).fetchone()
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return
