"""A call's hearing over a vendor's connection that may break: reconnect, say the last seconds again, go on.

No vendor's client reconnects by itself. Here the sound since the last final words is kept, and a new
connection hears it first, so a caller who spoke into a broken connection need not repeat it. What a vendor
adds is a `Session`: one connection, whose clock starts when it opens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, assert_never

from engine.core.utterance import Hypothesis, Transcript
from telephony.speech import (
    Hints,
    Recognized,
    SpeechEnded,
    SpeechEvent,
    SpeechFailed,
    SpeechStarted,
    SpeechUnavailable,
    TurnEnded,
    TurnResumed,
)


class Session(Protocol):
    """One connection to a recogniser; every method may raise SpeechUnavailable."""

    async def send(self, pcm: bytes) -> None:
        """Send sound."""

    async def expect(self, hints: Hints) -> None:
        """Say what is being asked now."""

    async def finish(self) -> None:
        """Ask for the final words of what was sent."""

    async def keep_alive(self) -> None:
        """Keep the connection while there is no sound."""

    def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard; times count from the first sound of this session. Ends only by an exception."""

    async def aclose(self) -> None:
        """Close, whatever the state."""


Connect = Callable[[int, Hints], Awaitable[Session]]
"""Rate and hints to a session."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a broken connection is mended."""

    open_s: float = 3.0
    """For one connection to open."""
    waits_s: tuple[float, ...] = (0.0, 0.2, 0.6)
    """Before each try to connect again; after the last the recogniser has failed."""
    replay_s: float = 8.0
    """So much sound is kept, at most."""
    behind_s: float = 10.0
    """So much sound waiting to be sent means that nobody reads it."""
    quiet_s: float = 4.0
    """Without sound for so long, a word keeps the connection."""
    lost_most: int = 5
    """So many connections may be lost in one call."""


async def opened(connect: Connect, rate: int, hints: Hints, patience: Patience) -> Session:
    """Open one session in time.

    Raises:
        SpeechUnavailable: it did not open.
    """
    try:
        async with asyncio.timeout(patience.open_s):
            return await connect(rate, hints)
    except TimeoutError:
        raise SpeechUnavailable("slow") from None


