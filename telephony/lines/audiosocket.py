"""Asterisk's AudioSocket: a byte stream of small frames, one call a connection.

A frame is a kind, a big-endian length and a payload whose samples are little-endian. There is no mark and
no clear: the far side plays what it gets, so we send a frame each 20 ms and an interruption is exact. When
our process dies, Asterisk goes on with the next line of its dialplan, which is where the person belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.keys import KEYS

HANG_UP, WHO, KEY, ERROR = 0x00, 0x01, 0x03, 0xFF
RATES = {
    0x10: 8000, 0x11: 12000, 0x12: 16000, 0x13: 24000, 0x14: 32000, 0x15: 44100, 0x16: 48000, 0x17: 96000,
    0x18: 192000,
}  # fmt: skip
"""Samples a second of each kind of sound."""
KINDS = {rate: kind for kind, rate in RATES.items()}
_HEAD = 3


def frame(kind: int, payload: bytes = b"") -> bytes:
    """One frame as it goes over the wire."""
    return bytes((kind, len(payload) >> 8, len(payload) & 0xFF)) + payload


class AudioSocketStream:
    """One call's connection."""

    paced = True

    def __init__(self, rate: int = 8000) -> None:
        self._rate = rate
        self._buffer = bytearray()
        self._opened = False
        self._closed = False

    def receive(self, message: Message) -> list[LineEvent]:
        """Read a piece of the stream, which may hold a part of a frame or several."""
        if self._closed:
            return []
        if isinstance(message, str):
            return self._close("line", "broken_frame")
        self._buffer += message
        events: list[LineEvent] = []
        place, size = 0, len(self._buffer)
        while not self._closed and size - place >= _HEAD:
            kind, end = (
                self._buffer[place],
                place + _HEAD + (self._buffer[place + 1] << 8 | self._buffer[place + 2]),
            )
            if end > size:
                break
            events += self._frame(kind, bytes(self._buffer[place + _HEAD : end]))
            place = end
        del self._buffer[:place]
        return events

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Word sound as frames of at most 20 ms; none of length zero, which Asterisk takes for an error."""
        if self._closed or not self._opened:
            return ()
        size = self._rate // 25
        return tuple(
            frame(KINDS[self._rate], pcm[place : place + size]) for place in range(0, len(pcm) & ~1, size)
        )

    def mark(self, name: str) -> Sequence[Message]:
        """Nothing: what was sent was played, so the clock tells."""
        return ()

    def clear(self) -> Sequence[Message]:
        """Nothing: no more than a frame is ever on its way."""
        return ()

    def close(self) -> Sequence[Message]:
        """Hang up."""
        if self._closed:
            return ()
        self._closed = True
        return (frame(HANG_UP),)

    def _frame(self, kind: int, payload: bytes) -> list[LineEvent]:
        if kind == HANG_UP:
            return self._close("caller", "hangup")
        if kind == ERROR:
            return self._close("line", "error")
        if kind == WHO:
            if self._opened or len(payload) != 16:
                return self._close("line", "second_start" if self._opened else "broken_frame")
            self._opened = True
            return [LineOpened(str(UUID(bytes=payload)), self._rate)]
        if not self._opened:
            return self._close("line", "before_start")
        if kind == KEY:
            key = payload.decode("latin-1").upper()
            return [KeyPressed(key)] if key in KEYS else self._close("line", "broken_frame")
        if kind in RATES:
            return self._sound(kind, payload)
        return self._close("line", "broken_frame")

    def _sound(self, kind: int, payload: bytes) -> list[LineEvent]:
        if RATES[kind] != self._rate:
            return self._close("line", "wrong_codec")
        if not payload or len(payload) % 2:
            return self._close("line", "broken_frame")
        return [SoundArrived(payload)]

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]
