"""The tables of the SQLite book, and the triggers by which the database itself refuses a double booking.

`claims` holds only what is owned now: a row belongs to a hold or to an appointment, never to both, and is
deleted with its hold or when its appointment is cancelled. So the rule is: no two rows of a resource overlap.
Half-open: a claim may start in the second in which another ends.
"""

from __future__ import annotations

VERSION = 1
OVERLAP = "claim overlaps"

TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    "CREATE TABLE sequences (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT",
    """CREATE TABLE people (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, born TEXT NOT NULL, phone TEXT NOT NULL,
        language TEXT NOT NULL, guardian TEXT REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
        last_provider TEXT, missed INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX people_by_birth ON people (born)",
    """CREATE TABLE visits (
        person TEXT NOT NULL REFERENCES people (id), service TEXT NOT NULL, day TEXT NOT NULL,
        PRIMARY KEY (person, service)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE appointments (
        id TEXT PRIMARY KEY, subject TEXT NOT NULL REFERENCES people (id), service TEXT NOT NULL,
        provider TEXT NOT NULL, room TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        zone TEXT NOT NULL, status TEXT NOT NULL
            CHECK (status IN ('booked', 'done', 'missed', 'cancelled', 'late_cancelled')),
        version INTEGER NOT NULL DEFAULT 1, contact TEXT NOT NULL, note TEXT NOT NULL,
        "key" TEXT UNIQUE, call_id TEXT NOT NULL,
        CHECK (start < "end")
    ) STRICT""",
    'CREATE INDEX appointments_by_subject ON appointments (subject, "end")',
    """CREATE TABLE holds (
        id TEXT PRIMARY KEY, call_id TEXT NOT NULL, ttl_s INTEGER NOT NULL, expires INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX holds_by_call ON holds (call_id)",
    """CREATE TABLE claims (
        id INTEGER PRIMARY KEY, resource TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        hold TEXT REFERENCES holds (id) ON DELETE CASCADE, appointment TEXT REFERENCES appointments (id),
        CHECK (start < "end"), CHECK ((hold IS NULL) <> (appointment IS NULL))
    ) STRICT""",
    'CREATE INDEX claims_by_resource ON claims (resource, "end", start)',
    'CREATE INDEX claims_by_end ON claims ("end", start)',
    "CREATE INDEX claims_by_hold ON claims (hold)",
    "CREATE INDEX claims_by_appointment ON claims (appointment)",
    """CREATE TABLE outcomes (
        operation TEXT NOT NULL, "key" TEXT NOT NULL, outcome TEXT NOT NULL, ref TEXT NOT NULL,
        expires INTEGER,
        PRIMARY KEY (operation, "key")
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tasks (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT REFERENCES people (id),
        contact TEXT NOT NULL, number TEXT NOT NULL, reason TEXT NOT NULL, urgency TEXT NOT NULL,
        "window" TEXT NOT NULL, note TEXT NOT NULL,
        call_id TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE notes (
        id TEXT PRIMARY KEY, appointment TEXT NOT NULL REFERENCES appointments (id), text TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT""",
)

_OVERLAPS = """SELECT RAISE(ABORT, 'claim overlaps') WHERE EXISTS (
        SELECT 1 FROM claims
        WHERE resource = NEW.resource AND "end" > NEW.start AND start < NEW."end" AND id IS NOT NEW.id
    );"""

TRIGGERS = (
    f"CREATE TRIGGER claim_once BEFORE INSERT ON claims BEGIN {_OVERLAPS} END",
    f"""CREATE TRIGGER claim_once_moved BEFORE UPDATE OF resource, start, "end" ON claims
    BEGIN {_OVERLAPS} END""",
    """CREATE TRIGGER booked_keeps_its_claims BEFORE DELETE ON claims
    WHEN EXISTS (
        SELECT 1 FROM appointments
        WHERE id = OLD.appointment AND status NOT IN ('cancelled', 'late_cancelled')
    ) BEGIN SELECT RAISE(ABORT, 'a booked appointment keeps its claims'); END""",
    """CREATE TRIGGER cancelled_frees_its_claims AFTER UPDATE OF status ON appointments
    WHEN NEW.status IN ('cancelled', 'late_cancelled')
    BEGIN DELETE FROM claims WHERE appointment = NEW.id; END""",
    """CREATE TRIGGER cancelled_stays_cancelled BEFORE UPDATE OF status ON appointments
    WHEN OLD.status IN ('cancelled', 'late_cancelled') AND NEW.status <> OLD.status
    BEGIN SELECT RAISE(ABORT, 'a cancelled appointment stays cancelled: its time may be another''s'); END""",
)

SCHEMA = (*TABLES, *TRIGGERS)