class StreamedHearing:
    """One call's stream of sound: a `telephony.speech.Hearing`."""

    partials = True

    def __init__(
        self, connect: Connect, session: Session, rate: int, hints: Hints, patience: Patience | None = None
    ) -> None:
        self._connect = connect
        self._session = session
        self._rate = rate
        self._hints = hints
        self._patience = patience or Patience()
        self._events: asyncio.Queue[SpeechEvent | None] = asyncio.Queue()
        self._kept: deque[tuple[float, bytes]] = deque()
        """Sound since the last final words, with the second at which each piece begins."""
        self._todo: deque[bytes | Hints | None] = deque()
        """What this session has not been sent; None asks for the final words."""
        self._todo_bytes = 0
        self._owed = False
        """Final words were asked for and have not come."""
        self._wake = asyncio.Event()
        self._doubted = asyncio.Event()
        self._pushed_s = 0.0
        self._base_s = 0.0
        """Where this session's clock stands on ours."""
        self._task = asyncio.create_task(self._run(), name="hearing")

    def push(self, pcm: bytes) -> None:
        """Add sound; never blocks."""
        if self._task.done() or not pcm:
            return
        self._kept.append((self._pushed_s, pcm))
        self._pushed_s += len(pcm) / 2 / self._rate
        while self._kept and self._pushed_s - self._kept[0][0] > self._patience.replay_s:
            self._kept.popleft()
        self._add(pcm)

    def expect(self, hints: Hints) -> None:
        """Say what is being asked now."""
        if hints != self._hints:
            self._hints = hints
            self._add(hints)

    def finish_turn(self) -> None:
        """Ask for the final words."""
        self._owed = True
        self._add(None)

    def doubt(self) -> None:
        """Nothing was heard of somebody who has spoken for long: say the last seconds to a new connection."""
        self._doubted.set()

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard, until closed; a failure is the last event."""
        while (event := await self._events.get()) is not None:
            yield event

    async def aclose(self) -> None:
        """Close the connection."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._session.aclose()
        self._events.put_nowait(None)

    # --- the one task of a hearing ---------------------------------------------------------------

    def _add(self, item: bytes | Hints | None) -> None:
        self._todo.append(item)
        self._todo_bytes += len(item) if isinstance(item, bytes) else 0
        self._wake.set()

    async def _run(self) -> None:
        lost = 0
        while True:
            gone = await self._converse()
            lost += 1
            await self._session.aclose()
            if not gone.retryable or lost > self._patience.lost_most or not await self._again():
                self._events.put_nowait(SpeechFailed(gone.kind, gone.retryable))
                self._events.put_nowait(None)
                return

    async def _converse(self) -> SpeechUnavailable:
        """Send and hear over one session until it is gone; why it went."""
        self._doubted.clear()
        tasks = [asyncio.create_task(work) for work in (self._write(), self._read(), self._silent())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _silent(self) -> SpeechUnavailable:
        await self._doubted.wait()
        return SpeechUnavailable("silent")

    async def _write(self) -> SpeechUnavailable:
        limit = self._patience.behind_s * self._rate * 2
        try:
            while True:
                while self._todo:
                    if self._todo_bytes > limit:
                        return SpeechUnavailable("lost")
                    await self._send(self._todo[0])
                self._wake.clear()
                try:
                    async with asyncio.timeout(self._patience.quiet_s):
                        await self._wake.wait()
                except TimeoutError:
                    await self._session.keep_alive()
        except SpeechUnavailable as gone:
            return gone

    async def _send(self, item: bytes | Hints | None) -> None:
        try:
            async with asyncio.timeout(self._patience.behind_s):
                if isinstance(item, bytes):
                    await self._session.send(item)
                elif isinstance(item, Hints):
                    await self._session.expect(item)
                else:
                    await self._session.finish()
        except TimeoutError:
            raise SpeechUnavailable("lost") from None
        self._todo.popleft()
        self._todo_bytes -= len(item) if isinstance(item, bytes) else 0

    async def _read(self) -> SpeechUnavailable:
        try:
            async for event in self._session.events():
                self._hear(event)
        except SpeechUnavailable as gone:
            return gone
        return SpeechUnavailable("lost")

    def _hear(self, event: SpeechEvent) -> None:
        """Put an event on our clock; after final words their sound need not be kept."""
        match event:
            case SpeechStarted() | SpeechEnded():
                event = replace(event, at_s=event.at_s + self._base_s)
            case Recognized():
                words = tuple(_shifted(h, self._base_s) for h in event.transcript.hypotheses)
                event = Recognized(
                    replace(event.transcript, hypotheses=words),
                    event.from_s + self._base_s,
                    event.to_s + self._base_s,
                )
                if event.transcript.final:
                    self._settle(event.to_s)
            case TurnEnded() | TurnResumed():
                pass
            case SpeechFailed():
                raise SpeechUnavailable(event.kind, retryable=event.retryable)
            case _:
                assert_never(event)
        self._events.put_nowait(event)

    def _settle(self, to_s: float) -> None:
        self._owed = False
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) / 2 / self._rate <= to_s:
            self._kept.popleft()

    async def _again(self) -> bool:
        """Connect again and have the kept sound said first; False when it cannot be had."""
        for wait_s in self._patience.waits_s:
            await asyncio.sleep(wait_s)
            try:
                self._session = await opened(self._connect, self._rate, self._hints, self._patience)
            except SpeechUnavailable as gone:
                if gone.retryable:
                    continue
                return False
            self._base_s = self._kept[0][0] if self._kept else self._pushed_s
            self._todo = deque([*(pcm for _, pcm in self._kept), *([None] if self._owed else [])])
            self._todo_bytes = sum(len(pcm) for _, pcm in self._kept)
            self._wake.set()
            return True
        return False


def _shifted(hypothesis: Hypothesis, by_s: float) -> Hypothesis:
    if not by_s or not hypothesis.words:
        return hypothesis
    words = tuple(replace(w, start_s=w.start_s + by_s, end_s=w.end_s + by_s) for w in hypothesis.words)
    return replace(hypothesis, words=words)


def nothing_final(at_s: float) -> Recognized:
    """Final words were asked for, and there are none."""
    return Recognized(Transcript((), final=True), at_s, at_s)
