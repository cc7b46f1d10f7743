"""Any server with OpenAI's `/v1/audio/transcriptions`: the service itself, or a Whisper of one's own."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.core.utterance import Hypothesis, Transcript
from telephony.asr.whole_turns import UNTOLD, Tries, WholeTurnHearing
from telephony.speech import Hearing, Hints, SpeechUnavailable

if TYPE_CHECKING:
    import httpx2

_PROMPT = 600
"""Characters of names that are given along; the model reads no more than some 200 tokens."""


class OpenAIRecognizer:
    """A transcription server, shared by all calls of a process."""

    name = "openai"

    def __init__(
        self,
        key: str = "",
        *,
        url: str = "https://api.openai.com",
        model: str = "whisper-1",
        tries: Tries | None = None,
    ) -> None:
        """`key`: empty for a server of one's own that asks for none."""
        self._model = model
        self._tries = tries or Tries()
        self._client = http_client(url, key)

    async def open(self, rate: int, hints: Hints) -> Hearing:
        """Begin to listen to one call; the server is asked when the first turn is over."""
        return WholeTurnHearing(self._transcribe, rate, hints, self._tries)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _transcribe(self, sound: bytes, rate: int, hints: Hints) -> Transcript:
        import httpx2

        form = {
            "model": self._model,
            "language": hints.language,
            "response_format": "json",
            "temperature": "0",
        }
        if hints.phrases:
            form["prompt"] = ", ".join(hints.phrases)[:_PROMPT]
        files = {"file": ("turn.wav", as_wav(sound, rate), "audio/wav")}
        try:
            answer = await self._client.post("/v1/audio/transcriptions", data=form, files=files)
            refuse(answer.status_code)
            told: Any = answer.json()
        except (httpx2.HTTPError, ValueError):
            raise SpeechUnavailable("unavailable") from None
        text = told.get("text") if isinstance(told, Mapping) else None
        if not isinstance(text, str):
            raise SpeechUnavailable("unavailable")
        return Transcript((Hypothesis(text.strip(), UNTOLD),) if text.strip() else (), final=True)


def http_client(url: str, key: str) -> httpx2.AsyncClient:
    """A client without limits of its own in the middle of a stream: ours are kept by whoever waits."""
    import httpx2

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.AsyncClient(base_url=url, headers=headers, timeout=httpx2.Timeout(10.0, connect=2.0))


def refuse(status: int) -> None:
    """Turn a status that is none of success into a kind.

    Raises:
        SpeechUnavailable: the server did not do it.
    """
    if status in {401, 403}:
        raise SpeechUnavailable("unauthorized", retryable=False)
    if status in {429, 408} or status >= 500:
        raise SpeechUnavailable("unavailable")
    if status >= 300:
        raise SpeechUnavailable("refused", retryable=False)


def as_wav(sound: bytes, rate: int) -> bytes:
    """Samples as a WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound)
    return target.getvalue()
