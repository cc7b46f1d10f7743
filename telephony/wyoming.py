"""The framing of Wyoming, the small protocol of offline speech servers, without a socket.

A line of JSON, then as many bytes of JSON data and as many of payload as the line says. Own framing instead
of the package's: its reader swallows what it cannot read and then looks like an end of stream, and a caller
would wait for words that never come. A test talks to the package's own server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

_LONGEST_LINE = 64 << 10
_LARGEST_DATA = 1 << 20
_LARGEST_PAYLOAD = 16 << 20


class BrokenFrameError(ValueError):
    """Bytes that are no Wyoming event; its text holds nothing of them."""


@dataclass(frozen=True, slots=True)
class WyomingEvent:
    """One event."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def frame(event: WyomingEvent) -> bytes:
    """An event as it goes over the wire."""
    data = orjson.dumps(dict(event.data)) if event.data else b""
    head: dict[str, Any] = {"type": event.type}
    head |= {"data_length": len(data)} if data else {}
    head |= {"payload_length": len(event.payload)} if event.payload else {}
    return orjson.dumps(head) + b"\n" + data + event.payload


class Frames:
    """Reads a stream of events."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, wire: bytes) -> list[WyomingEvent]:
        """Read a piece of the stream; the events that are complete now.

        Raises:
            BrokenFrameError: this is no Wyoming stream; nothing more can be read from it.
        """
        self._buffer += wire
        events = []
        while (event := self._next()) is not None:
            events.append(event)
        return events

    def finish(self) -> None:
        """The stream has ended.

        Raises:
            BrokenFrameError: in the middle of an event.
        """
        if self._buffer:
            raise BrokenFrameError("the stream ends inside an event")

    def _next(self) -> WyomingEvent | None:
        end = self._buffer.find(b"\n", 0, _LONGEST_LINE)
        if end < 0:
            if len(self._buffer) >= _LONGEST_LINE:
                raise BrokenFrameError("the line of an event does not end")
            return None
        head = _json(bytes(self._buffer[:end]))
        kind, data = head.get("type"), {} if head.get("data") is None else head["data"]
        more = _size(head, "data_length", _LARGEST_DATA)
        payload = _size(head, "payload_length", _LARGEST_PAYLOAD)
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise BrokenFrameError("an event has no type")
        start = end + 1
        if len(self._buffer) < start + more + payload:
            return None
        if more:
            data = {**data, **_json(bytes(self._buffer[start : start + more]))}
        event = WyomingEvent(kind, data, bytes(self._buffer[start + more : start + more + payload]))
        del self._buffer[: start + more + payload]
        return event


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BrokenFrameError("what should be JSON is not") from None
    if not isinstance(found, dict):
        raise BrokenFrameError("an event is no object")
    return found


def _size(head: Mapping[str, Any], key: str, most: int) -> int:
    size = head.get(key)
    if size is None:
        return 0
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= most:
        raise BrokenFrameError(f"{key} is out of bounds")
    return size
