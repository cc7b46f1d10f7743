"""What a call may take: limits of ours, because a vendor's are far too long for a telephone."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from engine.core.actions import Transfer
from engine.core.events import Event
from telephony.playing import Ticker
from telephony.vad import Detector, LevelDetector


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; how long our silence may last is the pack's to say (`waits`)."""

    patience: float = 10.0
    """Work without an end, after which we go on without its result."""
    understanding: float = 2.0
    deaf: float = 2.5
    """Speech of which a recogniser says nothing, after which another listens; twice as much the next time."""
    ring: float = 45.0
    """A transfer that nobody answers."""
    lost: float = 20.0
    """Without any sound from a line that has sent some before."""
    parting: float = 15.0
    """For the last prompts to be heard before a line is closed."""
    after: float = 10.0
    """For answers that are still on their way when a call has ended: a late success is undone."""


@dataclass(slots=True)
class Shell:
    """What all calls of a process share; it grows with no call."""

    detector: Detector = field(default_factory=LevelDetector)
    ticker: Ticker = field(default_factory=Ticker)
    limits: Limits = field(default_factory=Limits)
    understanding: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="understanding")
    )
    services: Executor = field(default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="services"))
    """Calendars and registers may block; four slow ones do not hold up a fifth call's understanding."""
    tapes: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="tapes"))
    """One thread, so that the lines of a tape keep their order."""
    announce: Callable[[str, Transfer], Coroutine[Any, Any, None]] | None = None
    """Told of every hand-over, with the id of its call; it runs beside the transfer and raises nothing."""
    live: dict[str, Callable[[Event], None]] = field(default_factory=dict)
    """How to tell each call in progress that something has happened, by its id; on the loop's thread only."""

    def close(self) -> None:
        """Let the threads go once they have finished."""
        for pool in (self.understanding, self.services, self.tapes):
            pool.shutdown(wait=True)
