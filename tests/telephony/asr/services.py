"""Every recogniser beside a peer of its service: what the conformance suite runs over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telephony.asr.azure import AzureRecognizer
from telephony.asr.deepgram import DeepgramRecognizer
from telephony.asr.flux import FluxRecognizer
from telephony.asr.openai_http import OpenAIRecognizer
from telephony.asr.streamed import Patience
from telephony.asr.whole_turns import Tries
from telephony.asr.wyoming import WyomingRecognizer
from telephony.speech import Hearing, Hints, Recognized, Recognizer, SpeechEvent, SpeechFailed
from tests.peers import azure, deepgram, openai_speech, wyoming_server

QUICK = Patience(open_s=1.0, waits_s=(0.0, 0.05), quiet_s=0.2)
BRIEF = Tries(answer_s=0.4)
ENGLISH = Hints("en")


@dataclass(frozen=True)
class Service:
    """One recogniser and its peer."""

    name: str
    peer: Callable[[], Any]
    recognizer: Callable[..., Recognizer]
    """From the peer; keywords: key, url."""
    partials: bool = True
    streams: bool = True
    """One connection a call, which can be lost."""
    keyed: bool = True


def _deepgram(kind: Any) -> Callable[..., Recognizer]:
    def build(peer: Any, *, key: str = deepgram.KEY, url: str = "") -> Recognizer:
        recognizer: Recognizer = kind(key, url=url or peer.url, patience=QUICK)
        return recognizer

    return build


def _azure(peer: Any, *, key: str = azure.KEY, url: str = "") -> Recognizer:
    return AzureRecognizer(key, url=url or peer.url, patience=QUICK)


def _wyoming(peer: Any, *, key: str = "", url: str = "") -> Recognizer:
    return WyomingRecognizer("127.0.0.1", peer.port, tries=BRIEF)


def _openai(peer: Any, *, key: str = openai_speech.KEY, url: str = "") -> Recognizer:
    return OpenAIRecognizer(key, url=url or peer.url, tries=BRIEF)


SERVICES = [
    Service("deepgram", deepgram.DeepgramPeer, _deepgram(DeepgramRecognizer)),
    Service("flux", deepgram.DeepgramPeer, _deepgram(FluxRecognizer)),
    Service("azure", azure.AzurePeer, _azure),
    Service("wyoming", wyoming_server.WyomingPeer, _wyoming, partials=False, streams=False, keyed=False),
    Service("openai", openai_speech.OpenAIPeer, _openai, partials=False, streams=False),
]


@dataclass
class Call:
    """A hearing that is being listened to."""

    hearing: Hearing
    events: list[SpeechEvent] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    said_s: float = 0.0

    async def say(self, seconds: float, *, pace: float = 0.0) -> None:
        """Let so much sound pass, in frames of 20 ms; the stamps in it say when it was spoken."""
        for _ in range(round(seconds * 50)):
            self.hearing.push(deepgram.stamped(self.said_s, 0.02))
            self.said_s += 0.02
            await asyncio.sleep(pace)

    @property
    def finals(self) -> list[str]:
        return [e.transcript.text for e in self.events if isinstance(e, Recognized) and e.transcript.final]

    @property
    def partials(self) -> list[str]:
        return [
            e.transcript.text for e in self.events if isinstance(e, Recognized) and not e.transcript.final
        ]

    @property
    def failed(self) -> list[SpeechFailed]:
        return [e for e in self.events if isinstance(e, SpeechFailed)]

    def heard(self) -> str:
        return " ".join(text for text in self.finals if text)


Listening = Callable[..., AbstractAsyncContextManager[Call]]


@asynccontextmanager
async def listening(recognizer: Recognizer, hints: Hints = ENGLISH, rate: int = 8000) -> AsyncIterator[Call]:
    """Open a hearing and collect what it says."""
    call = Call(await recognizer.open(rate, hints))

    async def collect() -> None:
        async for event in call.hearing.events():
            call.events.append(event)

    call.task = asyncio.create_task(collect())
    try:
        yield call
    finally:
        await call.hearing.aclose()
        await asyncio.wait_for(call.task, 2)
        if isinstance(recognizer, OpenAIRecognizer):
            await recognizer.aclose()
