"""Several recognisers in order: when one fails, the next goes on with the last seconds of sound.

What the caller says while recognisers change hands is in those seconds, so at most it comes late. A
recogniser counts as silent when it was told that a turn is over, sound with voice had gone to it, and no
word of it comes: that is a limit of ours, because a vendor's own is far too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from telephony.audio import BYTES
from telephony.speech import (
    Hearing,
    Hints,
    Recognized,
    Recognizer,
    SpeechEvent,
    SpeechFailed,
    SpeechUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

REPLAY_S = 8.0
"""Sound that the next recogniser hears again."""
OPEN_S = 3.0
"""To reach a recogniser."""


class FalloverRecognizer:
    """Recognisers tried in order."""

    def __init__(self, recognizers: Sequence[Recognizer]) -> None:
        """At least one recogniser, the preferred one first.

        Raises:
            ValueError: there is none.
        """
        if not recognizers:
            raise ValueError("a fall-over needs at least one recogniser")
        self.recognizers = tuple(recognizers)
        self.name = " > ".join(item.name for item in recognizers)

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin with the first that can be had.

        Raises:
            SpeechUnavailable: none can.
        """
        hearing = _Fallover(self.recognizers, rate, hints)
        await hearing.begin()
        return hearing


class _Fallover:
    """One call's sound, at whichever recogniser listens."""

    def __init__(self, recognizers: Sequence[Recognizer], rate: int, hints: Hints) -> None:
        self._left = list(recognizers)
        self._rate, self._hints = rate, hints
        self._heard: Hearing | None = None
        self._replay = bytearray()
        self._replay_bytes = BYTES * round(REPLAY_S * rate)
        self._pushed = 0
        self._told_s = 0.0
        self._offset_s = 0.0
        """Where in the call's stream the present recogniser's begins."""
        self._closed = False

    async def begin(self) -> None:
        """Open the next recogniser that can be had.

        Raises:
            SpeechUnavailable: there is none left.
        """
        while self._left:
            recognizer = self._left.pop(0)
            try:
                async with asyncio.timeout(OPEN_S):
                    self._heard = await recognizer.open(self._rate, self._hints)
            except (SpeechUnavailable, TimeoutError, OSError):
                continue
            kept = bytes(self._replay)
            self._offset_s = (self._pushed - len(kept)) / BYTES / self._rate
            if kept:
                self._heard.push(kept)
            return
        raise SpeechUnavailable("unavailable", retryable=False)

    def push(self, pcm: bytes) -> None:
        """Add sound."""
        self._pushed += len(pcm)
        self._replay += pcm
        if len(self._replay) > self._replay_bytes:
            del self._replay[: len(self._replay) - self._replay_bytes]
        self._tell(lambda heard: heard.push(pcm))

    def expect(self, hints: Hints) -> None:
        """What is asked now."""
        self._hints = hints
        self._tell(lambda heard: heard.expect(hints))

    def finish_turn(self) -> None:
        """The turn is over; what was said in it is not heard again by another recogniser."""
        self._tell(lambda heard: heard.finish_turn())

    def _tell(self, what: Callable[[Hearing], None]) -> None:
        if self._heard is not None:
            what(self._heard)

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard; a failure only when no recogniser is left."""
        while not self._closed and self._heard is not None:
            failed: SpeechFailed | None = None
            async for event in self._heard.events():
                if isinstance(event, SpeechFailed):
                    failed = event
                    break
                yield self._placed(event)
            if self._closed:
                return
            with suppress(OSError):
                await self._heard.aclose()
            self._heard = None
            try:
                await self.begin()
            except SpeechUnavailable:
                yield failed or SpeechFailed("lost", retryable=False)
                return

    def _placed(self, event: SpeechEvent) -> SpeechEvent:
        """The event with times of the call's stream instead of the recogniser's own."""
        if not isinstance(event, Recognized):
            return event
        if event.transcript.final:
            self._spent(event.to_s + self._offset_s)
        return Recognized(event.transcript, event.from_s + self._offset_s, event.to_s + self._offset_s)

    def _spent(self, until_s: float) -> None:
        """Sound up to here has become final words: nobody needs to hear it again."""
        kept = self._pushed - BYTES * round(until_s * self._rate)
        if 0 <= kept < len(self._replay):
            del self._replay[: len(self._replay) - kept]

    async def aclose(self) -> None:
        """Listen no more."""
        self._closed = True
        if self._heard is not None:
            await self._heard.aclose()
