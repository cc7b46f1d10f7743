"""Azure's live recognition through Microsoft's own SDK, whose callbacks come on threads of its own.

Two habits of the service shape this adapter. It ends a phrase only after silence, so when our endpointer says
that the turn is over we let it hear that silence at once instead of in real time; the clock is corrected for
it. And it takes a list of phrases only when one of its own turns begins, so names that may be said in any
call are given when it is built.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from engine.core.utterance import Hypothesis, Transcript, Word
from telephony.asr.streamed import Patience, StreamedHearing, nothing_final, opened
from telephony.releases import Releases
from telephony.speech import (
    Hearing,
    Hints,
    Recognized,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    SpeechUnavailable,
)

LOCALES: Mapping[str, str] = {"en": "en-GB", "de": "de-DE", "es": "es-ES", "lt": "lt-LT", "lv": "lv-LV"}
"""Our languages as the service names them; one that is missing is passed on as it is."""
TICKS = 10_000_000
"""A second, in the service's unit."""
PHRASES_MOST = 500
_SEGMENT_MS = 500
_PADDING_S = _SEGMENT_MS / 1000 + 0.2
"""Silence after which a phrase is over for sure; the SDK sends sound in pieces of 100 ms."""

_EMPTY_S = 1.0
"""Nothing heard for so long after the end of a turn: nothing was said in it."""


