"""Beam search over the pieces of a model of speech: several readings of one sound, the likeliest first.

A greedy loop follows the first piece that looks best: it answers "sixty" for "fifty", and once it repeats
itself it never stops. A few readings followed side by side cost little more, because the model's weights are
read once for all of them, and say what else it may have been.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log1p

import numpy as np
from numpy.typing import NDArray

from telephony.asr.pieces import END, Leaning, Pieces

Scores = NDArray[np.float32]
Advance = Callable[[Sequence[int], Sequence[int]], Scores]
"""The readings to go on with by their places, and the piece that each gets, to the scores of what follows."""

BEHIND = 4.0
"""A reading this many nats behind the best is given up."""
AHEAD = 1.5
"""A reading that has ended this far before all that go on is the best of them."""
_PHRASE = 4
"""Pieces of which people do say several in a row: "five five five"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the sound."""

    numbers: tuple[int, ...]
    score: float
    """The log probability of all its pieces, expectations included."""
    chance: float
    """The log probability as the model alone has it."""
    word: str = ""
    """The word so far."""


def search(
    first: Scores,
    advance: Advance,
    pieces: Pieces,
    leaning: Leaning | None,
    *,
    width: int,
    most: int,
) -> list[Reading]:
    """The likeliest readings of at least one and at most `most` pieces, best first; never none.

    `first` are the scores of the first piece. The end is forbidden there: somebody has spoken.
    """
    live, scores = [Reading((), 0.0, 0.0)], log_probabilities(first[None, :])
    done: list[Reading] = []
    lost: list[Reading] = []
    for _ in range(most):
        following = _following(live, scores, pieces, leaning, width)
        live, places = [], []
        for place, number, reading in following:
            if number == END:
                done.append(reading)
            elif again := _repeated(reading.numbers):
                # The decoder has lost the sound; only where no reading comes to an end does it count.
                lost.append(Reading(reading.numbers[:-again], reading.score, reading.chance))
            elif len(live) < width:
                live.append(reading)
                places.append(place)
        best = max((reading.score for reading in done), default=-np.inf)
        if live:
            least = max(best, live[0].score) - BEHIND
            live = [reading for reading in live if reading.score > least]
        if not live or best > live[0].score + AHEAD:
            break
        scores = log_probabilities(advance(places[: len(live)], [reading.numbers[-1] for reading in live]))
    return sorted(done or lost or live or [Reading((), 0.0, 0.0)], key=lambda reading: -reading.score)


def _following(
    live: Sequence[Reading], scores: Scores, pieces: Pieces, leaning: Leaning | None, width: int
) -> list[tuple[int, int, Reading]]:
    """The likeliest next steps of all readings, best first: the reading's place, the piece, the result."""
    found = []
    for place, reading in enumerate(live):
        leant = scores[place].copy()
        if not reading.numbers:
            leant[END] = -np.inf
        if leaning is not None:
            leaning.lean(leant, reading.word)
        for number in np.argpartition(leant, -width - 1)[-width - 1 :].tolist():
            word = pieces.word(reading.word, number) if number < len(pieces.texts) else ""
            longer = Reading(
                (*reading.numbers, number) if number != END else reading.numbers,
                reading.score + float(leant[number]),
                reading.chance + float(scores[place][number]),
                word,
            )
            found.append((place, number, longer))
    return sorted(found, key=lambda item: -item[2].score)


def merged(readings: Sequence[Reading], key: Callable[[Reading], str]) -> list[tuple[Reading, float]]:
    """Readings that only differ in how they are written, as one: the best of them, and their joint score."""
    best: dict[str, tuple[Reading, float]] = {}
    for reading in readings:
        name = key(reading)
        if name in best:
            kept, score = best[name]
            high, low = max(score, reading.score), min(score, reading.score)
            best[name] = kept, high + log1p(exp(low - high))
        else:
            best[name] = reading, reading.score
    return sorted(best.values(), key=lambda item: -item[1])


def log_probabilities(logits: Scores) -> Scores:
    """Log probabilities, row by row."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


def _repeated(numbers: Sequence[int]) -> int:
    """How many pieces at the end only repeat others: a decoder that has lost the sound says them for ever."""
    for length in range(1, 13):
        times = 3 if length > _PHRASE else 6
        block = tuple(numbers[-length:])
        if len(numbers) >= times * length and tuple(numbers[-times * length :]) == block * times:
            return (times - 1) * length
    return 0
