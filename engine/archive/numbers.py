"""Counts over the index: what reviewers measure, by day and by version of the pack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import sqlite3

    from engine.archive.store import Archive

_HOURS = (24, 72)


@dataclass(slots=True)
class Models:
    """What asking language models came to, and what it cost."""

    outcomes: dict[str, int] = field(default_factory=dict)
    """How the requests ended: answered, late, and so on."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    latencies_ms: list[int] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many there were."""
        return sum(self.outcomes.values())

    @property
    def cached(self) -> float | None:
        """Share of the input that the provider had kept."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else None

    def count(self, row: Any) -> None:
        """Add one request."""
        self.outcomes[row["outcome"]] = self.outcomes.get(row["outcome"], 0) + 1
        self.input_tokens += row["input_tokens"]
        self.cached_tokens += row["cached_tokens"]
        self.output_tokens += row["output_tokens"]
        self.cost += row["cost"]
        self.latencies_ms.append(row["latency_ms"])

    def percentile(self, share: float) -> int | None:
        """A percentile of how long they took, in milliseconds."""
        return _percentile(self.latencies_ms, share)


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
    voice_ms: list[int] = field(default_factory=list)
    """Of calls with sound: from the end of the caller's voice to our first sound."""
    models: Models = field(default_factory=Models)

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
        """A percentile of the time to our first words, in milliseconds."""
        return _percentile(self.latencies_ms, share)

    def voice(self, share: float) -> int | None:
        """A percentile of the time from voice to voice, in milliseconds."""
        return _percentile(self.voice_ms, share)


def _percentile(values: list[int], share: float) -> int | None:
    """By the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


@dataclass(slots=True)
class Numbers:
    """Everything the page shows."""

    all: Group
    days: list[Group]
    versions: list[Group]
    tasks: list[Group]
    """By what callers came for; a call that had two tasks counts in both, one without any under no name."""
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


def numbers(archive: Archive, since: str = "", until: str = "", task: str = "") -> Numbers:
    """Count the calls of some days; with `task` only those in which it was begun."""
    wanted = _Wanted(since, until, task)
    every = Group("all")
    days: dict[str, Group] = {}
    versions: dict[str, Group] = {}
    tasks: dict[str, Group] = {}
    with archive.file.reading() as db:
        begun: dict[str, list[str]] = {}
        for row in wanted.ask(db, "call, name", "marks JOIN calls USING (call)", "kind = 'task'"):
            begun.setdefault(row["call"], []).append(row["name"])
        counted: dict[str, list[Group]] = {}
        for row in wanted.ask(db, "*", "calls", "1", "ORDER BY day, started"):
            groups = [
                every,
                days.setdefault(row["day"], Group(row["day"])),
                versions.setdefault(row["version"], Group(row["version"])),
                *(tasks.setdefault(name, Group(name)) for name in begun.get(row["call"], [""])),
            ]
            counted[row["call"]] = groups
            for group in groups:
                _count(group, row)
        for row in wanted.ask(db, "model_uses.*", "model_uses JOIN calls USING (call)", "1"):
            for group in counted[row["call"]]:
                group.models.count(row)
        for row in wanted.ask(db, "call, body", "timings JOIN calls USING (call)", "1"):
            voices = [ms for turn in orjson.loads(row["body"]) if (ms := turn.get("voice_ms")) is not None]
            for group in counted[row["call"]]:
                group.voice_ms += voices
        marks = {kind: _marks(db, kind, wanted) for kind in ("no_match", "no_input", "denied", "left")}
        fired = _marks(db, "rule", wanted)
        flags = _marks(db, "flag", wanted)
        transfers = [
            (row[0], row[1])
            for row in wanted.ask(
                db, "reason, count(*)", "calls", "reason <> ''", "GROUP BY reason ORDER BY 2 DESC, 1"
            )
        ]
        repeats = {hours: _repeats(db, hours, wanted) for hours in _HOURS}
    domain = archive.domain
    rules: list[Any] = [*domain.policies, *domain.guards, *domain.guarantees]
    known = {item.id for item in rules}
    never = sorted(known - {name for name, _ in fired})
    by_calls = sorted(tasks.values(), key=lambda group: (group.name == "", -group.calls, group.name))
    return Numbers(
        every, list(days.values()), list(versions.values()), by_calls, transfers, repeats, marks, fired,
        never, flags,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which calls are counted."""

    since: str
    until: str
    task: str

    def ask(
        self, db: sqlite3.Connection, what: str, source: str, where: str, tail: str = "", *values: Any
    ) -> Iterator[Any]:
        """Ask for something of these calls; everything but the values is a text of ours."""
        only = "calls.call IN (SELECT call FROM marks WHERE kind = 'task' AND name = ?)" if self.task else "1"
        yield from db.execute(
            f"SELECT {what} FROM {source} WHERE calls.day BETWEEN ? AND ? AND {only} AND {where} {tail}",  # noqa: S608 - ours
            (self.since or "0000", self.until or "9999", *([self.task] if self.task else []), *values),
        )


def _count(group: Group, row: sqlite3.Row) -> None:
    group.calls += 1
    group.outcomes[row["outcome"]] = group.outcomes.get(row["outcome"], 0) + 1
    group.turns += row["turns"]
    group.corrections += row["corrections"]
    group.confirmed += row["confirmed"]
    group.model_calls += row["model_calls"]
    group.latencies_ms += orjson.loads(row["latencies"])


def _marks(db: sqlite3.Connection, kind: str, wanted: _Wanted) -> list[tuple[str, int]]:
    found = wanted.ask(
        db,
        "name, sum(n)",
        "marks JOIN calls USING (call)",
        "kind = ?",
        "GROUP BY name ORDER BY 2 DESC, 1",
        kind,
    )
    return [(row[0], row[1]) for row in found]


def _repeats(db: sqlite3.Connection, hours: int, wanted: _Wanted) -> tuple[int, int]:
    earlier = """coalesce(sum(EXISTS (SELECT 1 FROM calls AS earlier WHERE earlier.caller = calls.caller
        AND earlier.started < calls.started AND earlier.started >= calls.started - {})), 0), count(*)"""
    [row] = wanted.ask(db, earlier.format(hours * 3600), "calls", "caller <> ''")
    return row[0], row[1]
