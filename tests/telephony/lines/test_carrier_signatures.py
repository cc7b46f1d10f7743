"""Signatures of the other carriers: made by others' code, checked by ours."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from telephony.lines.carrier_signatures import (
    SIGNED,
    Received,
    signed_by_plivo,
    signed_by_telnyx,
    signed_by_vonage,
)

NOW = 1_790_000_000.0
URL = "https://h.example/call/plivo/north"


# --- Plivo: vectors made with Plivo's own helper, plivo 4.63 --------------------------------------


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (
            URL,
            (("From", "37061234567"), ("To", "37052190000"), ("CallUUID", "u-1")),
            "1DEFr/ollecxfulPcni8VFSzj++htt8yCgMCOq5yKUM=",
        ),
        (URL + "?a=1&b=2", (("From", "37061234567"),), "4Oup+Oom3K1IM3DRiltMX/jXv+c4f3iFWslDKqplisI="),
        (URL + "?b=2&a=1", (), "1/MhVkVBwW1f8Ce1RLefTILUa8712aY5wfUpJQBa2gc="),
    ],
)
def test_plivos_golden_vectors(url, form, signature):
    headers = {"x-plivo-signature-v3": f"other=,{signature}", "x-plivo-signature-v3-nonce": "nonce-1"}
    assert signed_by_plivo(Received(url, headers, b"", form), "token", NOW)
    assert not signed_by_plivo(Received(url, headers, b"", (*form, ("Evil", "1"))), "token", NOW)
    assert not signed_by_plivo(
        Received(url, headers | {"x-plivo-signature-v3-nonce": "2"}, b"", form), "token", NOW
    )
    assert not signed_by_plivo(Received(url, headers, b"", form), "another token", NOW)


# --- Telnyx --------------------------------------------------------------------------------------

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = b64encode(PRIVATE.public_key().public_bytes_raw()).decode()


def telnyx(body=b"From=%2B37061234567", stamp=str(int(NOW)), signed=None):
    signature = PRIVATE.sign(stamp.encode() + b"|" + (body if signed is None else signed))
    headers = {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": b64encode(signature).decode()}
    return Received("https://h.example/", headers, body)


def test_telnyx_signs_the_time_and_the_body():
    assert signed_by_telnyx(telnyx(), PUBLIC, NOW)
    assert not signed_by_telnyx(telnyx(signed=b"From=%2B370"), PUBLIC, NOW)
    assert not signed_by_telnyx(telnyx(), b64encode(bytes(32)).decode(), NOW)
    assert not signed_by_telnyx(telnyx(), "no key", NOW)


@pytest.mark.parametrize("stamp", [str(int(NOW) - 301), str(int(NOW) + 301), "soon", "", "9" * 30])
def test_a_request_of_another_time_was_recorded_by_somebody(stamp):
    assert not signed_by_telnyx(telnyx(stamp=stamp), PUBLIC, NOW)


# --- Vonage --------------------------------------------------------------------------------------


def vonage(body=b'{"from": "37061234567"}', secret="s" * 32, algorithm="HS256", **claims):
    import jwt

    told = {"iat": int(NOW), "iss": "Vonage", "payload_hash": sha256(body).hexdigest()} | claims
    token = jwt.encode(told, secret, algorithm=algorithm)
    return Received("https://h.example/", {"authorization": f"Bearer {token}"}, body)


def test_vonage_signs_a_token_that_tells_the_hash_of_the_body():
    assert signed_by_vonage(vonage(), "s" * 32, NOW)
    assert not signed_by_vonage(vonage(secret="t" * 32), "s" * 32, NOW)
    assert not signed_by_vonage(vonage(payload_hash="0" * 64), "s" * 32, NOW)
    assert not signed_by_vonage(vonage(iat=int(NOW) - 400), "s" * 32, NOW)
    assert not signed_by_vonage(vonage(secret="s" * 48, algorithm="HS384"), "s" * 48, NOW)


def test_a_token_without_a_signature_is_none():
    import jwt

    told = {"iat": int(NOW), "payload_hash": sha256(b"{}").hexdigest()}
    token = jwt.encode(told, "", algorithm="none")
    assert not signed_by_vonage(Received("u", {"authorization": f"Bearer {token}"}, b"{}"), "s" * 32, NOW)


NAMES = [
    "authorization",
    "telnyx-timestamp",
    "telnyx-signature-ed25519",
    "x-plivo-signature-v3",
    "x-plivo-signature-v3-nonce",
]


@pytest.mark.parametrize("carrier", sorted(SIGNED))
@given(headers=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)), body=st.binary(max_size=30))
def test_whatever_a_stranger_sends_is_refused(carrier, headers, body):
    assert not SIGNED[carrier](Received("https://h.example/", headers, body), PUBLIC, NOW)
