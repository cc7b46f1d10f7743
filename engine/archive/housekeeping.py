"""Housekeeping while a site is served: what a crash left behind is filed, what is over its time is removed.

A command that somebody must remember to run is no retention. Once a day is enough, since retention counts
days; a run that fails is soon tried again, and until it succeeds whoever administers sees why.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.archive.handover import tidy
from engine.archive.retention import last_purge, purge
from engine.core.errors import FrontdeskError

if TYPE_CHECKING:
    from engine.archive.store import Archive

_EVERY_S = 600.0
_A_DAY = timedelta(hours=24)
_log = logging.getLogger(__name__)


class Housekeeper:
    """Keeps an archive in order, in a thread of its own, until it is closed."""

    def __init__(self, archive: Archive, clock: Callable[[], datetime], *, every_s: float = _EVERY_S) -> None:
        """`every_s` seconds lie between two looks at whether something is to be done."""
        self._archive, self._clock, self._every_s = archive, clock, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)
        self.trouble = ""
        """Why the last run failed; empty when it did not."""

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait for what is under way."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Do what is due."""
        self._archive.recover()
        tidy(self._archive)
        now, last = self._clock(), last_purge(self._archive)
        # Several processes may serve one site: whoever comes first does it for all.
        if last is None or not timedelta() <= now - last < _A_DAY:
            purge(self._archive, now)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.look()
                self.trouble = ""
            except (OSError, sqlite3.Error, FrontdeskError) as error:
                self.trouble = f"{type(error).__name__}: {error}"
                _log.warning("what is over its time was not removed: %s", type(error).__name__)
            self._over.wait(self._every_s)
