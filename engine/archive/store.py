"""Tapes in the database of the book: a call writes a file as it goes, and is filed when it is over.

The turn of a call must not wait for another writer of the database, so a live tape is a file beside it,
written line by line. Closing it files it; what a crash left behind is filed when the archive is next opened.
"""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from engine.archive.filing import classes_of, insert, marks_of, people_in, remove
from engine.archive.live import hold, is_held, written_at
from engine.archive.schema import SCHEMA
from engine.booking.sqlite_file import SqliteFile
from engine.core.errors import FrontdeskError, TapeError
from engine.tape_summary import summarised
from engine.traces import Both, Recorder, Tape, TapeWriter, opened, parse_tape, sealing_key

if TYPE_CHECKING:
    import sqlite3

    from engine.core.domain import Domain

_WAIT_S = 10.0
_POLL_S = 0.05
_SAFE = re.compile(r"[^A-Za-z0-9._-]")


class StillReadError(FrontdeskError):
    """What was removed is no longer in the database, but still in its journal."""


class FiledWriter(TapeWriter):
    """A tape that is filed when it is closed."""

    __slots__ = ("_archive", "_path")

    def __init__(
        self, archive: Archive, path: Path, recorder: Recorder, call: str, copy: Path | None = None
    ) -> None:
        file = opened(path)
        hold(file)
        super().__init__(file if copy is None else Both(file, opened(copy)), recorder, call)
        self._archive, self._path = archive, path

    def close(self) -> None:
        """Close the file and file the tape."""
        super().close()
        self._archive.take_in(self._path)


