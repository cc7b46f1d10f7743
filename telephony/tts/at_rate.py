"""A voice's sound at the rate of the line."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing


async def at_rate(pieces: AsyncGenerator[bytes], source: int, target: int) -> AsyncGenerator[bytes]:
    """Pass sound through, or change its rate piece by piece without waiting for more."""
    from telephony.resample import Resampler, to_float, to_pcm

    resampler, rest = Resampler(source, target), b""
    async with aclosing(pieces):
        async for piece in pieces:
            if source == target:
                yield piece
                continue
            joined = rest + piece
            whole = len(joined) & ~1
            rest = joined[whole:]
            if sound := to_pcm(resampler.feed(to_float(joined[:whole]))):
                yield sound
    if source != target and (tail := to_pcm(resampler.flush())):
        yield tail


def ready() -> None:
    """Load what changing a rate needs, at start instead of in somebody's call."""
    import telephony.resample  # noqa: F401
