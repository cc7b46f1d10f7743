"""Deepgram's voices over their WebSocket, through Deepgram's own SDK.

They know no SSML and no styles; what a prompt's style should change must be in its words. An interruption is
a Clear, and the connection is given to nobody until the service says that it has cleared.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any

from telephony.asr.deepgram import client, entered, left, translated
from telephony.speech import Chunk, SpeechUnavailable
from telephony.tts.spares import Spares
from telephony.tts.watched import Deadlines, watched

VOICES: Mapping[str, str] = {
    "en": "aura-2-thalia-en",
    "de": "aura-2-viktoria-de",
    "es": "aura-2-celeste-es",
}
"""By language; a language without a voice is refused, since another language's would not be understood."""
_CLEARING_S = 2.0


class DeepgramSynthesizer:
    """Deepgram's voices, shared by all calls of a process."""

    name = "deepgram"

    def __init__(
        self,
        key: str,
        *,
        url: str = "",
        voices: Mapping[str, str] | None = None,
        deadlines: Deadlines | None = None,
        keep: int = 1,
    ) -> None:
        self._client = client(key, url)
        _ = self._client.speak.v1  # loads it, now and not in somebody's call
        self._voices = {**VOICES, **(voices or {})}
        self._deadlines = deadlines or Deadlines()
        self._keep = keep
        self._spares: dict[tuple[str, int], Spares[Connection]] = {}

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: it cannot be reached, refuses, or has stopped in the middle.
        """
        return watched(self._said(text, language, rate), self._deadlines)

    async def aclose(self) -> None:
        """Close the connections that are quiet."""
        for spares in self._spares.values():
            await spares.aclose()

    async def _said(self, text: str, language: str, rate: int) -> AsyncGenerator[bytes]:
        voice = self._voices.get(language)
        if voice is None:
            raise SpeechUnavailable("refused", retryable=False)
        spares = self._spares.get((voice, rate))
        if spares is None:
            spares = self._spares[voice, rate] = Spares(lambda: self._connect(voice, rate), self._keep)
        connection = await spares.take()
        try:
            async with aclosing(connection.say(text)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            connection.leave(spares.give_back)

    async def _connect(self, voice: str, rate: int) -> Connection:
        stack = AsyncExitStack()
        connecting = self._client.speak.v1.connect(model=voice, encoding="linear16", sample_rate=rate)
        try:
            async with asyncio.timeout(self._deadlines.open_s):
                return Connection(await entered(stack, connecting), stack)
        except TimeoutError:
            raise SpeechUnavailable("slow") from None


class Connection:
    """One socket; says one utterance at a time."""

    def __init__(self, socket: Any, stack: AsyncExitStack) -> None:
        self._socket = socket
        self._stack = stack
        self._quiet = True
        self._broken = False
        self._tasks: set[asyncio.Task[None]] = set()

    def open_ahead(self) -> None:
        """Nothing: it is open."""

    def usable(self) -> bool:
        """Open and quiet."""
        return self._quiet and not self._broken and bool(self._socket._websocket.open)  # noqa: SLF001 - the SDK hides it

    def discard(self) -> None:
        """Close, without waiting for it."""
        self._broken = True
        self._later(left(self._stack))

    async def say(self, text: str) -> AsyncGenerator[bytes]:
        """Say a text.

        Raises:
            SpeechUnavailable: the service refused, or stopped in the middle.
        """
        from deepgram.speak.v1.types.speak_v1text import SpeakV1Text

        self._quiet = False
        try:
            with translated():
                await self._socket.send_text(SpeakV1Text(text=text))
                await self._socket.send_flush()
                async for message in self._socket:
                    if isinstance(message, bytes):
                        yield message
                    elif getattr(message, "type", None) == "Flushed":
                        self._quiet = True
                        return
            raise SpeechUnavailable("lost")  # noqa: TRY301 - closed without a word is a loss as well
        except SpeechUnavailable:
            self._broken = True
            raise

    def leave(self, give_back: Callable[[Connection], None]) -> None:
        """Nobody listens any more: give the connection back at once, or when it was cleared."""
        if self._quiet or self._broken:
            give_back(self)
        else:
            self._later(self._clear(give_back))

    async def _clear(self, give_back: Callable[[Connection], None]) -> None:
        try:
            with translated():
                async with asyncio.timeout(_CLEARING_S):
                    await self._socket.send_clear()
                    async for message in self._socket:
                        if getattr(message, "type", None) == "Cleared":
                            self._quiet = True
                            break
        except SpeechUnavailable:
            self._broken = True
        give_back(self)

    def _later(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
