"""The one event loop on which all requests to models run, in a thread of its own.

A text call blocks and a media process must not: both wait for the same future, the first with a timeout, the
second with `await`. The libraries of the providers, their connections and their parsing stay off the audio
loop, and a loop that is stuck cannot hold up a caller, because whoever waits keeps the deadline as well.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class ModelLoop:
    """A thread with an event loop; started once, with the first model."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="frontdesk-model", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start work; cancelling the future cancels it.

        Raises:
            RuntimeError: the loop is closed.
        """
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            raise

    @property
    def is_closed(self) -> bool:
        """Whether it takes no work any more."""
        return self._loop.is_closed()

    def close(self) -> None:
        """Cancel what is under way and end the thread."""
        if self.is_closed:
            return
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()
        self._loop.close()

    def _stop(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        gathered = asyncio.gather(*tasks, return_exceptions=True)
        gathered.add_done_callback(lambda _: self._loop.stop())
