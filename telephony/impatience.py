"""uvicorn with a deadline for strangers: a connection that sends no request in time is closed.

uvicorn's own timeout begins after a first answer, so ten thousand connections that never ask for anything
would stay for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any


def impatient_protocol(first_request_s: float) -> type[asyncio.Protocol]:
    """An HTTP protocol of uvicorn's that closes a connection which asks for nothing in time."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    class Impatient(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._patience = self.loop.call_later(first_request_s, self._give_up)

        def on_headers_complete(self) -> None:
            self._patience.cancel()
            super().on_headers_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._patience.cancel()
            super().connection_lost(exc)

        def _give_up(self) -> None:
            if not self.transport.is_closing():
                self.transport.abort()

    return Impatient


def uvicorn_config(app: Any, *, host: str, port: int, first_request_s: float = 5.0) -> Any:
    """The settings of the media server: no compression of sound that is compressed already, no access log.

    An access log would hold paths, and a path holds a ticket.
    """
    import uvicorn

    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=impatient_protocol(first_request_s),
        ws="websockets-sansio",
        ws_max_size=1 << 17,
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        lifespan="on",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
