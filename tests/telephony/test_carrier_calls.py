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
