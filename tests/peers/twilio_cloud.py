"""Twilio on loopback: signed requests, call documents, media sockets that pace 20 ms, and the REST interface.

It does what the public documentation and others' code say that Twilio does, so that our server and Twilio's
own SDK can be tested without an account. Who may be called, and what they do, is a table of people.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from xml.etree import ElementTree as ET

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm
from tests.peers.serving import served

ACCOUNT, TOKEN = "AC" + "0" * 32, "12345678901234567890123456789012"
SILENCE = b"\xff" * 160
ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}


@dataclass
class Person:
    """Somebody with a telephone."""

    does: str = "answers"
    """answers | busy | no-answer | failed"""
    key: str | None = "1"
    """What is pressed after a whisper; None: nothing."""
    machine: bool = False
    talks_s: float = 0.0
    """How long a call with them lasts, in Twilio's time."""


@dataclass(eq=False)
class Call:
    """One leg."""

    sid: str
    cloud: TwilioCloud
    number: str
    status: str = "in-progress"
    parent: Call | None = None
    heard: bytearray = field(default_factory=bytearray)
    """What was played to this leg by a media stream, 16-bit samples."""
    said: deque[bytes] = field(default_factory=deque)
    """Frames of mu-law that the caller is going to say."""
    log: list[str] = field(default_factory=list)
    """The verbs that ran, and what became of them."""
    room: str = ""
    callback: str = ""
    """Told of its end, once a REST update asked for it."""
    closes: list[int] = field(default_factory=list)
    """The codes with which media sockets were closed."""
    task: asyncio.Task[None] | None = None
    socket: Any = None
    _chunk: int = 0

    def say(self, pcm: bytes) -> None:
        codes = pcm_to_ulaw(pcm)
        self.said.extend(
            codes[place : place + 160].ljust(160, b"\xff") for place in range(0, len(codes), 160)
        )

    async def press(self, digit: str) -> None:
        await self.socket.send(json.dumps({"event": "dtmf", "streamSid": "MZ", "sequenceNumber": "9", "dtmf": {"track": "inbound_track", "digit": digit}}))  # fmt: skip

    def run(self, document: str, base: str) -> None:
        """Let a document take the call over, in place of what runs now."""
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
        self.task = asyncio.create_task(self._run(document, base))

    async def end(self, status: str = "completed") -> None:
        if self.status in ENDED:
            return
        self.status = status
        if self.task is not None and self.task is not asyncio.current_task():
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
        self.cloud.leave(self)
        if self.callback:
            with suppress(PermissionError, OSError):
                await self.cloud.ask(self.callback, {"CallSid": self.sid, "CallStatus": status})

    async def _run(self, document: str, base: str) -> None:
        for verb in ET.fromstring(document):  # noqa: S314 - our own server wrote it
            self.log.append(verb.tag)
            step = getattr(self, f"_{verb.tag.lower()}", None)
            assert step is not None, f"TwiML {verb.tag}"
            redirected = await step(verb, base)
            if redirected is not None:
                return await self._run(*redirected)
            if self.status in ENDED:
                return None
        return await self.end()

    # --- verbs: None goes on to the next, a document and its url take over ------------------------

    async def _connect(self, verb: ET.Element, base: str) -> tuple[str, str] | None:
        import websockets

        stream = verb[0]
        url = urlsplit(stream.attrib["url"])._replace(query="").geturl()  # Twilio drops the query
        headers = {"X-Twilio-Signature": self.cloud.sign(url)}
        try:
            async with websockets.connect(url, additional_headers=headers, compression=None) as socket:
                self.socket = socket
                parameters = {p.attrib["name"]: p.attrib["value"] for p in stream}
                await self._stream(socket, parameters)
                self.closes.append(socket.close_code or 0)
        except (OSError, websockets.WebSocketException) as error:
            self.log.append(f"stream-error {type(error).__name__}")
        if "action" in verb.attrib:
            return await self.cloud.ask(urljoin(base, verb.attrib["action"]), {"CallSid": self.sid})
        return None

    async def _dial(self, verb: ET.Element, base: str) -> tuple[str, str] | None:
        target = verb[0]
        if target.tag == "Conference":
            self.room = target.text or ""
            self.cloud.rooms.setdefault(self.room, []).append(self)
            await asyncio.Event().wait()
        leg = self.cloud.new_call(target.text or "", "ringing", self)
        status = await self.cloud.ring(leg, target.attrib.get("statusCallback", ""), base)
        self.log.append(f"dial {status}")
        if "action" in verb.attrib:
            form = {"CallSid": self.sid, "DialCallSid": leg.sid, "DialCallStatus": status}
            return await self.cloud.ask(urljoin(base, verb.attrib["action"]), form)
        return None

    async def _gather(self, verb: ET.Element, base: str) -> tuple[str, str] | None:
        self.log.append("whisper " + (verb[0].text or ""))
        key = self.cloud.people[self.number].key
        if key is None:
            return None
        await asyncio.sleep(0.02 / self.cloud.speed)
        return await self.cloud.ask(
            urljoin(base, verb.attrib["action"]), {"CallSid": self.sid, "Digits": key}
        )

    async def _hangup(self, _verb: ET.Element, _base: str) -> None:
        await self.end()

    # --- the media socket ------------------------------------------------------------------------

    async def _stream(self, socket: Any, parameters: dict[str, str]) -> None:
        """One frame each way every 20 ms, a play buffer, and marks; until our side closes or the call moves on."""
        import websockets

        media_format = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {"accountSid": ACCOUNT, "streamSid": "MZ", "callSid": self.sid, "tracks": ["inbound"],
                 "mediaFormat": media_format, "customParameters": parameters}  # fmt: skip
        await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        await socket.send(
            json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ", "start": start})
        )
        buffer: deque[bytes | str] = deque()
        reader = asyncio.create_task(self._read(socket, buffer))
        numbers = itertools.count(1)
        try:
            for number in numbers:
                await self._tick(socket, buffer, number)
                await asyncio.sleep(0.02 / self.cloud.speed)
        except websockets.ConnectionClosed:
            pass
        except asyncio.CancelledError:
            with suppress(websockets.ConnectionClosed):
                await socket.send(
                    json.dumps({"event": "stop", "streamSid": "MZ", "stop": {"callSid": self.sid}})
                )
            raise
        finally:
            reader.cancel()

    async def _tick(self, socket: Any, buffer: deque[bytes | str], number: int) -> None:
        payload = b64encode(self.said.popleft() if self.said else SILENCE).decode()
        media = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number), "payload": payload}
        await socket.send(json.dumps({"event": "media", "sequenceNumber": str(number + 1), "streamSid": "MZ", "media": media}))  # fmt: skip
        due = 160
        while buffer and (due > 0 or isinstance(buffer[0], str)):
            item = buffer.popleft()
            if isinstance(item, str):
                await self._mark(socket, item)
                continue
            self.heard += ulaw_to_pcm(item[:due])
            if len(item) > due:
                buffer.appendleft(item[due:])
            due -= len(item[:due])

    async def _read(self, socket: Any, buffer: deque[bytes | str]) -> None:
        async for message in socket:
            data = json.loads(message)
            match data["event"]:
                case "media":
                    buffer.append(b64decode(data["media"]["payload"], validate=True))
                case "mark":
                    buffer.append(data["mark"]["name"])
                case "clear":
                    marks = [item for item in buffer if isinstance(item, str)]
                    buffer.clear()
                    for mark in marks:
                        await self._mark(socket, mark)

    async def _mark(self, socket: Any, name: str) -> None:
        await socket.send(
            json.dumps({"event": "mark", "sequenceNumber": "4", "streamSid": "MZ", "mark": {"name": name}})
        )


