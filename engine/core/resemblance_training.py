"""Trains the resemblance to emergencies from a pack's examples: logistic regression by plain gradient steps.

In pure Python, so that no screen depends on an optional library; over examples in a fixed order, so that the
same examples give the same weights on every machine. A thousand examples take about half a second, once:
compiled packs are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import exp, gcd, log, sqrt

from engine.core.resemblance import UNSEEN, Resemblance, pair, word_grams
from engine.core.words import split_words

_EPOCHS = 8
_RATE, _DECAY = 5.0, 0.3
_OFFSET_RATE = 0.05
"""The offset learns slower: it is in every example."""
_STRIDE = 7919
"""A prime by which examples are visited, so that the two kinds alternate without chance."""
_STEEP = 30.0
"""Scores beyond are as sure as a float can be."""
_SETTLED = 1e-3
"""Smaller steps are left out: the example is known."""
_FEWEST = 2
"""Examples in which a gram must stand to say anything about others."""
_DECIMALS = 3
"""Decimals of a weight: what is finer is noise, and would differ between mathematics libraries."""

Row = tuple[list[tuple[str, float]], int]
"""Grams with their share of the example's length, and 1 for an emergency or 0."""


@lru_cache(maxsize=32)
def train(urgent: tuple[str, ...], calm: tuple[str, ...], within: int) -> Resemblance:
    """Train on examples of both kinds; a pure function, remembered because packs share their examples."""
    bags = [(_grams(text), 1) for text in urgent] + [(_grams(text), 0) for text in calm]
    rarity = _rarity([bag for bag, _ in bags])
    rows = [(_shares(bag, rarity), kind) for bag, kind in bags]
    weights, offset = _descend(rows, (len(bags) / (2 * len(calm)), len(bags) / (2 * len(urgent))))
    grams = {
        gram: (round(weights[gram] * rare, _DECIMALS), round(rare * rare, _DECIMALS))
        for gram, rare in sorted(rarity.items())
    }
    return Resemblance(grams, round(offset, _DECIMALS), within)


def _grams(text: str) -> list[str]:
    words = split_words(text).folded
    found = [gram for word in words for gram in word_grams(word)]
    return found + [pair(*two) for two in pairwise(words)]


def _rarity(bags: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return how telling each gram is, as the inverse document frequency (Spärck Jones 1972)."""
    counts = Counter(gram for bag in bags for gram in set(bag))
    return {gram: log(len(bags) / count) + 1 for gram, count in counts.items() if count >= _FEWEST}


def _shares(bag: Sequence[str], rarity: dict[str, float]) -> list[tuple[str, float]]:
    known = [(gram, rarity[gram]) for gram in bag if gram in rarity]
    length = sqrt(sum(rare * rare for _, rare in known) + UNSEEN[1] * (len(bag) - len(known)))
    return [(gram, rare / length) for gram, rare in known]


def _descend(rows: Sequence[Row], balance: tuple[float, float]) -> tuple[dict[str, float], float]:
    """Return weights and offset after the epochs; `balance` makes up for unequal numbers of both kinds."""
    weights = dict.fromkeys((gram for shares, _ in rows for gram, _ in shares), 0.0)
    offset = 0.0
    stride = next(step for step in range(_STRIDE, 2 * _STRIDE) if gcd(step, len(rows)) == 1)
    for epoch in range(_EPOCHS):
        rate = _RATE / (1 + epoch * _DECAY)
        for visit in range(len(rows)):
            shares, kind = rows[visit * stride % len(rows)]
            score = offset + sum([weights[gram] * share for gram, share in shares])
            chance = 1 / (1 + exp(-max(-_STEEP, min(_STEEP, score))))
            step = rate * (kind - chance) * balance[kind]
            if abs(step) >= _SETTLED:
                offset += step * _OFFSET_RATE
                for gram, share in shares:
                    weights[gram] += step * share
    return weights, offset
