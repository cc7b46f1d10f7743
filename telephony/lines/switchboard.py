"""Who waits for which call-back: a transfer asks, the carrier answers over HTTP, minutes later or never."""

from __future__ import annotations

import asyncio
from secrets import token_urlsafe


class Switchboard:
    """Waits of all transfers of a process; a call-back for nobody is no error: carriers repeat theirs."""

    def __init__(self) -> None:
        self._waits: dict[str, asyncio.Future[str]] = {}

    def expect(self) -> str:
        """Begin to wait; the key goes into the url of the call-back and cannot be guessed."""
        key = token_urlsafe(18)
        self._waits[key] = asyncio.get_running_loop().create_future()
        return key

    def report(self, key: str, word: str) -> bool:
        """What came back; the first decisive word counts. False when nobody waits for it."""
        wait = self._waits.get(key)
        if wait is None or wait.done():
            return False
        wait.set_result(word)
        return True

    async def outcome(self, key: str, within_s: float) -> str | None:
        """The word that came; None when none came in time."""
        try:
            async with asyncio.timeout(within_s):
                return await asyncio.shield(self._waits[key])
        except TimeoutError:
            return None

    def forget(self, key: str) -> None:
        """Nobody waits any more."""
        wait = self._waits.pop(key, None)
        if wait is not None:
            wait.cancel()

    def __len__(self) -> int:
        return len(self._waits)
