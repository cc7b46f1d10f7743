"""Deepgram's live recognition, v1 (nova models), through Deepgram's own SDK.

Two of its messages are contradicted by its own documentation, so both readings are taken: `speech_final` may
come without `is_final`, and a Finalize may be answered without `from_finalize`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from engine.core.utterance import Hypothesis, Transcript, Word
from telephony.asr.streamed import Patience, StreamedHearing, nothing_final, opened
from telephony.speech import (
    Hearing,
    Hints,
    Recognized,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    SpeechUnavailable,
    TurnEnded,
)

if TYPE_CHECKING:
    from deepgram import AsyncDeepgramClient

KEY_TERM_WORDS = 120
"""Deepgram's limit is 500 tokens; a name from another language is often four."""
_WORDS_BY_STATUS: Mapping[int, tuple[str, bool]] = {
    401: ("unauthorized", False),
    402: ("refused", False),
    403: ("unauthorized", False),
    400: ("refused", False),
    429: ("unavailable", True),
}


def client(key: str, url: str = "") -> AsyncDeepgramClient:
    """Build the SDK's client; `url` stands in for Deepgram's address, as ws://host:port or wss://host."""
    from deepgram import AsyncDeepgramClient
    from deepgram.environment import DeepgramClientEnvironment

    if not url:
        return AsyncDeepgramClient(api_key=key)
    rest = "http" + url.removeprefix("ws")
    environment = DeepgramClientEnvironment(base=rest, production=url, agent=url, agent_rest=rest)
    return AsyncDeepgramClient(api_key=key, environment=environment)


class DeepgramRecognizer:
    """Deepgram v1, shared by all calls of a process."""

    name = "deepgram"

    def __init__(
        self,
        key: str,
        *,
        model: str = "nova-3",
        url: str = "",
        endpointing_ms: int = 300,
        utterance_end_ms: int = 1000,
        patience: Patience | None = None,
    ) -> None:
        """`endpointing_ms`: the vendor's own 10 ms cut people off; our endpointer decides anyway."""
        self._client = client(key, url)
        _ = self._client.listen.v1  # loads it, now and not in somebody's call
        self._options: dict[str, Any] = {
            "model": model,
            "encoding": "linear16",
            "channels": 1,
            "interim_results": True,
            "smart_format": False,
            "punctuate": True,
            "endpointing": endpointing_ms,
            "utterance_end_ms": utterance_end_ms,
            "vad_events": True,
        }
        self._patience = patience or Patience()

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call.

        Raises:
            SpeechUnavailable: it cannot be reached or refuses us.
        """
        session = await opened(self._connect, rate, hints, self._patience)
        return StreamedHearing(self._connect, session, rate, hints, self._patience)

    async def _connect(self, rate: int, hints: Hints) -> DeepgramSession:
        options = self._options | {"sample_rate": rate, "language": hints.language}
        terms = key_terms(hints)
        if terms:
            options["keyterm"] = list(terms)
        return await DeepgramSession.open(self._client.listen.v1.connect(**options))


class DeepgramSession:
    """One connection of v1."""

    def __init__(self, socket: Any, stack: AsyncExitStack) -> None:
        self._socket = socket
        self._stack = stack
        self._terms: tuple[str, ...] | None = None
        """What waits to be configured; one change may be under way at a time."""
        self._configuring = False
        self._configurable = True
        self._ended_s = 0.0

    @classmethod
    async def open(cls, connecting: Any) -> DeepgramSession:
        """Enter the SDK's connection.

        Raises:
            SpeechUnavailable: it was refused or not reached.
        """
        stack = AsyncExitStack()
        try:
            return cls(await entered(stack, connecting), stack)
        except BaseException:
            await stack.aclose()
            raise

    async def send(self, pcm: bytes) -> None:
        """Send sound."""
        with translated():
            await self._socket.send_media(pcm)

    async def expect(self, hints: Hints) -> None:
        """Change the key terms in mid-stream."""
        self._terms = key_terms(hints)
        await self._configure()

    async def finish(self) -> None:
        """Flush: whatever was sent is to come back final."""
        with translated():
            await self._socket.send_finalize()

    async def keep_alive(self) -> None:
        """After ten seconds without sound Deepgram closes the connection."""
        with translated():
            await self._socket.send_keep_alive()

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard."""
        with translated():
            async for message in self._socket:
                kind = getattr(message, "type", None)
                if kind in {"ConfigureSuccess", "ConfigureFailure"}:
                    await self._configured(message)
                    continue
                for event in self._read(kind, message):
                    yield event
        raise SpeechUnavailable("lost")

    async def aclose(self) -> None:
        """Say goodbye and close."""
        with suppress(Exception):  # the socket may be in any state, and closing is all that is left to do
            async with asyncio.timeout(1.0):
                await self._socket.send_close_stream()
        await left(self._stack)

    def _read(self, kind: str | None, message: Any) -> list[SpeechEvent]:
        match kind:
            case "Results":
                return self._results(message)
            case "SpeechStarted":
                return [SpeechStarted(float(message.timestamp or 0.0))]
            case "UtteranceEnd":
                last = float(message.last_word_end or 0.0)
                self._ended_s = max(last, self._ended_s)  # -1 has been seen
                return [SpeechEnded(self._ended_s), TurnEnded(eager=False)]
            case "Error":
                raise SpeechUnavailable("refused")
            case _:  # Metadata, and what a newer server may say
                return []

    def _results(self, message: Any) -> list[SpeechEvent]:
        from_s = float(message.start or 0.0)
        to_s = from_s + float(message.duration or 0.0)
        ends = bool(message.speech_final)
        final = bool(message.is_final) or ends
        transcript = Transcript(tuple(_hypotheses(message.channel.alternatives)), final)
        events: list[SpeechEvent] = []
        if transcript.text:
            events.append(Recognized(transcript, from_s, to_s))
        elif message.from_finalize:
            events.append(nothing_final(to_s))
        if ends:
            self._ended_s = to_s
            events += [SpeechEnded(to_s), TurnEnded(eager=False)]
        return events

    async def _configure(self) -> None:
        from deepgram.listen.v1.types.listen_v1configure import ListenV1Configure

        if self._terms is None or self._configuring or not self._configurable:
            return
        terms, self._terms, self._configuring = self._terms, None, True
        with translated():
            await self._socket.send_configure(ListenV1Configure(keyterms=list(terms)))

    async def _configured(self, message: Any) -> None:
        self._configuring = False
        code = getattr(message, "code", "")
        self._configurable = code != "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
        await self._configure()


