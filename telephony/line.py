"""What every line (telephone, browser, recording) speaks with the loop of a call.

A line is two things: a `MediaStream`, which is pure (bytes and messages in, events and messages out)
and is tested without a socket; and a thin socket around it. Inside the shell sound is always 16-bit
little-endian mono PCM at the line's own rate; codecs live in the lines.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Message = str | bytes
"""What goes over the socket: a text or a binary message."""


@dataclass(frozen=True, slots=True)
class LineOpened:
    """A caller is on the line."""

    call: str
    """The carrier's id of the call, or one of ours; unique for ever."""
    rate: int
    """Samples a second in both directions: 8000 | 16000."""
    number: str | None = None
    """The caller's number, E.164, when the line knows it."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What else the carrier said: ids that its call control needs. Never logged."""


@dataclass(frozen=True, slots=True)
class SoundArrived:
    """The caller's microphone, in order."""

    pcm: bytes
    """16-bit little-endian mono at the line's rate; any length."""
    at_s: float | None = None
    """Seconds since the stream began, when the line says so; None: it follows what came before."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """One telephone key."""

    digit: str
    """0-9 * # A-D"""


@dataclass(frozen=True, slots=True)
class MarkReached:
    """Everything before a mark has left our hands."""

    name: str
    cleared: bool
    """True when a clear was outstanding: the sound before it was thrown away, so nobody heard it."""


@dataclass(frozen=True, slots=True)
class LineClosed:
    """Nobody is on the line any more."""

    by: str
    """caller | us | line"""
    reason: str = ""
    """A word for the log: stop | hangup | broken_frame | silence | lost | ..."""


LineEvent = LineOpened | SoundArrived | KeyPressed | MarkReached | LineClosed


class MediaStream(Protocol):
    """A line's protocol without its socket; raises nothing: a broken message is a LineClosed."""

    paced: bool
    """True when the far side plays what we send at once, so that we send a frame each 20 ms; False when it
    keeps a play buffer."""

    def receive(self, message: Message) -> list[LineEvent]:
        """Read one message, or one piece of a byte stream."""

    def sound(self, pcm: bytes) -> Sequence[Message]:
        """Word sound for the far side."""

    def mark(self, name: str) -> Sequence[Message]:
        """Ask to be told when the sound so far was played; empty for a paced line, where the clock tells."""

    def clear(self) -> Sequence[Message]:
        """Throw away what was sent and not yet played."""

    def close(self) -> Sequence[Message]:
        """Say goodbye."""


class LineControl(Protocol):
    """Call control beside the sound: what a carrier's REST interface does."""

    async def transfer(self, number: str, summary: Mapping[str, Any], *, warm: bool) -> str:
        """Put the caller through; the typed outcome.

        answered | declined | busy | no_answer | voicemail | failed | caller_left
        """

    async def hang_up(self) -> None:
        """End the call; a call that has ended already is no error."""


class Line(Protocol):
    """A media stream with its socket: what the loop of a call holds in its hands."""

    @property
    def stream(self) -> MediaStream:
        """The protocol, whose messages `send` takes."""

    @property
    def control(self) -> LineControl | None:
        """Call control; None: nobody can be put through from here."""

    def events(self) -> AsyncIterator[LineEvent]:
        """What comes from the far side; LineOpened is the first event and LineClosed the last."""

    def send(self, messages: Sequence[Message]) -> None:
        """Hand messages to the socket; never blocks, and does nothing once the line is closed."""

    async def aclose(self) -> None:
        """Close the socket; a closed one is no error."""
