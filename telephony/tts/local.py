"""The voice that needs no network: hibari, English, some sixty times faster than speech on one core."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from telephony.speech import Chunk, SpeechUnavailable

if TYPE_CHECKING:
    from telephony.resample import Sound

LANGUAGES = frozenset({"en"})
SPEEDS = {"slow": 0.85, "gentle": 0.93, "calm": 0.93, "bright": 1.04}
"""How fast each style speaks; 1.0 is the voice's own pace."""
GAIN = 0.7
"""The voice peaks at full scale; a telephone's own speech does not."""
_LONG, _SHORT = 70, 12
"""Letters of a sentence that is parted, and of its first part."""
_SEED = 7
"""The same text sounds the same, so that rendered prompts can be compared and cached."""


def load() -> LocalSynthesizer:
    """The voice with its model.

    Raises:
        SpeechUnavailable: the speech extra is not installed.
    """
    try:
        from hibari import Hibari
    except ModuleNotFoundError as error:
        raise SpeechUnavailable("not installed", retryable=False) from error
    voice = Hibari()
    voice("Ready.", seed=_SEED)  # the first text loads the pronunciation
    return LocalSynthesizer(voice)


class LocalSynthesizer:
    """Hibari for all calls of a process."""

    name = "local"

    def __init__(self, voice: Any) -> None:
        self._voice = voice
        self._pool: Executor = ThreadPoolExecutor(1, thread_name_prefix="voice")

    async def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text, sentence by sentence.

        Raises:
            SpeechUnavailable: the language is not English, or the voice broke.
        """
        if language not in LANGUAGES:
            raise SpeechUnavailable("refused", retryable=False)
        loop = asyncio.get_running_loop()
        for sentence in _pieces(self._voice.split_sentences(text)):
            try:
                pcm = await loop.run_in_executor(self._pool, self._render, sentence, style, rate)
            except (RuntimeError, ValueError, KeyError) as error:
                raise SpeechUnavailable("unavailable") from error
            if pcm:
                yield Chunk(pcm)

    def _render(self, sentence: str, style: str, rate: int) -> bytes:
        """In the voice's thread."""
        from telephony.resample import resampled, to_pcm

        sound: Sound = self._voice(sentence, speed=SPEEDS.get(style, 1.0), seed=_SEED)
        return to_pcm(_trimmed(resampled(sound, self._voice.sample_rate, rate)) * GAIN)

    def whole(self, text: str, rate: int, *, seed: int, gain: float = GAIN) -> bytes:
        """A text in one piece, at once; another seed sounds like another speaker."""
        from telephony.resample import resampled, to_pcm

        return to_pcm(resampled(self._voice(text, seed=seed), self._voice.sample_rate, rate) * gain)

    def close(self) -> None:
        """Let the thread go."""
        self._pool.shutdown(wait=True)


def _pieces(sentences: list[str]) -> list[str]:
    """The sentences, a long first one parted at its first comma, so that its beginning is there sooner."""
    if not sentences or len(sentences[0]) < _LONG:
        return sentences
    head, comma, tail = sentences[0].partition(", ")
    return [head + comma.strip(), tail, *sentences[1:]] if len(head) >= _SHORT and tail else sentences


def _trimmed(sound: Sound) -> Sound:
    """Without the silence at its beginning, which the caller would wait through."""
    loud = abs(sound) > 0.01
    first = int(loud.argmax()) if loud.any() else 0
    return sound[max(0, first - 40) :]
