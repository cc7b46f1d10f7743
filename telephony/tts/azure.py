"""Azure's voices through Microsoft's own SDK.

Stopping the SDK closes its socket, and the next words would wait for a new one. So an interruption only stops
listening: what still comes is dropped, and the connection is given to nobody until the service says that it
has finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from telephony.asr.azure import failure_of
from telephony.releases import Releases
from telephony.speech import Chunk, SpeechUnavailable
from telephony.tts.spares import Spares
from telephony.tts.ssml import Voice, ssml
from telephony.tts.watched import Deadlines, watched

VOICES: Mapping[str, Voice] = {
    "en": Voice("en-GB-SoniaNeural", "en-GB", frozenset({"cheerful"})),
    "de": Voice("de-DE-KatjaNeural", "de-DE"),
    "es": Voice("es-ES-ElviraNeural", "es-ES"),
    "lt": Voice("lt-LT-OnaNeural", "lt-LT"),
    "lv": Voice("lv-LV-EveritaNeural", "lv-LV"),
}
"""By language; a language without a voice is refused, since another language's would not be understood."""
_LATE_S = 20.0
"""A connection whose old words are not over by then is given up."""
_FORMATS = {8000: "Raw8Khz16BitMonoPcm", 16000: "Raw16Khz16BitMonoPcm"}


