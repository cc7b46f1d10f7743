"""The watch over silence: whose it is, and when it has lasted too long."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.state import DialogueState
    from telephony.exchange import Exchange


class Watched(Enum):
    """What the watch has seen."""

    FINE = auto()
    SILENT = auto()
    """We work, and the caller has heard nothing for too long."""
    TOO_LONG = auto()
    """We work and nothing comes of it."""
    FORGOTTEN = auto()
    """A question was asked, nothing is under way, and nobody waits for the answer."""


class Watch:
    """Looks at a call every 20 ms; the silence of a caller who was asked is the floor's."""

    def __init__(self, working_s: float, patience_s: float) -> None:
        """`working_s` of silence is too much; `patience_s` of work without an end as well."""
        self._most_s, self._patience_s = working_s, patience_s
        self._silent_s = 0.0
        """Since when the caller hears nothing that is not their own pause."""
        self._working_s: float | None = None

    def look(self, now: float, sound: Exchange, state: DialogueState, *, working: bool) -> Watched:
        """What is wrong at this moment, if anything."""
        floor, idle = sound.floor, sound.player.idle
        callers = (floor.armed_s is not None and idle) or floor.began_s is not None
        if floor.began_s is not None and floor.voice_s is not None:
            self._silent_s = floor.voice_s
        elif floor.policy is not None or callers or state.phase in {"new", "ended"}:
            self._silent_s = now
        if callers or not (working or state.phase == "transferring" or sound.player.waiting):
            self._working_s = None
            forgotten = not callers and idle and state.phase == "talking" and state.asking is not None
            return Watched.FORGOTTEN if forgotten else Watched.FINE
        self._working_s = now if self._working_s is None else self._working_s
        if now - self._working_s > self._patience_s and state.phase == "talking":
            self._working_s = now
            return Watched.TOO_LONG
        return Watched.SILENT if now - self._silent_s >= self._most_s else Watched.FINE
