"""Is this request from the carrier? Twilio's signature, of HTTP requests and of WebSocket upgrades.

Ours instead of the SDK's validator: that one reads `wss` as port 80 where it completes a url, and importing
it costs more than the thirty lines. A test holds both against the same vectors.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha1, sha256
from urllib.parse import parse_qs, urlsplit

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_ALGORITHMS = {"HMAC_SHA1": sha1, "HMAC_SHA256": sha256}

Pairs = Iterable[tuple[str, str]]


def twilio_signature(secret: str, url: str, form: Pairs = (), algorithm: str = "HMAC_SHA1") -> str:
    """The signature of a request: the url, then every key with each of its distinct values, sorted.

    Raises:
        KeyError: an algorithm that we do not know.
    """
    told = url + "".join(key + value for key, value in sorted(set(form)))
    digest = hmac.new(secret.encode("utf-8"), told.encode("utf-8"), _ALGORITHMS[algorithm]).digest()
    return b64encode(digest).decode("ascii")


def signed_by_twilio(
    headers: Mapping[str, str],
    url: str,
    form: Pairs = (),
    *,
    token: str,
    shared: Mapping[str, str],
    body: bytes = b"",
) -> bool:
    """True when this request was signed with our secret.

    `url` is the public one, rebuilt from our configuration and never from the Host header; the names of
    `headers` are in lower case; `shared` are the shared keys by their name; `body` is that of a JSON request,
    whose hash the url tells.
    """
    given = headers.get(SIGNATURE, "")
    named = dict(
        part.strip().partition("=")[::2] for part in headers.get(SETTINGS, "").split(",") if part.strip()
    )
    algorithm = named.get("algorithm", "HMAC_SHA1")
    secret = shared.get(named["key"], "") if "key" in named else token
    if not given or not secret or algorithm not in _ALGORITHMS:
        return False
    told = parse_qs(urlsplit(url).query).get("bodySHA256")
    if told is not None:
        if not hmac.compare_digest(told[0], sha256(body).hexdigest()):
            return False
        form = ()
    pairs = tuple(form)
    return any(
        hmac.compare_digest(given.encode(), twilio_signature(secret, spelling, pairs, algorithm).encode())
        for spelling in _spellings(url)
    )


def _spellings(url: str) -> tuple[str, ...]:
    """The url with and without its port: which of them was signed depends on who stands between."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    without = parts._replace(netloc=host).geturl()
    port = parts.port or _PORTS.get(parts.scheme, 443)
    return tuple({url, without, parts._replace(netloc=f"{host}:{port}").geturl()})
