"""The console as an ASGI application: `create_app(hub)` is what a server mounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from engine.console.pages import admin, book, call, calls, live, numbers, pack, signin, spoken, talk
from engine.console.web import HERE, Pages, SecurityHeaders

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from engine.console.hub import Hub
    from engine.console.oidc import Provider

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "testserver")
"""Names under which the console answers unless told otherwise: a page of somebody else cannot rename
itself to us."""


_ROWS = 288
"""Five-minute rows of a day."""


def create_app(hub: Hub, *, hosts: Sequence[str] = LOOPBACK, provider: Provider | None = None) -> Starlette:
    """The console of one site; the hub is closed with it."""
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.middleware.gzip import GZipMiddleware  # noqa: PLC0415
    from starlette.middleware.trustedhost import TrustedHostMiddleware  # noqa: PLC0415

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        hub.close()

    middleware = [
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        Middleware(GZipMiddleware, minimum_size=2_000),
    ]
    app = Starlette(routes=routes(hub, provider), middleware=middleware, lifespan=lifespan)
    app.state.hub = hub
    return app


def routes(hub: Hub, provider: Provider | None = None) -> list[BaseRoute]:
    """Every page, by its path."""
    from starlette.routing import Mount, Route  # noqa: PLC0415
    from starlette.staticfiles import StaticFiles  # noqa: PLC0415

    on = Pages(hub)
    found: list[BaseRoute] = [
        Route("/", on(calls.home)),
        Route("/sign-in", on(signin.form(provider), None)),
        Route("/sign-in", on(signin.sign_in(provider), None), methods=["POST"]),
        Route("/enter", on(signin.enter, None)),
        Route("/sign-out", on(signin.sign_out), methods=["POST"]),
        Route("/language", on(signin.language, None), methods=["POST"]),
        Route("/calls", on(calls.listing)),
        Route("/calls/views", on(calls.save_view), methods=["POST"]),
        Route("/calls/{call}", on(call.one)),
        Route("/calls/{call}/tape", on(call.tape)),
        Route("/calls/{call}/audio", on(call.audio, "manager")),
        Route("/calls/{call}/file", on(call.offline)),
        Route("/calls/{call}/unseal", on(call.unseal, "manager"), methods=["POST"]),
        Route("/calls/{call}/note", on(call.note), methods=["POST"]),
        Route("/calls/{call}/tag", on(call.tag), methods=["POST"]),
        Route("/calls/{call}/score", on(call.score), methods=["POST"]),
        Route("/calls/{call}/example", on(call.example, "manager"), methods=["POST"]),
        Route("/calls/{call}/example/write", on(call.write_example, "manager"), methods=["POST"]),
        Route("/calls/{call}/hand-over", on(live.hand_over, "manager"), methods=["POST"]),
        Route("/live", on(live.listing)),
        Route("/talk", on(talk.start)),
        Route("/talk", on(talk.begin), methods=["POST"]),
        Route("/talk/spoken", on(spoken.begin), methods=["POST"]),
        Route("/talk/spoken/{call}", on(spoken.one)),
        Route("/talk/{call}", on(talk.one)),
        Route("/talk/{call}", on(talk.act), methods=["POST"]),
        Route("/book", on(book.week)),
        Route("/book/names", on(book.names, "manager"), methods=["POST"]),
        Route("/pack", on(pack.overview)),
        Route("/pack/cases", on(pack.run_cases), methods=["POST"]),
        Route("/numbers", on(numbers.overview)),
        Route("/admin", on(admin.overview, "administrator")),
        Route("/admin/accounts", on(admin.account, "administrator"), methods=["POST"]),
        Route("/admin/purge", on(admin.purge_now, "administrator"), methods=["POST"]),
        Route("/admin/erase", on(admin.erase_person, "administrator"), methods=["POST"]),
        Route("/static/grid.css", _grid),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    if hub.microphone is not None:
        found += hub.microphone.routes()
    if provider is not None:
        found.append(Mount("/oidc", provider.application(hub)))
    return found


def _grid(_request: Request) -> Response:
    """Places and lengths in rows of five minutes, a class for each: the policy allows no inline style."""
    from starlette.responses import Response as Plain  # noqa: PLC0415

    places = "".join(f".at-{row}{{grid-row-start:{row}}}" for row in range(1, _ROWS + 1))
    lengths = "".join(f".for-{rows}{{grid-row-end:span {rows}}}" for rows in range(1, _ROWS + 1))
    return Plain(places + lengths, media_type="text/css")
