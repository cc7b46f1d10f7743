"""Tickets for media sockets: who may open one, for which call, once, and not for long.

A media socket without a ticket is open to anyone. Carriers drop query strings, so the ticket is a part of
the path; it is never logged.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_hex

_MOST = 100_000
"""Tickets remembered as used; each is forgotten when it would have run out anyway."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket allows."""

    line: str
    site: str
    run: str
    """Our id of the call, from a generator that nobody can guess."""


class TicketOffice:
    """Issues tickets and takes each of them once."""

    def __init__(self, key: bytes, lifetime_s: float = 60.0) -> None:
        """`key`: at least 16 bytes, the same in every process that may get the socket."""
        if len(key) < 16:
            raise ValueError("a ticket key needs at least 16 bytes")
        self._key = key
        self._lifetime_s = lifetime_s
        self._used: dict[str, float] = {}

    def issue(self, ticket: Ticket, now: float) -> str:
        """The word for the path; `now` in seconds of any clock that all processes share."""
        told = f"{int(now + self._lifetime_s):x}-{token_hex(6)}"
        return f"{told}-{self._mac(ticket, told)}"

    def take(self, ticket: Ticket, word: str, now: float) -> bool:
        """True once for each word that we issued, while it lasts."""
        told, _, mac = word.rpartition("-")
        if not hmac.compare_digest(mac.encode(), self._mac(ticket, told).encode()):
            return False
        until = int(told.partition("-")[0], 16)
        if now > until or word in self._used:
            return False
        self._forget(now)
        self._used[word] = until
        return True

    def _mac(self, ticket: Ticket, told: str) -> str:
        covered = f"{ticket.line}\n{ticket.site}\n{ticket.run}\n{told}"
        return hmac.new(self._key, covered.encode("utf-8", "replace"), sha256).hexdigest()

    def _forget(self, now: float) -> None:
        if len(self._used) >= _MOST or (self._used and next(iter(self._used.values())) < now):
            self._used = {word: until for word, until in self._used.items() if until >= now}
