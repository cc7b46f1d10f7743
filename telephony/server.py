"""One process that answers: call documents, media sockets and call-backs over HTTP, AudioSocket over TCP.

It knows carriers and sockets and nothing of a conversation: each call that has really opened is handed to
`answer`, with its line. Starlette on uvicorn, which the reviewers' pages use as well; the measured cost of a
frame hardly differs between servers, so what decides is having one of them.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from telephony.config import secret
from telephony.line import MediaStream
from telephony.lines import twilio
from telephony.lines.asterisk_ws import AsteriskStream
from telephony.lines.audiosocket import AudioSocketStream
from telephony.lines.browser import BrowserStream
from telephony.lines.capability import Ticket
from telephony.lines.carrier_signatures import SIGNED, Received
from telephony.lines.carriers import CARRIERS, Carrier
from telephony.lines.documents import Document
from telephony.lines.media_stream import CarrierStream
from telephony.lines.signature import signed_by_twilio
from telephony.lines.sip import SipAddress, SipControl, SipPort, SipStream, SipTrunk, answered, refused
from telephony.lines.sockets import SocketLine, TcpPort, WebSocketPort
from telephony.lines.twiml import Dialling, hang_up_document, person_document
from telephony.lines.vonage import VonageStream
from telephony.switch import Switch

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket


def _carried(carrier: Carrier) -> Callable[[str], MediaStream]:
    return lambda _run: CarrierStream(carrier)


STREAMS: Mapping[str, Callable[[str], MediaStream]] = {
    **{name: _carried(carrier) for name, carrier in CARRIERS.items()},
    "vonage": VonageStream,
    "browser": BrowserStream,
    "asterisk": lambda _run: AsteriskStream(),
}
"""The streams that come in over a WebSocket, by the kind of line; a new one is a row here."""

WORDS: Mapping[str, Callable[[Mapping[str, str]], str | None]] = {
    "dialled": twilio.word_of_dial,
    "leg": twilio.word_of_leg,
    "gone": twilio.word_of_gone,
    "warm_leg": twilio.word_of_warm_leg,
    "key": twilio.word_of_key,
    "machine": twilio.word_of_machine,
}
"""What each of Twilio's call-backs decides."""

_LARGEST_FORM = 64 << 10
_READING_S = 5.0

Form = list[tuple[str, str]]


def application(switch: Switch) -> Starlette:
    """The web application; its lifespan opens and closes the AudioSocket listener as well."""
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route, WebSocketRoute

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        switch.connect()
        listener = await listen_audiosocket(switch)
        trunk = await listen_sip(switch)
        try:
            yield
        finally:
            if trunk is not None:
                await trunk.stop()
            if listener is not None:
                listener.close()
            await switch.disconnect()

    desk = Desk(switch)
    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/call/twilio/{site}", desk.twilio_call, methods=["POST"]),
            Route("/call/{carrier}/{site}", desk.carrier_call, methods=["POST"]),
            Route("/twilio/{site}/{run}/{purpose}/{key}", desk.twilio_back, methods=["POST"]),
            Route("/talk/{site}/socket", desk.page_socket, methods=["POST"]),
            WebSocketRoute("/media/asterisk/{site}/{password}", desk.asterisk),
            WebSocketRoute("/media/{line}/{site}/{run}/{ticket}", desk.media),
        ],
        lifespan=lifespan,
    )


