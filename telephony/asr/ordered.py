"""Several recognisers in order: when one fails in mid-call, the next hears the last seconds again.

A failed one is left alone for a while, so that the next caller does not wait for it as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from telephony.asr.streamed import Patience, StreamedHearing
from telephony.speech import Hearing, Hints, Recognizer, SpeechEvent, SpeechFailed, SpeechUnavailable


class OrderedRecognizer:
    """Recognisers in the order in which they are wanted: itself a `telephony.speech.Recognizer`."""

    name = "ordered"

    def __init__(
        self, recognizers: Sequence[Recognizer], *, rest_s: float = 30.0, open_s: float = 3.0
    ) -> None:
        """`rest_s`: so long a failed one is asked only when all others have failed as well."""
        if not recognizers:
            raise ValueError("at least one recogniser is needed")
        self._recognizers = tuple(recognizers)
        self._rest_s = rest_s
        self._tired: dict[int, float] = {}
        # Each of them mends its own connection; here a loss is the end of one, and the next follows at once.
        self._patience = Patience(
            open_s=open_s * len(recognizers), waits_s=(0.0, 0.2), lost_most=2 * len(recognizers)
        )

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen with the first that can be had.

        Raises:
            SpeechUnavailable: none can.
        """
        session = await self._connect(rate, hints)
        return OrderedHearing(self._connect, session, rate, hints, self._patience)

    async def _connect(self, rate: int, hints: Hints) -> Listening:
        now = asyncio.get_running_loop().time()
        places = sorted(
            range(len(self._recognizers)), key=lambda place: (self._tired.get(place, 0.0) > now, place)
        )
        gone = SpeechUnavailable("unavailable")
        for place in places:
            try:
                hearing = await self._recognizers[place].open(rate, hints)
            except SpeechUnavailable as refused:
                gone = refused
                self._rest(place)
            else:
                return Listening(hearing, self, place)
        raise gone

    def _rest(self, place: int) -> None:
        self._tired[place] = asyncio.get_running_loop().time() + self._rest_s


class OrderedHearing(StreamedHearing):
    """One call's stream of sound over recognisers that stand in for each other."""

    def doubt(self) -> None:
        """Go on with the next, unless the present one never gives words before the end of a turn."""
        if isinstance(self._session, Listening) and self._session.doubt():
            super().doubt()


class Listening:
    """A hearing of one of them, as a session of the whole."""

    def __init__(self, hearing: Hearing, owner: OrderedRecognizer, place: int) -> None:
        self._hearing = hearing
        self._owner = owner
        self._place = place

    def doubt(self) -> bool:
        """Leave this one alone for a while; False when its silence is no bad sign."""
        if self._hearing.partials:
            self._owner._rest(self._place)  # noqa: SLF001 - the two are one thing
        return self._hearing.partials

    async def send(self, pcm: bytes) -> None:
        """Pass sound on."""
        self._hearing.push(pcm)

    async def expect(self, hints: Hints) -> None:
        """Pass on what is asked."""
        self._hearing.expect(hints)

    async def finish(self) -> None:
        """Pass on that a turn is over."""
        self._hearing.finish_turn()

    async def keep_alive(self) -> None:
        """Each keeps its own connection."""

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What it hears; its failure is the end of this session, not of the whole."""
        async with aclosing(self._hearing.events()) as events:  # type: ignore[type-var]  # ours are generators
            async for event in events:
                if isinstance(event, SpeechFailed):
                    self._owner._rest(self._place)  # noqa: SLF001 - the two are one thing
                    # Another may well go on where this one was refused for good.
                    raise SpeechUnavailable(event.kind)
                yield event
        raise SpeechUnavailable("lost")

    async def aclose(self) -> None:
        """Let go of it."""
        await self._hearing.aclose()
