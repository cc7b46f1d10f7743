"""The console's "hand to a person" for calls of this process: what it asked for is looked for and done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from engine.archive.handover import LOOK_S, take_up
from engine.tape_summary import handed_over

if TYPE_CHECKING:
    from engine.archive.store import Archive
    from telephony.settings import Shell

_log = logging.getLogger(__name__)


async def watch(shell: Shell, sites: Sequence[tuple[Archive, Callable[[], datetime]]]) -> None:
    """Take up what is asked for until cancelled; `sites` are archives that calls are filed in, with clocks.

    The folders are read in a thread; a call is told on the loop, as by everything else that happens to it.
    """
    loop = asyncio.get_running_loop()
    while True:
        for archive, clock in sites:
            try:
                await asyncio.to_thread(take_up, archive, _way(shell, clock, loop))
            except OSError as error:
                _log.warning("what the console asks for cannot be seen: %s", type(error).__name__)
        await asyncio.sleep(LOOK_S)


def _way(
    shell: Shell, clock: Callable[[], datetime], loop: asyncio.AbstractEventLoop
) -> Callable[[str], bool]:
    def hand_over(call: str) -> bool:
        post = shell.live.get(call)
        if post is None:
            return False
        loop.call_soon_threadsafe(post, handed_over(clock()))
        return True

    return hand_over
