"""Any server with OpenAI's `/v1/audio/speech`: the service itself, or a Kokoro of one's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from telephony.asr.openai_http import http_client, refuse
from telephony.speech import Chunk, SpeechUnavailable
from telephony.tts.at_rate import at_rate, ready
from telephony.tts.watched import Deadlines, watched

if TYPE_CHECKING:
    import httpx2

RATE = 24_000
"""Of the format `pcm`: 16-bit little-endian mono."""
SPEEDS: Mapping[str, float] = {"bright": 1.04, "gentle": 0.93, "calm": 0.95, "slow": 0.84}
"""By the style of a prompt; the rest is 1."""


class OpenAISynthesizer:
    """A speech server, shared by all calls of a process."""

    name = "openai"

    def __init__(
        self,
        key: str = "",
        *,
        url: str = "https://api.openai.com",
        model: str = "gpt-4o-mini-tts",
        voices: Mapping[str, str] | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """`voices`: names of voices by language; a language without one is refused."""
        self._model = model
        self._voices = {"en": "alloy"} if voices is None else voices
        self._deadlines = deadlines or Deadlines()
        self._client = http_client(url, key)
        ready()

    def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text; closing the iterator stops it, and nothing said before comes late.

        Raises:
            SpeechUnavailable: it cannot be reached, refuses, or has stopped in the middle.
        """
        return watched(self._said(text, style, language, rate), self._deadlines)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _said(self, text: str, style: str, language: str, rate: int) -> AsyncGenerator[bytes]:
        import httpx2

        voice = self._voices.get(language)
        if voice is None:
            raise SpeechUnavailable("refused", retryable=False)
        wish = {"model": self._model, "voice": voice, "input": text, "response_format": "pcm"}
        asked = wish | ({"speed": SPEEDS[style]} if style in SPEEDS else {})
        try:
            async with self._client.stream("POST", "/v1/audio/speech", json=asked) as answer:
                refuse(answer.status_code)
                async with aclosing(at_rate(_bytes(answer), RATE, rate)) as sound:
                    async for piece in sound:
                        yield piece
        except httpx2.HTTPError:
            raise SpeechUnavailable("lost") from None


async def _bytes(answer: httpx2.Response) -> AsyncGenerator[bytes]:
    async for piece in answer.aiter_bytes():
        yield piece
