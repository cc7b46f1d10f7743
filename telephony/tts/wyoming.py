"""Any offline voice behind a Wyoming server: Piper and others, each in a process of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from telephony.asr.wyoming import connection, events
from telephony.speech import Chunk, SpeechUnavailable
from telephony.tts.at_rate import at_rate, ready
from telephony.tts.watched import Deadlines, watched
from telephony.wyoming import WyomingEvent, frame


class WyomingSynthesizer:
    """A Wyoming server, shared by all calls of a process; a connection for each text."""

    name = "wyoming"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        voices: Mapping[str, str] | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """`voices`: names of voices by language; empty leaves the choice to the server, for any language."""
        self._host = host
        self._port = port
        self._voices = voices or {}
        self._deadlines = deadlines or Deadlines()
        ready()

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: it cannot be reached, refuses, or has stopped in the middle.
        """
        return watched(self._said(text, language, rate), self._deadlines)

    async def aclose(self) -> None:
        """Nothing is kept open."""

    async def _said(self, text: str, language: str, rate: int) -> AsyncGenerator[bytes]:
        if self._voices and language not in self._voices:
            raise SpeechUnavailable("refused", retryable=False)
        voice = {"name": self._voices[language]} if self._voices else {"language": language}
        async with connection(self._host, self._port) as (reader, writer):
            writer.write(frame(WyomingEvent("synthesize", {"text": text, "voice": voice})))
            async with aclosing(events(reader)) as source:
                start = await _started(source)
                async with aclosing(at_rate(_sound(source), _rate(start), rate)) as sound:
                    async for piece in sound:
                        yield piece
                return


async def _started(source: AsyncGenerator[WyomingEvent]) -> WyomingEvent:
    async for event in source:
        if event.type == "error":
            raise SpeechUnavailable("refused")
        if event.type == "audio-start":
            return event
    raise SpeechUnavailable("lost")


def _rate(start: WyomingEvent) -> int:
    """The rate of 16-bit mono sound; anything else is refused, and no server of note sends it."""
    rate = start.data.get("rate")
    if (
        not isinstance(rate, int)
        or rate <= 0
        or (start.data.get("width"), start.data.get("channels")) != (2, 1)
    ):
        raise SpeechUnavailable("refused", retryable=False)
    return rate


async def _sound(source: AsyncGenerator[WyomingEvent]) -> AsyncGenerator[bytes]:
    async for event in source:
        if event.type == "audio-stop":
            return
        if event.type == "audio-chunk" and event.payload:
            yield event.payload
    raise SpeechUnavailable("lost")
