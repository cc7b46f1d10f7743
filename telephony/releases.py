"""Where native objects are let go of: on one thread of their own, because some of them wait while they die.

Azure's SDK holds its caller for up to ten seconds when a service does not answer its goodbye. On the loop
that would be ten seconds of silence for every caller; in the shared pool of threads it would hold up others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any


class Releases:
    """One thread for a whole process, started when it is first needed."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Callable[[], Any]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, *objects: Any) -> None:
        """Take over the last references to some objects; never blocks."""
        self.run(list(objects).clear)

    def run(self, work: Callable[[], Any]) -> None:
        """Have something done that gives native memory back; never blocks."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="releases", daemon=True)
            self._thread.start()
        self._queue.put(work)

    def _run(self) -> None:
        while True:
            # Whatever an object says while it dies is of no use to anybody, and the next ones wait.
            with suppress(Exception):
                self._queue.get()()