class Archive:
    """The tapes of a site with what is known of them; shared by the threads of one process."""

    def __init__(self, database: str, domain: Domain, key: bytes | None = None) -> None:
        """Open or create it; raises StoreUnavailable, or TapeError for a key that is none."""
        self.domain = domain
        self.key = sealing_key() if key is None else key
        self.recorder = Recorder(domain, self.key)
        self.file = SqliteFile(database, _WAIT_S)
        base = Path(database)
        self.live_folder = base.with_name(base.name + ".live")
        self.sound_folder = base.with_name(base.name + ".sound")
        """Where recordings are, a file a call: a call that is filed finds its own."""
        with self.file.writing(durable=True) as db:
            for statement in SCHEMA:
                db.execute(statement)

    def close(self) -> None:
        """Let go of the database."""
        self.file.close()

    # --- recording

    def tape(self, call: str, copy: Path | None = None) -> FiledWriter:
        """Start the tape of a call; `copy` is a file that holds it as well."""
        self.live_folder.mkdir(mode=0o700, exist_ok=True)
        return FiledWriter(self, self.live_path(call), self.recorder, call, copy)

    def live_path(self, call: str) -> Path:
        """Where the tape of a call is while it lasts."""
        return self.live_folder / f"{_SAFE.sub('_', call)}.jsonl"

    def live(self) -> list[Path]:
        """The tapes of calls in progress, in whichever process, the oldest first."""
        return [path for path in self._unfiled() if is_held(path)]

    def recover(self) -> list[str]:
        """File the tapes that a crash left behind: those that no process writes any more."""
        left = [path for path in self._unfiled() if not is_held(path)]
        return [call for path in left if (call := self.take_in(path))]

    def _unfiled(self) -> list[Path]:
        found = self.live_folder.glob("*.jsonl") if self.live_folder.is_dir() else ()
        times = {path: written_at(path) for path in found}
        return sorted(times, key=lambda path: (times[path], path.name))

    def take_in(self, path: Path) -> str | None:
        """File the tape of a file and remove the file; one that cannot be read stays, and is None."""
        try:
            text = path.read_bytes()
            # A process that was killed may have left half a line: what was decided before it is kept.
            whole = text[: text.rindex(b"\n") + 1]
            call = self.add(whole, path.name)
        except (OSError, ValueError, TapeError):
            return None
        path.unlink(missing_ok=True)
        return call

    def add(self, text: bytes, name: str) -> str:
        """File a tape; one that is there already is replaced by it. Returns the call's id.

        Raises:
            TapeError: it is no tape, or its chain is broken.
        """
        tape = parse_tape(text, name)
        summary = summarised(tape, self.domain)
        if not summary.started:
            raise TapeError(f"{name}: the tape holds no step")
        caller, people = self._who(tape)
        sound = self.sound_path(summary.call)
        with self.file.writing(durable=True) as db:
            # A recording may be there before its tape, after it, or outlive a tape that is imported again.
            kept = db.execute("SELECT audio FROM calls WHERE call = ?", (summary.call,)).fetchone()
            audio = kept["audio"] if kept is not None else str(sound) if sound.is_file() else ""
            remove(db, summary.call)
            insert(db, summary, caller, audio, " ".join(classes_of(tape)))
            db.executemany("INSERT INTO marks VALUES (?, ?, ?, ?)", list(marks_of(summary)))
            db.executemany(
                "INSERT INTO callers VALUES (?, ?)", [(summary.call, item) for item in sorted(people)]
            )
            db.executemany(
                f"INSERT INTO model_uses VALUES ({', '.join('?' * 8)})",  # noqa: S608 - only question marks
                [(summary.call, *astuple(use)) for use in summary.uses],
            )
            db.execute("INSERT INTO tapes VALUES (?, ?)", (summary.call, zlib.compress(text, 6)))
        return summary.call

    def _who(self, tape: Tape) -> tuple[str, set[str]]:
        """Whose call it was: a keyed digest of the number, and the ids of those on file it was about."""
        caller, people = "", set()
        try:
            for entry in tape.unsealed(self.key, partly=True):
                event = entry["event"]
                if event["is"] == "CallStarted" and isinstance(event.get("number"), str):
                    caller = self.number_mark(event["number"])
                for held in entry["changes"].get("slots", {}).values():
                    people |= people_in(held.get("value"))
                for data in (event.get("data"), *(action.get("args") for action in entry["actions"])):
                    people |= people_in(data)
        except TapeError:
            return "", set()  # another site's key: the redacted layer is all there is
        return caller, people & self._on_file(people)

    def _on_file(self, people: set[str]) -> set[str]:
        with self.file.reading() as db:
            return {
                item for item in people if db.execute("SELECT 1 FROM people WHERE id = ?", (item,)).fetchone()
            }

    def number_mark(self, number: str) -> str:
        """A number as the index knows it: enough to tell that it called before, not what it is."""
        return blake2b(number.encode(), key=self.key, digest_size=12).hexdigest()

    # --- reading

    def text(self, call: str) -> bytes | None:
        """The tape of a call as it was written, a live one as far as it goes; None if there is none."""
        with self.file.reading() as db:
            row = db.execute("SELECT body FROM tapes WHERE call = ?", (call,)).fetchone()
        if row is not None:
            return zlib.decompress(row["body"])
        try:
            text = self.live_path(call).read_bytes()
            return text[: text.rindex(b"\n") + 1]
        except (OSError, ValueError):
            return None

    def read(self, call: str) -> Tape | None:
        """The tape of a call; None if there is none. Raises TapeError: its chain is broken."""
        text = self.text(call)
        return None if text is None else parse_tape(text, call)

    def calls(self) -> list[str]:
        """The ids of all calls, the newest first."""
        with self.file.reading() as db:
            return [row["call"] for row in db.execute("SELECT call FROM calls ORDER BY started DESC, call")]

    def export(self, folder: Path, calls: Iterable[str] | None = None) -> int:
        """Write tapes as files, a file a call; returns how many."""
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for call in self.calls() if calls is None else calls:
            text = self.text(call)
            if text is not None:
                (folder / f"{_SAFE.sub('_', call)}.jsonl").write_bytes(text)
                count += 1
        return count

    def take_copies(self, paths: Iterable[Path]) -> tuple[list[str], list[str]]:
        """File copies of tapes; returns the calls, and what was wrong with those that could not be read."""
        calls, wrong = [], []
        for path in paths:
            try:
                calls.append(self.add(path.read_bytes(), path.name))
            except (OSError, TapeError) as error:
                wrong.append(str(error))
        return calls, wrong

    # --- audio

    def sound_path(self, call: str) -> Path:
        """Where the recording of a call belongs."""
        return self.sound_folder / f"{_SAFE.sub('_', call)}.wav"

    def keep_audio(self, call: str, path: Path) -> None:
        """Say where the sound of a call is."""
        with self.file.writing(durable=True) as db:
            db.execute("UPDATE calls SET audio = ? WHERE call = ?", (str(path), call))

    def audio(self, call: str) -> Path | None:
        """Where the sound of a call is; None when there is none."""
        with self.file.reading() as db:
            row = db.execute("SELECT audio FROM calls WHERE call = ?", (call,)).fetchone()
        return Path(row["audio"]) if row is not None and row["audio"] else None

    # --- times that a tape does not know

    def keep_timings(self, call: str, turns: Sequence[Mapping[str, Any]]) -> None:
        """Keep how long the parts of each reply took at the line, as whoever carried the sound says."""
        with self.file.writing(durable=True) as db:
            db.execute("INSERT OR REPLACE INTO timings VALUES (?, ?)", (call, orjson.dumps(turns).decode()))

    def timings(self, call: str) -> list[dict[str, Any]]:
        """What was measured at the line, turn by turn; nothing for a call without sound."""
        with self.file.reading() as db:
            row = db.execute("SELECT body FROM timings WHERE call = ?", (call,)).fetchone()
        return [] if row is None else list(orjson.loads(row["body"]))

    # --- logs

    def saw(self, who: str, role: str, what: str, call: str, why: str) -> None:
        """Add to the log of accesses, which nobody can change."""
        with self.file.writing(durable=True) as db:
            db.execute(
                "INSERT INTO accesses (at, who, role, what, call, why) VALUES (?, ?, ?, ?, ?, ?)",
                (datetime.now(UTC).timestamp(), who, role, what, call, why),
            )

    def accesses(self, limit: int = 200) -> list[dict[str, Any]]:
        """The log of accesses, the newest first."""
        with self.file.reading() as db:
            rows = db.execute("SELECT * FROM accesses ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [dict(row) for row in rows]

    @contextmanager
    def forgetting(self) -> Iterator[sqlite3.Connection]:
        """A transaction after which what was deleted is gone from free pages and the journal as well.

        Raises:
            StillReadError: it is deleted, and somebody reads an older state for so long that the journal
                cannot be cut off; it will be when they are done and something is forgotten again.
        """
        with self.file.writing(durable=True) as db:
            db.execute("PRAGMA secure_delete = ON")
            yield db
        until = time.monotonic() + _WAIT_S
        while True:
            with self.file.reading() as db:
                busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() > until:
                raise StillReadError("what was removed is still in the journal: somebody reads the database")
            time.sleep(_POLL_S)


def remove_file(path: str) -> bool:
    """Remove a file of sound; False if it was gone."""
    try:
        os.unlink(path)  # noqa: PTH108 - the path is a text of the database
    except OSError:
        return False
    return True
