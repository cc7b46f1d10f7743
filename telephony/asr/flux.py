"""Deepgram Flux (v2): a recogniser with an opinion on when the caller has finished.

An eager end of turn is good for thinking ahead and for nothing else: it may be taken back. What is asked
decides how sure Flux has to be, and that changes in mid-call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

from engine.core.utterance import Hypothesis, Transcript, Word
from telephony.asr.deepgram import client, entered, key_terms, left, translated
from telephony.asr.streamed import Patience, StreamedHearing, opened
from telephony.speech import (
    Hearing,
    Hints,
    Recognized,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    SpeechUnavailable,
    TurnEnded,
    TurnResumed,
)

EAGER = 0.5
"""How sure Flux has to be to say "perhaps"."""
OPEN, UNHURRIED = (0.7, 5000), (0.85, 8000)
"""How sure it has to be to end a turn, and after how many milliseconds of silence it ends it anyway."""
ENDS: Mapping[str, tuple[float, int]] = {
    "yes_no": (0.6, 3000),
    "choice": (0.65, 4000),
    **dict.fromkeys(
        ("digits", "number", "phone", "birth_date", "date_of_birth", "spelling", "name", "email"), UNHURRIED
    ),
}
"""By the type of what is asked; the rest is OPEN."""
_SILENCE_S = 0.1


class FluxRecognizer:
    """Deepgram Flux, shared by all calls of a process."""

    name = "flux"

    def __init__(
        self, key: str, *, model: str = "flux-general-en", url: str = "", patience: Patience | None = None
    ) -> None:
        self._client = client(key, url)
        _ = self._client.listen.v2  # loads it, now and not in somebody's call
        self._model = model
        self._patience = patience or Patience()

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call.

        Raises:
            SpeechUnavailable: it cannot be reached or refuses us.
        """
        session = await opened(self._connect, rate, hints, self._patience)
        return StreamedHearing(self._connect, session, rate, hints, self._patience)

    async def _connect(self, rate: int, hints: Hints) -> FluxSession:
        sure, timeout_ms = ENDS.get(hints.asking or "", OPEN)
        options: dict[str, Any] = {
            "model": self._model,
            "encoding": "linear16",
            "sample_rate": rate,
            "eager_eot_threshold": EAGER,
            "eot_threshold": sure,
            "eot_timeout_ms": timeout_ms,
        }
        if hints.phrases:
            options["keyterm"] = list(key_terms(hints))
        if self._model.endswith("multi"):
            options["language_hint"] = [hints.language]
        stack = AsyncExitStack()
        try:
            socket = await entered(stack, self._client.listen.v2.connect(**options))
        except BaseException:
            await stack.aclose()
            raise
        return FluxSession(socket, stack, rate)


class FluxSession:
    """One connection of v2."""

    def __init__(self, socket: Any, stack: AsyncExitStack, rate: int) -> None:
        self._socket = socket
        self._stack = stack
        self._rate = rate
        self._hints: Hints | None = None
        """What waits to be configured; one change may be under way at a time."""
        self._configuring = False

    async def send(self, pcm: bytes) -> None:
        """Send sound."""
        with translated():
            await self._socket.send_media(pcm)

    async def expect(self, hints: Hints) -> None:
        """Change the key terms, and how sure Flux has to be, in mid-call."""
        self._hints = hints
        await self._configure()

    async def finish(self) -> None:
        """End the turn now."""
        with translated():
            await self._socket.send_force_end_turn()

    async def keep_alive(self) -> None:
        """Send a little silence: v2 has no word for it."""
        await self.send(bytes(int(self._rate * _SILENCE_S) * 2))

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard."""
        with translated():
            async for message in self._socket:
                match getattr(message, "type", None):
                    case "TurnInfo":
                        for event in _turn(message):
                            yield event
                    case "ConfigureSuccess" | "ConfigureFailure":
                        self._configuring = False
                        await self._configure()
                    case "Error":
                        raise SpeechUnavailable("refused")
                    case _:  # Connected, Warning, and what a newer server may say
                        pass
        raise SpeechUnavailable("lost")

    async def aclose(self) -> None:
        """Say goodbye and close."""
        with suppress(Exception):  # the socket may be in any state, and closing is all that is left to do
            async with asyncio.timeout(1.0):
                await self._socket.send_close_stream()
        await left(self._stack)

    async def _configure(self) -> None:
        if self._hints is None or self._configuring:
            return
        hints, self._hints, self._configuring = self._hints, None, True
        sure, timeout_ms = ENDS.get(hints.asking or "", OPEN)
        message: dict[str, Any] = {
            "type": "Configure",
            "thresholds": {"eager_eot_threshold": EAGER, "eot_threshold": sure, "eot_timeout_ms": timeout_ms},
            "keyterms": list(key_terms(hints)),
        }
        with translated():
            await self._socket.send_configure(message)


def _turn(message: Any) -> list[SpeechEvent]:
    from_s, to_s = float(message.audio_window_start), float(message.audio_window_end)
    event = str(message.event)
    final = event == "EndOfTurn"
    heard: list[SpeechEvent] = []
    text = (message.transcript or "").strip()
    if text or final:
        words = tuple(_word(word, to_s) for word in message.words or ())
        sure = min((word.confidence for word in words), default=1.0)
        hypotheses = (Hypothesis(text, sure, words),) if text else ()
        heard.append(Recognized(Transcript(hypotheses, final), from_s, to_s))
    match event:
        case "StartOfTurn":
            return [SpeechStarted(from_s), *heard]
        case "EagerEndOfTurn":
            return [*heard, TurnEnded(eager=True)]
        case "TurnResumed":
            return [TurnResumed(), *heard]
        case "EndOfTurn":
            return [*heard, SpeechEnded(to_s), TurnEnded(eager=False)]
        case _:  # Update, and what a newer server may say
            return heard


def _word(word: Any, to_s: float) -> Word:
    """A word, whose times not every server tells."""
    start, end = getattr(word, "start", None), getattr(word, "end", None)
    end_s = float(end) if end is not None else to_s
    return Word(str(word.word), float(start) if start is not None else end_s, end_s, float(word.confidence))
