"""A Wyoming server on loopback: the package's own where it behaves, and raw bytes where it must not.

Recognition hears a script of timed words by the stamps in the sound; synthesis answers with a tone.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

with warnings.catch_warnings():  # the package imports audioop, which Python is about to drop
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.asr import Transcript
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.error import Error
    from wyoming.event import Event
    from wyoming.server import AsyncEventHandler, AsyncTcpServer
    from wyoming.tts import Synthesize

from tests.peers.azure import SECONDS_A_LETTER, Faults, tone
from tests.peers.deepgram import Spoken, beginning
from tests.peers.serving import free_port


@dataclass
class WyomingPeer:
    """The server."""

    words: list[Spoken] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    url: str = ""
    port: int = 0
    rate: int = 22_050
    """Of the voice."""
    piece_s: float = 0.0
    raw: bytes = b""
    """Sent instead of any answer, and then the connection is closed."""
    refuses: bool = False
    spoken: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0
    heard_s: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WyomingPeer]:
        self.port = free_port()
        self.url = f"tcp://127.0.0.1:{self.port}"
        server = AsyncTcpServer("127.0.0.1", self.port)
        await server.start(lambda reader, writer: Handler(self, reader, writer))
        yield self
        await server.stop()


class Handler(AsyncEventHandler):
    """One connection; recognition closes it after its words, as common servers do."""

    def __init__(self, peer: WyomingPeer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self.peer = peer
        peer.connections += 1
        self.sound = b""
        self.rate = 8000

    async def handle_event(self, event: Event) -> bool:
        if self.peer.raw:
            self.writer.write(self.peer.raw)
            await self.writer.drain()
            return False
        if AudioChunk.is_type(event.type):
            chunk = AudioChunk.from_event(event)
            self.sound, self.rate = self.sound + chunk.audio, chunk.rate
        elif AudioStop.is_type(event.type):
            return await self._hear()
        elif Synthesize.is_type(event.type):
            return await self._speak(Synthesize.from_event(event))
        elif event.type == "transcribe":
            self.peer.asked.append(event.data)
        return True

    async def _hear(self) -> bool:
        peer = self.peer
        if peer.faults.mute:
            return True
        if peer.refuses:
            await self.write_event(Error(text="secret words", code="X").event())
            return True
        if peer.faults.noise:
            await self.write_event(Event("something-new", {"a": 1}))
        start = beginning(self.sound) if self.sound else 0.0
        end = start + len(self.sound) / 2 / self.rate
        words = [word.word for word in peer.words if start - 0.01 <= word.start and word.end <= end + 0.3]
        await self.write_event(Transcript(text=" ".join(words)).event())
        return False

    async def _speak(self, wish: Synthesize) -> bool:
        peer, faults = self.peer, self.peer.faults
        peer.spoken.append(wish.text)
        number = len(peer.spoken)
        if faults.mute or faults.hangs:
            return True
        if peer.refuses:
            await self.write_event(Error(text="secret words", code="X").event())
            return True
        await asyncio.sleep(faults.first_byte_s)
        await self.write_event(AudioStart(rate=peer.rate, width=2, channels=1).event())
        for piece in range(max(1, round(len(wish.text) * SECONDS_A_LETTER / 0.1))):
            if faults.drops_after and piece == faults.drops_after:
                return False
            if faults.stalls_after and piece == faults.stalls_after:
                return True
            sound = tone(0.1, peer.rate, number)
            await self.write_event(AudioChunk(rate=peer.rate, width=2, channels=1, audio=sound).event())
            await asyncio.sleep(peer.piece_s)
        await self.write_event(AudioStop().event())
        return True
