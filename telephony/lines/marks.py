"""Which of our marks are still out, and which of them a clear has made worthless.

Carriers return a mark when the sound before it was played, and most return it just the same when it was
cleared. Without a ledger the words that a caller cut off would count as heard.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.line import MarkReached

MOST = 1024
"""More marks than any call has out at a time; beyond it the oldest is given up as never heard."""


class Marks:
    """The marks of one line, oldest first."""

    def __init__(self) -> None:
        self._out: list[tuple[str, bool]] = []

    def asked(self, name: str) -> None:
        """A mark was sent."""
        del self._out[: len(self._out) - MOST + 1]
        self._out.append((name, False))

    def cleared(self) -> None:
        """A clear was sent: whatever is out now does not count as heard.

        A mark that was reached while the clear was on its way is called cleared too. It was heard, but a
        read-back that is heard and not believed is read again; one that is believed and not heard books.
        """
        self._out = [(name, True) for name, _ in self._out]

    def reached(self, name: str) -> list[MarkReached]:
        """The far side returned a mark; nothing when we never sent it or had it back already."""
        for place, (asked, cleared) in enumerate(self._out):
            if asked == name:
                del self._out[place]
                return [MarkReached(name, cleared)]
        return []

    def dropped(self) -> list[MarkReached]:
        """The far side says that its buffer is empty: cleared marks that it did not return by themselves."""
        gone = [MarkReached(name, cleared=True) for name, cleared in self._out if cleared]
        self._out = [(name, cleared) for name, cleared in self._out if not cleared]
        return gone


Codec = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes], int]
"""From the wire, to the wire, samples a second."""
