"""Finding calls: filters over the index, a page at a time, the newest first.

Pages go by the last row of the page before, not by an offset, so the hundredth page costs what the first
does; a count stops at a bound, since nobody reads the exact number of forty thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

    from engine.archive.store import Archive

COUNT_TO = 1_000
"""Calls are counted up to here."""
_FEW = 5_000
"""Calls with a mark up to which it is rare."""
_COLUMNS = ("outcome", "reason", "level", "language", "version")
_MARKED = ("rule", "flag", "task", "deed", "tag", "slot", "left", "slow")
"""Filters by what a call may have several of; each is the kind of its marks."""
_SEARCHED = ("rule", "flag", "task", "deed", "tag")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls are wanted; an empty field wants all."""

    outcome: str = ""
    reason: str = ""
    level: str = ""
    language: str = ""
    version: str = ""
    rule: str = ""
    flag: str = ""
    task: str = ""
    deed: str = ""
    tag: str = ""
    slot: str = ""
    """Something that was asked for: a slot, or confirm, offer, open."""
    left: str = ""
    """What was being asked when a call was given up or put through."""
    slow: str = ""
    """One of filing.SLOW: a reply took at least so long."""
    since: str = ""
    """ISO date, the first day."""
    until: str = ""
    """ISO date, the last day."""
    text: str = ""
    """Part of a call's id, or a word of a note, of a rule, a task or an outcome; never of what callers
    said."""

    @classmethod
    def of(cls, values: Any) -> Filter:
        """The filter of a query string; unknown keys are not looked at."""
        return cls(**{item.name: str(values.get(item.name, "")).strip() for item in fields(cls)})

    def plain(self) -> dict[str, str]:
        """What is set."""
        return {item.name: value for item in fields(self) if (value := getattr(self, item.name))}


@dataclass(frozen=True, slots=True)
class Row:
    """A call in a list."""

    call: str
    started: datetime
    day: str
    duration_s: float
    language: str
    version: str
    outcome: str
    reason: str
    level: str
    turns: int
    flags: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    has_audio: bool = False

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        out = {item.name: getattr(self, item.name) for item in fields(self)}
        return out | {"started": self.started.isoformat()}


@dataclass(frozen=True, slots=True)
class Page:
    """Some calls of a list."""

    rows: tuple[Row, ...]
    count: int
    """How many there are in all, up to COUNT_TO."""
    after: str = ""
    """Where the next page goes on; empty at the end."""


@dataclass(slots=True)
class _Where:
    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, part: str, *values: Any) -> None:
        self.parts.append(part)
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self.parts) or "1"


def listed(archive: Archive, wanted: Filter, *, after: str = "", limit: int = 50) -> Page:
    """A page of calls; `after` is what the page before said."""
    known = choices(archive) if wanted.text else {}
    with archive.file.reading() as db:
        where = _where(db, wanted, known)
        count = db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM calls WHERE {where} LIMIT {COUNT_TO})",  # noqa: S608 - parts of ours
            where.values,
        ).fetchone()[0]
        if after:
            moment, _, call = after.partition("~")
            where.add("(started < ? OR (started = ? AND call > ?))", float(moment), float(moment), call)
        found = db.execute(
            f"SELECT * FROM calls WHERE {where} ORDER BY started DESC, call LIMIT ?",  # noqa: S608 - parts of ours
            (*where.values, limit + 1),
        ).fetchall()
        rows = tuple(_row(db, item) for item in found[:limit])
    more = f"{found[limit - 1]['started']!r}~{found[limit - 1]['call']}" if len(found) > limit else ""
    return Page(rows, count, more)


def one(archive: Archive, call: str) -> Row | None:
    """One call as a list shows it; None if it is not filed."""
    with archive.file.reading() as db:
        found = db.execute("SELECT * FROM calls WHERE call = ?", (call,)).fetchone()
        return None if found is None else _row(db, found)


