"""The thin sockets under the lines, and what is the same for all of them: deadlines, limits, one clear end.

A `MediaStream` knows the protocol and a `Port` knows the socket; `SocketLine` puts them together and is what
the loop of a call holds. A caller's line is never left to a dead socket: one that does not open, says nothing
or does not take what we send is closed with a word that says which.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from telephony.line import (
    LineClosed,
    LineControl,
    LineEvent,
    LineOpened,
    MediaStream,
    Message,
    SoundArrived,
)

if TYPE_CHECKING:
    from starlette.websockets import WebSocket


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a socket may try our patience."""

    opening_s: float = 5.0
    """From the connection to the message that opens the call."""
    silence_s: float = 10.0
    """Without any message; carriers send a frame each 20 ms, silence included."""
    stalled_s: float = 5.0
    """For one message of ours to leave."""
    unsent_bytes: int = 8 << 20
    """More than this waiting for the far side: it does not read. Ten minutes of telephone sound are less."""


class Port(Protocol):
    """A socket that carries messages."""

    async def receive(self) -> Message | None:
        """The next message; None when the far side has closed or is lost."""

    def send(self, message: Message) -> None:
        """Hand over a message; never blocks."""

    def unsent(self) -> int:
        """Bytes handed over that have not left."""

    def stalled(self) -> bool:
        """A message has not left within the limit."""

    async def close(self, code: int, reason: str) -> None:
        """Close; what was handed over still leaves if the far side reads it soon."""


@runtime_checkable
class HoldsBack(Protocol):
    """A stream that keeps messages of its own until the far side has room again."""

    def pending(self) -> Sequence[Message]:
        """What may be sent now."""


_CODES = {"us": 1000, "caller": 1000, "line": 1008}