class AzureSynthesizer:
    """Azure's voices, shared by all calls of a process."""

    name = "azure"

    def __init__(
        self,
        key: str,
        *,
        region: str = "",
        url: str = "",
        voices: Mapping[str, Voice] | None = None,
        sounds: Mapping[str, str] | None = None,
        deadlines: Deadlines | None = None,
        keep: int = 1,
    ) -> None:
        """`url` stands in for the region's address; `sounds` are names in IPA; `keep` so many open."""
        self._key = key
        self._region = region
        self._url = url
        self._voices = {**VOICES, **(voices or {})}
        self._sounds = sounds or {}
        self._deadlines = deadlines or Deadlines()
        self._keep = keep
        self._releases = Releases()
        self._spares: dict[int, Spares[Connection]] = {}
        import azure.cognitiveservices.speech  # noqa: F401 - now, and not in somebody's call

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: it cannot be reached, refuses, or has stopped in the middle.
        """
        return watched(self._said(text, style, language, rate), self._deadlines)

    def warm(self, rate: int) -> None:
        """Open the first connections before anybody calls."""
        self._at(rate).prepare()

    async def aclose(self) -> None:
        """Close the connections that are quiet."""
        for spares in self._spares.values():
            await spares.aclose()

    async def _said(self, text: str, style: str, language: str, rate: int) -> AsyncGenerator[bytes]:
        voice = self._voices.get(language)
        if voice is None:
            raise SpeechUnavailable("refused", retryable=False)
        spares = self._at(rate)
        connection = await spares.take()
        try:
            async with aclosing(connection.say(ssml(text, style, voice, self._sounds))) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            connection.leave(spares.give_back)

    def _at(self, rate: int) -> Spares[Connection]:
        if rate not in _FORMATS:
            raise SpeechUnavailable("refused", retryable=False)
        if rate not in self._spares:
            self._spares[rate] = Spares(lambda: self._connect(rate), self._keep)
        return self._spares[rate]

    async def _connect(self, rate: int) -> Connection:
        import azure.cognitiveservices.speech as sdk

        if self._url:
            endpoint = f"{self._url}/tts/cognitiveservices/websocket/v1"
            config = sdk.SpeechConfig(endpoint=endpoint, subscription=self._key)
        else:
            config = sdk.SpeechConfig(subscription=self._key, region=self._region)
        config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat[_FORMATS[rate]])
        return Connection(config, self._releases)


class Connection:
    """One synthesizer of the SDK with its own socket; says one utterance at a time."""

    def __init__(self, config: Any, releases: Releases) -> None:
        import azure.cognitiveservices.speech as sdk

        self._releases = releases
        self._loop = asyncio.get_running_loop()
        self._synthesizer = sdk.SpeechSynthesizer(speech_config=config, audio_config=None)
        self._link = sdk.Connection.from_speech_synthesizer(self._synthesizer)
        self._generation = 0
        self._finished = 0
        """The generation that the service has finished; while it lags behind, old words are on their way."""
        self._pieces: asyncio.Queue[bytes | SpeechUnavailable | None] = asyncio.Queue()
        self._waiting: list[Any] = []
        self._broken = False
        self._leaving: Callable[[Connection], None] | None = None
        synthesizer = self._synthesizer
        self._link.disconnected.connect(lambda _: self._post("disconnected", None))
        synthesizer.synthesizing.connect(lambda event: self._post("sound", event.result.audio_data))
        synthesizer.synthesis_completed.connect(lambda _: self._post("completed", None))
        synthesizer.synthesis_canceled.connect(
            lambda event: self._post("canceled", failure_of(event.result.cancellation_details))
        )

    def open_ahead(self) -> None:
        """Open the socket for words that come later; of a failure those words are told, at once."""
        self._link.open(True)  # noqa: FBT003 - the SDK's signature

    def usable(self) -> bool:
        """Open and quiet."""
        return not self._broken and self._finished == self._generation

    def discard(self) -> None:
        """Let go of the SDK's objects, which may take them seconds, elsewhere."""
        if not hasattr(self, "_synthesizer"):
            return
        synthesizer = self._synthesizer
        for signal in (
            self._link.disconnected, synthesizer.synthesizing, synthesizer.synthesis_completed,
            synthesizer.synthesis_canceled,
        ):  # fmt: skip
            signal.disconnect_all()
        self._broken = True
        self._releases.put(self._link, synthesizer)
        del self._link, self._synthesizer

    async def say(self, document: str) -> AsyncGenerator[bytes]:
        """Say a document.

        Raises:
            SpeechUnavailable: the service refused, or stopped in the middle.
        """
        self._generation += 1
        self._pieces = asyncio.Queue()
        future = self._synthesizer.speak_ssml_async(document)
        self._waiting.append(future)
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, SpeechUnavailable):
                raise piece
            yield piece

    def leave(self, give_back: Callable[[Connection], None]) -> None:
        """Nobody listens any more: give the connection back at once, or when its old words are over."""
        if self._finished == self._generation or self._broken:
            give_back(self)
        else:
            self._leaving = give_back
            self._loop.call_later(_LATE_S, self._too_late, self._generation)

    # --- from the SDK's threads ------------------------------------------------------------------

    def _post(self, what: str, value: Any) -> None:
        """Carry a callback over to the loop; what comes after the loop has gone is for nobody."""
        generation = self._generation
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrived, what, value, generation)

    def _arrived(self, what: str, value: Any, generation: int) -> None:
        match what:
            case "disconnected":
                self._disconnected()
            case "sound":
                if generation == self._generation and self._leaving is None:
                    self._pieces.put_nowait(bytes(value))
            case "completed":
                self._over(None)
            case _:
                self._broken = True
                self._over(value)

    def _disconnected(self) -> None:
        """A quiet connection was closed by the service, which it does to idle ones."""
        if self._finished == self._generation:
            self._broken = True

    def _over(self, how: SpeechUnavailable | None) -> None:
        self._finished = self._generation
        self._pieces.put_nowait(how)
        for future in self._waiting:
            self._releases.run(future.get)  # it has its result, and gives its native handle back
        self._waiting.clear()
        if self._leaving is not None:
            give_back, self._leaving = self._leaving, None
            give_back(self)

    def _too_late(self, generation: int) -> None:
        if self._leaving is not None and generation == self._generation:
            give_back, self._leaving, self._broken = self._leaving, None, True
            give_back(self)