class Desk:
    """The requests, as methods."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    async def twilio_call(self, request: Request) -> Response:
        """Tell Twilio what to do with a new call."""
        switch, site = self._switch, request.path_params["site"]
        form = await self._signed_form(request)
        if form is None or not switch.serves(site, "twilio"):
            return _refused(request)
        if switch.full(site):
            return _xml(person_document(Dialling(switch.settings.sites[site].person)))
        return _document(switch.document("twilio", site, token_hex(16), dict(form).get("From", "")))

    async def carrier_call(self, request: Request) -> Response:
        """Tell another carrier what to do with a new call."""
        switch, path = self._switch, request.path_params
        carrier, site = path["carrier"], path["site"]
        known = carrier in SIGNED and switch.serves(site, carrier)
        key = switch.carrier_secret(carrier) if known else ""
        body = await self._body(request)
        if not key or body is None or switch.full(site):
            return _refused(request)  # the carrier's own fall-back for the number takes the call
        form = () if body.startswith(b"{") else tuple(_form(body))
        received = Received(self._public(request), request.headers, body, form)
        if not SIGNED[carrier](received, key, time.time()):
            return _refused(request)
        return _document(switch.document(carrier, site, token_hex(16), _caller(body, form)))

    async def twilio_back(self, request: Request) -> Response:
        """Take in a call-back; what Twilio is to do next, where it asks."""
        switch, path = self._switch, request.path_params
        form = await self._signed_form(request)
        if form is None or path["purpose"] not in WORDS or not switch.serves(path["site"], "twilio"):
            return _refused(request)
        told = dict(form)
        word = WORDS[path["purpose"]](told)
        waited = word is not None and switch.board.report(path["key"], word)
        if path["purpose"] == "key":
            accepted = waited and word == "accepted"
            return _xml(twilio.joined(path["run"]) if accepted else hang_up_document())
        if path["purpose"] != "dialled":
            return _empty()
        if twilio.OUTCOMES.get(word or "") == "answered":
            return _xml(hang_up_document())
        # Nobody took the call: the caller comes back to us, to the same talk while it lives.
        run = path["run"] if path["run"] in switch.lines else token_hex(16)
        return _document(switch.document("twilio", path["site"], run))

    async def page_socket(self, request: Request) -> Response:
        """Give a page of ours the address of a media socket."""
        from starlette.responses import JSONResponse

        switch, site = self._switch, request.path_params["site"]
        if not switch.serves(site, "browser") or switch.full(site):
            return _refused(request)
        return JSONResponse({"url": switch.media_url(Ticket("browser", site, token_hex(16)))})

    async def media(self, websocket: WebSocket) -> None:
        """A media socket with a ticket."""
        switch, path = self._switch, websocket.path_params
        kind, site, run = path["line"], path["site"], path["run"]
        stream = STREAMS.get(kind)
        if stream is None or kind == "asterisk" or not switch.serves(site, kind):
            return await websocket.close(1008)
        if kind == "twilio" and not self._signed(
            websocket, f"{switch.settings.public_ws}{websocket.url.path}", []
        ):
            return await websocket.close(1008)
        if not switch.tickets.take(Ticket(kind, site, run), path["ticket"], time.time()):
            return await websocket.close(1008)
        await websocket.accept()
        port = WebSocketPort(websocket)
        away = switch.lines.get(run)
        if away is None:
            return await switch.talk(SocketLine(stream(run), port, limits=switch.limits), kind, site, run)
        if away.come_back(stream(run), port):
            return await port.closed()
        return await port.close(1008, "in use")

    async def asterisk(self, websocket: WebSocket) -> None:
        """A media socket of Asterisk's, whose address is fixed in its configuration."""
        switch, site = self._switch, websocket.path_params["site"]
        if not switch.serves(site, "asterisk") or switch.full(site):
            return await websocket.close(1008)
        name = switch.settings.sites[site].password
        expected = secret(name, switch.environment) if name else ""
        given = websocket.path_params["password"]
        if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
            return await websocket.close(1008)
        await websocket.accept("media" if "media" in websocket.scope.get("subprotocols", []) else None)
        line = SocketLine(AsteriskStream(), WebSocketPort(websocket), limits=switch.limits)
        return await switch.talk(line, "asterisk", site, token_hex(16))

    async def _signed_form(self, request: Request) -> Form | None:
        """The form of a request that Twilio has signed; None for any other."""
        body = await self._body(request)
        if body is None:
            return None
        form = _form(body)
        return form if self._signed(request, self._public(request), form) else None

    async def _body(self, request: Request) -> bytes | None:
        """What was sent; None when it is too much or takes too long."""
        body = bytearray()
        try:
            async with asyncio.timeout(_READING_S):
                async for piece in request.stream():
                    body += piece
                    if len(body) > _LARGEST_FORM:
                        return None
        except TimeoutError:
            return None
        return bytes(body)

    def _public(self, request: Request) -> str:
        """The url as the world calls it; never what a Host header says."""
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{self._switch.settings.public_url}{request.url.path}{query}"

    def _signed(self, request: HTTPConnection, url: str, form: Form) -> bool:
        switch = self._switch
        return bool(switch.token) and signed_by_twilio(
            request.headers, url, form, token=switch.token, shared=switch.shared
        )


async def listen_audiosocket(switch: Switch) -> asyncio.Server | None:
    """Listen for Asterisk's AudioSocket where the configuration says so."""
    told = switch.settings.audiosocket
    if told is None:
        return None

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = TcpPort(reader, writer)
        peer = writer.get_extra_info("peername")
        known = bool(peer) and any(ip_address(peer[0]) in network for network in told.allow)
        if not known or switch.full(told.site):
            return await port.close(1008, "refused")
        line = SocketLine(AudioSocketStream(told.rate), port, limits=switch.limits)
        return await switch.talk(line, "audiosocket", told.site, token_hex(16))

    return await asyncio.start_server(serve, told.host, told.port, limit=1 << 16, backlog=1024)


async def listen_sip(switch: Switch) -> SipTrunk | None:
    """Take calls over SIP where the configuration says so.

    Raises:
        ConnectionError: the address cannot be used, or the registrar refuses.
    """
    told = switch.settings.sip
    if told is None:
        return None

    async def take(call: Any) -> None:
        if switch.full(told.site) or not await answered(call):
            return await refused(call)
        line = SocketLine(
            SipStream(),
            SipPort(call),
            SipControl(
                call, trunk.agent, told.domain, ring_s=told.ring_s, whisper=switch.whispered(told.site)
            ),
            switch.limits,
        )
        return await switch.talk(line, "sip", told.site, token_hex(16))

    password = secret(told.password, switch.environment) if told.password else ""
    most = switch.settings.sites[told.site].most_calls
    address = SipAddress(
        told.user, told.domain, told.listen, password, told.register_here, told.auth_user, most
    )
    trunk = SipTrunk(address, take)
    await trunk.start()
    return trunk


def _xml(document: str) -> Response:
    from starlette.responses import Response

    return Response(document, media_type="text/xml")


def _document(document: Document) -> Response:
    from starlette.responses import Response

    return Response(document[0], media_type=document[1])


def _form(body: bytes) -> Form:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _caller(body: bytes, form: Form | tuple[tuple[str, str], ...]) -> str:
    """The caller's number, which Vonage tells in JSON and the others in a form."""
    if form:
        return dict(form).get("From", "")
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    number = told.get("from") if isinstance(told, dict) else None
    return number if isinstance(number, str) else ""


def _empty() -> Response:
    from starlette.responses import Response

    return Response(status_code=204)


def _refused(_request: Request) -> Response:
    """Nothing that tells a stranger which of our sites exist."""
    from starlette.responses import Response

    return Response(status_code=403)
