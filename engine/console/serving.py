"""Starting the console on this machine: opens the site, makes an administrator, serves until stopped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.calls import Desk
from engine.console.accounts import Accounts
from engine.console.app import LOOPBACK, create_app
from engine.console.hub import Case, Hub
from engine.console.microphone import Microphone
from engine.console.oidc import Provider
from engine.core.errors import FrontdeskError

if TYPE_CHECKING:
    from starlette.applications import Starlette


class ServeError(FrontdeskError):
    """The console cannot be started so."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a console is started."""

    site: str
    database: str = ""
    """Empty: a file of the user's data folder, named like the site."""
    host: str = "127.0.0.1"
    port: int = 8080
    names: Sequence[str] = ()
    """Further host names under which people open it."""
    compare: Sequence[str] = ()
    """Packs and sites that calls may be replayed over."""
    examples: Path | None = None
    """Where calls are written as examples; empty: beside the database."""
    provider: Path | None = None
    """The file that describes an OpenID provider."""
    now: str | None = None
    """A local time at which the clock stands still, for trying things out."""
    cases: Callable[[Hub], Sequence[Case]] | None = None
    """Runs the pack's cases; the console itself may not import their runner."""
    proof: Callable[[Hub], Mapping[str, Any] | None] | None = None
    """Finds the last proof of the site."""
    play: Callable[[Hub, str], Sequence[str]] | None = None
    """Plays the YAML of an example call; returns what goes otherwise."""
    microphone: Callable[[Hub], Microphone] | None = None
    """Makes the speech shell behind the Talk page; not imported here for the same reason."""


def open_hub(options: Options) -> Hub:
    """Open the site with its archive and accounts.

    Raises:
        PackError: the site must not serve calls.
        BookError: the database cannot be opened.
        TapeError: the key of the sealed layer is none.
    """
    database = options.database or _own_database(options.site)
    desk = Desk.open(options.site, database)
    archive = desk.keep_tapes(database)
    clock: Callable[[], datetime] = desk.clock(options.now)
    hub = Hub(
        desk, archive, Accounts(archive.file), site=options.site, clock=clock,
        compare={Path(name).stem if Path(name).suffix else name: name for name in options.compare},
        examples=options.examples or Path(f"{database}.examples"),
    )  # fmt: skip
    if options.cases is not None:
        run = options.cases
        hub.cases = lambda: run(hub)
    if options.proof is not None:
        find = options.proof
        hub.proof = lambda: find(hub)
    if options.play is not None:
        play = options.play
        hub.play = lambda text: play(hub, text)
    if options.microphone is not None:
        hub.microphone = options.microphone(hub)
    return hub


def serve(
    options: Options, *, say: Callable[[str], object], open_page: Callable[[str], object] | None = None
) -> None:
    """Serve until interrupted; `say` tells the person at the keyboard, `open_page` opens a browser.

    Raises:
        ServeError: the port is taken, or the server's libraries are not installed.
        FrontdeskError: the site cannot be opened.
    """
    try:
        import uvicorn  # noqa: PLC0415
    except ImportError as error:
        raise ServeError("the console needs the server extra: pip install -e '.[server]'") from error
    hub = open_hub(options)
    provider = Provider.read(options.provider) if options.provider is not None else None
    hub.housekeeper.start()
    app = create_app(hub, hosts=[*LOOPBACK, *options.names], provider=provider)
    with _listen(options.host, options.port) as listener:
        address = f"http://{options.host}:{listener.getsockname()[1]}"
        _welcome(hub, address, options, say)
        if open_page is not None:
            open_page(f"{address}/enter?key={quote(hub.accounts.link('admin'))}&next=/talk")
        _run(uvicorn, app, listener)


def _run(uvicorn: object, app: Starlette, listener: socket.socket) -> None:
    # No access log: paths may hold what a call was about.
    config = uvicorn.Config(  # type: ignore[attr-defined]
        app, log_level="warning", access_log=False, server_header=False, ws="websockets-sansio",
        ws_per_message_deflate=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])  # type: ignore[attr-defined]


def _welcome(hub: Hub, address: str, options: Options, say: Callable[[str], object]) -> None:
    say(f"{hub.domain.id}: {address}")
    first = hub.accounts.first_administrator()
    if first is not None:
        say(f"A first administrator was made. Name: {first[0]}  Password: {first[1]}  It is shown this once.")
    if options.host not in {"127.0.0.1", "localhost", "::1"}:
        say("This is open to the network: put TLS in front of it, and name its host with --name.")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServeError(f"{host}:{port}: {error.strerror}; --port names another, 0 takes any") from error
    return listener


def _own_database(site: str) -> str:
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "frontdesk"
    base.mkdir(parents=True, exist_ok=True)
    return str(base / f"{Path(site).stem}.db")
