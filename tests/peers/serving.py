"""Servers on loopback, inside the test's own event loop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telephony.impatience import uvicorn_config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def served(app: Any, port: int = 0, **settings: Any) -> AsyncIterator[int]:
    """Serve an ASGI application as the product serves its own; yields the port."""
    import uvicorn

    config = uvicorn_config(app, host="127.0.0.1", port=port, **settings)
    config.timeout_graceful_shutdown = 1
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # What `serve` does, without its loop, which would look only every tenth of a second whether it may end.
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()
