"""How long each part of a reply took, turn by turn, for tables and metrics; no word of anybody is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telephony.floor import Ended


@dataclass(slots=True)
class TurnTiming:
    """One caller turn; times are seconds since the line was opened."""

    ended_s: float
    """The turn was over."""
    waited_s: float
    """Silence that was waited for, the recogniser's last words included."""
    why: str
    """What ended it, as in floor.Ended."""
    understood_s: float | None = None
    decided_s: float | None = None
    """The step that spoke was done."""
    sounded_s: float | None = None
    """The first sound of the reply left."""
    foreseen: bool = False
    """Its meaning was there before the turn ended."""

    def plain(self) -> dict[str, Any]:
        """JSON data for whoever reviews the call; times in milliseconds."""
        sounded, decided = self.sounded_s, self.decided_s
        voice = None if sounded is None else sounded - self.speech_end_s
        sound = None if sounded is None or decided is None else sounded - decided
        return {
            "ended_ms": _ms(self.ended_s), "waited_ms": _ms(self.waited_s), "why": self.why,
            "foreseen": self.foreseen, "voice_ms": None if voice is None else _ms(voice),
            "sound_ms": None if sound is None else _ms(sound),
        }  # fmt: skip

    @property
    def speech_end_s(self) -> float:
        """The end of the caller's voice."""
        return self.ended_s - self.waited_s


@dataclass(slots=True)
class Timings:
    """The turns of one call."""

    turns: list[TurnTiming] = field(default_factory=list)
    ignored_sounds: dict[str, int] = field(default_factory=dict)
    """Sounds of the caller that took no turn, by reason."""
    fillers: int = 0
    """How often the caller heard that we are still there."""

    def plain(self) -> list[dict[str, Any]]:
        """The turns as JSON data."""
        return [turn.plain() for turn in self.turns]

    def turn_ended(self, at_s: float, ended: Ended) -> None:
        """A caller's turn is over."""
        self.turns.append(TurnTiming(at_s, ended.waited_s, ended.why))

    def ignored(self, why: str) -> None:
        """A sound of the caller took no turn."""
        self.ignored_sounds[why] = self.ignored_sounds.get(why, 0) + 1

    def understood(self, at_s: float, *, foreseen: bool) -> None:
        """The words' meaning is there."""
        if self.turns and self.turns[-1].understood_s is None:
            self.turns[-1].understood_s, self.turns[-1].foreseen = at_s, foreseen

    def decided(self, at_s: float) -> None:
        """A prompt was decided on."""
        if self.turns and self.turns[-1].decided_s is None:
            self.turns[-1].decided_s = at_s

    def sounded(self, at_s: float) -> None:
        """A prompt begins to sound."""
        if self.turns and self.turns[-1].decided_s is not None and self.turns[-1].sounded_s is None:
            self.turns[-1].sounded_s = at_s


def _ms(seconds: float) -> int:
    return max(0, round(1000 * seconds))
