"""Every voice beside a peer of its service: what the conformance suite runs over."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telephony.tts.azure import AzureSynthesizer
from telephony.tts.deepgram import DeepgramSynthesizer
from telephony.tts.watched import Deadlines
from tests.peers import azure, deepgram, deepgram_speak

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


def _azure(peer: Any, *, key: str = azure.KEY, url: str = "", **more: Any) -> AzureSynthesizer:
    return AzureSynthesizer(key, url=url or peer.url, deadlines=QUICK, keep=1, **more)


def _deepgram(peer: Any, *, key: str = deepgram.KEY, url: str = "", **more: Any) -> DeepgramSynthesizer:
    return DeepgramSynthesizer(key, url=url or peer.url, deadlines=QUICK, keep=1, **more)


VENDORS = [
    Vendor("azure", azure.AzurePeer, _azure),
    Vendor("deepgram", deepgram_speak.SpeakPeer, _deepgram),
]


async def said(
    voice: Any, text: str, *, style: str = "neutral", language: str = "en", rate: int = 8000
) -> bytes:
    return b"".join(
        [chunk.pcm async for chunk in voice.speak(text, style=style, language=language, rate=rate)]
    )


def levels(pcm: bytes) -> set[int]:
    """Which utterances a stretch of sound belongs to; the peers give each a level of its own."""
    return {level // 100 for (level,) in struct.iter_unpack("<h", pcm)}
