"""Sign-in with an OpenID provider: the authorization code flow with PKCE, by Authlib.

Who somebody is comes from the provider; what they may do comes from the groups it names, by a table of the
site. Somebody in none of the groups does not get in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from engine.console.accounts import Role
from engine.console.web import COOKIE
from engine.core.errors import FrontdeskError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from engine.console.hub import Hub

_REQUIRED = ("issuer", "client_id", "client_secret_file", "groups")


class ProviderError(FrontdeskError):
    """A file that does not describe an OpenID provider."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider, and what its groups mean here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    groups: Mapping[str, str] = field(default_factory=dict)
    """Group of the provider to role."""
    claim: str = "groups"
    """The claim that lists them."""
    name: str = "OpenID"
    """What the button says."""

    @classmethod
    def read(cls, path: Path) -> Provider:
        """The provider that a YAML file describes; the secret stands in a file of its own.

        Raises:
            ProviderError: something is missing or unknown.
            OSError: a file cannot be read.
        """
        data = yaml.safe_load(path.read_text("utf-8")) or {}
        missing = [key for key in _REQUIRED if not data.get(key)]
        if missing:
            raise ProviderError(
                f"{path.name}: {', '.join(missing)} missing; needed are {', '.join(_REQUIRED)}"
            )
        unknown = {role for role in data["groups"].values() if role.upper() not in Role.__members__}
        if unknown:
            raise ProviderError(f"{path.name}: unknown role {', '.join(sorted(unknown))}; there are "
                                "reviewer, manager, administrator")  # fmt: skip
        secret = (path.parent / data["client_secret_file"]).read_text("utf-8").strip()
        optional = {key: data[key] for key in ("claim", "name") if key in data}
        return cls(data["issuer"], data["client_id"], secret, data["groups"], **optional)

    def role(self, claims: Mapping[str, Any]) -> str | None:
        """The highest role that somebody's groups give; None for no role."""
        given = claims.get(self.claim) or ()
        roles = [
            self.groups[group]
            for group in ([given] if isinstance(given, str) else given)
            if group in self.groups
        ]
        return max(roles, key=lambda role: Role[role.upper()], default=None)

    def application(self, hub: Hub) -> Starlette:
        """The two addresses of the flow: where it starts, and where the provider sends people back to."""
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415
        from starlette.applications import Starlette  # noqa: PLC0415
        from starlette.middleware import Middleware  # noqa: PLC0415
        from starlette.middleware.sessions import SessionMiddleware  # noqa: PLC0415
        from starlette.routing import Route  # noqa: PLC0415

        oauth = OAuth()
        oauth.register(
            "site", client_id=self.client_id, client_secret=self.client_secret,
            server_metadata_url=f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
        )  # fmt: skip
        flow = _Flow(self, hub, oauth.site)
        # State and nonce of a sign-in under way; a key of this process will do, it lasts a few minutes.
        kept = Middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32), max_age=600,
                          session_cookie="frontdesk_oidc", same_site="lax")  # fmt: skip
        return Starlette(
            routes=[Route("/start", flow.start), Route("/back", flow.back, name="back")], middleware=[kept]
        )


class _Flow:
    def __init__(self, provider: Provider, hub: Hub, client: Any) -> None:
        self._provider, self._hub, self._client = provider, hub, client

    async def start(self, request: Request) -> Response:
        """Send somebody to the provider."""
        answer: Response = await self._client.authorize_redirect(request, str(request.url_for("back")))
        return answer

    async def back(self, request: Request) -> Response:
        """Somebody comes back: check the code, the token and its nonce, and open a session."""
        from authlib.integrations.starlette_client import OAuthError  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
        from starlette.responses import RedirectResponse  # noqa: PLC0415

        root = str(request.scope.get("root_path", "")).removesuffix("/oidc")
        try:
            token = await self._client.authorize_access_token(request)
        except (OAuthError, JoseError, ValueError):
            await run_in_threadpool(self._hub.archive.saw, "", "", "sign-in refused", "", "OpenID")
            return RedirectResponse(f"{root}/sign-in", 303)
        session = await run_in_threadpool(self._come_in, token.get("userinfo") or {})
        answer = RedirectResponse(f"{root}/calls" if session else f"{root}/sign-in", 303)
        if session:
            secure = request.url.scheme == "https"
            answer.set_cookie(COOKIE, session, httponly=True, samesite="lax", secure=secure, path="/")
        return answer

    def _come_in(self, claims: Mapping[str, Any]) -> str | None:
        subject = str(claims.get("sub", ""))
        name = str(claims.get("preferred_username") or claims.get("email") or subject)
        role = self._provider.role(claims)
        if not subject or role is None:
            self._hub.archive.saw(name, "", "sign-in refused", "", "no role by OpenID")
            return None
        account = self._hub.accounts.from_provider(f"{self._provider.issuer} {subject}", name, role)
        self._hub.archive.saw(account, role, "signed in", "", "OpenID")
        return self._hub.accounts.open_session(account)
