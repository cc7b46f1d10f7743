"""What every page goes through: who it is, what they may, where a form came from, which language they read.

A handler is a plain function from a Visit to a Response and runs in a thread, since it reads the database;
all that is asynchronous stays here.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from engine.console import shown

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from engine.console.accounts import Session
    from engine.console.hub import Hub

HERE = Path(__file__).parent
COOKIE = "frontdesk_session"
LANGUAGE = "frontdesk_language"
LANGUAGES = ("en", "lt")
FORM_BYTES = 65_536
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No inline script, no inline style, nothing from elsewhere."""
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
)


class Texts:
    """The words of the pages, by language; a key that is missing is an error, not an empty place."""

    def __init__(self) -> None:
        self._texts = {
            code: _flat(yaml.safe_load((HERE / "texts" / f"{code}.yml").read_text("utf-8")))
            for code in LANGUAGES
        }

    def keys(self, language: str) -> frozenset[str]:
        """Every key of a language."""
        return frozenset(self._texts[language])

    def text(self, language: str, key: str, **values: Any) -> str:
        """The words of a key."""
        return self._texts[language][key].format(**values) if values else self._texts[language][key]

    def term(self, language: str, kind: str, name: str) -> str:
        """The word for one of a closed set, such as an outcome; names of packs stay as they are."""
        return self._texts[language].get(f"{kind}.{name}", name.replace("_", " "))


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, str]:
    out: dict[str, str] = {}
    for key, value in data.items():
        name = f"{before}{key}"
        out |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: str(value)}
    return out


def environment() -> Environment:
    """The templates; what a template asks for must be there, and everything is escaped."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.filters |= shown.FILTERS
    return found


@dataclass(slots=True)
class Visit:
    """One request, with all that a handler may need."""

    hub: Hub
    request: Request
    language: str
    texts: Texts
    templates: Environment
    session: Session | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> Session:
        """Who is signed in; only pages that need no role may be without."""
        if self.session is None:
            raise LookupError("this page is open to everybody: nobody is signed in")
        return self.session

    @property
    def query(self) -> Mapping[str, str]:
        """The query string."""
        return self.request.query_params

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def t(self, key: str, **values: Any) -> str:
        """The words of a key, in the visitor's language."""
        return self.texts.text(self.language, key, **values)

    def term(self, kind: str, name: str) -> str:
        """The word for one of a closed set."""
        return self.texts.term(self.language, kind, name)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page."""
        from starlette.responses import HTMLResponse  # noqa: PLC0415

        inside = {
            "t": self.t, "term": self.term, "language": self.language, "session": self.session,
            "site": self.hub.domain, "path": self.request.url.path, "root": self.root, "query": self.query,
            "zone": self.hub.domain.catalogue.zone, **values,
        }  # fmt: skip
        return HTMLResponse(self.templates.get_template(template).render(inside), status)

    @property
    def root(self) -> str:
        """Where the console is mounted, without a slash at its end."""
        return str(self.request.scope.get("root_path", "")).rstrip("/")

    def to(self, path: str) -> Response:
        """Go on to another page of the console."""
        from starlette.responses import RedirectResponse  # noqa: PLC0415

        return RedirectResponse(f"{self.root}{path}", 303)

    def wrong(self, key: str, status: int = 404, **values: Any) -> Response:
        """A page that says what is wrong."""
        return self.page("wrong.html", status, message=self.t(key, **values))


Handler = Callable[[Visit], "Response"]


class Pages:
    """Makes endpoints of handlers."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._texts = Texts()
        self._templates = environment()

    def __call__(self, handler: Handler, role: str | None = "reviewer") -> Callable[[Request], Any]:
        """The endpoint of a handler for a role; None: for everybody."""

        async def endpoint(request: Request) -> Response:
            from starlette.concurrency import run_in_threadpool  # noqa: PLC0415

            form: dict[str, str] | None = {}
            if request.method == "POST":
                form = await _form(request)
            return await run_in_threadpool(self._answer, handler, role, request, form)

        return endpoint

    def _answer(
        self, handler: Handler, role: str | None, request: Request, form: Mapping[str, str] | None
    ) -> Response:
        visit = Visit(self._hub, request, _language(request), self._texts, self._templates)
        visit.session = self._hub.accounts.session(request.cookies.get(COOKIE, ""))
        if form is None:
            return visit.wrong("wrong.too_large", 413)
        visit.form = form
        if request.method == "POST" and not _same_origin(request):
            return visit.wrong("wrong.elsewhere", 403)
        if role is None:
            return handler(visit)
        if visit.session is None:
            wanted = quote(f"{request.url.path.removeprefix(visit.root)}?{request.url.query}".rstrip("?"))
            return visit.to(f"/sign-in?next={wanted}")
        if request.method == "POST" and not hmac.compare_digest(form.get("csrf", ""), visit.session.csrf):
            return visit.wrong("wrong.form", 403)
        if not visit.session.may(role):
            self._hub.archive.saw(visit.session.account, visit.session.role.name.lower(), "refused",
                                  "", f"{request.method} {request.url.path}")  # fmt: skip
            return visit.wrong("wrong.role", 403, role=visit.term("role", role))
        return handler(visit)


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a form; None when it is larger than any of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_BYTES:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _same_origin(request: Request) -> bool:
    """Whether a form was sent from a page of this very host, as far as the browser says."""
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return urlsplit(origin).netloc == request.headers.get("host", "")


def _language(request: Request) -> str:
    chosen = request.cookies.get(LANGUAGE) or request.headers.get("accept-language", "")[:2]
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


class SecurityHeaders:
    """Middleware that adds the headers to every answer; nothing of a page is kept by browser or proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = b"max-age=3600" if "/static/" in scope["path"] else b"no-store"
                message["headers"] = [*message["headers"], *_HEADERS, (b"cache-control", kept)]
            await send(message)

        await self._app(scope, receive, send_with if scope["type"] == "http" else send)
