"""OpenAI's two speech endpoints on loopback: a transcription by the stamps in the sound, and a tone for a text."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.peers.azure import SECONDS_A_LETTER, Faults, tone
from tests.peers.deepgram import Spoken, beginning
from tests.peers.serving import served

KEY = "openai-key"
RATE = 24_000


@dataclass
class OpenAIPeer:
    """The server."""

    words: list[Spoken] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    url: str = ""
    piece_s: float = 0.0
    nonsense: bool = False
    """Answers that are no JSON."""
    spoken: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    heard_s: list[float] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[OpenAIPeer]:
        routes = [
            Route("/v1/audio/transcriptions", self._hear, methods=["POST"]),
            Route("/v1/audio/speech", self._speak, methods=["POST"]),
        ]
        async with served(Starlette(routes=routes)) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self
            self.over.set()

    async def _checked(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": {"message": "Incorrect API key provided"}}, 401)
        if self.faults.statuses:
            return JSONResponse({"error": {"message": "secret words"}}, self.faults.statuses.pop(0))
        if self.faults.hangs:
            await self.over.wait()
        return None

    async def _hear(self, request: Request) -> Response:
        refusal = await self._checked(request)
        if refusal is not None:
            return refusal
        form = parts(request.headers["content-type"], await request.body())
        upload = form.pop("file")
        self.asked.append({name: value.decode() for name, value in form.items()})
        with wave.open(io.BytesIO(upload)) as file:
            sound, rate = file.readframes(file.getnframes()), file.getframerate()
        if self.faults.mute:
            await self.over.wait()
        if self.nonsense:
            return Response("<html>", media_type="text/html")
        start = beginning(sound) if sound else 0.0
        end = start + len(sound) / 2 / rate
        words = [word.word for word in self.words if start - 0.01 <= word.start and word.end <= end + 0.3]
        return JSONResponse({"text": " ".join(words), "something_new": 1})

    async def _speak(self, request: Request) -> Response:
        refusal = await self._checked(request)
        if refusal is not None:
            return refusal
        wish = await request.json()
        self.asked.append(wish)
        self.spoken.append(wish["input"])
        return StreamingResponse(self._pieces(wish["input"], len(self.spoken)), media_type="audio/pcm")

    async def _pieces(self, text: str, number: int) -> AsyncIterator[bytes]:
        faults = self.faults
        if faults.mute:
            await self.over.wait()
        await asyncio.wait({asyncio.ensure_future(self.over.wait())}, timeout=faults.first_byte_s or 0.001)
        for piece in range(max(1, round(len(text) * SECONDS_A_LETTER / 0.1))):
            if faults.drops_after and piece == faults.drops_after:
                raise ConnectionAbortedError
            if faults.stalls_after and piece == faults.stalls_after:
                await self.over.wait()
            yield tone(0.1, RATE, number)
            await asyncio.sleep(self.piece_s)


def parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart form."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found = {}
    for part in message.get_payload():
        assert not isinstance(part, str)
        found[str(part.get_param("name", header="content-disposition"))] = bytes(
            part.get_payload(decode=True)
        )
    return found
