"""A recording is the caller: played frame by frame, at its own pace, to whoever answers.

A recording cannot know when our questions end, so it is a polite caller: it is cut at its long silences,
and each part is spoken once we have finished and a person would have begun. `as_recorded` plays it
straight through instead. The same line plays scripted callers in tests: a part may be sound, keys, or
something said over our prompt.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.audio import BYTES, FRAME_S, frame_bytes, level_db, seconds
from telephony.line import (
    KeyPressed,
    LineClosed,
    LineEvent,
    LineOpened,
    MarkReached,
    Message,
    SoundArrived,
)

_CLEAR, _CLOSE = "clear", "close"
_AT_MOST_S = 60.0
"""How long a caller listens at the end, whatever is said."""
_SILENT_DB = -60.0
_LONG_SILENCE_S = 1.0
"""A silence in a recording during which the other side would be speaking."""
_EDGE_S = 0.1
REACTION_S = 0.7
"""A caller begins to speak so long after our last sound."""
_NO_REPLY_S = 8.0
"""Without any reply a caller goes on after so long."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a caller does."""

    pcm: bytes = b""
    keys: str = ""
    over_s: float | None = None
    """Seconds after our prompt began at which it is said over it; None: the caller waits for its end."""
    words: Any = None
    """What is said in it, for whoever plays the recogniser."""


class WavStream:
    """The protocol of this line: sound as it is, marks and clears by name."""

    def __init__(self, *, paced: bool = True) -> None:
        self.paced = paced

    def receive(self, message: Message) -> list[LineEvent]:
        """Sound of the caller."""
        return [SoundArrived(message)] if isinstance(message, bytes) else []

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Our sound."""
        return (pcm,)

    def mark(self, name: str) -> Sequence[Message]:
        """Asked for of a line that keeps a buffer."""
        return () if self.paced else (f"mark {name}",)

    def clear(self) -> Sequence[Message]:
        """Throw the buffer away."""
        return (_CLEAR,)

    def close(self) -> Sequence[Message]:
        """Say goodbye."""
        return (_CLOSE,)


class WavControl:
    """Who is called when a recording is put through: somebody who answers, unless told otherwise."""

    def __init__(self, outcomes: Sequence[str] = ("answered",)) -> None:
        self._outcomes = deque(outcomes)
        self.transfers: list[tuple[str, Mapping[str, Any], bool]] = []

    async def transfer(self, number: str, summary: Mapping[str, Any], *, warm: bool) -> str:
        """Take note, and answer as told; the last outcome stays."""
        self.transfers.append((number, summary, warm))
        return self._outcomes.popleft() if len(self._outcomes) > 1 else self._outcomes[0]

    async def hang_up(self) -> None:
        """Nothing to be done: the recording is closed with its line."""


@dataclass(slots=True)
class _Far:
    """The caller's telephone: what it still has to play, and since when it has been silent."""

    buffer: deque[Message] = field(default_factory=deque)
    sounded_s: float = 0.0
    began_s: float | None = None
    """When our present prompt began to sound."""


