"""A voice that plays what was rendered or recorded before, and asks another one for the rest.

Prompts are fixed texts with a few typed parts, so most speech can be made ahead: `frontdesk voice build`
renders every fixed prompt, and every fixed sentence of the others, once; what was said in a call is kept in
memory. A prompt is put together at its sentences and never inside one, where the melody would break.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Generic, TypeVar

from telephony.speech import Chunk, Synthesizer

Live = TypeVar("Live", bound=Synthesizer)
KEPT_BYTES = 64 << 20
"""Sound kept in memory: an hour and more of telephone speech."""
_PIECE_S = 0.5
_FORMAT = 1
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def clip_name(voice: str, text: str, style: str, language: str, rate: int) -> str:
    """The file name of a text in a voice."""
    key = "\n".join((str(_FORMAT), voice, style, language, str(rate), " ".join(text.split())))
    return f"{sha256(key.encode()).hexdigest()[:24]}.pcm"


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [sentence for sentence in _SENTENCE.split(" ".join(text.split())) if sentence]


def clip_folder() -> Path:
    """Where clips are kept unless a folder is named: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "frontdesk" / "clips"


def _cut(pcm: bytes, rate: int) -> list[bytes]:
    size = 2 * round(_PIECE_S * rate)
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


class ClipSynthesizer(Generic[Live]):
    """Clips first, then a live voice; live sound is kept."""

    def __init__(self, live: Live, folder: Path | None = None, *, kept: int = KEPT_BYTES) -> None:
        """`folder` holds clips made by `frontdesk voice build`; they are read once, now."""
        self.live = live
        self._most = kept
        self._folder = folder
        self.name = f"clips > {live.name}"
        self._clips: dict[str, bytes] = {}
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self.letters = {"clips": 0, "live": 0}
        """Characters said from clips and live, since the beginning."""
        if folder is not None and folder.is_dir():
            self._clips = {path.name: path.read_bytes() for path in sorted(folder.glob("*.pcm"))}

    def has(self, text: str, *, style: str, language: str, rate: int) -> bool:
        """Whether a text needs no live voice."""
        name = clip_name(self.live.name, text, style, language, rate)
        return name in self._clips or name in self._recent

    async def speak(self, text: str, *, style: str, language: str, rate: int) -> AsyncIterator[Chunk]:
        """Say a text.

        Raises:
            SpeechUnavailable: it is no clip, and the live voice fails.
        """
        if self.has(text, style=style, language=language, rate=rate):
            runs = [(True, text)]
        else:
            runs = self._runs(text, style, language, rate)
        for ready, piece in runs:
            name = clip_name(self.live.name, piece, style, language, rate)
            if ready:
                self.letters["clips"] += len(piece)
                for pcm in _cut(self._clips.get(name) or self._recent[name], rate):
                    yield Chunk(pcm)
                continue
            self.letters["live"] += len(piece)
            pieces = []
            async for chunk in self.live.speak(piece, style=style, language=language, rate=rate):
                pieces.append(chunk.pcm)
                yield chunk
            self._keep(name, b"".join(pieces))  # only what was said to its end

    def _runs(self, text: str, style: str, language: str, rate: int) -> list[tuple[bool, str]]:
        """The sentences of a text that are clips, and between them what must be said live, in one piece."""
        runs: list[tuple[bool, str]] = []
        for sentence in sentences(text):
            ready = self.has(sentence, style=style, language=language, rate=rate)
            if runs and not ready and not runs[-1][0]:
                runs[-1] = False, f"{runs[-1][1]} {sentence}"
            else:
                runs.append((ready, sentence))
        return runs

    def _keep(self, name: str, pcm: bytes) -> None:
        self._recent[name] = pcm
        self._size += len(pcm)
        while self._size > self._most and len(self._recent) > 1:
            _, dropped = self._recent.popitem(last=False)
            self._size -= len(dropped)

    async def render(self, text: str, *, style: str, language: str, rate: int) -> bool:
        """Make a clip of a text, in the folder if there is one; False when there was one already."""
        name = clip_name(self.live.name, text, style, language, rate)
        if name in self._clips:
            return False
        spoken = self.live.speak(text, style=style, language=language, rate=rate)
        pcm = b"".join([chunk.pcm async for chunk in spoken])
        self._clips[name] = pcm
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(pcm)
        return True
