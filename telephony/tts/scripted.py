"""A voice that hums: as long as the words would take, at once or as badly as a script says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from telephony.audio import tone
from telephony.speech import Chunk, SpeechUnavailable

LETTER_S = 1 / 14.0


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What goes wrong with a voice; times in seconds."""

    first_s: float = 0.0
    """How late the first sound is."""
    refuses: str = ""
    """The kind of failure with which it refuses every text."""
    stops_after: int | None = None
    """Pieces after which it breaks off."""
    stalls_after: int | None = None
    """Pieces after which nothing more comes, and no failure either."""


class ScriptedSynthesizer:
    """A voice whose every text is a hum."""

    name = "scripted"

    def __init__(self, misbehaviour: Misbehaviour | None = None, *, piece_s: float = 0.4) -> None:
        self._wrong = misbehaviour or Misbehaviour()
        self._piece_s = piece_s
        self.texts: list[str] = []

    async def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Hum a text."""
        self.texts.append(text)
        if self._wrong.refuses:
            raise SpeechUnavailable(self._wrong.refuses)
        await asyncio.sleep(self._wrong.first_s)
        left = max(0.2, len(text) * LETTER_S)
        count = 0
        while left > 0.01:
            if count == self._wrong.stops_after:
                raise SpeechUnavailable("lost")
            if count == self._wrong.stalls_after:
                await asyncio.Event().wait()
            piece = min(left, self._piece_s)
            yield Chunk(tone(200.0, piece, rate, level=0.1))
            left -= piece
            count += 1