class SocketLine:
    """A media stream with its socket: a `telephony.line.Line`."""

    def __init__(
        self,
        stream: MediaStream,
        port: Port,
        control: LineControl | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.stream = stream
        self.control = control
        self._port = port
        self._limits = limits or Limits()
        self._opened: LineOpened | None = None
        self._early: deque[LineEvent] = deque()
        self._end: LineClosed | None = None
        self._deadline: asyncio.Timeout | None = None
        self._returning: asyncio.Future[tuple[MediaStream, Port]] | None = None
        self._returned = False
        self._back = asyncio.Event()

    async def open(self) -> LineOpened | None:
        """Wait for the call to open; None when it did not, and the socket is closed then."""
        try:
            async with asyncio.timeout(self._limits.opening_s):
                while self._end is None:
                    self._take(await self._port.receive())
                    if self._early and isinstance(self._early[0], LineOpened):
                        self._opened = self._early[0]
                        return self._opened
        except TimeoutError:
            self._end = LineClosed("line", "never_opened")
        await self.aclose()
        return None

    async def events(self) -> AsyncIterator[LineEvent]:
        """Everything from the far side, LineOpened first and LineClosed last."""
        while True:
            while self._early:
                event = self._early.popleft()
                if isinstance(event, LineClosed):
                    if await self._came_back():
                        continue
                    await self.aclose()
                    yield event
                    return
                if isinstance(event, LineOpened) and event is not self._opened:
                    self._back.set()
                    continue
                if self._returned and isinstance(event, SoundArrived):
                    event = replace(event, at_s=None)  # the new socket counts from its own beginning
                yield event
            await self._more()

    def send(self, messages: Sequence[Message]) -> None:
        """Hand messages to the socket; nothing once the line is closed."""
        if self._end is not None:
            return
        for message in messages:
            self._port.send(message)
        if self._port.stalled() or self._port.unsent() > self._limits.unsent_bytes:
            self._finish(LineClosed("line", "stalled"))

    async def aclose(self) -> None:
        """Say goodbye and close the socket."""
        if self._end is None:
            for message in self.stream.close():
                self._port.send(message)
            self._finish(LineClosed("us", "closed"))
        end = self._end or LineClosed("us", "closed")
        await self._port.close(_CODES[end.by], end.reason)

    def expect_return(self) -> None:
        """The carrier may bring this caller back on another socket: the end of this one is not the end."""
        if self._returning is None:
            self._returning = asyncio.get_running_loop().create_future()
            self._back.clear()

    def give_up_return(self) -> None:
        """Nobody comes back any more; nothing when somebody is back already."""
        if self._returning is not None and not self._returning.done():
            self._returning.cancel()
            self._returning = None

    async def returned(self, within_s: float) -> bool:
        """Wait until the caller is back and can be spoken to; False when nobody came.

        Marks that were out on the old socket do not come back: what they stood for was not heard.
        """
        try:
            async with asyncio.timeout(within_s):
                await self._back.wait()
        except TimeoutError:
            return False
        return True

    def come_back(self, stream: MediaStream, port: Port) -> bool:
        """The caller is back on another socket; False when nobody was expected."""
        if self._returning is None or self._returning.done():
            return False
        self._returning.set_result((stream, port))
        return True

    # --- one socket ------------------------------------------------------------------------------

    async def _more(self) -> None:
        """Wait for the next message, or for the end."""
        if self._end is not None:
            self._early.append(self._end)
            return
        try:
            async with asyncio.timeout(self._limits.silence_s) as self._deadline:
                self._take(await self._port.receive())
        except TimeoutError:
            self._end = self._end or LineClosed("line", "stalled" if self._port.stalled() else "silence")
            self._early.append(self._end)

    def _take(self, message: Message | None) -> None:
        events: Sequence[LineEvent]
        events = (LineClosed("line", "lost"),) if message is None else self.stream.receive(message)
        for event in events:
            if self._opened is not None or isinstance(event, LineOpened | LineClosed) or self._early:
                self._early.append(event)
            if isinstance(event, LineClosed):
                self._end = event
        if isinstance(self.stream, HoldsBack):
            for waiting in self.stream.pending():
                self._port.send(waiting)

    def _finish(self, end: LineClosed) -> None:
        """End the line from our side, waking whoever waits for a message."""
        if self._end is None:
            self._end = end
            if self._deadline is not None and not self._deadline.expired():
                with suppress(RuntimeError):  # nobody waits just now
                    self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _came_back(self) -> bool:
        """Wait for a caller who was put through and may come back; the line is then as good as new."""
        if self._returning is None or self._end is None or self._end.by == "us":
            return False
        await self._port.close(1000, "transferring")
        try:
            self.stream, self._port = await self._returning
        except asyncio.CancelledError:
            if self._returning is not None:  # it is we who were cancelled, not the wait
                raise
            return False
        self._returning, self._end, self._returned = None, None, True
        self._early.clear()
        return True


class TcpPort:
    """A TCP connection; messages are pieces of its byte stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> Message | None:
        """The next piece."""
        try:
            return await self._reader.read(4096) or None
        except OSError:
            return None

    def send(self, message: Message) -> None:
        """Write a piece."""
        if not self._writer.is_closing():
            self._writer.write(message if isinstance(message, bytes) else message.encode("utf-8"))

    def unsent(self) -> int:
        """Bytes in the transport's buffer."""
        return self._writer.transport.get_write_buffer_size()

    def stalled(self) -> bool:
        """Never by time: a paced line fills the buffer within seconds."""
        return False

    async def close(self, code: int, reason: str) -> None:
        """Close; whoever does not read within a second loses the rest."""
        self._writer.close()
        try:
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()


class WebSocketPort:
    """A Starlette WebSocket that was accepted; one task writes, so that nobody waits for the network."""

    def __init__(self, websocket: WebSocket, stalled_s: float = 5.0) -> None:
        self._websocket = websocket
        self._stalled_s = stalled_s
        self._outbox: deque[Message] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._done = asyncio.Event()
        self._closing = False
        self._stalled = False
        self._writer = asyncio.create_task(self._write(), name="media writer")

    async def receive(self) -> Message | None:
        """The next message."""
        from starlette.websockets import WebSocketState

        if self._websocket.client_state is not WebSocketState.CONNECTED:
            return None
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            return None
        text: str | None = event.get("text")
        binary: bytes | None = event.get("bytes")
        return text if text is not None else binary

    def send(self, message: Message) -> None:
        """Put a message into the outbox."""
        if not self._closing:
            self._outbox.append(message)
            self._bytes += len(message)
            self._wake.set()

    def unsent(self) -> int:
        """Bytes in the outbox."""
        return self._bytes

    def stalled(self) -> bool:
        """The far side has stopped reading."""
        return self._stalled

    async def close(self, code: int, reason: str) -> None:
        """Close once the outbox is empty, or after a second."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer
        from starlette.websockets import WebSocketDisconnect

        with suppress(RuntimeError, OSError, WebSocketDisconnect):  # the far side was faster
            await self._websocket.close(code, reason)
        self._done.set()

    async def closed(self) -> None:
        """Wait until the socket is closed, for whoever must not let go of it before."""
        await self._done.wait()

    async def _write(self) -> None:
        from starlette.websockets import WebSocketDisconnect

        while True:
            while self._outbox:
                message = self._outbox.popleft()
                self._bytes -= len(message)
                try:
                    async with asyncio.timeout(self._stalled_s):
                        if isinstance(message, str):
                            await self._websocket.send_text(message)
                        else:
                            await self._websocket.send_bytes(message)
                except TimeoutError:
                    self._stalled = True
                    return
                except (RuntimeError, OSError, WebSocketDisconnect):  # the reader says so
                    return
            if self._closing:
                return
            self._wake.clear()
            await self._wake.wait()
