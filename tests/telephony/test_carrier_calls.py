"""Calls from carriers besides Twilio: signed webhook, document, media socket, echo."""

from __future__ import annotations

import json
import re
import struct
import time
from base64 import b64encode

import httpx2
import pytest
import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.peers.serving import served
from tests.telephony.conftest import PERSON, SECRETS
from tests.telephony.lines.far_sides import JsonFar, VonageFar

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TONE = struct.pack("<320h", *((n % 40 - 20) * 900 for n in range(320)))
SITES = {"north": {"lines": ["telnyx", "plivo", "vonage"], "person": PERSON}}


@pytest.fixture
def carriers(desk, monkeypatch):
    public = b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
    monkeypatch.setitem(SECRETS, "TELNYX_KEY", public)
    monkeypatch.setitem(SECRETS, "VONAGE_SECRET", "s" * 32)
    return desk(sites=SITES, telnyx={"secret": "TELNYX_KEY"}, vonage={"secret": "VONAGE_SECRET"})


async def asked(url, body, headers):
    async with httpx2.AsyncClient(trust_env=False) as client:
        return await client.post(url, content=body, headers=headers)


async def test_a_call_from_telnyx_is_heard_and_answered(carriers):
    body, stamp = b"From=%2B37061234567&CallSid=c", str(int(time.time()))
    signature = b64encode(PRIVATE.sign(stamp.encode() + b"|" + body)).decode()
    headers = {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}
    async with carriers as ours:
        answer = await asked(f"{ours.url}/call/telnyx/north", body, headers)
        address = re.search(r'url="([^"]+)"', answer.text)
        assert address is not None
        far = JsonFar("telnyx")
        async with websockets.connect(address[1]) as socket:
            for message in [*far.opening(), *far.says(TONE)]:
                await socket.send(message)
            far.takes([await socket.recv()])
            assert len(far.plays()[0]) == len(TONE)
            await socket.send(far.hangs_up()[0])
            with pytest.raises(websockets.ConnectionClosedOK):
                await socket.recv()
        refused = await asked(f"{ours.url}/call/telnyx/north", body + b"&Evil=1", headers)
        assert refused.status_code == 403


async def test_a_call_from_vonage_is_heard_and_answered(carriers):
    import jwt

    body = json.dumps({"from": "37061234567", "uuid": "u"}).encode()
    from hashlib import sha256

    token = jwt.encode({"iat": int(time.time()), "payload_hash": sha256(body).hexdigest()}, "s" * 32)
    async with carriers as ours:
        answer = await asked(f"{ours.url}/call/vonage/north", body, {"authorization": f"Bearer {token}"})
        socket_endpoint = answer.json()[0]["endpoint"][0]
        far = VonageFar()
        async with websockets.connect(socket_endpoint["uri"]) as socket:
            opening = json.loads(str(far.opening()[0])) | socket_endpoint["headers"]
            await socket.send(json.dumps(opening))
            await socket.send(TONE)
            assert await socket.recv() == TONE
            (line,) = ours.switch.lines.values()
            assert line._opened is not None
            assert line._opened.number == "+37061234567"


@pytest.mark.parametrize("carrier", ["plivo", "nobody"])
async def test_a_carrier_that_is_not_configured_is_refused(carriers, carrier):
    async with carriers as ours:
        answer = await asked(f"{ours.url}/call/{carrier}/north", b"From=1", {})
        assert answer.status_code == 403


async def test_a_body_without_an_end_is_refused(carriers):
    async with carriers as ours:
        answer = await asked(f"{ours.url}/call/telnyx/north", b"x" * (100 << 10), {})
        assert answer.status_code == 403


class Cloud:
    """A carrier's call control on loopback."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[tuple[str, str, str]] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["path"], headers["authorization"]))
        await receive()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


ENDED = [
    ("telnyx", {"key": "API_KEY"}, ("POST", "/v2/calls/call-1/actions/hangup", "Bearer rest")),
    (
        "plivo",
        {"account": "API_KEY"},
        ("DELETE", "/v1/Account/rest/Call/call-1/", f"Basic {b64encode(b'rest:public').decode()}"),
    ),
]


@pytest.mark.parametrize(("carrier", "keys", "request_"), ENDED, ids=["telnyx", "plivo"])
@pytest.mark.parametrize("status", [204, 404], ids=["ended", "gone before"])
async def test_a_call_that_is_over_is_ended_at_the_carrier(
    desk, monkeypatch, carrier, keys, request_, status
):
    monkeypatch.setitem(SECRETS, "SIGNING", "public")
    monkeypatch.setitem(SECRETS, "API_KEY", "rest")
    cloud = Cloud(status)
    async with served(cloud) as port:
        settings = {"secret": "SIGNING", "api_base": f"http://127.0.0.1:{port}", **keys}
        async with desk(sites=SITES, **{carrier: settings}) as ours:
            control = ours.switch.carrier_control(carrier, "call-1")
            assert control is not None
            await control.hang_up()
    assert cloud.asked == [request_]


async def test_a_carrier_that_refuses_to_end_a_call_is_an_error(desk, monkeypatch):
    monkeypatch.setitem(SECRETS, "API_KEY", "rest")
    async with served(Cloud(401)) as port:
        settings = {"secret": "API_KEY", "key": "API_KEY", "api_base": f"http://127.0.0.1:{port}"}
        async with desk(sites=SITES, telnyx=settings) as ours:
            control = ours.switch.carrier_control("telnyx", "call-1")
            assert control is not None
            with pytest.raises(ConnectionError, match="401"):
                await control.hang_up()


async def test_without_a_key_nothing_is_asked_of_a_carrier(carriers):
    async with carriers as ours:
        assert ours.switch.carrier_control("telnyx", "call-1") is None
        assert ours.switch.carrier_control("vonage", "call-1") is None
