"""Waiting for the far side of a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - it waits for the far side, which tells nobody
            await asyncio.sleep(0.005)
