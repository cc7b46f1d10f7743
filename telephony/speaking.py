"""Turning texts into sound for one call, ahead of time where the text can be foreseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from telephony.speech import SpeechUnavailable, Synthesizer

Key = tuple[str, str, str]
"""Text, style and language."""


@dataclass(slots=True)
class Rendering:
    """A text on its way to being sound."""

    chunks: list[bytes] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    done: bool = False
    failure: str = ""
    """Why there is no more of it; as in SpeechFailed."""
    task: asyncio.Task[None] | None = None

    async def sound(self) -> AsyncIterator[bytes]:
        """The sound from its beginning, as it comes.

        Raises:
            SpeechUnavailable: the voice failed.
        """
        place = 0
        while True:
            while place < len(self.chunks):
                place += 1
                yield self.chunks[place - 1]
            if self.failure:
                raise SpeechUnavailable(self.failure)
            if self.done:
                return
            self.changed.clear()
            await self.changed.wait()


class Mouth:
    """The voice of one call."""

    def __init__(self, synthesizer: Synthesizer, rate: int) -> None:
        self._synthesizer = synthesizer
        self._rate = rate
        self._renderings: dict[Key, Rendering] = {}

    def prepare(self, text: str, style: str, language: str) -> Rendering:
        """Begin to render a text, or go on with what was begun."""
        key = text, style, language
        rendering = self._renderings.get(key)
        if rendering is None or rendering.failure:
            rendering = self._renderings[key] = Rendering()
            rendering.task = asyncio.get_running_loop().create_task(self._render(key, rendering))
        return rendering

    def take(self, text: str, style: str, language: str) -> Rendering:
        """The rendering of a text that is said now; it is not kept for another time."""
        rendering = self.prepare(text, style, language)
        del self._renderings[text, style, language]
        return rendering

    def forget(self, keep: Iterable[Key] = ()) -> None:
        """Stop rendering what was foreseen and has not come about."""
        kept = set(keep)
        for key in [key for key in self._renderings if key not in kept]:
            task = self._renderings.pop(key).task
            if task is not None:
                task.cancel()

    async def _render(self, key: Key, rendering: Rendering) -> None:
        text, style, language = key
        try:
            spoken = self._synthesizer.speak(text, style=style, language=language, rate=self._rate)
            async for chunk in spoken:
                rendering.chunks.append(chunk.pcm)
                rendering.changed.set()
        except SpeechUnavailable as error:
            rendering.failure = error.kind
        except (OSError, ValueError) as error:
            # What a voice raises besides its promise must not leave a prompt waiting; never its message.
            rendering.failure = type(error).__name__
        finally:
            rendering.done = True
            rendering.changed.set()
