"""Deepgram's speaking WebSocket on loopback: Speak, Flush, Clear and what answers them."""

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

from tests.peers.azure import SECONDS_A_LETTER, Faults, tone
from tests.peers.deepgram import KEY


@dataclass
class SpeakPeer:
    """The service."""

    faults: Faults = field(default_factory=Faults)
    url: str = ""
    spoken: list[str] = field(default_factory=list)
    connections: int = 0
    handshakes: int = 0
    piece_s: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    queries: list[dict[str, str]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SpeakPeer]:
        async with serve(self._accept, "127.0.0.1", 0, process_request=self._check) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self
            self.over.set()

    async def _check(self, connection: ServerConnection, request: Any) -> Any:
        self.handshakes += 1
        if self.faults.hangs:
            await self.over.wait()
        if request.headers.get("Authorization") != f"Token {KEY}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        if self.faults.statuses:
            return connection.respond(HTTPStatus(self.faults.statuses.pop(0)), "")
        return None

    async def _accept(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        url = urlsplit(connection.request.path)
        assert url.path == "/v1/speak"
        self.queries.append(dict(parse_qsl(url.query)))
        self.connections += 1
        rate = int(self.queries[-1]["sample_rate"])
        text = ""
        speaking: asyncio.Task[None] | None = None
        with suppress(websockets.ConnectionClosed):
            async for message in connection:
                data = json.loads(message)
                match data["type"]:
                    case "Speak":
                        text += data["text"]
                    case "Flush":
                        self.spoken.append(text)
                        speaking = asyncio.create_task(self._speak(connection, text, rate, len(self.spoken)))
                        text = ""
                    case "Clear":
                        if speaking is not None:
                            speaking.cancel()
                        await connection.send(json.dumps({"type": "Cleared", "sequence_id": 1}))
                    case "Close":
                        await connection.close()
        if speaking is not None:
            speaking.cancel()

    async def _speak(self, connection: ServerConnection, text: str, rate: int, level: int) -> None:
        faults = self.faults
        if faults.mute:
            return None
        with suppress(websockets.ConnectionClosed):
            await asyncio.sleep(faults.first_byte_s)
            for piece in range(max(1, round(len(text) * SECONDS_A_LETTER / 0.1))):
                if faults.drops_after and piece == faults.drops_after:
                    return await connection.close(1011, "")
                if faults.stalls_after and piece == faults.stalls_after:
                    return None
                await connection.send(tone(0.1, rate, level))
                await asyncio.sleep(self.piece_s)
            return await connection.send(json.dumps({"type": "Flushed", "sequence_id": 0}))
        return None
