"""A voice that plays what was rendered or recorded before, and asks another one for the rest.

Prompts are fixed texts with a few typed parts, so most speech can be made ahead: `frontdesk voice build`
renders every fixed prompt, every fixed sentence of the others, and the pieces that the rest is made of; what
was said in a call is kept in memory. A prompt is put together at its sentences where that is possible, and
inside them from pieces (`pieces.py`) where it is not.
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
from telephony.tts import pieces

Live = TypeVar("Live", bound=Synthesizer)
KEPT_BYTES = 64 << 20
"""Sound kept in memory: an hour and more of telephone speech."""
_PIECE_S = 0.5
_FORMAT = 2
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def clip_name(voice: str, text: str, style: str, language: str, rate: int) -> str:
    """The file name of a text in a voice."""
    key = "\n".join((str(_FORMAT), voice, style, language, str(rate), " ".join(text.split())))
    return f"{sha256(key.encode()).hexdigest()[:24]}.pcm"


def piece_name(voice: str, key: str, style: str, language: str, rate: int, *, final: bool) -> str:
    """The file name of a piece of a sentence: its melody goes on behind it, or ends with it."""
    return clip_name(voice, f"{key}{'.' if final else ',~'}", style, language, rate)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [sentence for sentence in _SENTENCE.split(" ".join(text.split())) if sentence]


def clip_folder(voice: str) -> Path:
    """Where the clips of a voice are kept unless a folder is named: the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "frontdesk" / "clips" / voice


def _cut(pcm: bytes, rate: int) -> list[bytes]:
    size = 2 * round(_PIECE_S * rate)
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


class ClipSynthesizer(Generic[Live]):
    """Clips first, then a live voice; live sound is kept."""

    def __init__(
        self, live: Live, folder: Path | None = None, *, voice: str = "", kept: int = KEPT_BYTES
    ) -> None:
        """`folder` holds clips made by `frontdesk voice build`; they are read once, now.

        `voice` tells one voice of a vendor's from another, so that no clip of one is taken for the other's.
        """
        self.live = live
        self.voice = voice or live.name
        self._most = kept
        self._folder = folder
        self.name = f"clips > {self.voice}"
        self._clips: dict[str, bytes] = {}
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self.letters = {"clips": 0, "live": 0}
        """Characters said from clips and live, since the beginning."""
        if folder is not None and folder.is_dir():
            self._clips = {path.name: path.read_bytes() for path in sorted(folder.glob("*.pcm"))}

    def has(self, text: str, *, style: str, language: str, rate: int) -> bool:
        """Whether a text needs no live voice."""
        name = clip_name(self.voice, text, style, language, rate)
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
        names = [clip_name(self.voice, piece, style, language, rate) for _, piece in runs]
        # Taken now: what was said lately may be given up while an earlier sentence is still being said.
        kept = [self._sound(name) if ready else b"" for name, (ready, _) in zip(names, runs, strict=True)]
        for name, sound, (ready, piece) in zip(names, kept, runs, strict=True):
            if ready:
                self.letters["clips"] += len(piece)
                for pcm in _cut(sound, rate):
                    yield Chunk(pcm)
                continue
            parts = self._parts(piece, style, language, rate)
            if parts:
                async for chunk in self._put_together(parts, style, language, rate):
                    yield chunk
                continue
            self.letters["live"] += len(piece)
            said = []
            async for chunk in self.live.speak(piece, style=style, language=language, rate=rate):
                said.append(chunk.pcm)
                yield chunk
            self._keep(name, b"".join(said))  # only what was said to its end

    async def _put_together(
        self, parts: list[pieces.Run], style: str, language: str, rate: int
    ) -> AsyncIterator[Chunk]:
        """A sentence from its pieces; those that are missing are said live, and kept."""
        ends = [place == len(parts) - 1 for place in range(len(parts))]
        names = [
            piece_name(self.voice, pieces.key(part.text), style, language, rate, final=final)
            for part, final in zip(parts, ends, strict=True)
        ]
        kept = [self._sound(name) if part.ready else b"" for name, part in zip(names, parts, strict=True)]
        for name, part, final, clip in zip(names, parts, ends, kept, strict=True):
            self.letters["clips" if part.ready else "live"] += len(part.text)
            sound = clip
            if not part.ready:
                words = pieces.worded(part.text, final=final)
                spoken = self.live.speak(words, style=style, language=language, rate=rate)
                sound = pieces.trimmed(b"".join([chunk.pcm async for chunk in spoken]), rate)
                self._keep(name, sound)
            for pcm in _cut(sound, rate):
                yield Chunk(pcm)
            yield Chunk(bytes(2 * round(pieces.gap_s(part.text) * rate)))

    def _parts(self, sentence: str, style: str, language: str, rate: int) -> list[pieces.Run]:
        """The pieces of a sentence; none where it is better said live as a whole."""

        def known(key: str, final: bool) -> bool:  # noqa: FBT001 - as `cover` calls it
            name = piece_name(self.voice, key, style, language, rate, final=final)
            return name in self._clips or name in self._recent

        parts = pieces.cover(sentence, known)
        return parts if any(part.ready for part in parts) and pieces.worth_it(parts) else []

    def _sound(self, name: str) -> bytes:
        return self._clips[name] if name in self._clips else self._recent[name]

    def _runs(self, text: str, style: str, language: str, rate: int) -> list[tuple[bool, str]]:
        """The sentences of a text with whether each is a clip; those that nothing is known of, in one."""
        runs: list[tuple[bool, str]] = []
        whole = False
        for sentence in sentences(text):
            ready = self.has(sentence, style=style, language=language, rate=rate)
            live = not ready and not self._parts(sentence, style, language, rate)
            if whole and live:
                runs[-1] = False, f"{runs[-1][1]} {sentence}"
            else:
                runs.append((ready, sentence))
            whole = live
        return runs

    def _keep(self, name: str, pcm: bytes) -> None:
        self._recent[name] = pcm
        self._size += len(pcm)
        while self._size > self._most and len(self._recent) > 1:
            _, dropped = self._recent.popitem(last=False)
            self._size -= len(dropped)

    async def render(self, text: str, *, style: str, language: str, rate: int) -> bool:
        """Make a clip of a text, in the folder if there is one; False when there was one already."""
        name = clip_name(self.voice, text, style, language, rate)
        if name in self._clips:
            return False
        spoken = self.live.speak(text, style=style, language=language, rate=rate)
        self.put(name, b"".join([chunk.pcm async for chunk in spoken]))
        return True

    async def render_piece(self, text: str, *, style: str, language: str, rate: int, final: bool) -> bool:
        """Make a clip of a piece of a sentence; False when there was one already."""
        name = piece_name(self.voice, pieces.key(text), style, language, rate, final=final)
        if name in self._clips:
            return False
        words = pieces.worded(text, final=final)
        spoken = self.live.speak(words, style=style, language=language, rate=rate)
        self.put(name, pieces.trimmed(b"".join([chunk.pcm async for chunk in spoken]), rate))
        return True

    def put(self, name: str, pcm: bytes) -> None:
        """Keep a clip under a name, in place of any that there is."""
        self._clips[name] = pcm
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(pcm)
