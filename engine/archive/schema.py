"""The tables of the archive. They stand in the database of the book, so one backup holds both.

`calls` holds what lists filter by and nothing private; `marks` what a call may have several of. Tapes are
in a table of their own, so a list never reads them. What was seen and what was removed can only ever be
added to.
"""

from __future__ import annotations

TABLES = (
    """CREATE TABLE IF NOT EXISTS calls (
        call TEXT PRIMARY KEY, domain TEXT NOT NULL, version TEXT NOT NULL, started REAL NOT NULL,
        day TEXT NOT NULL, duration_s REAL NOT NULL, language TEXT NOT NULL, outcome TEXT NOT NULL,
        reason TEXT NOT NULL, target TEXT NOT NULL, level TEXT NOT NULL, turns INTEGER NOT NULL,
        entries INTEGER NOT NULL, corrections INTEGER NOT NULL, confirmed INTEGER NOT NULL,
        model_calls INTEGER NOT NULL, latencies TEXT NOT NULL, caller TEXT NOT NULL, audio TEXT NOT NULL,
        sealed TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS calls_by_start ON calls (started DESC, call)",
    "CREATE INDEX IF NOT EXISTS calls_by_outcome ON calls (outcome, started DESC)",
    "CREATE INDEX IF NOT EXISTS calls_by_reason ON calls (reason, started DESC)",
    "CREATE INDEX IF NOT EXISTS calls_by_version ON calls (version, started DESC)",
    "CREATE INDEX IF NOT EXISTS calls_by_level ON calls (level, started DESC)",
    "CREATE INDEX IF NOT EXISTS calls_by_language ON calls (language, started DESC)",
    "CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller, started) WHERE caller <> ''",
    "CREATE TABLE IF NOT EXISTS tapes (call TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS marks (
        kind TEXT NOT NULL, name TEXT NOT NULL, call TEXT NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (kind, name, call)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS marks_by_call ON marks (call)",
    """CREATE TABLE IF NOT EXISTS model_uses (
        call TEXT NOT NULL, source TEXT NOT NULL, outcome TEXT NOT NULL, latency_ms INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        cost REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS model_uses_by_call ON model_uses (call)",
    "CREATE TABLE IF NOT EXISTS timings (call TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS callers (
        call TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (person, call)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS remarks (
        id INTEGER PRIMARY KEY, call TEXT NOT NULL, turn INTEGER, kind TEXT NOT NULL
            CHECK (kind IN ('note', 'tag', 'score')),
        name TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL, at REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS remarks_by_call ON remarks (call)",
    """CREATE TABLE IF NOT EXISTS removals (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, why TEXT NOT NULL, report TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS accesses (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL, what TEXT NOT NULL,
        call TEXT NOT NULL, why TEXT NOT NULL
    ) STRICT""",
)

_ADDED_ONLY = "BEGIN SELECT RAISE(ABORT, 'this log can only be added to'); END"
TRIGGERS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb.upper()} ON {table} {_ADDED_ONLY}"
    for table in ("accesses", "removals")
    for verb in ("update", "delete")
)

SCHEMA = (*TABLES, *TRIGGERS)
"""Statements that make the tables where they are missing."""
