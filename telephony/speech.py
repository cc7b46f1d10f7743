"""What every recogniser and every synthesiser speaks with the loop of a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.core.utterance import Transcript


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak."""

    at_s: float
    """Seconds since the stream began."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """Nobody speaks any more; words may still be on their way."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Recognized:
    """Words, as far as they are known."""

    transcript: Transcript
    """`final` says whether they may still change."""
    from_s: float
    to_s: float
    """The stretch of sound they come from, seconds since the stream began."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A recogniser with an opinion says that the caller has finished, or is about to."""

    eager: bool
    """True: likely, and it may be taken back; only what can be thrown away may start from it."""


@dataclass(frozen=True, slots=True)
class TurnResumed:
    """The eager end was none."""


@dataclass(frozen=True, slots=True)
class SpeechFailed:
    """The recogniser cannot go on."""

    kind: str
    """unauthorized | refused | lost | silent | slow | unavailable.

    Never a vendor's message, which may hold words."""
    retryable: bool


SpeechEvent = SpeechStarted | SpeechEnded | Recognized | TurnEnded | TurnResumed | SpeechFailed


@dataclass(frozen=True, slots=True)
class Hints:
    """What the state expects to hear, so that a recogniser can lean towards it."""

    language: str
    asking: str | None = None
    """The type of the slot being asked: date | time | phone | name | spelling | yes_no | ..."""
    phrases: tuple[str, ...] = ()
    """Names and terms that are likely now, most likely first."""
    on_file: tuple[str, ...] = ()
    """Names of people on file: for a recogniser inside this process alone, and never to be sent anywhere."""


class SpeechUnavailable(ConnectionError):  # noqa: N818 - a state of the world, like StoreUnavailable
    """A recogniser or a voice cannot be reached, refuses us, or has stopped in the middle."""

    def __init__(self, kind: str, *, retryable: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        """As in SpeechFailed; never a vendor's message, which may hold words."""
        self.retryable = retryable


class Hearing(Protocol):
    """One call's stream of sound into a recogniser."""

    partials: bool
    """Whether it gives words while the caller still speaks."""

    def push(self, pcm: bytes) -> None:
        """Add sound, 16-bit mono at the rate it was opened with; never blocks."""

    def expect(self, hints: Hints) -> None:
        """Say what is being asked now."""

    def finish_turn(self) -> None:
        """The shell's own endpointer says that the turn is over: give the final words now."""

    def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard, until closed; a failure is an event and the last one."""

    async def aclose(self) -> None:
        """Let go of everything."""


@runtime_checkable
class Mendable(Protocol):
    """A hearing that can begin anew, or go on with another recogniser, in the middle of a call."""

    def doubt(self) -> None:
        """Somebody has spoken for long and nothing was heard, though nothing has failed."""


class Recognizer(Protocol):
    """A speech recogniser, shared by all calls of a process."""

    name: str

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call.

        Raises:
            SpeechUnavailable: it cannot be reached or refuses us.
        """


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of spoken sound."""

    pcm: bytes
    """16-bit little-endian mono at the rate that was asked for."""


class Synthesizer(Protocol):
    """A voice, shared by all calls of a process."""

    name: str

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: it cannot be reached, refuses, or has stopped in the middle.
        """
