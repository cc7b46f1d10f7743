"""The far side of every line, as little of it as the conformance suite needs: pure, without a socket.

A far side words what a caller does in the line's own messages, and reads what we send. It keeps the play
buffer that the line says it keeps, so that marks and clears can be told apart.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from telephony.line import MediaStream, Message
from telephony.lines import audiosocket
from telephony.lines.asterisk_ws import AsteriskStream
from telephony.lines.audiosocket import AudioSocketStream
from telephony.lines.browser import BrowserStream
from telephony.lines.carriers import PLIVO, TELNYX, TWILIO
from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm
from telephony.lines.media_stream import CarrierStream
from telephony.lines.sip import SipStream
from telephony.lines.vonage import VonageStream

CALL = "CA00000000000000000000000000000001"
WHO = UUID("12345678-1234-5678-1234-567812345678")


class FarSide(Protocol):
    rate: int
    lossy: bool
    """Telephone codecs change a sample a little."""

    def opening(self) -> list[Message]: ...
    def says(self, pcm: bytes) -> list[Message]: ...
    def presses(self, digit: str) -> list[Message]: ...
    def hangs_up(self) -> list[Message]: ...
    def broken(self) -> list[Message]:
        """Messages of which each by itself breaks the protocol of an open line."""

    def takes(self, messages: Any) -> list[Message]:
        """Reads what we sent; what it answers at once."""

    def plays(self) -> tuple[bytes, list[Message]]:
        """Plays its buffer to the end: what was heard, and what it answers."""


@dataclass
class Buffered:
    """A play buffer of sound and marks, and what a clear does with them."""

    queue: list[bytes | str] = field(default_factory=list)

    def played(self) -> tuple[bytes, list[str]]:
        heard = b"".join(item for item in self.queue if isinstance(item, bytes))
        marks = [item for item in self.queue if isinstance(item, str)]
        self.queue.clear()
        return heard, marks


class JsonFar:
    """Twilio and those who took its protocol over."""

    rate = 8000
    lossy = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.buffer = Buffered()
        self.chunk = 0

    def _word(self, event: str, **body: Any) -> str:
        stream = {"twilio": "streamSid", "telnyx": "stream_id", "plivo": "streamId"}[self.name]
        return json.dumps({"event": event, stream: "MZ1", **body})

    def opening(self) -> list[Message]:
        start = {
            "twilio": {
                "accountSid": "AC1", "streamSid": "MZ1", "callSid": CALL, "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"from": "+37061234567"},
            },
            "telnyx": {
                "call_control_id": CALL, "from": "+37061234567",
                "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
            },
            "plivo": {
                "callId": CALL, "streamId": "MZ1", "accountId": "MA1", "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
            },
        }[self.name]  # fmt: skip
        return [
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
            self._word("start", start=start),
        ]

    def says(self, pcm: bytes) -> list[Message]:
        self.chunk += 1
        payload = b64encode(pcm_to_ulaw(pcm)).decode()
        media = {
            "track": "inbound",
            "chunk": str(self.chunk),
            "timestamp": str(20 * self.chunk),
            "payload": payload,
        }
        return [self._word("media", sequenceNumber=str(self.chunk + 1), media=media)]

    def presses(self, digit: str) -> list[Message]:
        return [self._word("dtmf", dtmf={"track": "inbound_track", "digit": digit})]

    def hangs_up(self) -> list[Message]:
        return [self._word("stop", stop={"callSid": CALL})]

    def broken(self) -> list[Message]:
        return [
            "{", "[]", "17", "{}", '{"event": 3}', b"\x00", "\ud800",
            self.opening()[1],
            self._word("media"),
            self._word("media", media={"payload": "not base64!"}),
            self._word("media", media={"payload": 5}),
            self._word("media", media={"payload": "", "timestamp": "soon"}),
            self._word("media", media={"payload": "", "chunk": True}),
            self._word("dtmf", dtmf={"digit": "10"}),
            self._word("dtmf"),
        ]  # fmt: skip

    def takes(self, messages: Any) -> list[Message]:
        answers: list[Message] = []
        for message in messages:
            data = json.loads(message)
            match data["event"]:
                case "media" | "playAudio":
                    self.buffer.queue.append(ulaw_to_pcm(b64decode(data["media"]["payload"])))
                case "mark":
                    self.buffer.queue.append(data["mark"]["name"])
                case "checkpoint":
                    self.buffer.queue.append(data["name"])
                case "clear":
                    answers += self._marks(self.buffer.played()[1])
                case "clearAudio":
                    self.buffer.played()
                    answers.append(self._word("clearedAudio"))
                case other:
                    raise AssertionError(f"{self.name} knows no {other}")
        return answers

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, marks = self.buffer.played()
        return heard, self._marks(marks)

    def _marks(self, names: list[str]) -> list[Message]:
        if self.name == "plivo":
            return [self._word("playedStream", name=name) for name in names]
        return [self._word("mark", mark={"name": name}) for name in names]


class VonageFar:
    rate = 16000
    lossy = False

    def __init__(self) -> None:
        self.buffer = Buffered()

    def opening(self) -> list[Message]:
        return [json.dumps({"event": "websocket:connected", "content-type": "audio/l16;rate=16000"})]

    def says(self, pcm: bytes) -> list[Message]:
        return [pcm]

    def presses(self, digit: str) -> list[Message]:
        return [json.dumps({"event": "websocket:dtmf", "digit": digit, "duration": 260})]

    def hangs_up(self) -> list[Message]:
        return []

    def broken(self) -> list[Message]:
        return ["{", "[]", b"\0\0\0", self.opening()[0], json.dumps({"event": "websocket:dtmf"})]

    def takes(self, messages: Any) -> list[Message]:
        answers: list[Message] = []
        for message in messages:
            if isinstance(message, bytes):
                assert len(message) == self.rate // 25, "Vonage takes exactly 20 ms"
                self.buffer.queue.append(message)
                continue
            data = json.loads(message)
            if data["action"] == "notify":
                self.buffer.queue.append(data["payload"]["mark"])
            else:
                assert data == {"action": "clear"}
                self.buffer.played()
                answers.append(json.dumps({"event": "websocket:cleared"}))
        return answers

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, marks = self.buffer.played()
        return heard, [json.dumps({"event": "websocket:notify", "payload": {"mark": mark}}) for mark in marks]


class AudioSocketFar:
    rate = 8000
    lossy = False

    def __init__(self) -> None:
        self.heard = b""

    def opening(self) -> list[Message]:
        return [audiosocket.frame(audiosocket.WHO, WHO.bytes)]

    def says(self, pcm: bytes) -> list[Message]:
        return [audiosocket.frame(0x10, pcm)]

    def presses(self, digit: str) -> list[Message]:
        return [audiosocket.frame(audiosocket.KEY, digit.encode())]

    def hangs_up(self) -> list[Message]:
        return [audiosocket.frame(audiosocket.HANG_UP)]

    def broken(self) -> list[Message]:
        return [
            "text", self.opening()[0], audiosocket.frame(0x10), audiosocket.frame(0x10, b"\0"),
            audiosocket.frame(0x12, b"\0\0"), audiosocket.frame(0x77, b"?"), audiosocket.frame(audiosocket.KEY, b"x"),
            audiosocket.frame(audiosocket.ERROR, b"\1"),
        ]  # fmt: skip

    def takes(self, messages: Any) -> list[Message]:
        wire = b"".join(messages)
        while wire:
            kind, size = wire[0], wire[1] << 8 | wire[2]
            assert kind in {0x00, 0x10}, "Asterisk takes no other frame from us"
            assert kind == 0 or 0 < size <= 320, "Asterisk takes a frame of length zero for an error"
            self.heard += wire[3 : 3 + size]
            wire = wire[3 + size :]
        return []

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, self.heard = self.heard, b""
        return heard, []


class AsteriskFar:
    rate = 8000
    lossy = True

    def __init__(self) -> None:
        self.buffer = Buffered()
        self.report = False

    def opening(self) -> list[Message]:
        start = {"event": "MEDIA_START", "connection_id": "c1", "channel_id": "171.1", "format": "ulaw",
                 "optimal_frame_size": 160, "ptime": 20, "channel_variables": {"FRONTDESK_CALLER": "+37061234567"}}  # fmt: skip
        return [json.dumps(start)]

    def says(self, pcm: bytes) -> list[Message]:
        return [pcm_to_ulaw(pcm)]

    def presses(self, digit: str) -> list[Message]:
        return [json.dumps({"event": "DTMF_END", "channel_id": "171.1", "digit": digit})]

    def hangs_up(self) -> list[Message]:
        return []

    def broken(self) -> list[Message]:
        return ["{", "[]", "MEDIA_XOFF", self.opening()[0], json.dumps({"event": "DTMF_END"})]

    def takes(self, messages: Any) -> list[Message]:
        answers: list[Message] = []
        for message in messages:
            if isinstance(message, bytes):
                assert len(message) % 160 == 0, "Asterisk drops what fills no frame"
                assert len(message) <= 65_500, "Asterisk hangs up on longer messages"
                self.buffer.queue.append(ulaw_to_pcm(message))
                continue
            data = json.loads(message)
            match data["command"]:
                case "MARK_MEDIA":
                    self.buffer.queue.append(data["correlation_id"])
                case "REPORT_QUEUE_DRAINED":
                    self.report = True
                case "FLUSH_MEDIA":
                    self.buffer.played()
                    answers += [json.dumps({"event": "QUEUE_DRAINED"})] if self.report else []
                case "HANGUP" | "PAUSE_MEDIA" | "CONTINUE_MEDIA":
                    pass
                case other:
                    raise AssertionError(f"Asterisk knows no {other}")
        return answers

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, marks = self.buffer.played()
        return heard, [
            json.dumps({"event": "MEDIA_MARK_PROCESSED", "correlation_id": mark}) for mark in marks
        ]


class BrowserFar:
    rate = 16000
    lossy = False

    def __init__(self) -> None:
        self.buffer = Buffered()

    def opening(self) -> list[Message]:
        return [json.dumps({"type": "hello", "rate": self.rate})]

    def says(self, pcm: bytes) -> list[Message]:
        return [pcm]

    def presses(self, digit: str) -> list[Message]:
        return [json.dumps({"type": "key", "digit": digit})]

    def hangs_up(self) -> list[Message]:
        return [json.dumps({"type": "bye"})]

    def broken(self) -> list[Message]:
        return ["{", "[]", b"\0", self.opening()[0], json.dumps({"type": "key", "digit": ""})]

    def takes(self, messages: Any) -> list[Message]:
        answers: list[Message] = []
        for message in messages:
            if isinstance(message, bytes):
                self.buffer.queue.append(message)
                continue
            data = json.loads(message)
            if data["type"] == "mark":
                self.buffer.queue.append(data["name"])
            elif data["type"] == "clear":
                answers += self._marks(self.buffer.played()[1])
            else:
                assert data["type"] == "bye"
        return answers

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, marks = self.buffer.played()
        return heard, self._marks(marks)

    def _marks(self, names: list[str]) -> list[Message]:
        return [json.dumps({"type": "mark", "name": name}) for name in names]


class SipFar:
    rate = 8000
    lossy = False

    def __init__(self) -> None:
        self.heard = b""

    def opening(self) -> list[Message]:
        return [json.dumps({"event": "start", "call": "a@b", "peer": "sip:+37061234567@127.0.0.1"})]

    def says(self, pcm: bytes) -> list[Message]:
        return [pcm]

    def presses(self, digit: str) -> list[Message]:
        return [json.dumps({"event": "dtmf", "digit": digit})]

    def hangs_up(self) -> list[Message]:
        return [json.dumps({"event": "closed"})]

    def broken(self) -> list[Message]:
        return ["{", "[]", b"\0", self.opening()[0], json.dumps({"event": "dtmf"})]

    def takes(self, messages: Any) -> list[Message]:
        for message in messages:
            if isinstance(message, bytes):
                self.heard += message
            elif json.loads(message)["command"] == "flush":
                self.heard = b""
            else:
                assert json.loads(message) == {"command": "hangup"}
        return []

    def plays(self) -> tuple[bytes, list[Message]]:
        heard, self.heard = self.heard, b""
        return heard, []


@dataclass(frozen=True)
class Pair:
    """A line and its far side."""

    name: str
    stream: Callable[[], MediaStream]
    far: Callable[[], FarSide]
    call: str
    number: str | None = "+37061234567"


PAIRS = [
    Pair("twilio", lambda: CarrierStream(TWILIO), lambda: JsonFar("twilio"), CALL),
    Pair("telnyx", lambda: CarrierStream(TELNYX), lambda: JsonFar("telnyx"), CALL),
    Pair("plivo", lambda: CarrierStream(PLIVO), lambda: JsonFar("plivo"), CALL, None),
    Pair("vonage", lambda: VonageStream("run-1"), VonageFar, "run-1", None),
    Pair("audiosocket", AudioSocketStream, AudioSocketFar, str(WHO), None),
    Pair("asterisk_ws", AsteriskStream, AsteriskFar, "171.1"),
    Pair("sip", SipStream, SipFar, "a@b"),
    Pair("browser", lambda: BrowserStream("run-1"), BrowserFar, "run-1", None),
]
