"""Asterisk's chan_websocket with JSON control (20.18, 22.8, 23.2 and later): raw sound beside commands.

Asterisk keeps the play buffer and paces it. It can also pause it, which is the one wire primitive found that
lets a false interruption go on where it stopped.
"""

from __future__ import annotations

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
_LARGEST = 64_000
"""Asterisk hangs up on a message over 65,500 bytes."""
_HELD = 60 * 16_000 * 2
"""Bytes kept for an Asterisk that has said XOFF; an answer longer than a minute was not meant to be heard."""


class AsteriskStream:
    """One call's media socket."""

    paced = False

    def __init__(self) -> None:
        self._codec: Codec | None = None
        self._silence = b"\0"
        self._frame = 0
        self._rest = b""
        self._full = False
        self._held: list[Message] = []
        self._held_bytes = 0
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
        """What waited for XON and may be sent now; the socket asks after each message it received."""
        if self._full or not self._held:
            return ()
        released, self._held, self._held_bytes = self._held, [], 0
        return released

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Word sound in whole frames, since Asterisk drops what does not fill one."""
        if self._codec is None:
            return ()
        wire = self._rest + self._codec[1](pcm)
        full = len(wire) - len(wire) % self._frame
        self._rest = wire[full:]
        step = _LARGEST - _LARGEST % self._frame
        return self._out([wire[place : min(place + step, full)] for place in range(0, full, step)])

    def mark(self, name: str) -> Sequence[Message]:
        """Ask for a word when all sound so far was played; silence fills up the last frame."""
        if self._codec is None:
            return ()
        self._marks.asked(name)
        filled: list[Message] = []
        if self._rest:
            filled = [self._rest + self._silence * (self._frame - len(self._rest))]
            self._rest = b""
        return self._out([*filled, _command("MARK_MEDIA", correlation_id=name)])

    def clear(self) -> Sequence[Message]:
        """Empty Asterisk's queue; the report of the empty queue tells when the marks in it are gone."""
        if self._codec is None:
            return ()
        self._rest, self._held, self._held_bytes = b"", [], 0
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
                return list(self._marks.reached(str(data.get("correlation_id"))))
            case "QUEUE_DRAINED":
                return list(self._marks.dropped())
        return []

    def _start(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._codec is not None:
            return self._close("line", "second_start")
        call, size = data.get("channel_id") or data.get("connection_id"), data.get("optimal_frame_size")
        if not isinstance(call, str) or not isinstance(size, int) or not 2 <= size <= _LARGEST or size % 2:
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

    def _out(self, messages: list[Message]) -> Sequence[Message]:
        """Send, or hold back while Asterisk's queue is full: what is sent then is dropped without a word."""
        if not self._full and not self._held:
            return messages
        for message in messages:
            if self._held_bytes + len(message) <= _HELD:
                self._held.append(message)
                self._held_bytes += len(message)
        return self.pending()

    def _key(self, digit: str) -> list[LineEvent]:
        if self._codec is None:
            return self._close("line", "before_start")
        return [KeyPressed(digit)] if digit in KEYS else self._close("line", "broken_frame")

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]


def _command(name: str, **values: str) -> str:
    return orjson.dumps({"command": name, **values}).decode("utf-8")
