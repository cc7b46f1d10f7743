"""A page with a microphone: our own small protocol over a WebSocket.

Binary messages are sound, 16-bit little-endian mono at the rate of the greeting, both ways. Text messages are
JSON with a `type`:

    from the page   hello{rate}  key{digit}  mark{name}  bye
    to the page     mark{name}  clear  bye

The page keeps the play buffer; it returns a mark when the sound before it was played, and at once, all of
them, when it clears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.keys import KEYS
from telephony.lines.marks import Marks

RATES = frozenset({8000, 16000})


class BrowserStream:
    """One page's socket."""

    paced = False

    def __init__(self, call: str) -> None:
        """`call`: our own id of the call."""
        self._call = call
        self._rate = 0
        self._marks = Marks()
        self._closed = False

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one message."""
        if self._closed:
            return []
        if isinstance(message, bytes):
            if not self._rate:
                return self._close("line", "before_start")
            return self._close("line", "broken_frame") if len(message) % 2 else [SoundArrived(message)]
        try:
            data = orjson.loads(message)
        except orjson.JSONDecodeError:
            return self._close("line", "broken_frame")
        return self._control(data) if isinstance(data, dict) else self._close("line", "broken_frame")

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Sound as it is."""
        return (pcm,) if self._rate and pcm else ()

    def mark(self, name: str) -> Sequence[Message]:
        """Ask for a word when all sound so far was played."""
        if not self._rate:
            return ()
        self._marks.asked(name)
        return (_written({"type": "mark", "name": name}),)

    def clear(self) -> Sequence[Message]:
        """Empty the page's play buffer."""
        if not self._rate:
            return ()
        self._marks.cleared()
        return (_written({"type": "clear"}),)

    def close(self) -> Sequence[Message]:
        """Tell the page that the call is over."""
        if self._closed:
            return ()
        self._closed = True
        return (_written({"type": "bye"}),)

    def _control(self, data: Mapping[str, Any]) -> list[LineEvent]:
        match data.get("type"):
            case "hello":
                rate = data.get("rate")
                if self._rate or not isinstance(rate, int) or rate not in RATES:
                    return self._close("line", "second_start" if self._rate else "wrong_codec")
                self._rate = rate
                return [LineOpened(self._call, rate)]
            case "key":
                return self._key(str(data.get("digit", "")).upper())
            case "mark":
                return list(self._marks.reached(str(data.get("name"))))
            case "bye":
                return self._close("caller", "hangup")
            case _:
                return []

    def _key(self, digit: str) -> list[LineEvent]:
        if not self._rate:
            return self._close("line", "before_start")
        return [KeyPressed(digit)] if digit in KEYS else self._close("line", "broken_frame")

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        return [LineClosed(by, reason)]


def _written(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode("utf-8")