class AzureRecognizer:
    """Azure, shared by all calls of a process."""

    name = "azure"

    def __init__(
        self,
        key: str,
        *,
        region: str = "",
        url: str = "",
        phrases: Sequence[str] = (),
        patience: Patience | None = None,
    ) -> None:
        """`url` stands in for the region's address; `phrases` may be said at any time in any call."""
        self._key = key
        self._region = region
        self._url = url
        self._phrases = tuple(phrases)
        self._patience = patience or Patience()
        self._releases = Releases()
        import azure.cognitiveservices.speech  # noqa: F401 - now, and not in somebody's call

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call.

        Raises:
            SpeechUnavailable: it cannot be reached or refuses us.
        """
        session = await opened(self._connect, rate, hints, self._patience)
        return StreamedHearing(self._connect, session, rate, hints, self._patience)

    async def _connect(self, rate: int, hints: Hints) -> AzureSession:
        session = AzureSession(
            self._config(hints.language), rate, (*hints.phrases, *self._phrases), self._releases
        )
        try:
            await session.begin()
        except BaseException:
            await session.aclose()
            raise
        return session

    def _config(self, language: str) -> Any:
        import azure.cognitiveservices.speech as sdk

        if self._url:
            endpoint = f"{self._url}/speech/recognition/conversation/cognitiveservices/v1"
            config = sdk.SpeechConfig(endpoint=endpoint, subscription=self._key)
        else:
            config = sdk.SpeechConfig(subscription=self._key, region=self._region)
        config.speech_recognition_language = LOCALES.get(language, language)
        config.output_format = sdk.OutputFormat.Detailed
        config.request_word_level_timestamps()
        config.set_property(sdk.PropertyId.Speech_SegmentationSilenceTimeoutMs, str(_SEGMENT_MS))
        return config


class AzureSession:
    """One recognition of the SDK."""

    def __init__(self, config: Any, rate: int, phrases: Sequence[str], releases: Releases) -> None:
        import azure.cognitiveservices.speech as sdk

        self._rate = rate
        self._releases = releases
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[SpeechEvent | SpeechUnavailable] = asyncio.Queue()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        form = sdk.audio.AudioStreamFormat(samples_per_second=rate, bits_per_sample=16, channels=1)
        self._stream = sdk.audio.PushAudioInputStream(form)
        self._recognizer = sdk.SpeechRecognizer(
            speech_config=config, audio_config=sdk.audio.AudioConfig(stream=self._stream)
        )
        self._connection = sdk.Connection.from_recognizer(self._recognizer)
        self._grammar = sdk.PhraseListGrammar.from_recognizer(self._recognizer)
        self._known: set[str] = set()
        self._learn(phrases)
        self._sent_s = 0.0
        self._paddings: list[tuple[float, float]] = []
        """Where silence of ours stands in the stream, and how much."""
        self._open_words = False
        """Words were heard whose final form has not come."""
        self._empty: asyncio.TimerHandle | None = None
        self._closed = False

    async def begin(self) -> None:
        """Start, and wait for the connection.

        Raises:
            SpeechUnavailable: it was refused or not reached.
        """
        recognizer = self._recognizer
        self._connection.connected.connect(lambda _: self._post(None))
        recognizer.recognizing.connect(lambda event: self._post(event.result, final=False))
        recognizer.recognized.connect(lambda event: self._post(event.result, final=True))
        recognizer.canceled.connect(lambda event: self._post(failure_of(event.cancellation_details)))
        started = recognizer.start_continuous_recognition_async()
        await self._ready
        self._releases.run(started.get)  # it has its result, and gives its native handle back

    async def send(self, pcm: bytes) -> None:
        """Hand sound to the SDK, which keeps it until it is sent."""
        self._stream.write(pcm)
        self._sent_s += len(pcm) / 2 / self._rate

    async def expect(self, hints: Hints) -> None:
        """Add phrases; the service takes them in when its next turn begins."""
        self._learn(hints.phrases)

    async def finish(self) -> None:
        """Let the service hear the silence that ends a phrase; of a turn without words it says nothing."""
        if not self._open_words:
            at_s = self._real(self._sent_s)
            self._empty = self._loop.call_later(_EMPTY_S, self._events.put_nowait, nothing_final(at_s))
        self._paddings.append((self._sent_s, _PADDING_S))
        await self.send(bytes(int(_PADDING_S * self._rate) * 2))

    async def keep_alive(self) -> None:
        """Nothing: the SDK keeps its connection itself."""

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard."""
        while True:
            event = await self._events.get()
            if isinstance(event, SpeechUnavailable):
                raise event
            yield event

    async def aclose(self) -> None:
        """Let go of the SDK's objects, which takes them up to ten seconds, elsewhere."""
        if self._closed:
            return
        self._closed = True
        self._stream.close()
        for signal in (self._recognizer.recognizing, self._recognizer.recognized, self._recognizer.canceled):
            signal.disconnect_all()
        self._connection.connected.disconnect_all()
        if self._empty is not None:
            self._empty.cancel()
        self._releases.put(self._grammar, self._connection, self._recognizer, self._stream)
        del self._grammar, self._connection, self._recognizer, self._stream

    def _learn(self, phrases: Sequence[str]) -> None:
        for phrase in phrases:
            if phrase not in self._known and len(self._known) < PHRASES_MOST:
                self._known.add(phrase)
                self._grammar.addPhrase(phrase)

    # --- from the SDK's threads ------------------------------------------------------------------

    def _post(self, what: Any, *, final: bool = False) -> None:
        """Carry a callback over to the loop; what comes after the loop has gone is for nobody."""
        found = what if what is None or isinstance(what, SpeechUnavailable) else (str(what.json), final)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrived, found)

    def _arrived(self, what: tuple[str, bool] | SpeechUnavailable | None) -> None:
        if what is None:
            if not self._ready.done():
                self._ready.set_result(None)
        elif isinstance(what, SpeechUnavailable):
            if not self._ready.done():
                self._ready.set_exception(what)
            self._events.put_nowait(what)
        else:
            for event in self._heard(*what):
                self._events.put_nowait(event)

    def _heard(self, told: str, final: bool) -> list[SpeechEvent]:  # noqa: FBT001 - unpacked from a pair
        try:
            data = orjson.loads(told)
        except orjson.JSONDecodeError:
            return []
        from_s = self._real(int(data.get("Offset", 0)) / TICKS)
        to_s = self._real((int(data.get("Offset", 0)) + int(data.get("Duration", 0))) / TICKS)
        hypotheses = self._hypotheses(data)
        if not hypotheses:
            return []
        if self._empty is not None:
            self._empty.cancel()
        began = [] if self._open_words else [SpeechStarted(from_s)]
        self._open_words = not final
        heard = Recognized(Transcript(tuple(hypotheses), final), from_s, to_s)
        return [*began, heard, *([SpeechEnded(to_s)] if final else [])]

    def _hypotheses(self, data: Mapping[str, Any]) -> list[Hypothesis]:
        found = []
        for reading in data.get("NBest") or [{"Lexical": data.get("Text", ""), "Confidence": 0.5}]:
            text = str(reading.get("Lexical") or reading.get("Display") or "").strip()
            if text:
                words = tuple(self._word(word) for word in reading.get("Words") or ())
                found.append(Hypothesis(text, float(reading.get("Confidence", 0.5)), words))
        return found

    def _word(self, word: Mapping[str, Any]) -> Word:
        start = int(word.get("Offset", 0)) / TICKS
        end = start + int(word.get("Duration", 0)) / TICKS
        return Word(
            str(word.get("Word", "")), self._real(start), self._real(end), float(word.get("Confidence", 1.0))
        )

    def _real(self, at_s: float) -> float:
        """A time of the stream without the silence that we put into it."""
        added = 0.0
        for place, length in self._paddings:
            added += min(max(0.0, at_s - place), length)
        return at_s - added


def failure_of(details: Any) -> SpeechUnavailable:
    """Why the SDK gave up, without its message, which holds addresses and may hold more."""
    import azure.cognitiveservices.speech as sdk

    code = sdk.CancellationErrorCode
    kinds = {
        code.AuthenticationFailure: ("unauthorized", False),
        code.Forbidden: ("unauthorized", False),
        code.BadRequest: ("refused", False),
        code.TooManyRequests: ("unavailable", True),
        code.ServiceTimeout: ("slow", True),
        code.ServiceUnavailable: ("unavailable", True),
        code.ConnectionFailure: ("lost", True),
        code.ServiceError: ("lost", True),
    }
    kind, retryable = kinds.get(
        getattr(details, "code", None) or getattr(details, "error_code", None), ("lost", True)
    )
    return SpeechUnavailable(kind, retryable=retryable)
