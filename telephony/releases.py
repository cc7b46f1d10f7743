"""Where native objects are let go of: on one thread of their own, because some of them wait while they die.

Azure's SDK holds its caller for up to ten seconds when a service does not answer its goodbye. On the loop
that would be ten seconds of silence for every caller; in the shared pool of threads it would hold up others.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any


class Releases:
    """One thread for a whole process, started when it is first needed."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[list[Any]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, *objects: Any) -> None:
        """Take over the last references to some objects; never blocks."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="releases", daemon=True)
            self._thread.start()
        self._queue.put(list(objects))

    def _run(self) -> None:
        while True:
            self._queue.get().clear()
