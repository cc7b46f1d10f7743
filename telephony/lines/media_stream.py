"""The media socket of a carrier that speaks JSON, without the socket.

A message that breaks the protocol closes the line with a word that says how. What the protocol allows and
we do not use decodes to nothing. Nothing is raised, whatever arrives.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from telephony.line import KeyPressed, LineClosed, LineEvent, LineOpened, Message, SoundArrived
from telephony.lines.carriers import TWILIO, Carrier
from telephony.lines.keys import KEYS
from telephony.lines.marks import Codec, Marks

_HELD = 5
"""How many frames may wait for a missing one before it is given up: a tenth of a second."""


class BrokenMessageError(ValueError):
    """A message against the protocol; its text is the word for the log and holds nothing of the message."""


def at(message: Any, path: str) -> Any:
    """The value under a path of keys; None where any of them is missing."""
    for key in path.split("."):
        if not isinstance(message, dict):
            return None
        message = message.get(key)
    return message


def whole(value: Any, word: str) -> int:
    """A count, which carriers write as a text or as a number.

    Raises:
        BrokenMessageError: it is neither.
    """
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 18:
        raise BrokenMessageError(word)
    try:
        return int(value)
    except ValueError:
        raise BrokenMessageError(word) from None


class CarrierStream:
    """One call's media socket."""

    paced = False

    def __init__(self, carrier: Carrier = TWILIO) -> None:
        self._carrier = carrier
        self._codec: Codec | None = None
        self._stream = ""
        self._marks = Marks()
        self._closed = False
        self._next = 0
        """The number of the frame that is due; 0 before the first."""
        self._early: dict[int, SoundArrived] = {}

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one text message."""
        if self._closed:
            return []
        try:
            return self._read(message)
        except BrokenMessageError as broken:
            return self._close("line", str(broken))

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Word sound for the carrier's play buffer, whatever its length."""
        if self._codec is None or not pcm:
            return ()
        payload = b64encode(self._codec[1](pcm)).decode("ascii")
        return (_written(self._carrier.send_sound(self._stream, payload)),)

    def mark(self, name: str) -> Sequence[Message]:
        """Ask for a word when all sound so far was played."""
        if self._codec is None:
            return ()
        self._marks.asked(name)
        return (_written(self._carrier.send_mark(self._stream, name)),)

    def clear(self) -> Sequence[Message]:
        """Empty the carrier's play buffer; until this is sent, everything sent before goes on playing."""
        if self._codec is None:
            return ()
        self._marks.cleared()
        return (_written(self._carrier.send_clear(self._stream)),)

    def close(self) -> Sequence[Message]:
        """Nothing: the end of the socket is the goodbye, and it starts the call document's next verb."""
        self._closed = True
        return ()

    # --- reading ---------------------------------------------------------------------------------

    def _read(self, message: Message) -> list[LineEvent]:
        if isinstance(message, bytes):
            raise BrokenMessageError("binary_message")
        try:
            data = orjson.loads(message)
        except orjson.JSONDecodeError:
            raise BrokenMessageError("broken_frame") from None
        event = at(data, "event")
        if not isinstance(event, str):
            raise BrokenMessageError("broken_frame")
        match event:
            case "start":
                return self._start(data)
            case "media":
                return self._media(data)
            case "dtmf":
                return self._key(data)
            case "stop":
                return self._close("caller", "stop")
            case "error":
                return self._close("line", "error")
            case self._carrier.mark:
                return list(self._marks.reached(str(at(data, self._carrier.mark_name))))
            case self._carrier.cleared:
                return list(self._marks.dropped())
            case _:
                return []

    def _start(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._codec is not None:
            raise BrokenMessageError("second_start")
        carrier = self._carrier
        call, stream = at(data, carrier.call), at(data, carrier.stream)
        if not isinstance(call, str) or not isinstance(stream, str) or not call or not stream:
            raise BrokenMessageError("broken_frame")
        codec = carrier.codecs.get(str(at(data, carrier.encoding)).lower())
        if codec is None or whole(at(data, carrier.rate), "wrong_codec") != codec[2]:
            raise BrokenMessageError("wrong_codec")
        self._codec, self._stream = codec, stream
        return [LineOpened(call, codec[2], self._number(data), self._details(data))]

    def _number(self, data: Mapping[str, Any]) -> str | None:
        number = at(data, self._carrier.number) if self._carrier.number else None
        return number if isinstance(number, str) and number.startswith("+") else None

    def _details(self, data: Mapping[str, Any]) -> dict[str, str]:
        passed = at(data, self._carrier.parameters) if self._carrier.parameters else None
        found = dict(passed) if isinstance(passed, dict) else {}
        found |= {name: at(data, path) for name, path in self._carrier.details.items()}
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def _media(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._codec is None:
            raise BrokenMessageError("before_start")
        media = data["media"] if isinstance(data.get("media"), dict) else {}
        if str(media.get("track", "inbound")).startswith("outbound"):
            return []
        try:
            codes = b64decode(media["payload"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise BrokenMessageError("broken_frame") from None
        at_s = whole(media["timestamp"], "broken_frame") / 1000 if "timestamp" in media else None
        sound = SoundArrived(self._codec[0](codes), at_s)
        if "chunk" not in media:
            return [sound]
        return self._in_order(whole(media["chunk"], "broken_frame"), sound)

    def _in_order(self, chunk: int, sound: SoundArrived) -> list[LineEvent]:
        """Let sound through by its number: once, never backwards, and not long after its turn."""
        if self._next == 0:
            self._next = chunk
        if chunk < self._next or chunk in self._early:
            return []
        if not self._carrier.reorders:
            self._next = chunk + 1
            return [sound]
        self._early[chunk] = sound
        if self._next not in self._early and len(self._early) > _HELD:
            self._next = min(self._early)
        ready: list[LineEvent] = []
        while self._next in self._early:
            ready.append(self._early.pop(self._next))
            self._next += 1
        return ready

    def _key(self, data: Mapping[str, Any]) -> list[LineEvent]:
        if self._codec is None:
            raise BrokenMessageError("before_start")
        digit = at(data, "dtmf.digit")
        if not isinstance(digit, str) or digit.upper() not in KEYS:
            raise BrokenMessageError("broken_frame")
        return [KeyPressed(digit.upper())]

    def _close(self, by: str, reason: str) -> list[LineEvent]:
        self._closed = True
        held: list[LineEvent] = [self._early[chunk] for chunk in sorted(self._early)]
        self._early.clear()
        return [*held, LineClosed(by, reason)]


def _written(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode("utf-8")
