"""Counts over the index: what reviewers measure, by day and by version of the pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import sqlite3

    from engine.archive.store import Archive

_HOURS = (24, 72)


@dataclass(slots=True)
class Group:
    """The calls of a day, of a version, or of all; every share has its denominator beside it."""

    name: str
    calls: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    corrections: int = 0
    confirmed: int = 0
    model_calls: int = 0
    latencies_ms: list[int] = field(default_factory=list)

    @property
    def ended(self) -> int:
        """Calls that are over: what shares are taken of."""
        return self.calls - self.outcomes.get("live", 0)

    @property
    def contained(self) -> float | None:
        """Share that ended without a person and was not given up."""
        kept = self.outcomes.get("done", 0) + self.outcomes.get("answered", 0)
        return kept / self.ended if self.ended else None

    @property
    def abandoned(self) -> float | None:
        """Share that the caller gave up: contained in silence, counted apart."""
        return self.outcomes.get("abandoned", 0) / self.ended if self.ended else None

    @property
    def model_per_turn(self) -> float | None:
        """Calls of a language model for each turn of a caller."""
        return self.model_calls / self.turns if self.turns else None

    def percentile(self, share: float) -> int | None:
        """A percentile of the time to our first words, in milliseconds, by the nearest rank."""
        values = sorted(self.latencies_ms)
        return values[min(len(values) - 1, int(share * len(values)))] if values else None


@dataclass(slots=True)
class Numbers:
    """Everything the page shows."""

    all: Group
    days: list[Group]
    versions: list[Group]
    transfers: list[tuple[str, int]]
    """Reason and count."""
    repeats: dict[int, tuple[int, int]]
    """Hours to calls from a number that had called within them, and calls whose number is known."""
    marks: dict[str, list[tuple[str, int]]]
    """no_match, no_input and denied: name and count, the most first."""
    rules: list[tuple[str, int]]
    never: list[str]
    """Rules that made no difference in any call."""
    flags: list[tuple[str, int]]


def numbers(archive: Archive, since: str = "", until: str = "") -> Numbers:
    """Count the calls of some days."""
    bounds = (since or "0000", until or "9999")
    every = Group("all")
    days: dict[str, Group] = {}
    versions: dict[str, Group] = {}
    with archive.file.reading() as db:
        for row in db.execute("SELECT * FROM calls WHERE day BETWEEN ? AND ? ORDER BY day, started", bounds):
            day = days.setdefault(row["day"], Group(row["day"]))
            version = versions.setdefault(row["version"], Group(row["version"]))
            for group in (every, day, version):
                _count(group, row)
        marks = {kind: _marks(db, kind, bounds) for kind in ("no_match", "no_input", "denied")}
        fired = _marks(db, "rule", bounds)
        flags = _marks(db, "flag", bounds)
        transfers = [
            (row[0], row[1])
            for row in db.execute(
                """SELECT reason, count(*) FROM calls WHERE day BETWEEN ? AND ? AND reason <> ''
                GROUP BY reason ORDER BY 2 DESC, 1""",
                bounds,
            )
        ]
        repeats = {hours: _repeats(db, hours, bounds) for hours in _HOURS}
    domain = archive.domain
    rules: list[Any] = [*domain.policies, *domain.guards, *domain.guarantees]
    known = {item.id for item in rules}
    never = sorted(known - {name for name, _ in fired})
    return Numbers(
        every, list(days.values()), list(versions.values()), transfers, repeats, marks, fired, never, flags
    )


def _count(group: Group, row: sqlite3.Row) -> None:
    group.calls += 1
    group.outcomes[row["outcome"]] = group.outcomes.get(row["outcome"], 0) + 1
    group.turns += row["turns"]
    group.corrections += row["corrections"]
    group.confirmed += row["confirmed"]
    group.model_calls += row["model_calls"]
    group.latencies_ms += orjson.loads(row["latencies"])


def _marks(db: sqlite3.Connection, kind: str, bounds: tuple[str, str]) -> list[tuple[str, int]]:
    rows: list[Any] = db.execute(
        """SELECT name, sum(n) FROM marks JOIN calls USING (call) WHERE kind = ? AND day BETWEEN ? AND ?
        GROUP BY name ORDER BY 2 DESC, 1""",
        (kind, *bounds),
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def _repeats(db: sqlite3.Connection, hours: int, bounds: tuple[str, str]) -> tuple[int, int]:
    row = db.execute(
        """SELECT coalesce(sum(EXISTS (SELECT 1 FROM calls AS earlier WHERE earlier.caller = calls.caller
        AND earlier.started < calls.started AND earlier.started >= calls.started - ?)), 0), count(*)
        FROM calls WHERE caller <> '' AND day BETWEEN ? AND ?""",
        (hours * 3600, *bounds),
    ).fetchone()
    return row[0], row[1]
