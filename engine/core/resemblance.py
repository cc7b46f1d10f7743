"""How much words resemble the emergencies of the examples rather than the ordinary talk beside them.

Words nobody wrote a phrase for are judged by their letters and neighbours: a linear model over stretches of
letters, words and pairs of words, so a wrong letter, a lost ending or a compound still counts for something.
It says only that words are like those of emergencies, so it may have a question asked and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

_SHORTEST, _LONGEST = 3, 5
"""Letters of a stretch."""
_FEWEST = 3
"""Words that say enough: one or two are mostly answers, and short emergencies have phrases of their own."""
UNSEEN = (0.0, 30.0)
"""Weight and rarity squared of a gram of no example: words of another language are unlike both kinds."""
_REMEMBERED = 4096
"""Most words whose sums are kept."""


class Likely(NamedTuple):
    """The stretch of words that is most like an emergency."""

    score: float
    """0 where examples of both kinds are as near."""
    first: int
    last: int


class _Sums(NamedTuple):
    """What the grams of a word add to the weight of a stretch and to its length squared."""

    weight: float
    square: float


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A trained model; frozen and shared by all calls."""

    grams: Mapping[str, tuple[float, float]]
    """Gram to its weight times its rarity, and its rarity squared."""
    offset: float
    within: int
    """Words looked at together: an emergency in a long story must not drown in it."""
    memo: dict[str, _Sums] = field(default_factory=dict, compare=False, repr=False)

    def best(self, words: Sequence[str]) -> Likely | None:
        """Return the stretch of folded words that is most like an emergency; None for too few words."""
        if len(words) < _FEWEST:
            return None
        weights, squares = [0.0], [0.0]
        before = ""
        for word in words:
            weight, square = self._sums(word)
            if before:
                paired = self.grams.get(pair(before, word), UNSEEN)
                weight, square = weight + paired[0], square + paired[1]
            weights.append(weights[-1] + weight)
            squares.append(squares[-1] + square)
            before = word
        count = len(words)
        reach = min(self.within, count)
        best = max(
            (self._score(weights, squares, first, first + reach), -first)
            for first in range(count - reach + 1)
        )
        return Likely(best[0], -best[1], reach - best[1] - 1)

    def _score(self, weights: Sequence[float], squares: Sequence[float], first: int, end: int) -> float:
        return self.offset + (weights[end] - weights[first]) / sqrt(squares[end] - squares[first])

    def _sums(self, word: str) -> _Sums:
        """Add up a word's grams; callers use few words, so sums are kept."""
        found = self.memo.get(word)
        if found is None:
            known = [self.grams.get(gram, UNSEEN) for gram in word_grams(word)]
            found = _Sums(sum(weight for weight, _ in known), sum(square for _, square in known))
            if len(self.memo) < _REMEMBERED:
                self.memo[word] = found
        return found


def pair(before: str, word: str) -> str:
    """Return the gram of two neighbours."""
    return f"{before} {word}"


def word_grams(word: str) -> Iterator[str]:
    """Yield the word itself and its stretches of letters, the edges marked."""
    yield f"{word} "
    marked = f"^{word}$"
    for size in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
