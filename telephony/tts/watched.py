"""What every voice owes a caller who waits: a first sound in time, no gap, whole samples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from telephony.speech import Chunk, SpeechUnavailable


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a caller may wait for a vendor, whatever the vendor's own limits are."""

    first_s: float = 1.5
    """For the first sound; Azure's own SDK would wait 80 s."""
    gap_s: float = 1.5
    """Between two pieces of sound."""
    open_s: float = 3.0
    """For a connection."""


async def watched(pieces: AsyncGenerator[bytes], deadlines: Deadlines) -> AsyncIterator[Chunk]:
    """Pass sound on as whole samples, in time.

    Raises:
        SpeechUnavailable: nothing came in time, or nothing at all.
    """
    rest, limit, any_sound = b"", deadlines.first_s, False
    async with aclosing(pieces) as source:
        while True:
            try:
                async with asyncio.timeout(limit):
                    piece = await anext(source, None)
            except TimeoutError:
                raise SpeechUnavailable("slow") from None
            if piece is None:
                break
            joined = rest + piece
            whole = len(joined) & ~1
            rest = joined[whole:]
            if whole:
                any_sound, limit = True, deadlines.gap_s
                yield Chunk(joined[:whole])
    if not any_sound:
        raise SpeechUnavailable("silent")