class WavLine:
    """A recording on the line."""

    def __init__(
        self,
        parts: Sequence[Part],
        rate: int,
        *,
        call: str,
        number: str | None = None,
        paced: bool = True,
        linger_s: float = 8.0,
        spoke: Callable[[Part, float], None] | None = None,
    ) -> None:
        """`spoke` is told of each part and the second of the stream at which it begins."""
        self.stream = WavStream(paced=paced)
        self.control = WavControl()
        self._parts, self._rate = deque(parts), rate
        self._opened = LineOpened(call, rate, number)
        self._linger_s, self._spoke = linger_s, spoke
        self._frame = frame_bytes(rate)
        self._far = _Far()
        self._closed_by: str | None = None
        self._speech = bytearray()

    def send(self, messages: Sequence[Message]) -> None:
        """What we say, into the caller's telephone."""
        for message in messages:
            if message == _CLOSE:
                self._closed_by = "us"
            elif message == _CLEAR:
                marks = [item for item in self._far.buffer if isinstance(item, str)]
                self._far.buffer = deque(f"cleared {mark.removeprefix('cleared ')}" for mark in marks)
            else:
                self._far.buffer.append(message)

    async def aclose(self) -> None:
        """Put the telephone down."""
        self._closed_by = self._closed_by or "us"

    async def events(self) -> AsyncIterator[LineEvent]:
        """The call, frame by frame."""
        yield self._opened
        loop = asyncio.get_running_loop()
        began, frames, free_s = loop.time(), 0, 0.0
        while self._closed_by is None:
            frames += 1
            now = frames * FRAME_S
            await asyncio.sleep(began + now - loop.time())
            for event in self._play(now):
                yield event
            if not self._speech and self._parts and self._may_speak(now, free_s):
                part = self._parts.popleft()
                free_s = now + seconds(part.pcm, self._rate)
                for digit in part.keys:
                    yield KeyPressed(digit)
                if self._spoke is not None:
                    self._spoke(part, now - FRAME_S)
                self._speech += part.pcm
            if not self._speech and not self._parts and self._is_over(now, free_s):
                break
            frame = bytes(self._speech[: self._frame]).ljust(self._frame, b"\0")
            del self._speech[: self._frame]
            yield SoundArrived(frame)
        yield LineClosed(self._closed_by or "caller", "end of the recording")

    def _is_over(self, now: float, free_s: float) -> bool:
        """Whether a caller who has nothing more to say puts the telephone down."""
        return now - max(free_s, self._far.sounded_s) > self._linger_s or now - free_s > _AT_MOST_S

    def _play(self, now: float) -> list[LineEvent]:
        """Play 20 ms of our sound; marks on the way come back."""
        events: list[LineEvent] = []
        buffer = self._far.buffer
        played = False
        while buffer and (isinstance(buffer[0], str) or not played):
            item = buffer.popleft()
            if isinstance(item, bytes):
                played = True
                if level_db(item) > _SILENT_DB:
                    if now - self._far.sounded_s > REACTION_S or self._far.began_s is None:
                        self._far.began_s = now
                    self._far.sounded_s = now
            else:
                kind, _, name = item.partition("mark ")
                events.append(MarkReached(name, cleared=bool(kind)))
        return events

    def _may_speak(self, now: float, free_s: float) -> bool:
        part, far = self._parts[0], self._far
        if part.over_s is not None:
            speaking = far.began_s is not None and far.began_s >= free_s and now - far.sounded_s < REACTION_S
            return speaking and now - (far.began_s or 0.0) >= part.over_s
        answered = far.sounded_s > free_s
        silent = now - max(free_s, far.sounded_s)
        return silent >= (REACTION_S if answered else _NO_REPLY_S)


def parts_of(pcm: bytes, rate: int) -> list[Part]:
    """A recording cut at its long silences."""
    size = BYTES * round(0.05 * rate)
    windows = [pcm[start : start + size] for start in range(0, len(pcm), size)]
    levels = [level_db(window) for window in windows]
    loudest = sorted(levels)[int(0.95 * (len(levels) - 1))] if levels else 0.0
    quiet = max(_SILENT_DB, loudest - 30.0)
    parts: list[Part] = []
    first = last = None
    for place, level in enumerate([*levels, *[-96.0] * round(_LONG_SILENCE_S / 0.05 + 1)]):
        if level > quiet:
            first, last = (place if first is None else first), place
        elif first is not None and last is not None and (place - last) * 0.05 >= _LONG_SILENCE_S:
            edge = round(_EDGE_S / 0.05)
            parts.append(Part(b"".join(windows[max(0, first - edge) : last + 1 + edge])))
            first = last = None
    return parts


def as_recorded(pcm: bytes) -> list[Part]:
    """A recording as one part that begins at once."""
    return [Part(pcm, over_s=0.0)]
