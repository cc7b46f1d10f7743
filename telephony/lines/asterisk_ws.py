"""Asterisk's chan_websocket with JSON control (20.18, 22.8, 23.2 and later): raw sound beside commands.

Asterisk keeps the play buffer and paces it. It can also pause it, which is the one wire primitive found that
lets a false interruption go on where it stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.carriers import ALAW, ULAW
from telephony.lines.g711 import ALAW_SILENCE, ULAW_SILENCE
from telephony.lines.keys import KEYS
from telephony.lines.marks import Codec, Marks

_AS_IT_IS = (bytes, bytes)
_FORMATS: Mapping[str, tuple[Codec, bytes]] = {
    "ulaw": (ULAW, ULAW_SILENCE),
    "alaw": (ALAW, ALAW_SILENCE),
    "slin": ((*_AS_IT_IS, 8000), b"\0"),
    "slin16": ((*_AS_IT_IS, 16000), b"\0"),
}
_STEP = 100
"""Frames between two marks of our own, which tell how much Asterisk has played; a message holds no more."""
_AHEAD = 700
"""Frames sent and not known to be played. Asterisk says XOFF at about 900 and drops what comes after 1,000:
an answer sent in one piece would lose its end before any XOFF could reach us."""
_OURS = "~"
"""How the names of our own marks begin."""
_HELD = 60 * 16_000 * 2
"""Bytes kept for an Asterisk that takes nothing more: a minute, and no answer is longer."""
_LARGEST_FRAME = 640
"""20 ms at the highest rate we speak."""


class AsteriskStream:
    """One call's media socket."""

    paced = False

    def __init__(self) -> None:
        self._codec: Codec | None = None
        self._silence = b"\0"
        self._frame = 0
        self._rest = b""
        self._full = False
        self._held: deque[Message] = deque()
        self._held_bytes = 0
        self._ahead = 0
        self._unmarked = 0
        self._steps: deque[int] = deque()
        self._round = 0
        """Counts the clears, so that a mark of ours from before one is known."""
        self._marks = Marks()
        self._closed = False

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one message."""
        if self._closed:
            return []
        if isinstance(message, bytes):
            if self._codec is None:
                return self._close("line", "before_start")
            if len(message) % (2 if self._silence == b"\0" else 1):
                return self._close("line", "broken_frame")
            return [SoundArrived(self._codec[0](message))]
        try:
            data = orjson.loads(message)
        except orjson.JSONDecodeError:
            return self._close("line", "broken_frame")
        return self._control(data) if isinstance(data, dict) else self._close("line", "broken_frame")

    def pending(self) -> Sequence[Message]:
        """What may be sent now; the socket asks after each message it received."""
        released: list[Message] = []
        while self._held and not self._full and self._ahead < _AHEAD:
            message = self._held.popleft()
            self._held_bytes -= len(message)
            released.append(message)
            if isinstance(message, bytes):
                released += self._counted(len(message) // self._frame)
        return released

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Word sound in whole frames, since Asterisk drops what does not fill one."""
        if self._codec is None:
            return ()
        wire = self._rest + self._codec[1](pcm)
        full = len(wire) - len(wire) % self._frame
        self._rest = wire[full:]
        step = _STEP * self._frame
        self._hold([wire[place : min(place + step, full)] for place in range(0, full, step)])
        return self.pending()

    def mark(self, name: str) -> Sequence[Message]:
        """Ask for a word when all sound so far was played; silence fills up the last frame."""
        if self._codec is None:
            return ()
        self._marks.asked(name)
        if self._rest:
            self._hold([self._rest + self._silence * (self._frame - len(self._rest))])
            self._rest = b""
        self._hold([_command("MARK_MEDIA", correlation_id=name)])
        return self.pending()

    def clear(self) -> Sequence[Message]:
        """Empty Asterisk's queue; the report of the empty queue tells when the marks in it are gone."""
        if self._codec is None:
            return ()
        self._rest, self._held_bytes, self._ahead, self._unmarked = b"", 0, 0, 0
        self._held.clear()
        self._steps.clear()
        self._round += 1
        self._marks.cleared()
        return (_command("REPORT_QUEUE_DRAINED"), _command("FLUSH_MEDIA"))

    def pause(self) -> Sequence[Message]:
        """Stop playing and keep the queue, until it is known whether the caller meant to interrupt."""
        return () if self._codec is None else (_command("PAUSE_MEDIA"),)

    def resume(self) -> Sequence[Message]:
        """Go on playing where it was paused."""
        return () if self._codec is None else (_command("CONTINUE_MEDIA"),)

    def close(self) -> Sequence[Message]:
        """Hang up the channel of the media socket; the dialplan goes on after its Dial."""
        if self._closed:
            return ()
        self._closed = True
        return (_command("HANGUP"),)

    def _control(self, data: Mapping[str, Any]) -> list[LineEvent]:
        match data.get("event"):
            case "MEDIA_START":
                return self._start(data)
            case "DTMF_END":
                return self._key(str(data.get("digit", "")).upper())
            case "MEDIA_XOFF":
                self._full = True
            case "MEDIA_XON":
                self._full = False
            case "MEDIA_MARK_PROCESSED":
                return self._reached(str(data.get("correlation_id")))
            case "QUEUE_DRAINED":
                return list(self._marks.dropped())
        return []

    def _start(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._codec is not None:
            return self._close("line", "second_start")
        call, size = data.get("channel_id") or data.get("connection_id"), data.get("optimal_frame_size")
        if (
            not isinstance(call, str)
            or not isinstance(size, int)
            or not 2 <= size <= _LARGEST_FRAME
            or size % 2
        ):
            return self._close("line", "broken_frame")
        found = _FORMATS.get(str(data.get("format")))
        if found is None:
            return self._close("line", "wrong_codec")
        (self._codec, self._silence), self._frame = found, size
        told = data.get("channel_variables")
        variables = {k: v for k, v in told.items() if isinstance(v, str)} if isinstance(told, dict) else {}
        number = variables.get("FRONTDESK_CALLER")
        known = number if number and number.startswith("+") else None
        return [LineOpened(call, self._codec[2], known, {**variables, "channel": call})]

    def _hold(self, messages: list[Message]) -> None:
        for message in messages:
            if isinstance(message, str) or self._held_bytes + len(message) <= _HELD:
                self._held.append(message)
                self._held_bytes += len(message)

    def _counted(self, frames: int) -> list[Message]:
        """Take note of frames that leave, and put a mark of ours behind each step."""
        self._ahead += frames
        self._unmarked += frames
        if self._unmarked < _STEP:
            return []
        self._steps.append(self._unmarked)
        self._unmarked = 0
        return [_command("MARK_MEDIA", correlation_id=f"{_OURS}{self._round}")]

    def _reached(self, name: str) -> list[LineEvent]:
        if not name.startswith(_OURS):
            return list(self._marks.reached(name))
        if name == f"{_OURS}{self._round}" and self._steps:
            self._ahead -= self._steps.popleft()
        return []

    def _key(self, digit: str) -> list[LineEvent]:
        if self._codec is None:
            return self._close("line", "before_start")
        return [KeyPressed(digit)] if digit in KEYS else self._close("line", "broken_frame")

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]


def _command(name: str, **values: str) -> str:
    return orjson.dumps({"command": name, **values}).decode("utf-8")
