"""The ledger of what was prepared, sent, played and thrown away: what the caller really heard. Pure.

A prompt counts as heard only when its last sample has been played: a confirmation is worth nothing
over words that were still on their way. What was played is known from the line's marks, where it
gives any, and from the clock where sound leaves at the pace of speech. Marks also return after a
clear, so a mark that was cleared says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class HeardTo:
    """How much of a prompt was heard; nothing more will be."""

    say: int
    share: float
    """0..1; 1.0 only when its last sample was played."""


@dataclass(slots=True)
class _Piece:
    """A stretch of sound on its way to the caller."""

    say: int
    start_s: float
    """When it begins to sound, as far as we know."""
    length_s: float
    mark: str | None = None
    played: bool = False

    def sounded_s(self, at_s: float, *, marked: bool) -> float:
        if self.played:
            return self.length_s
        sounded = max(0.0, min(self.length_s, at_s - self.start_s))
        # Without its mark the end of a piece is a hope, however late it is.
        return min(sounded, self.length_s - _NOTHING) if marked else sounded


@dataclass(slots=True)
class _Prompt:
    prepared_s: float = 0.0
    whole: bool = False
    pieces: list[_Piece] = field(default_factory=list)


class Ledger:
    """What became of every prompt of one call."""

    def __init__(self, *, marked: bool) -> None:
        """`marked`: the line tells by marks what was played; otherwise it plays at once what we send."""
        self._marked = marked
        self._prompts: dict[int, _Prompt] = {}
        self._free_s = 0.0

    def prepared(self, say: int, length_s: float, *, whole: bool = False) -> None:
        """A stretch of a prompt's sound exists; `whole`: it was the last one."""
        prompt = self._prompts.setdefault(say, _Prompt())
        prompt.prepared_s += length_s
        prompt.whole = prompt.whole or whole

    def sent(self, say: int, length_s: float, at_s: float, mark: str | None = None) -> None:
        """A stretch was handed to the line, behind all that went before it."""
        prompt = self._prompts.setdefault(say, _Prompt())
        start = max(at_s, self._free_s)
        prompt.pieces.append(_Piece(say, start, length_s, mark))
        self._free_s = start + length_s

    def pause(self, length_s: float, at_s: float) -> None:
        """Silence was handed to the line."""
        self._free_s = max(at_s, self._free_s) + length_s

    def marked(self, name: str, at_s: float, *, cleared: bool) -> None:
        """A mark came back: all before it has been played, unless it was thrown away."""
        if cleared:
            return
        pieces = [piece for prompt in self._prompts.values() for piece in prompt.pieces]
        found = next((place for place, piece in enumerate(pieces) if piece.mark == name), None)
        if found is None:
            return
        for piece in pieces[: found + 1]:
            piece.played = True
        # The far side may be behind or ahead of our clock: what follows begins now.
        start = at_s
        for piece in pieces[found + 1 :]:
            piece.start_s = start
            start += piece.length_s
        self._free_s = start

    def clear(self, at_s: float) -> dict[int, float]:
        """What was not yet played is thrown away; seconds of each prompt that were heard.

        A prompt that was cleared stays, and may be sent again from where it stopped.
        """
        positions = {}
        for say, prompt in self._prompts.items():
            heard = self._sounded_s(prompt, at_s)
            prompt.pieces = [_Piece(say, at_s - heard, heard, played=True)] if heard else []
            positions[say] = heard
        self._free_s = at_s
        return positions

    def heard(self, at_s: float) -> list[HeardTo]:
        """The prompts that were heard to the end since this was last asked, in order."""
        done = [
            say
            for say, prompt in self._prompts.items()
            if prompt.whole and prompt.prepared_s and self._is_heard(prompt, at_s)
        ]
        for say in done:
            del self._prompts[say]
        return [HeardTo(say, 1.0) for say in done]

    def drop(self, say: int, at_s: float, text_share: float = 1.0) -> HeardTo:
        """A prompt will not be said to its end; `text_share` is how much of its text has been prepared."""
        prompt = self._prompts.pop(say, None)
        if prompt is None or not prompt.prepared_s:
            return HeardTo(say, 0.0)
        share = self._sounded_s(prompt, at_s) / prompt.prepared_s
        return HeardTo(say, min(share * text_share, 1.0 - _NOTHING))

    def left_s(self, at_s: float) -> float:
        """Seconds of sound that were sent and not yet played."""
        return max(0.0, self._free_s - at_s)

    @property
    def open(self) -> tuple[int, ...]:
        """The prompts that are neither heard to the end nor dropped."""
        return tuple(self._prompts)

    def _is_heard(self, prompt: _Prompt, at_s: float) -> bool:
        return self._sounded_s(prompt, at_s) >= prompt.prepared_s - _NOTHING / 2

    def _sounded_s(self, prompt: _Prompt, at_s: float) -> float:
        return sum(piece.sounded_s(at_s, marked=self._marked) for piece in prompt.pieces)
