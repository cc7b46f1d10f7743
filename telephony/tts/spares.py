"""Connections to a voice that are open before they are needed, and come back only when they are quiet.

Opening one costs a fifth of a second or more, which the caller would hear as silence. One that was
interrupted still has old words on their way; it is given to nobody until it says that they are over.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from telephony.speech import SpeechUnavailable


class Spare(Protocol):
    """One connection."""

    def open_ahead(self) -> None:
        """Get ready for words that come later; never blocks."""

    def usable(self) -> bool:
        """Open and quiet."""

    def discard(self) -> None:
        """Close; never blocks."""


Kept = TypeVar("Kept", bound=Spare)


class Spares(Generic[Kept]):
    """The connections of one voice at one rate."""

    def __init__(self, connect: Callable[[], Awaitable[Kept]], keep: int = 1, most: int = 16) -> None:
        """`keep`: so many are opened ahead. `most`: so many stay open once they were needed at a time."""
        self._connect = connect
        self._keep = keep
        self._most = most
        self._quiet: deque[Kept] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self) -> Kept:
        """A quiet connection, new when there is none; another one is opened ahead for the next.

        Raises:
            SpeechUnavailable: none can be opened.
        """
        while self._quiet:
            spare = self._quiet.popleft()
            if spare.usable():
                self.prepare()
                return spare
            spare.discard()
        taken = await self._connect()
        self.prepare()
        return taken

    def give_back(self, spare: Kept) -> None:
        """Return one that is quiet again; a broken one is closed."""
        if self._closed or not spare.usable() or len(self._quiet) >= self._most:
            spare.discard()
        else:
            self._quiet.append(spare)

    def prepare(self) -> None:
        """Open ahead what is missing; one that cannot be opened is asked for again when it is needed."""
        if self._closed or len(self._quiet) + len(self._opening) >= self._keep:
            return
        task = asyncio.create_task(self._open_one(), name="spare voice")
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def aclose(self) -> None:
        """Close all that are quiet."""
        self._closed = True
        opening = tuple(self._opening)
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        while self._quiet:
            self._quiet.popleft().discard()

    async def _open_one(self) -> None:
        with suppress(SpeechUnavailable):
            spare = await self._connect()
            spare.open_ahead()
            self.give_back(spare)
