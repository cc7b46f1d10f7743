"""Azure Speech on loopback, recognition and synthesis: the USP messages that Microsoft's own SDK speaks.

Recognition hears a script of timed words, and its clock is the sound it gets. Synthesis answers with a tone as
long as the text would take, word boundaries in proportion.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

import websockets
from websockets.asyncio.server import ServerConnection, serve

from tests.peers.deepgram import Spoken, beginning

KEY = "azure-key"
TICKS = 10_000_000
RECOGNITION = "/speech/recognition/conversation/cognitiveservices/v1"
SYNTHESIS = "/tts/cognitiveservices/websocket/v1"
RATES = {"raw-8khz-16bit-mono-pcm": 8000, "raw-16khz-16bit-mono-pcm": 16000}
SECONDS_A_LETTER = 0.03


@dataclass
class Faults:
    """What goes wrong."""

    statuses: list[int] = field(default_factory=list)
    """Answers to the next handshakes instead of an upgrade."""
    hangs: bool = False
    """The handshake is never answered."""
    drops_at_s: float = 0.0
    """Recognition: the first connection is closed with 1011 after so much sound."""
    no_finals: bool = False
    noise: bool = False
    """Messages that no client knows."""
    mute: bool = False
    """Synthesis: no byte of sound comes, ever."""
    first_byte_s: float = 0.0
    drops_after: int = 0
    """Synthesis: closed with 1011 after so many pieces of sound."""
    stalls_after: int = 0
    """Synthesis: after so many pieces nothing comes any more."""


@dataclass
class AzurePeer:
    """The service."""

    words: list[Spoken] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    url: str = ""
    heard_s: list[float] = field(default_factory=list)
    """Seconds of sound that each recognition got."""
    contexts: list[dict[str, Any]] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    """Every SSML document."""
    connections: int = 0
    handshakes: int = 0
    piece_s: float = 0.0
    """Between two pieces of sound; 0: as fast as it goes."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[AzurePeer]:
        async with serve(
            self._accept,
            "127.0.0.1",
            0,
            subprotocols=[websockets.Subprotocol("USP")],
            process_request=self._check,
        ) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self
            self.over.set()

    async def _check(self, connection: ServerConnection, request: Any) -> Any:
        self.handshakes += 1
        if self.faults.hangs:
            await self.over.wait()
        if request.headers.get("Ocp-Apim-Subscription-Key") != KEY:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        if self.faults.statuses:
            return connection.respond(HTTPStatus(self.faults.statuses.pop(0)), "")
        return None

    async def _accept(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.connections += 1
        path = connection.request.path.partition("?")[0]
        talk = Recognition(self, connection) if path == RECOGNITION else Synthesis(self, connection)
        with suppress(websockets.ConnectionClosed):
            async for message in connection:
                if isinstance(message, bytes):
                    size = int.from_bytes(message[:2], "big")
                    await talk.binary(_headers(message[2 : 2 + size].decode()), message[2 + size :])
                    continue
                head, _, body = message.partition("\r\n\r\n")
                await talk.text(_headers(head), body)
        talk.stop()


def _headers(text: str) -> dict[str, str]:
    found = {}
    for line in text.split("\r\n"):
        name, _, value = line.partition(":")
        found[name.strip().lower()] = value.strip()
    return found


class Talk:
    """One connection."""

    def __init__(self, peer: AzurePeer, connection: ServerConnection) -> None:
        self.peer = peer
        self.connection = connection

    async def tell(self, request: str, path: str, body: Any) -> None:
        head = f"X-RequestId:{request}\r\nPath:{path}\r\nContent-Type:application/json; charset=utf-8\r\n\r\n"
        await self.connection.send(head + json.dumps(body))

    async def text(self, headers: dict[str, str], body: str) -> None:
        raise NotImplementedError

    async def binary(self, headers: dict[str, str], body: bytes) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        """The connection is gone."""


class Recognition(Talk):
    """Continuous recognition: hypotheses, and a phrase after the silence that the client asks for."""

    def __init__(self, peer: AzurePeer, connection: ServerConnection) -> None:
        super().__init__(peer, connection)
        self.request = ""
        self.rate = 8000
        self.silence_s = 0.5
        self.now = 0.0
        self.shift = 0.0
        self.done = 0
        self.told = 0.0
        self.first = not peer.heard_s
        self.begun = False

    async def text(self, headers: dict[str, str], body: str) -> None:
        if headers["path"] == "speech.context":
            context = json.loads(body)
            self.peer.contexts.append(context)
            mode = context.get("phraseDetection", {}).get("CONVERSATION", {}).get("segmentation", {})
            self.silence_s = mode.get("segmentationSilenceTimeoutMs", 500) / 1000

    async def binary(self, headers: dict[str, str], body: bytes) -> None:
        if headers["path"] != "audio":
            return
        if headers["x-requestid"] != self.request:
            self.request, self.now, self.done, self.begun = headers["x-requestid"], 0.0, 0, False
            self.peer.heard_s.append(0.0)
            await self.tell(self.request, "turn.start", {"context": {"serviceTag": "t"}})
            if self.peer.faults.noise:
                await self.tell(self.request, "something.new", {"a": 1})
        if body[:4] == b"RIFF":
            self.rate = struct.unpack("<I", body[24:28])[0]
            body = body[44:]
            if not body:
                return
        if not body:
            await self.tell(self.request, "turn.end", {})
            return
        if not self.begun:
            self.begun, self.shift = True, beginning(body)
        self.now += len(body) / 2 / self.rate
        self.peer.heard_s[-1] = self.now
        if self.first and 0 < self.peer.faults.drops_at_s <= self.now:
            await self.connection.close(1011, "")
            return
        await self._progress()

    async def _progress(self) -> None:
        words = [Spoken(w.word, w.start - self.shift, w.end - self.shift) for w in self.peer.words]
        fresh = [w for w in words if w.start >= -0.01 and w.end <= self.now][self.done :]
        if not fresh:
            return
        place = {
            "Id": "1",
            "Offset": int(fresh[0].start * TICKS),
            "Duration": int((self.now - fresh[0].start) * TICKS),
        }
        text = " ".join(word.word for word in fresh)
        if self.now - fresh[-1].end >= self.silence_s:
            self.done += len(fresh)
            if self.peer.faults.no_finals:
                return
            listed = [
                {"Word": w.word, "Offset": int(w.start * TICKS), "Duration": int((w.end - w.start) * TICKS)}
                for w in fresh
            ]
            best = {
                "Confidence": 0.91,
                "Lexical": text,
                "ITN": text,
                "MaskedITN": text,
                "Display": text,
                "Words": listed,
            }
            other = {
                "Confidence": 0.4,
                "Lexical": text + " or so",
                "ITN": "",
                "MaskedITN": "",
                "Display": text + " or so",
            }
            await self.tell(self.request, "speech.phrase", place | {"RecognitionStatus": "Success", "DisplayText": text, "NBest": [best, other]})  # fmt: skip
        elif self.now - self.told >= 0.3:
            self.told = self.now
            await self.tell(self.request, "speech.hypothesis", place | {"Text": text})


class Synthesis(Talk):
    """One utterance at a time."""

    def __init__(self, peer: AzurePeer, connection: ServerConnection) -> None:
        super().__init__(peer, connection)
        self.rate = 8000
        self.tasks: list[asyncio.Task[None]] = []

    async def binary(self, headers: dict[str, str], body: bytes) -> None:
        raise AssertionError("nobody sends sound to a synthesiser")

    async def text(self, headers: dict[str, str], body: str) -> None:
        if headers["path"] == "synthesis.context":
            self.rate = RATES[json.loads(body)["synthesis"]["audio"]["outputFormat"]]
        elif headers["path"] == "ssml":
            self.peer.spoken.append(body)
            self.tasks.append(
                asyncio.create_task(self._speak(headers["x-requestid"], body, len(self.peer.spoken)))
            )

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()

    async def _speak(self, request: str, ssml: str, number: int) -> None:
        with suppress(websockets.ConnectionClosed):
            await self._said(request, "".join(ET.fromstring(ssml).itertext()), number)  # noqa: S314 - from our own client

    async def _said(self, request: str, text: str, number: int) -> None:
        faults = self.peer.faults
        await self.tell(request, "turn.start", {"context": {"serviceTag": "t"}})
        await self.tell(
            request,
            "response",
            {"context": {"serviceTag": "t"}, "audio": {"type": "inline", "streamId": "S"}},
        )
        if faults.mute:
            return None
        await asyncio.sleep(faults.first_byte_s)
        pieces = max(1, round(len(text) * SECONDS_A_LETTER / 0.1))
        for piece in range(pieces):
            if faults.drops_after and piece == faults.drops_after:
                return await self.connection.close(1011, "")
            if faults.stalls_after and piece == faults.stalls_after:
                return None
            await self._piece(request, tone(0.1, self.rate, number))
            await asyncio.sleep(self.peer.piece_s)
        await self._piece(request, b"")
        return await self.tell(request, "turn.end", {})

    async def _piece(self, request: str, sound: bytes) -> None:
        head = f"X-RequestId:{request}\r\nX-StreamId:S\r\nPath:audio\r\n".encode()
        await self.connection.send(len(head).to_bytes(2, "big") + head + sound)


def tone(seconds: float, rate: int, level: int) -> bytes:
    """Sound whose every sample is its utterance's number times 100, so that nobody's can be taken for another's."""
    return struct.pack("<h", min(level * 100, 30_000)) * round(seconds * rate)
