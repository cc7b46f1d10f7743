"""Deepgram on loopback, v1 and Flux: what it hears is a script of timed words, and its clock is the sound it gets.

Endpointing, utterance ends and Flux's turns follow from the times of the words and from nothing else, so a test
says when a word is spoken and not when a message is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import websockets
from websockets.asyncio.server import ServerConnection, serve

KEY = "deepgram-key"


@dataclass(frozen=True)
class Spoken:
    """A word, and when it is spoken: seconds since the call began."""

    word: str
    start: float
    end: float
    confidence: float = 0.97


def spoken(text: str, start: float = 0.5, *, each: float = 0.3) -> list[Spoken]:
    return [
        Spoken(word, start + n * each, start + n * each + each - 0.05) for n, word in enumerate(text.split())
    ]


@dataclass
class Faults:
    """What goes wrong."""

    status: int = 0
    """The handshake is answered with it."""
    hangs: bool = False
    """The handshake is never answered."""
    drops_at_s: float = 0.0
    """The first connection is closed with 1011 after so much sound."""
    no_finals: bool = False
    final_without_flag: bool = False
    """speech_final comes without is_final."""
    silent_finalize: bool = False
    """Finalize is answered without from_finalize."""
    idle_s: float = 10.0
    """Without a message for so long: NET-0001."""
    refuses_terms: str = ""
    """The code of a ConfigureFailure."""
    resumes: bool = False
    """Flux: the first eager end is taken back."""
    noise: bool = False
    """Words that no client knows, a warning, and text that is no JSON."""
    error: bool = False
    """A fatal Error message instead of words."""
    deaf: bool = False
    """The first connection takes sound and never says anything."""


@dataclass
class DeepgramPeer:
    """The service."""

    words: list[Spoken] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    queries: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    """Every text message."""
    heard_s: list[float] = field(default_factory=list)
    """Seconds of sound that each connection got."""
    url: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[DeepgramPeer]:
        async with serve(self._accept, "127.0.0.1", 0, process_request=self._check) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self
            self.over.set()

    async def _check(self, connection: ServerConnection, request: Any) -> Any:
        if self.faults.hangs:
            await self.over.wait()
        if request.headers.get("Authorization") != f"Token {KEY}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        if self.faults.status:
            return connection.respond(HTTPStatus(self.faults.status), "")
        return None

    async def _accept(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        url = urlsplit(connection.request.path)
        query: dict[str, Any] = {}
        for key, value in parse_qsl(url.query):
            query[key] = [*query.get(key, []), value] if key in {"keyterm", "language_hint"} else value
        self.queries.append(query)
        kind = {"/v1/listen": V1, "/v2/listen": Flux}[url.path]
        session = kind(self, connection, query)
        self.heard_s.append(0.0)
        with suppress(websockets.ConnectionClosed):
            await session.serve()


class Session:
    """What both versions share: the clock that is the sound, and what a client may send."""

    def __init__(self, peer: DeepgramPeer, connection: ServerConnection, query: dict[str, Any]) -> None:
        self.peer = peer
        self.connection = connection
        self.rate = int(query["sample_rate"])
        self.query = query
        self.now = 0.0
        self.first = len(peer.heard_s) == 0
        self.shift = 0.0
        """Where on the call's clock this connection's sound begins; the sound itself says so, see `_sound`."""

    async def serve(self) -> None:
        faults = self.peer.faults
        if faults.error:
            await self.tell(
                {
                    "type": "Error",
                    "description": "secret words",
                    "code": "X",
                    "sequence_id": 0,
                    "variant": "x",
                }
            )
        while True:
            try:
                async with asyncio.timeout(faults.idle_s):
                    message = await self.connection.recv()
            except TimeoutError:
                await self.connection.close(1011, "NET-0001")
                return
            if isinstance(message, bytes):
                if self.now == 0.0:
                    self.shift = beginning(message)
                self.now += len(message) / 2 / self.rate
                self.peer.heard_s[-1] = self.now
                if self.first and 0 < faults.drops_at_s <= self.now:
                    await self.connection.close(1011, "")
                    return
                await self.progressed()
                continue
            data = json.loads(message)
            self.peer.received.append(data)
            if data["type"] == "CloseStream":
                await self.connection.close()
                return
            await self.obey(data)

    def said(self, until: float) -> list[Spoken]:
        """The words of this connection's sound that have been spoken, on its own clock."""
        words = [
            Spoken(w.word, w.start - self.shift, w.end - self.shift, w.confidence) for w in self.peer.words
        ]
        return [word for word in words if word.start >= -0.01 and word.end <= until + 1e-6]

    async def tell(self, message: dict[str, Any]) -> None:
        if self.first and self.peer.faults.deaf:
            return
        await self.connection.send(json.dumps(message))

    async def progressed(self) -> None:
        raise NotImplementedError

    async def obey(self, data: dict[str, Any]) -> None:
        raise NotImplementedError