def key_terms(hints: Hints) -> tuple[str, ...]:
    """The likeliest phrases that fit into the vendor's limit."""
    terms: list[str] = []
    room = KEY_TERM_WORDS
    for phrase in hints.phrases:
        room -= len(phrase.split())
        if room < 0:
            break
        terms.append(phrase)
    return tuple(terms)


def _hypotheses(alternatives: Any) -> list[Hypothesis]:
    found = []
    for alternative in alternatives or ():
        text = (alternative.transcript or "").strip()
        if text:
            words = tuple(
                Word(str(w.word), float(w.start or 0.0), float(w.end or 0.0), float(w.confidence or 0.0))
                for w in alternative.words or ()
            )
            found.append(Hypothesis(text, float(alternative.confidence or 0.0), words))
    return found


# --- what the SDK raises, in our words -----------------------------------------------------------


class translated:  # noqa: N801 - reads as what it does, like contextlib's
    """Turn whatever the SDK raises for a socket into SpeechUnavailable, without its message."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        from deepgram.core.api_error import ApiError
        from websockets.exceptions import WebSocketException

        if isinstance(error, ApiError):
            word, retryable = _WORDS_BY_STATUS.get(int(error.status_code or 0), ("unavailable", True))
            raise SpeechUnavailable(word, retryable=retryable) from None
        if isinstance(error, WebSocketException | ConnectionError) and not isinstance(
            error, SpeechUnavailable
        ):
            raise SpeechUnavailable("lost") from None
        if isinstance(error, OSError | TimeoutError) and not isinstance(error, SpeechUnavailable):
            raise SpeechUnavailable("unavailable") from None


async def entered(stack: AsyncExitStack, connecting: Any) -> Any:
    """Enter an asynchronous context of the SDK.

    Raises:
        SpeechUnavailable: it was refused or not reached.
    """
    with translated():
        return await stack.enter_async_context(connecting)


async def left(stack: AsyncExitStack) -> None:
    """Leave it, whatever its socket's state; nobody waits long for a far side that does not answer."""
    with suppress(Exception):  # closing is all that is left to do
        async with asyncio.timeout(1.0):
            await stack.aclose()