def choices(archive: Archive) -> dict[str, list[str]]:
    """Values that filters can take, those that occur."""
    with archive.file.reading() as db:
        found = {
            # One step through the index for each value, instead of one for each call.
            name: [
                row[0]
                for row in db.execute(
                    f"""WITH RECURSIVE v(x) AS (SELECT min({name}) FROM calls UNION ALL
                    SELECT (SELECT min({name}) FROM calls WHERE {name} > x) FROM v WHERE x IS NOT NULL)
                    SELECT x FROM v WHERE x IS NOT NULL AND x <> ''"""  # noqa: S608 - columns of ours
                )
            ]
            for name in _COLUMNS
        }
        for kind in _MARKED:
            found[kind] = [
                row[0]
                for row in db.execute(
                    """WITH RECURSIVE v(x) AS (SELECT min(name) FROM marks WHERE kind = ?1 UNION ALL
                    SELECT (SELECT min(name) FROM marks WHERE kind = ?1 AND name > x) FROM v WHERE x IS NOT
                    NULL) SELECT x FROM v WHERE x IS NOT NULL""",
                    (kind,),
                )
            ]
    return found


def _where(db: sqlite3.Connection, wanted: Filter, known: Mapping[str, Sequence[str]]) -> _Where:
    where = _Where()
    for name in _COLUMNS:
        if value := getattr(wanted, name):
            where.add(f"{name} = ?", value)
    for kind in _MARKED:
        if value := getattr(wanted, kind):
            where.add(_marked(db, kind, value), kind, value)
    if wanted.since:
        where.add("day >= ?", wanted.since)
        where.add("started >= ?", _moment(wanted.since, -1))
    if wanted.until:
        where.add("day <= ?", wanted.until)
        where.add("started < ?", _moment(wanted.until, 2))
    if wanted.text:
        like = "%" + wanted.text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        # Names repeat from call to call: those that fit are found once, then looked up by their index.
        named = [
            (kind, name)
            for kind in _SEARCHED
            for name in known.get(kind, ())
            if wanted.text.casefold() in name.casefold()
        ]
        pairs = ", ".join(["(?, ?)"] * len(named))
        where.add(
            rf"""(call LIKE ? ESCAPE '\' OR call IN (SELECT call FROM remarks WHERE text LIKE ? ESCAPE '\')
            OR call IN (SELECT call FROM marks WHERE (kind, name) IN (VALUES {pairs or "(NULL, NULL)"})))""",  # noqa: S608 - question marks only
            like, like, *(part for pair in named for part in pair),
        )  # fmt: skip
    return where


def _marked(db: sqlite3.Connection, kind: str, name: str) -> str:
    """How to ask for calls with a mark: of a rare one from its list, of a frequent one call by call.

    A page of a frequent one is full after a few calls, while a search call by call for a rare one would go
    through all of them.
    """
    few = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM marks WHERE kind = ? AND name = ? LIMIT ?)", (kind, name, _FEW)
    ).fetchone()[0] < _FEW  # fmt: skip
    if few:
        return "calls.call IN (SELECT marks.call FROM marks WHERE kind = ? AND name = ?)"
    return "EXISTS (SELECT 1 FROM marks WHERE kind = ? AND name = ? AND marks.call = calls.call)"


def _moment(day: str, days: int) -> float:
    """A bound around a local day that the index on the start can use, whatever the zone."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() + days * 86_400
    except ValueError:
        return 0.0 if days < 0 else 1e12


def _row(db: sqlite3.Connection, row: sqlite3.Row) -> Row:
    marks: dict[str, list[str]] = {}
    for kind, name in db.execute(
        "SELECT kind, name FROM marks WHERE call = ? ORDER BY kind, name", (row["call"],)
    ):
        marks.setdefault(kind, []).append(name)
    return Row(
        call=row["call"],
        started=datetime.fromtimestamp(row["started"], UTC),
        day=row["day"],
        duration_s=row["duration_s"],
        language=row["language"],
        version=row["version"],
        outcome=row["outcome"],
        reason=row["reason"],
        level=row["level"],
        turns=row["turns"],
        flags=tuple(marks.get("flag", ())),
        tasks=tuple(marks.get("task", ())),
        deeds=tuple(marks.get("deed", ())),
        tags=tuple(marks.get("tag", ())),
        has_audio=bool(row["audio"]),
    )