def stamped(start_s: float, seconds: float, rate: int = 8000) -> bytes:
    """Sound that says when it was spoken: every 20 ms begin with their number, which `beginning` reads."""
    pcm = bytearray()
    for frame in range(round(start_s * 50), round((start_s + seconds) * 50)):
        pcm += frame.to_bytes(2, "little") + bytes(rate // 25 - 2)
    return bytes(pcm)


def beginning(pcm: bytes) -> float:
    return int.from_bytes(pcm[:2], "little") / 50


class V1(Session):
    """nova models: segments, speech_final after silence, UtteranceEnd after a gap of words."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sent_to = 0.0
        self.done = 0
        """Words that are final already."""
        self.started = False
        self.ended = True
        self.endpointing = int(self.query["endpointing"]) / 1000
        self.utterance_end = int(self.query["utterance_end_ms"]) / 1000

    async def progressed(self) -> None:
        words = self.said(self.now)
        fresh = words[self.done :]
        if fresh and not self.started:
            self.started, self.ended = True, False
            await self.tell({"type": "SpeechStarted", "channel": [0], "timestamp": fresh[0].start})
        if fresh and self.now - fresh[-1].end >= self.endpointing:
            await self.final(fresh, speech_final=True)
        elif self.now - self.sent_to >= 0.5 and fresh:
            await self.result(fresh, is_final=False, speech_final=False)
        last = words[-1].end if words else 0.0
        if (
            words
            and not self.ended
            and self.now - last >= self.utterance_end
            and not self.peer.faults.no_finals
        ):
            self.ended = True
            await self.tell({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": last})

    async def final(self, words: list[Spoken], *, speech_final: bool, from_finalize: bool = False) -> None:
        self.done += len(words)
        self.started = False
        if self.peer.faults.no_finals:
            return
        flag = not self.peer.faults.final_without_flag
        await self.result(words, is_final=flag, speech_final=speech_final, from_finalize=from_finalize)

    async def result(self, words: list[Spoken], **flags: bool) -> None:
        start = words[0].start if words else self.sent_to
        listed = [{"word": w.word.lower(), "punctuated_word": w.word, "start": w.start, "end": w.end, "confidence": w.confidence} for w in words]  # fmt: skip
        alternative = {"transcript": " ".join(w.word for w in words), "confidence": 0.95, "words": listed}
        self.sent_to = self.now
        if self.peer.faults.noise:
            await self.connection.send("no json at all")
            await self.tell({"type": "SomethingNew", "value": 1})
        await self.tell({
            "type": "Results", "channel_index": [0, 1], "start": start, "duration": self.now - start, **flags,
            "channel": {"alternatives": [alternative]},
            "metadata": {"request_id": "r", "model_uuid": "m", "model_info": {"name": "nova", "version": "1", "arch": "nova-3"}},
        })  # fmt: skip

    async def obey(self, data: dict[str, Any]) -> None:
        match data["type"]:
            case "Finalize":
                await self.final(self.said(self.now + 0.3)[self.done :], speech_final=False, from_finalize=not self.peer.faults.silent_finalize)  # fmt: skip
            case "Configure":
                code = self.peer.faults.refuses_terms
                answer = {"type": "ConfigureFailure", "code": code, "description": "no"} if code else {"type": "ConfigureSuccess", "keyterms": data["keyterms"]}  # fmt: skip
                await self.tell(answer | {"request_id": "r"})
            case "KeepAlive":
                pass
            case other:
                await self.tell({"type": "Error", "variant": "SchemaError", "description": other})


class Flux(Session):
    """Turns: an eager end after 0.3 s of silence, an end after 0.7 s, an update every 0.25 s."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sequence = 0
        self.turn = 0
        self.done = 0
        self.open = False
        self.eager = False
        self.resumed = not self.peer.faults.resumes
        self.updated = 0.0

    async def serve(self) -> None:
        await self.sequenced({"type": "Connected", "request_id": "r"})
        if self.peer.faults.noise:
            await self.sequenced({"type": "Warning", "request_id": "r", "code": "W", "description": "slow"})
            await self.sequenced({"type": "SomethingNew"})
        await super().serve()

    async def sequenced(self, message: dict[str, Any]) -> None:
        await self.tell(message | {"sequence_id": self.sequence})
        self.sequence += 1

    async def info(self, event: str, words: list[Spoken], **more: Any) -> None:
        start = words[0].start if words else self.now
        await self.sequenced({
            "type": "TurnInfo", "request_id": "r", "event": event, "turn_index": self.turn, "audio_window_start": start,
            "audio_window_end": self.now, "transcript": " ".join(w.word for w in words),
            "words": [{"word": w.word, "confidence": w.confidence} for w in words], "end_of_turn_confidence": 0.5, **more,
        })  # fmt: skip

    async def progressed(self) -> None:
        words = self.said(self.now)[self.done :]
        if not words:
            return
        silence = self.now - words[-1].end
        if not self.open:
            self.open = True
            await self.info("StartOfTurn", words)
        elif not self.eager and silence >= 0.3:
            self.eager = True
            await self.info("EagerEndOfTurn", words)
            if not self.resumed:
                self.resumed, self.eager = True, False
                await self.info("TurnResumed", words)
        elif self.eager and silence >= 0.7 and not self.peer.faults.no_finals:
            await self.end(words, "model")
        elif self.now - self.updated >= 0.25:
            self.updated = self.now
            await self.info("Update", words)

    async def end(self, words: list[Spoken], trigger: str) -> None:
        self.done += len(words)
        await self.info("EndOfTurn", words, trigger=trigger)
        self.turn += 1
        self.open = self.eager = False

    async def obey(self, data: dict[str, Any]) -> None:
        match data["type"]:
            case "Configure":
                code = self.peer.faults.refuses_terms
                answer = {"type": "ConfigureFailure", "code": code} if code else {"type": "ConfigureSuccess", "thresholds": data["thresholds"], "keyterms": data["keyterms"]}  # fmt: skip
                await self.sequenced(answer | {"request_id": "r"})
            case "ForceEndTurn":
                await self.end(self.said(self.now + 0.3)[self.done :], "manual")
            case other:
                raise AssertionError(f"Flux knows no {other}")
