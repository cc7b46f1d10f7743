"""Where tapes come from: files, folders of them, or the archive of a site."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from engine.core.errors import TapeError


@dataclass(frozen=True, slots=True)
class Source:
    """One tape, not read yet; small enough to be handed to another process."""

    name: str
    """What messages call it."""
    path: Path
    """Its file, or the database that it is filed in."""
    call: str = ""
    """Its call in the database; empty for a file."""

    def read(self) -> bytes:
        """The tape as it was written.

        Raises:
            OSError: it cannot be read.
            TapeError: it is no longer filed.
        """
        if not self.call:
            return self.path.read_bytes()
        with closing(_opened(self.path)) as db:
            row = db.execute("SELECT body FROM tapes WHERE call = ?", (self.call,)).fetchone()
        if row is None:
            raise TapeError(f"{self.call}: there is no tape of this call in {self.path.name}")
        return zlib.decompress(row[0])


def files(paths: Iterable[str | Path]) -> list[Source]:
    """The tapes of files, and of all that are in folders."""
    return [Source(path.name, path) for path in tape_files(map(Path, paths))]


def tape_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files meant by paths: files, and all tapes that are in folders."""
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def filed(database: str, calls: Iterable[str] = ()) -> list[Source]:
    """The tapes of calls that are filed in a database, all of them when none is named; the oldest first.

    Read beside whatever writes there, and without opening the site: replaying changes nothing.

    Raises:
        TapeError: there is no such database, or no such call in it.
    """
    path = Path(database)
    with closing(_opened(path)) as db:
        found = [row[0] for row in db.execute("SELECT call FROM calls ORDER BY started, call")]
    wanted = list(calls)
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise TapeError(
            f"{path.name} has no call {', '.join(missing)}; `frontdesk tapes list` shows those it has"
        )
    return [Source(call, path, call) for call in wanted or found]


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that can only read.

    Raises:
        TapeError: there is no such database, or it holds no tapes.
    """
    try:
        db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10.0)
        db.execute("SELECT 1 FROM tapes LIMIT 1").fetchall()
    except sqlite3.Error as error:
        raise TapeError(f"{path}: no database with tapes ({error})") from error
    return db
