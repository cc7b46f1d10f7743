"""Several voices in order: when one gives no sound in time, the next says the text.

A text that has begun is not begun again by another: hearing half a sentence twice is worse than hearing it
once and being asked. A failed voice is left alone for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from telephony.speech import Chunk, SpeechUnavailable, Synthesizer


class OrderedSynthesizer:
    """Voices in the order in which they are wanted: itself a `telephony.speech.Synthesizer`."""

    name = "ordered"

    def __init__(self, voices: Sequence[Synthesizer], *, rest_s: float = 30.0) -> None:
        """`rest_s`: so long a failed one is asked only when all others have failed as well."""
        if not voices:
            raise ValueError("at least one voice is needed")
        self._voices = tuple(voices)
        self._rest_s = rest_s
        self._tired: dict[int, float] = {}

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: none of them could begin, or the one that did has stopped in the middle.
        """
        return self._said(text, style, language, rate)

    async def _said(self, text: str, style: str, language: str, rate: int) -> AsyncGenerator[Chunk]:
        now = asyncio.get_running_loop().time()
        places = sorted(
            range(len(self._voices)), key=lambda place: (self._tired.get(place, 0.0) > now, place)
        )
        gone = SpeechUnavailable("unavailable")
        for place in places:
            begun = False
            spoken = self._voices[place].speak(text, style=style, language=language, rate=rate)
            try:
                async with aclosing(spoken) as chunks:  # type: ignore[type-var]  # ours are generators
                    async for chunk in chunks:
                        begun = True
                        yield chunk
            except SpeechUnavailable as failed:
                if failed.kind != "refused":  # a language it does not speak is no illness
                    self._tired[place] = asyncio.get_running_loop().time() + self._rest_s
                if begun:
                    raise
                gone = failed
            else:
                return
        raise gone
