"""Who may see what: accounts with a role, sessions, and the first administrator.

Passwords are kept as scrypt digests, sessions as digests of their token: whoever reads the database can use
neither. Sessions are in the database, so a sign-out counts at once and in every process.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from engine.core.errors import FrontdeskError

if TYPE_CHECKING:
    from engine.booking.sqlite_file import SqliteFile

SESSION_S = 12 * 3600
_LINK_S = 600
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_TRIES = 5
"""Wrong passwords for a name within a minute, after which it must wait."""
_MINUTE_S = 60.0
MIN_PASSWORD = 10

_TABLES = (
    """CREATE TABLE IF NOT EXISTS accounts (
        name TEXT PRIMARY KEY, digest TEXT NOT NULL, role TEXT NOT NULL
            CHECK (role IN ('reviewer', 'manager', 'administrator')),
        subject TEXT UNIQUE, disabled INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS sessions (
        token TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
        csrf TEXT NOT NULL, expires REAL NOT NULL
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS views (
        owner TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, PRIMARY KEY (owner, name)
    ) STRICT""",
)


class AccountError(FrontdeskError):
    """An account that cannot be as asked."""


class Role(IntEnum):
    """What somebody may do; a higher role may do all that a lower one may."""

    REVIEWER = 1
    """Read redacted calls, write notes and scores."""
    MANAGER = 2
    """Also: open sealed values with a reason, hand live calls to a person, make example calls."""
    ADMINISTRATOR = 3
    """Also: accounts, purge, erasure, the log of accesses."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    account: str
    role: Role
    csrf: str
    token: str
    """The digest under which it is kept, never the token itself."""

    def may(self, role: str) -> bool:
        """Whether the role is at least this one."""
        return self.role >= Role[role.upper()]


class Accounts:
    """The accounts of a console, in the database of the archive."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._failures: dict[str, list[float]] = defaultdict(list)
        self._links: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        with file.writing(durable=True) as db:
            for statement in _TABLES:
                db.execute(statement)

    def first_administrator(self) -> tuple[str, str] | None:
        """Make a local administrator when there is no account yet; returns name and password, this once."""
        with self._file.writing(durable=True) as db:
            if db.execute("SELECT 1 FROM accounts").fetchone():
                return None
            password = secrets.token_urlsafe(12)
            db.execute(
                "INSERT INTO accounts (name, digest, role) VALUES ('admin', ?, 'administrator')",
                (_digest(password),),
            )
        return "admin", password

    def add(self, name: str, password: str, role: str) -> None:
        """Add an account, or give one another password and role.

        Raises:
            AccountError: the name is empty, the password too short, the role unknown.
        """
        if not name.strip() or len(password) < MIN_PASSWORD:
            raise AccountError(f"an account needs a name and a password of {MIN_PASSWORD} characters")
        if role.upper() not in Role.__members__:
            raise AccountError(f"role '{role}': allowed are reviewer, manager, administrator")
        with self._file.writing(durable=True) as db:
            db.execute(
                """INSERT INTO accounts (name, digest, role) VALUES (?, ?, ?) ON CONFLICT (name)
                DO UPDATE SET digest = excluded.digest, role = excluded.role, disabled = 0""",
                (name.strip(), _digest(password), role),
            )
            db.execute("DELETE FROM sessions WHERE account = ?", (name.strip(),))

    def from_provider(self, subject: str, name: str, role: str) -> str:
        """The account of somebody for whom an OpenID provider vouches, with their role; returns its name."""
        with self._file.writing(durable=True) as db:
            row = db.execute("SELECT name FROM accounts WHERE subject = ?", (subject,)).fetchone()
            if row is not None:
                db.execute("UPDATE accounts SET role = ? WHERE subject = ?", (role, subject))
                return str(row["name"])
            taken = db.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone()
            # A name of the provider never takes over a local account of the same name.
            own = f"{name} ({subject[-6:]})" if taken else name
            db.execute(
                "INSERT INTO accounts (name, digest, role, subject) VALUES (?, '', ?, ?)",
                (own, role, subject),
            )
        return own

    def disable(self, name: str) -> None:
        """Let an account sign in no more, and end its sessions.

        Raises:
            AccountError: it is the last administrator.
        """
        with self._file.writing(durable=True) as db:
            left = db.execute(
                "SELECT count(*) FROM accounts WHERE role = 'administrator' AND disabled = 0 AND name <> ?",
                (name,),
            ).fetchone()[0]
            if not left:
                raise AccountError("the last administrator cannot be disabled")
            db.execute("UPDATE accounts SET disabled = 1 WHERE name = ?", (name,))
            db.execute("DELETE FROM sessions WHERE account = ?", (name,))

    def everybody(self) -> list[tuple[str, str, bool]]:
        """Names, roles and whether they are disabled."""
        with self._file.reading() as db:
            rows = db.execute("SELECT name, role, disabled FROM accounts ORDER BY name").fetchall()
        return [(row["name"], row["role"], bool(row["disabled"])) for row in rows]

    # --- signing in

    def sign_in(self, name: str, password: str) -> str | None:
        """A session's token; None for a wrong name or password, or after too many tries."""
        with self._lock:
            now = time.monotonic()
            recent = self._failures[name] = [at for at in self._failures[name] if now - at < _MINUTE_S]
            if len(recent) >= _TRIES:
                return None
            recent.append(now)
        with self._file.reading() as db:
            row = db.execute(
                "SELECT digest FROM accounts WHERE name = ? AND disabled = 0", (name,)
            ).fetchone()
        # The digest is worked out for an unknown name as well: the time it takes tells nothing.
        if not _matches(password, row["digest"] if row is not None else _NOBODY) or row is None:
            return None
        with self._lock:
            self._failures.pop(name, None)
        return self.open_session(name)

    def open_session(self, name: str) -> str:
        """Begin a session for an account that has proved who it is; returns its token."""
        token = secrets.token_urlsafe(32)
        with self._file.writing(durable=False) as db:
            db.execute("DELETE FROM sessions WHERE expires < ?", (time.time(),))
            db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)",
                (_hashed(token), name, secrets.token_urlsafe(24), time.time() + SESSION_S),
            )
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token; None when there is none any more."""
        with self._file.reading() as db:
            row = db.execute(
                """SELECT account, role, csrf, token FROM sessions JOIN accounts ON accounts.name = account
                WHERE token = ? AND expires > ? AND disabled = 0""",
                (_hashed(token), time.time()),
            ).fetchone()
        return (
            None
            if row is None
            else Session(row["account"], Role[row["role"].upper()], row["csrf"], row["token"])
        )

    def sign_out(self, session: Session) -> None:
        """End a session."""
        with self._file.writing(durable=False) as db:
            db.execute("DELETE FROM sessions WHERE token = ?", (session.token,))

    def link(self, name: str) -> str:
        """A token that signs an account in once, soon: for the person at this machine's own keyboard."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._links[_hashed(token)] = name, time.monotonic() + _LINK_S
        return token

    def enter(self, token: str) -> str | None:
        """The session's token for a link; None if it was used or is too old."""
        with self._lock:
            name, until = self._links.pop(_hashed(token), ("", 0.0))
        return self.open_session(name) if name and time.monotonic() < until else None

    # --- saved views

    def views(self, owner: str) -> list[tuple[str, str]]:
        """Names and query strings of somebody's saved views."""
        with self._file.reading() as db:
            rows = db.execute(
                "SELECT name, query FROM views WHERE owner = ? ORDER BY name", (owner,)
            ).fetchall()
        return [(row["name"], row["query"]) for row in rows]

    def save_view(self, owner: str, name: str, query: str) -> None:
        """Keep a view; an empty query removes it."""
        with self._file.writing(durable=True) as db:
            db.execute("DELETE FROM views WHERE owner = ? AND name = ?", (owner, name))
            if query:
                db.execute("INSERT INTO views VALUES (?, ?, ?)", (owner, name, query))


def _digest(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT).hex()}"


_NOBODY = f"{'00' * 16}${'00' * 64}"


def _matches(password: str, digest: str) -> bool:
    salt, _, kept = (digest or _NOBODY).partition("$")
    found = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **_SCRYPT).hex()
    return hmac.compare_digest(found, kept)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
