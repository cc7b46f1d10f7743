"""Vonage's media socket: sound as binary frames of exactly 20 ms, control as JSON text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.keys import KEYS
from telephony.lines.marks import Marks

_RATES = {"audio/l16;rate=8000": 8000, "audio/l16;rate=16000": 16000}


class VonageStream:
    """One call's media socket."""

    paced = False

    def __init__(self, call: str) -> None:
        """`call`: our own id of the call, since the socket does not tell one."""
        self._call = call
        self._rate = 0
        self._rest = b""
        self._marks = Marks()
        self._closed = False

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one message."""
        if self._closed:
            return []
        if isinstance(message, bytes):
            if not self._rate:
                return self._close("line", "before_start")
            if len(message) % 2:
                return self._close("line", "broken_frame")
            return [SoundArrived(message)]
        try:
            data = orjson.loads(message)
        except orjson.JSONDecodeError:
            return self._close("line", "broken_frame")
        return self._control(data) if isinstance(data, dict) else self._close("line", "broken_frame")

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Cut sound into frames of 20 ms; the rest waits for more sound, a mark or the end."""
        if not self._rate:
            return ()
        pcm, size = self._rest + pcm, self._rate // 25
        full = len(pcm) - len(pcm) % size
        self._rest = pcm[full:]
        return tuple(pcm[place : place + size] for place in range(0, full, size))

    def mark(self, name: str) -> Sequence[Message]:
        """Ask for a word when all sound so far was played; silence fills up the last frame."""
        if not self._rate:
            return ()
        self._marks.asked(name)
        filled = self.sound(bytes(self._rate // 25 - len(self._rest))) if self._rest else ()
        return (*filled, _written({"action": "notify", "payload": {"mark": name}}))

    def clear(self) -> Sequence[Message]:
        """Empty the play buffer."""
        if not self._rate:
            return ()
        self._rest = b""
        self._marks.cleared()
        return (_written({"action": "clear"}),)

    def close(self) -> Sequence[Message]:
        """Nothing: the end of the socket is the goodbye."""
        self._closed = True
        return ()

    def _control(self, data: Mapping[str, Any]) -> list[LineEvent]:
        match data.get("event"):
            case "websocket:connected":
                return self._connected(data)
            case "websocket:dtmf":
                return self._key(str(data.get("digit", "")).upper())
            case "websocket:notify":
                payload = data.get("payload")
                name = payload.get("mark") if isinstance(payload, dict) else None
                return list(self._marks.reached(str(name)))
            case "websocket:cleared":
                return list(self._marks.dropped())
            case _:
                return []

    def _connected(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._rate:
            return self._close("line", "second_start")
        self._rate = _RATES.get(str(data.get("content-type", "")).replace(" ", "").lower(), 0)
        if not self._rate:
            return self._close("line", "wrong_codec")
        known = {str(key): value for key, value in data.items() if isinstance(value, str)}
        number = known.get("from")
        passed = {key: value for key, value in known.items() if key not in {"event", "content-type"}}
        return [
            LineOpened(self._call, self._rate, number if number and number.startswith("+") else None, passed)
        ]

    def _key(self, digit: str) -> list[LineEvent]:
        if not self._rate:
            return self._close("line", "before_start")
        return [KeyPressed(digit)] if digit in KEYS else self._close("line", "broken_frame")

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]


def _written(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode("utf-8")
