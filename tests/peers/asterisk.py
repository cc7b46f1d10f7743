"""Asterisk's far side of AudioSocket and of chan_websocket, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any
from uuid import UUID

from telephony.lines import audiosocket

WHO = UUID("12345678-1234-5678-1234-567812345678")


class AudioSocketCall:
    """One call that Asterisk's AudioSocket application brings to us; it plays what it gets at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.heard = bytearray()
        self.hung_up = False
        """We were told to hang up, as opposed to losing the connection."""
        self.over = asyncio.create_task(self._read())

    @classmethod
    async def dial(cls, port: int, *, who: bytes | None = WHO.bytes) -> AudioSocketCall:
        call = cls(*await asyncio.open_connection("127.0.0.1", port))
        if who is not None:
            call.send(audiosocket.frame(audiosocket.WHO, who))
        return call

    def send(self, wire: bytes) -> None:
        self._writer.write(wire)

    def say(self, pcm: bytes) -> None:
        for place in range(0, len(pcm), 320):
            self.send(audiosocket.frame(0x10, pcm[place : place + 320]))

    def press(self, key: str) -> None:
        self.send(audiosocket.frame(audiosocket.KEY, key.encode()))

    async def hang_up(self) -> None:
        self.send(audiosocket.frame(audiosocket.HANG_UP))
        await self.over
        await self.leave()

    async def leave(self) -> None:
        """The connection is gone without a word."""
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), self.over, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            try:
                head = await self._reader.readexactly(3)
                payload = await self._reader.readexactly(head[1] << 8 | head[2])
            except (asyncio.IncompleteReadError, OSError):
                return
            if head[0] == audiosocket.HANG_UP:
                self.hung_up = True
                return
            assert head[0] in audiosocket.RATES, "Asterisk takes no other frame from us"
            assert payload, "a frame of length zero is an error to Asterisk"
            self.heard += payload


class ChannelWebSocket:
    """chan_websocket with a queue of frames, flow control, marks, pause and flush; time moves when told to."""

    def __init__(self, socket: Any, *, xoff: int = 900, xon: int = 800) -> None:
        self._socket = socket
        self._xoff, self._xon = xoff, xon
        self.queue: deque[bytes | str] = deque()
        self.heard = bytearray()
        self.dropped = 0
        self.hung_up = False
        self.paused = False
        self._full = False
        self._report = False
        self.over = asyncio.create_task(self._read())

    async def start(self, number: str = "+37061234567") -> None:
        await self._tell("MEDIA_START", connection_id="c1", format="ulaw", optimal_frame_size=160, ptime=20,
                         channel_variables={"FRONTDESK_CALLER": number})  # fmt: skip

    async def say(self, codes: bytes) -> None:
        for place in range(0, len(codes), 160):
            await self._socket.send(codes[place : place + 160])

    async def press(self, digit: str) -> None:
        await self._tell("DTMF_END", digit=digit)

    async def play(self, frames: int) -> None:
        """Let so many frames of time pass."""
        while self.queue and isinstance(self.queue[0], str):
            await self._mark()
        for _ in range(frames):
            if self.paused or not self.queue:
                break
            item = self.queue.popleft()
            assert isinstance(item, bytes)
            self.heard += item
            while self.queue and isinstance(self.queue[0], str):
                await self._mark()
        if self._full and self.length() < self._xon:
            self._full = False
            await self._tell("MEDIA_XON")
        if self._report and not self.length():
            self._report = False
            await self._tell("QUEUE_DRAINED")

    def length(self) -> int:
        return sum(isinstance(item, bytes) for item in self.queue)

    async def _mark(self) -> None:
        name = self.queue.popleft()
        assert isinstance(name, str)
        await self._tell("MEDIA_MARK_PROCESSED", correlation_id=name)

    async def _tell(self, event: str, **values: Any) -> None:
        await self._socket.send(json.dumps({"event": event, "channel_id": "171.1", **values}))

    async def _read(self) -> None:
        async for message in self._socket:
            if isinstance(message, str):
                await self._obey(json.loads(message))
                continue
            assert len(message) <= 65_500, "Asterisk hangs up on longer messages"
            for place in range(0, len(message) - len(message) % 160, 160):
                if self.length() >= self._xoff + 100:
                    self.dropped += 1
                else:
                    self.queue.append(message[place : place + 160])
            if not self._full and self.length() >= self._xoff:
                self._full = True
                await self._tell("MEDIA_XOFF")

    async def _obey(self, command: dict[str, str]) -> None:
        match command["command"]:
            case "MARK_MEDIA":
                self.queue.append(command["correlation_id"])
            case "REPORT_QUEUE_DRAINED":
                self._report = True
            case "FLUSH_MEDIA":
                self.queue.clear()
                self.paused = False
                await self.play(0)
            case "PAUSE_MEDIA":
                self.paused = True
            case "CONTINUE_MEDIA":
                self.paused = False
            case "HANGUP":
                self.hung_up = True
                await self._socket.close()
            case other:
                raise AssertionError(f"Asterisk knows no {other}")
