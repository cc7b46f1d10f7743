"""Is this request from the carrier? Signatures of Telnyx, Plivo and Vonage; Twilio's is in `signature.py`.

Each takes the request as it was received, with the public url rebuilt from our configuration, the one secret
of that carrier, and the time.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import orjson

FRESH_S = 300.0
"""A request that is older was recorded by somebody and is played again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    form: tuple[tuple[str, str], ...] = ()


def signed_by_telnyx(received: Received, public_key: str, now: float) -> bool:
    """Ed25519 over the timestamp, a bar and the body."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    stamp = received.headers.get("telnyx-timestamp", "")
    if not _fresh(stamp, now):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key))
        signature = b64decode(received.headers.get("telnyx-signature-ed25519", ""), validate=True)
        key.verify(signature, stamp.encode() + b"|" + received.body)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signed_by_plivo(received: Received, token: str, now: float) -> bool:
    """HMAC-SHA256 over the url, its sorted query, the sorted form and a nonce; several may be given."""
    nonce = received.headers.get("x-plivo-signature-v3-nonce", "")
    given = received.headers.get("x-plivo-signature-v3", "")
    if not nonce or not given:
        return False
    parts = urlsplit(received.url)
    query = "&".join(
        f"{key}={value}" for key, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    told = parts._replace(query="", fragment="").geturl()
    if query or received.form:
        told += "?" + query + ("." if query and received.form else "")
    told += "".join(key + value for key, value in sorted(received.form)) + "." + nonce
    expected = b64encode(hmac.new(token.encode(), told.encode(), sha256).digest())
    return any(hmac.compare_digest(expected, one.strip().encode()) for one in given.split(","))


def signed_by_vonage(received: Received, secret: str, now: float) -> bool:
    """A token (JWT, HS256) that tells the hash of the body."""
    token = received.headers.get("authorization", "").removeprefix("Bearer ")
    head, _, rest = token.partition(".")
    claims, _, signature = rest.partition(".")
    try:
        expected = hmac.new(secret.encode(), f"{head}.{claims}".encode(), sha256).digest()
        if _json(head).get("alg") != "HS256" or not hmac.compare_digest(_bytes(signature), expected):
            return False
        told = _json(claims)
    except (binascii.Error, ValueError):
        return False
    hashed = told.get("payload_hash")
    covered = hashed == sha256(received.body).hexdigest() if received.body else hashed in {None, ""}
    return covered and _fresh(str(told.get("iat", "")), now)


SIGNED: Mapping[str, Callable[[Received, str, float], bool]] = {
    "telnyx": signed_by_telnyx,
    "plivo": signed_by_plivo,
    "vonage": signed_by_vonage,
}
"""By carrier."""


def _fresh(stamp: str, now: float) -> bool:
    return stamp.isdecimal() and len(stamp) < 18 and abs(now - int(stamp)) <= FRESH_S


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _json(text: str) -> dict[str, object]:
    found = orjson.loads(_bytes(text))
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - the caller catches what is no token
    return found
