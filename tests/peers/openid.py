"""An OpenID provider on loopback: discovery, authorization code with PKCE, tokens signed with RS256.

It refuses what a real one refuses: another redirect address, a code used twice, a wrong client secret, a
verifier that does not fit its challenge. `spoil` lets it misbehave.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "frontdesk", "a client secret"


@dataclass
class OpenIdPeer:
    """The provider; whoever comes is signed in at once as `claims`."""

    claims: dict[str, Any]
    issuer: str = ""
    redirect: str = ""
    """The one address that people may be sent back to."""
    spoil: str = ""
    """nonce | key | audience | expired: what is wrong with the tokens."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
    )

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
            ]
        )

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != self.redirect:
            return Response("unknown client or redirect address", 400)
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            return Response("invalid_request", 400)
        if (
            asked.get("code_challenge_method") != "S256"
            or not asked.get("code_challenge")
            or not asked.get("nonce")
        ):
            return Response("PKCE and a nonce are required", 400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(f"{self.redirect}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body()).decode()))
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {basic}"):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or given.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": "opaque",
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self._id_token(asked),
            }
        )

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "somebody else" if self.spoil == "audience" else CLIENT,
            "iat": now,
            "exp": now - 3600 if self.spoil == "expired" else now + 300,
            "nonce": "another" if self.spoil == "nonce" else asked["nonce"],
            **self.claims,
        }
        key = RSAKey.generate_key(2048, {"kid": "one"}, private=True) if self.spoil == "key" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})
