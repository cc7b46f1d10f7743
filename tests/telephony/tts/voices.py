"""Every voice beside a peer of its service: what the conformance suite runs over."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telephony.tts.azure import AzureSynthesizer
from telephony.tts.deepgram import DeepgramSynthesizer
from telephony.tts.openai_http import OpenAISynthesizer
from telephony.tts.watched import Deadlines
from telephony.tts.wyoming import WyomingSynthesizer
from tests.peers import azure, deepgram, deepgram_speak, openai_speech, wyoming_server

QUICK = Deadlines(first_s=0.4, gap_s=0.3, open_s=1.0)


@dataclass(frozen=True)
class Vendor:
    """One voice and its peer."""

    name: str
    peer: Callable[[], Any]
    voice: Callable[..., Any]
    """From the peer; keywords: key, url."""
    keeps: bool = True
    """Connections stay open and are used again."""
    keyed: bool = True
    scheme: str = "ws"


def _azure(peer: Any, *, key: str = azure.KEY, url: str = "", **more: Any) -> AzureSynthesizer:
    return AzureSynthesizer(key, url=url or peer.url, deadlines=QUICK, keep=1, **more)


def _deepgram(peer: Any, *, key: str = deepgram.KEY, url: str = "", **more: Any) -> DeepgramSynthesizer:
    return DeepgramSynthesizer(key, url=url or peer.url, deadlines=QUICK, keep=1, **more)


def _wyoming(peer: Any, *, key: str = "", url: str = "", **more: Any) -> WyomingSynthesizer:
    port = int(url.rpartition(":")[2]) if url else peer.port
    return WyomingSynthesizer("127.0.0.1", port, voices={"en": "alan"}, deadlines=QUICK, **more)


def _openai(peer: Any, *, key: str = openai_speech.KEY, url: str = "", **more: Any) -> OpenAISynthesizer:
    return OpenAISynthesizer(key, url=url or peer.url, deadlines=QUICK, **more)


VENDORS = [
    Vendor("azure", azure.AzurePeer, _azure),
    Vendor("deepgram", deepgram_speak.SpeakPeer, _deepgram),
    Vendor("wyoming", wyoming_server.WyomingPeer, _wyoming, keeps=False, keyed=False),
    Vendor("openai", openai_speech.OpenAIPeer, _openai, keeps=False, scheme="http"),
]


async def said(
    voice: Any, text: str, *, style: str = "neutral", language: str = "en", rate: int = 8000
) -> bytes:
    return b"".join(
        [chunk.pcm async for chunk in voice.speak(text, style=style, language=language, rate=rate)]
    )


def levels(pcm: bytes) -> set[int]:
    """Which utterances a stretch of sound belongs to; the peers give each a level of its own.

    The first and last milliseconds are left out: a change of rate rounds them.
    """
    inner = pcm[400:-400] if len(pcm) > 900 else pcm
    return {round(level / 100) for (level,) in struct.iter_unpack("<h", inner)}
