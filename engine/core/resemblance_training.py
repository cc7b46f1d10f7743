"""Trains the resemblance to emergencies from a pack's examples: logistic regression by plain gradient steps.

In pure Python, so that no screen depends on an optional library; over examples in a fixed order, so that the
same examples give the same weights on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, gcd, log, sqrt
from operator import mul

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
_SETTLED = 0.02
"""Error below which an example is known, and teaches nothing more."""
_FEWEST = 2
"""Examples in which a gram must stand to say anything about others."""
_DECIMALS = 3
"""Decimals of a weight: what is finer is noise, and would differ between mathematics libraries."""

Row = tuple[list[int], list[float], int]
"""Numbers of the grams, each gram's share of the example's length, and 1 for an emergency or 0."""


def train(urgent: Sequence[str], calm: Sequence[str], within: int) -> Resemblance:
    """Train on examples of both kinds; a pure function, and the slow part of compiling a pack."""
    spelled: dict[str, tuple[str, ...]] = {}
    bags = [_grams(text, spelled) for text in (*urgent, *calm)]
    rarity = _rarity(bags)
    numbers = {gram: number for number, gram in enumerate(sorted(rarity))}
    kinds = [1] * len(urgent) + [0] * len(calm)
    rows = [_row(bag, kind, rarity, numbers) for bag, kind in zip(bags, kinds, strict=True)]
    balance = (len(bags) / (2 * len(calm)), len(bags) / (2 * len(urgent)))
    weights, offset = _descend(rows, balance, len(numbers))
    grams = {
        gram: (round(weights[number] * rarity[gram], _DECIMALS), round(rarity[gram] ** 2, _DECIMALS))
        for gram, number in numbers.items()
    }
    return Resemblance(grams, round(offset, _DECIMALS), within)


def _grams(text: str, spelled: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the grams of a text; those of a word are kept in `spelled`, for words come again and again."""
    words = split_words(text).folded
    found = [pair(*two) for two in pairwise(words)]
    for word in words:
        if word not in spelled:
            spelled[word] = tuple(word_grams(word))
        found += spelled[word]
    return found


def _rarity(bags: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return how telling each gram is, as the inverse document frequency (Spärck Jones 1972)."""
    counts = Counter(gram for bag in bags for gram in set(bag))
    return {gram: log(len(bags) / count) + 1 for gram, count in counts.items() if count >= _FEWEST}


def _row(bag: Sequence[str], kind: int, rarity: Mapping[str, float], numbers: Mapping[str, int]) -> Row:
    """Return an example as numbers; a gram of no other example only makes it longer."""
    known = [gram for gram in bag if gram in numbers]
    rare = [rarity[gram] for gram in known]
    length = sqrt(sum(map(mul, rare, rare)) + UNSEEN[1] * (len(bag) - len(known)))
    return [numbers[gram] for gram in known], [one / length for one in rare], kind


def _descend(rows: Sequence[Row], balance: tuple[float, float], size: int) -> tuple[list[float], float]:
    """Return weights and offset after the epochs; `balance` makes up for unequal numbers of both kinds."""
    weights = [0.0] * size
    offset = 0.0
    stride = next(step for step in range(_STRIDE, 2 * _STRIDE) if gcd(step, len(rows)) == 1)
    for epoch in range(_EPOCHS):
        rate = _RATE / (1 + epoch * _DECAY)
        for visit in range(len(rows)):
            grams, shares, kind = rows[visit * stride % len(rows)]
            score = offset + sum(map(mul, map(weights.__getitem__, grams), shares))
            error = kind - 1 / (1 + exp(-max(-_STEEP, min(_STEEP, score))))
            if abs(error) < _SETTLED:
                continue
            step = rate * error * balance[kind]
            offset += step * _OFFSET_RATE
            for gram, share in zip(grams, shares, strict=True):
                weights[gram] += step * share
    return weights, offset
