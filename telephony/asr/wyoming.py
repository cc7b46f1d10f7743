"""Any offline recogniser behind a Wyoming server: Whisper, Vosk and others, each in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from engine.core.utterance import Hypothesis, Transcript
from telephony.asr.whole_turns import UNTOLD, Tries, WholeTurnHearing
from telephony.speech import Hearing, Hints, SpeechUnavailable
from telephony.wyoming import BrokenFrameError, Frames, WyomingEvent, frame

_OPEN_S = 2.0
_PIECE = 8192


class WyomingRecognizer:
    """A Wyoming server, shared by all calls; a connection for each turn, as most servers close after one."""

    name = "wyoming"

    def __init__(self, host: str, port: int, *, model: str = "", tries: Tries | None = None) -> None:
        self._host = host
        self._port = port
        self._model = model
        self._tries = tries or Tries()

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call.

        Raises:
            SpeechUnavailable: the server cannot be reached.
        """
        async with connection(self._host, self._port):
            return WholeTurnHearing(self._transcribe, rate, hints, self._tries)

    async def _transcribe(self, sound: bytes, rate: int, hints: Hints) -> Transcript:
        form = {"rate": rate, "width": 2, "channels": 1}
        asked = {"language": hints.language} | ({"name": self._model} if self._model else {})
        wire = [frame(WyomingEvent("transcribe", asked)), frame(WyomingEvent("audio-start", form))]
        wire += [
            frame(WyomingEvent("audio-chunk", form, sound[place : place + _PIECE]))
            for place in range(0, len(sound), _PIECE)
        ]
        wire.append(frame(WyomingEvent("audio-stop")))
        async with connection(self._host, self._port) as (reader, writer):
            writer.writelines(wire)
            async with aclosing(events(reader)) as answers:
                async for event in answers:
                    if event.type == "transcript":
                        text = str(event.data.get("text", "")).strip()
                        return Transcript((Hypothesis(text, UNTOLD),) if text else (), final=True)
                    if event.type == "error":
                        raise SpeechUnavailable("refused")
        raise SpeechUnavailable("lost")


@asynccontextmanager
async def connection(
    host: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a Wyoming server; whatever breaks in it is a loss.

    Raises:
        SpeechUnavailable: it cannot be reached, or has broken.
    """
    try:
        async with asyncio.timeout(_OPEN_S):
            reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise SpeechUnavailable("slow") from None
    except OSError:
        raise SpeechUnavailable("unavailable") from None
    try:
        yield reader, writer
    except SpeechUnavailable:
        raise
    except (OSError, BrokenFrameError):
        raise SpeechUnavailable("lost") from None
    finally:
        writer.close()


async def events(reader: asyncio.StreamReader) -> AsyncGenerator[WyomingEvent]:
    """The events of a connection, until it is closed.

    Raises:
        BrokenFrameError: what comes is no Wyoming stream, or it ends inside an event.
    """
    frames = Frames()
    while wire := await reader.read(1 << 16):
        for event in frames.feed(wire):
            yield event
    frames.finish()
