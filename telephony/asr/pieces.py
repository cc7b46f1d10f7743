"""The pieces of words that a model of speech writes with, and which of them lead to expected words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core.words import fold

SPACE = "▁"
END = 2
_UNKNOWN, _BYTES, _NEVER = 0, 259, 1 << 30
"""The piece for what cannot be written; where pieces of text begin, after those of single bytes."""
_LEAST = 3
"""Letters of a word worth expecting: shorter ones are in every sentence."""
_OPEN = 40_000
"""Words that may be said where nothing is expected: a list of so many favours none of its own."""
_MOST = 3.0
"""What five letters of an expected word may be favoured by, in nats, however short the list."""
_FIVE, _LONG = 5, 12
"""Letters that earn so much, and letters beyond which nothing more is earned."""


class Pieces:
    """The pieces of a model's language."""

    def __init__(self, path: Path) -> None:
        self._raw = list(_pieces(path.read_bytes()))
        self.texts = [piece.decode("utf-8", "replace") for piece in self._raw]
        self.begins = np.array(
            [not text[:1].isalpha() or number == END for number, text in enumerate(self.texts)]
        )
        """Whether a piece leaves the word before it as it is: it begins another, is a mark, or the end."""
        self._single = {text: number for number, text in enumerate(self.texts) if number >= _BYTES}
        self._by_text: dict[str, list[int]] = {}
        for number, text in enumerate(self.texts):
            self._by_text.setdefault(fold(text), []).append(number)

    def text(self, numbers: Sequence[int]) -> str:
        """The text that pieces make."""
        joined = b"".join(self._raw[number] for number in numbers)
        return joined.decode("utf-8", "replace").replace(SPACE, " ").strip()

    def numbers(self, text: str) -> list[int]:
        """The pieces of words that follow others, put together in the order the model learnt (BPE)."""
        parts = list(SPACE + text.replace(" ", SPACE))
        while True:
            pairs = [(self._rank(one + two), place) for place, (one, two) in enumerate(pairwise(parts))]
            rank, place = min(pairs, default=(_NEVER, 0))
            if rank == _NEVER:
                return [self._single.get(part, _UNKNOWN) for part in parts]
            parts[place : place + 2] = [parts[place] + parts[place + 1]]

    def _rank(self, text: str) -> int:
        return self._single.get(text, _NEVER)

    def word(self, before: str, number: int) -> str:
        """The word so far, folded, once a piece has been added to it."""
        text = self.texts[number]
        return fold(text[1:]) if text.startswith(SPACE) else before + fold(text)

    def leading(self, prefix: str, words: Iterable[str]) -> dict[int, int]:
        """The pieces that lead from a beginning on to one of the words, and how many letters then stand."""
        found: dict[int, int] = {}
        for word in words:
            for end in range(len(prefix) + 1, len(word) + 1):
                text = word[len(prefix) : end] if prefix else SPACE + word[:end]
                found |= dict.fromkeys(self._by_text.get(text, ()), end)
        return found


def _pieces(data: bytes) -> list[bytes]:
    """The tokenizer's file: each piece after its length, in one byte or in two."""
    pieces, at = [], 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length = length - 128 + 128 * data[at]
            at += 1
        pieces.append(data[at : at + length])
        at += length
    return pieces


@dataclass(frozen=True, slots=True)
class _Onwards:
    numbers: NDArray[np.int64]
    favours: NDArray[np.float32]
    """What the word's beginning has earned once the piece is said."""


class Leaning:
    """Words that are expected, as a search sees them: favoured while they come about, at par if they do not.

    What a beginning has earned is taken back as soon as the word turns out to be another one, so names
    that are on no list are written as they were heard (contextual shallow fusion with failure arcs).
    """

    def __init__(self, pieces: Pieces, lists: Sequence[Sequence[str]]) -> None:
        """Of the lists, the shorter ones are expected more."""
        self._pieces = pieces
        self._favour: dict[str, float] = {}
        for phrases in lists:
            words = {word for phrase in phrases for word in fold(phrase).split() if len(word) >= _LEAST}
            most = min(_MOST, log(_OPEN / len(words))) if words else 0.0
            for word in words:
                self._favour[word] = max(most, self._favour.get(word, 0.0))
        self._words = sorted(self._favour)
        self._onwards: dict[str, _Onwards | None] = {}

    def __bool__(self) -> bool:
        return bool(self._words)

    def _with(self, prefix: str) -> list[str]:
        first = bisect_left(self._words, prefix)
        return self._words[first : bisect_left(self._words, prefix + "\U0010ffff")]

    def _from(self, prefix: str) -> _Onwards | None:
        if prefix not in self._onwards:
            found = self._pieces.leading(prefix, self._with(prefix))
            numbers = sorted(found)
            word = [self._pieces.word(prefix, number) for number in numbers]
            favours = [self.earned(item) for item in word]
            self._onwards[prefix] = (
                _Onwards(np.array(numbers, np.int64), np.array(favours, np.float32)) if numbers else None
            )
        return self._onwards[prefix]

    def earned(self, word: str) -> float:
        """What the beginning of a word is worth: a long one is rarer, and less likely to be another's."""
        most = max((self._favour[item] for item in self._with(word)), default=0.0) if word else 0.0
        return most * min(_LONG, len(word)) / _FIVE

    def lean(self, scores: NDArray[np.float32], word: str) -> None:
        """Add to the scores of the next piece what is earned and lost by it, after this word so far."""
        earned = self.earned(word)
        if earned:
            onwards = self._from(word)
            leaving = np.full(len(scores), earned, np.float32)
            if word in self._favour:
                leaving[: len(self._pieces.begins)][self._pieces.begins] = 0.0
            if onwards is not None:
                leaving[onwards.numbers] = earned - onwards.favours
            scores -= leaving
        starts = self._from("")
        if starts is not None:
            scores[starts.numbers] += starts.favours
