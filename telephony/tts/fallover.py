"""Several voices in order: a sentence that one does not begin, or does not end, is said by the next."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from telephony.speech import Chunk, SpeechUnavailable, Synthesizer

FIRST_S, STALL_S = 1.2, 1.0
"""To the first sound of a sentence, and between two pieces of it; then the next voice is asked."""
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


class FalloverSynthesizer:
    """Voices tried in order; the one that worked last is tried first for the rest of a prompt."""

    def __init__(
        self, synthesizers: Sequence[Synthesizer], *, first_s: float = FIRST_S, stall_s: float = STALL_S
    ) -> None:
        """At least one voice, the preferred one first.

        Raises:
            ValueError: there is none.
        """
        if not synthesizers:
            raise ValueError("a fall-over needs at least one voice")
        self.synthesizers = tuple(synthesizers)
        self.name = " > ".join(item.name for item in synthesizers)
        self._first_s, self._stall_s = first_s, stall_s

    async def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text.

        Raises:
            SpeechUnavailable: no voice says it.
        """
        left = list(self.synthesizers)
        rest = [sentence for sentence in _SENTENCE.split(text) if sentence]
        while rest:
            if not left:
                raise SpeechUnavailable("unavailable")
            # One voice gets all that is left, so that its melody runs through; only after a failure are
            # sentences counted, by the pieces that a voice gives at their ends.
            said = 0
            spoken = left[0].speak(" ".join(rest), style=style, language=language, rate=rate)
            try:
                while True:
                    async with asyncio.timeout(self._stall_s if said else self._first_s):
                        chunk = await anext(spoken)
                    said += len(chunk.pcm)
                    yield chunk
            except StopAsyncIteration:
                return
            except (TimeoutError, SpeechUnavailable, OSError):
                left.pop(0)
                rest = _after(rest, said / 2 / rate)


_LETTERS_A_SECOND = 14.0


def _after(sentences: list[str], said_s: float) -> list[str]:
    """The sentences that were not said whole, when so many seconds of them sounded."""
    letters = said_s * _LETTERS_A_SECOND
    while len(sentences) > 1 and letters >= len(sentences[0]):
        letters -= len(sentences[0])
        sentences = sentences[1:]
    return sentences
