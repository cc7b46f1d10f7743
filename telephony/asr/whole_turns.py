"""A call's hearing over a recogniser that takes a whole turn and gives its words: no stream, no partials.

Without partials an emergency is noticed only when the caller has finished, so such a recogniser stands behind
one that streams wherever there is a choice.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from engine.core.utterance import Transcript
from telephony.asr.streamed import nothing_final
from telephony.speech import Hints, Recognized, SpeechEvent, SpeechFailed, SpeechUnavailable

Transcribe = Callable[[bytes, int, Hints], Awaitable[Transcript]]
"""Sound, rate and hints to words; may raise SpeechUnavailable."""

UNTOLD = 0.8
"""The confidence of words whose recogniser tells none: believed, and read back."""
_LONGEST_S = 30.0
"""Of a turn; what was said before that is no answer any more."""
_LEAD_S = 0.4
"""Kept before the first loud moment."""
_FRAME_S = 0.02
_LOUD = 0.06
"""Of the loudest moment: anything below is the room."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How long and how often."""

    answer_s: float = 6.0
    """For one turn's words."""
    times: int = 2


class WholeTurnHearing:
    """One call's stream of sound, cut into turns by our own endpointer: a `telephony.speech.Hearing`."""

    partials = False

    def __init__(self, transcribe: Transcribe, rate: int, hints: Hints, tries: Tries | None = None) -> None:
        self._transcribe = transcribe
        self._rate = rate
        self._hints = hints
        self._tries = tries or Tries()
        self._sound = bytearray()
        self._pushed_s = 0.0
        self._turns: asyncio.Queue[tuple[float, bytes, Hints]] = asyncio.Queue()
        self._events: asyncio.Queue[SpeechEvent | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._run(), name="hearing")

    def push(self, pcm: bytes) -> None:
        """Add sound; never blocks."""
        self._sound += pcm
        self._pushed_s += len(pcm) / 2 / self._rate
        most = int(_LONGEST_S * self._rate) * 2
        if len(self._sound) > most + most // 4:
            del self._sound[:-most]

    def expect(self, hints: Hints) -> None:
        """Say what is being asked now."""
        self._hints = hints

    def finish_turn(self) -> None:
        """Have the turn's sound turned into words."""
        self._turns.put_nowait((self._pushed_s, bytes(self._sound), self._hints))
        self._sound.clear()

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard, until closed; a failure is the last event."""
        while (event := await self._events.get()) is not None:
            yield event

    async def aclose(self) -> None:
        """Stop."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._events.put_nowait(None)

    async def _run(self) -> None:
        while True:
            to_s, sound, hints = await self._turns.get()
            spoken = trimmed(sound, self._rate)
            try:
                transcript = await self._words(spoken, hints)
            except SpeechUnavailable as gone:
                self._events.put_nowait(SpeechFailed(gone.kind, gone.retryable))
                self._events.put_nowait(None)
                return
            from_s = to_s - len(spoken) / 2 / self._rate
            heard = Recognized(transcript, from_s, to_s) if transcript.text else nothing_final(to_s)
            self._events.put_nowait(heard)

    async def _words(self, sound: bytes, hints: Hints) -> Transcript:
        for remaining in reversed(range(self._tries.times)):
            try:
                async with asyncio.timeout(self._tries.answer_s):
                    return await self._transcribe(sound, self._rate, hints)
            except TimeoutError:
                if not remaining:
                    raise SpeechUnavailable("slow") from None
            except SpeechUnavailable as gone:
                if not remaining or not gone.retryable:
                    raise
        raise SpeechUnavailable("unavailable")


def trimmed(pcm: bytes, rate: int) -> bytes:
    """The sound from shortly before its first loud moment: a long silence costs time and makes words up."""
    samples = array("h", pcm[: len(pcm) & ~1])
    size = int(rate * _FRAME_S)
    peaks = [max(map(abs, samples[at : at + size])) for at in range(0, len(samples), size)]
    threshold = max(peaks, default=0) * _LOUD
    first = next((n for n, peak in enumerate(peaks) if peak > threshold), 0)
    return pcm[max(0, first - int(_LEAD_S / _FRAME_S)) * size * 2 :]
