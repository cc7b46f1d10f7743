"""What reviewers say of a call: notes, tags and scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.archive.store import Archive


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark."""

    id: int
    turn: int | None
    kind: str
    """note | tag | score"""
    name: str
    text: str
    author: str
    at: datetime


def remarks(archive: Archive, call: str) -> list[Remark]:
    """Everything said of a call, the oldest first."""
    with archive.file.reading() as db:
        rows = db.execute("SELECT * FROM remarks WHERE call = ? ORDER BY id", (call,)).fetchall()
    return [
        Remark(
            row["id"], row["turn"], row["kind"], row["name"], row["text"], row["author"],
            datetime.fromtimestamp(row["at"], UTC),
        )
        for row in rows
    ]  # fmt: skip


def add_note(archive: Archive, call: str, text: str, author: str, turn: int | None) -> None:
    """Add a note to a call or to one of its turns."""
    with archive.file.writing(durable=True) as db:
        db.execute(
            """INSERT INTO remarks (call, turn, kind, name, text, author, at)
            VALUES (?, ?, 'note', '', ?, ?, ?)""",
            (call, turn, text, author, _now()),
        )


def set_tag(archive: Archive, call: str, name: str, author: str, *, on: bool) -> None:
    """Put a tag on a call, or take it off."""
    with archive.file.writing(durable=True) as db:
        db.execute("DELETE FROM remarks WHERE call = ? AND kind = 'tag' AND name = ?", (call, name))
        db.execute("DELETE FROM marks WHERE kind = 'tag' AND name = ? AND call = ?", (name, call))
        if on:
            db.execute(
                "INSERT INTO remarks (call, kind, name, text, author, at) VALUES (?, 'tag', ?, '', ?, ?)",
                (call, name, author, _now()),
            )
            db.execute("INSERT INTO marks VALUES ('tag', ?, ?, 1)", (name, call))


def set_scores(archive: Archive, call: str, marks: dict[str, str], author: str) -> None:
    """Replace the scores of a call."""
    with archive.file.writing(durable=True) as db:
        db.execute("DELETE FROM remarks WHERE call = ? AND kind = 'score'", (call,))
        db.executemany(
            "INSERT INTO remarks (call, kind, name, text, author, at) VALUES (?, 'score', ?, ?, ?, ?)",
            [(call, name, mark, author, _now()) for name, mark in marks.items()],
        )


def _now() -> float:
    return datetime.now(UTC).timestamp()