class TwilioCloud:
    """The whole of it."""

    def __init__(self, speed: float = 10.0) -> None:
        self.speed = speed
        """How many seconds of Twilio's time pass in one of ours."""
        self.people: dict[str, Person] = {}
        self.calls: dict[str, Call] = {}
        self.rooms: dict[str, list[Call]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        """Every REST request that came in: path and form."""
        self.secret = TOKEN
        self.hung = False
        """REST requests are never answered."""
        self.rings_s = 0.05
        self.disorder = False
        """Status call-backs come late, twice and in the wrong order."""
        self.url = ""
        self._sids = itertools.count(1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[TwilioCloud]:
        path = "/2010-04-01/Accounts/{account}/Calls"
        app = Starlette(routes=[Route(path + ".json", self._create, methods=["POST"]),
                                Route(path + "/{call}.json", self._update, methods=["POST"])])  # fmt: skip
        async with served(app) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self
            for call in list(self.calls.values()):
                await call.end()

    async def incoming(self, url: str, number: str = "+37061234567") -> Call:
        """Somebody calls our number; the call document is asked for and runs."""
        call = self.new_call(number, "in-progress")
        form = {"CallSid": call.sid, "From": number, "To": "+37052190000", "CallStatus": "ringing"}
        document, base = await self.ask(url, form)
        call.run(document, base)
        return call

    def new_call(self, number: str, status: str, parent: Call | None = None) -> Call:
        call = Call(f"CA{next(self._sids):032}", self, number, status, parent)
        self.calls[call.sid] = call
        return call

    def sign(self, url: str, form: dict[str, str] | None = None) -> str:
        signature: str = RequestValidator(self.secret).compute_signature(url, form or {})
        return signature

    async def ask(self, url: str, form: dict[str, str]) -> tuple[str, str]:
        """Ask our server, signed; the document and the url it came from."""
        import httpx2

        async with httpx2.AsyncClient(timeout=5.0, trust_env=False) as client:
            answer = await client.post(url, data=form, headers={"X-Twilio-Signature": self.sign(url, form)})
        if answer.status_code >= 400:
            raise PermissionError(answer.status_code)
        return answer.text or "<Response/>", url

    def leave(self, call: Call) -> None:
        """A leg is gone; a conference that ends with it takes the others along."""
        for other in self.rooms.pop(call.room, []) if call.room else []:
            if other is not call:
                asyncio.get_running_loop().create_task(other.end())

    async def ring(self, leg: Call, callback: str, base: str) -> str:
        """Ring a person until it is known how it ends; the final status of the leg."""
        person = self.people.get(leg.number, Person("failed"))
        told = ["initiated", "ringing"]
        await asyncio.sleep(self.rings_s / self.speed)
        if person.does == "answers":
            leg.status = "in-progress"
            told += ["in-progress", "completed"]
            await self._tell(leg, callback, base, told[:3])
            await asyncio.sleep(person.talks_s / self.speed)
            told = told[3:]
        await leg.end("completed" if person.does == "answers" else person.does)
        await self._tell(leg, callback, base, [*told, leg.status] if person.does != "answers" else told)
        return leg.status

    async def _tell(self, leg: Call, callback: str, base: str, statuses: list[str]) -> None:
        if not callback:
            return
        if self.disorder:
            statuses = [status for status in reversed(statuses) for _ in range(2)]
        for status in statuses:
            form = {"CallSid": leg.sid, "CallStatus": status}
            with suppress(PermissionError):
                await self.ask(urljoin(base, callback), form)

    # --- REST ------------------------------------------------------------------------------------

    async def _received(self, request: Request) -> dict[str, str] | Response:
        expected = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.hung:
            await asyncio.sleep(30)
        if request.headers.get("authorization") != expected:
            return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        self.requests.append((request.url.path, form))
        return form

    async def _create(self, request: Request) -> Response:
        form = await self._received(request)
        if isinstance(form, Response):
            return form
        leg = self.new_call(form["To"], "queued")
        leg.task = asyncio.create_task(self._outgoing(leg, form))
        return JSONResponse(_shown(leg), 201)

    async def _outgoing(self, leg: Call, form: dict[str, str]) -> None:
        """Ring a person for a leg that was ordered by REST, and run its document once it is answered."""
        person = self.people.get(leg.number, Person("failed"))
        callback = form.get("StatusCallback", "")
        await asyncio.sleep(0.05 / self.speed)
        if person.does != "answers":
            leg.status, leg.task = person.does, None
            return await self._tell(leg, callback, callback, ["initiated", "ringing", leg.status])
        leg.status = "in-progress"
        await self._tell(leg, callback, callback, ["initiated", "ringing", "in-progress"])
        if form.get("AsyncAmd") == "true":
            with suppress(PermissionError):
                answered = "machine_end_beep" if person.machine else "human"
                await self.ask(form["AsyncAmdStatusCallback"], {"CallSid": leg.sid, "AnsweredBy": answered})
        leg.task = None
        leg.run(form["Twiml"], callback)
        assert leg.task is not None
        with suppress(asyncio.CancelledError):
            await asyncio.shield(leg.task)
        return await self._tell(leg, callback, callback, [leg.status])

    async def _update(self, request: Request) -> Response:
        form = await self._received(request)
        if isinstance(form, Response):
            return form
        call = self.calls.get(request.path_params["call"])
        if call is None or call.status in ENDED:
            return JSONResponse(
                {"code": 20404, "message": "The requested resource was not found", "status": 404}, 404
            )
        if form.get("Status") in {"completed", "canceled"}:
            await call.end(form["Status"])
        elif "Twiml" in form:
            call.callback = form.get("StatusCallback", call.callback)
            call.run(form["Twiml"], str(request.url))
        return JSONResponse(_shown(call))


def _shown(call: Call) -> dict[str, Any]:
    return {"sid": call.sid, "status": call.status, "account_sid": ACCOUNT, "to": call.number}


def encoded(form: dict[str, str]) -> bytes:
    """A form as Twilio posts it."""
    return urlencode(form).encode()
