"""The circuit breaker of one provider: after failures it is left alone for a while, then tried once."""

from __future__ import annotations

_FAILURES = 3
"""Failures in a row that open it."""
_OPEN_S = 20.0
_LONGEST_S = 300.0
"""The longest rest that a provider may ask for."""


class Breaker:
    """Counts failures; the clock is given, in seconds that only grow."""

    __slots__ = ("_failures", "_trying", "_until")

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self._trying = False

    def may_ask(self, now: float) -> bool:
        """Whether a request may be made; after a rest one at a time, until one succeeds."""
        if now < self._until or self._trying:
            return False
        self._trying = self._until > 0.0
        return True

    def succeeded(self) -> None:
        """A request was answered."""
        self._failures = 0
        self._until = 0.0
        self._trying = False

    def failed(self, now: float, rest_s: float = 0.0) -> None:
        """A request was not; `rest_s` is for how long the provider asks to be left alone."""
        again = self._trying
        self._trying = False
        self._failures += 1
        if rest_s > 0.0 or again or self._failures >= _FAILURES:
            self._until = now + min(_LONGEST_S, max(rest_s, _OPEN_S))

    def left(self) -> None:
        """A request was withdrawn, which says nothing about the provider."""
        self._trying = False
