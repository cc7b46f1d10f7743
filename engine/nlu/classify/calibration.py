"""How much a score is worth: confidence and threshold from sentences that were held out of training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import exp, floor, sqrt
from typing import Any

from engine.core.frozen import quick
from engine.nlu.classify.examples import OUT_OF_SCOPE
from engine.nlu.classify.model import Calibration

_KEPT = 0.985
"""Share of the right answers that the threshold must let through."""
_FAIR = 0.5
"""A threshold is never lower: a guess more likely wrong than right is no answer."""
_TRUSTED = 0.95
"""Share of the answers acted on that must be right, a standard deviation of the mistakes allowed for."""
_PARTS = 2
"""Parts of the guesses: what is said of one is measured under a threshold that only the other has chosen."""
_STEPS = 60
_DAMPING = 1e-3
"""Keeps the fit finite where held-out guesses are all right."""
_NEAR = 1e-5
_DIGITS = 4
_FINE = 10_000
_NEVER = 1.0
"""A threshold that no confidence reaches."""


@quick(frozen=True, slots=True)
class Guess:
    """What a sentence with a known label was taken for."""

    text: str
    label: str
    guessed: str
    score: float
    margin: float
    confidence: float = 0.0
    accepted: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the label was found, whatever is then made of it."""
        return self.guessed == self.label


def calibrated(guesses: Sequence[Guess]) -> tuple[Calibration, tuple[Guess, ...]]:
    """The calibration that the guesses call for, and each guess as it is judged without its own part in that.

    A threshold looks better on the guesses that chose it than it is: with a few hundred, by several points.
    """
    rated: list[Guess] = []
    for part in range(_PARTS):
        others = [guess for place, guess in enumerate(guesses) if place % _PARTS != part]
        calibration = _fitted(others)
        rated += [_rated(guess, calibration) for guess in guesses[part::_PARTS]]
    return _fitted(guesses), tuple(sorted(rated, key=lambda guess: (guess.label, guess.text)))


def _fitted(guesses: Sequence[Guess]) -> Calibration:
    plain = Calibration(*_sigmoid(guesses))
    return replace(plain, threshold=_threshold(_rated(guess, plain) for guess in guesses))


def _rated(guess: Guess, calibration: Calibration) -> Guess:
    confidence = calibration.confidence(guess.score, guess.margin)
    sure = guess.guessed != OUT_OF_SCOPE and confidence >= calibration.threshold
    return replace(guess, confidence=confidence, accepted=sure)


def _threshold(guesses: Iterable[Guess]) -> float:
    """The highest that lets nearly all right answers through, or a higher one if those cannot be trusted."""
    acted = sorted((guess for guess in guesses if guess.guessed != OUT_OF_SCOPE), key=_confidence)
    right = [guess.confidence for guess in acted if guess.is_right]
    if not right:
        return _NEVER
    usual = max(_FAIR, _cut(right[int(len(right) * (1 - _KEPT))]))
    trusted, seen, wrong = _NEVER, 0, 0
    for confidence, alike in groupby(reversed(acted), key=_confidence):
        verdicts = [guess.is_right for guess in alike]
        seen, wrong = seen + len(verdicts), wrong + verdicts.count(False)
        if confidence >= usual and wrong + sqrt(wrong) <= (1 - _TRUSTED) * seen:
            trusted = max(usual, _cut(confidence))
    return trusted


def _confidence(guess: Guess) -> float:
    return guess.confidence


def _cut(value: float) -> float:
    return floor(value * _FINE) / _FINE


def _sigmoid(guesses: Sequence[Guess]) -> tuple[float, float, float]:
    """Weights of score and margin and an offset, by Newton's method: three numbers need no library."""
    weights = [0.0, 0.0, 0.0]
    rows = [((guess.score, guess.margin, 1.0), float(guess.is_right)) for guess in guesses]
    for _ in range(_STEPS):
        slope = [_DAMPING * weight for weight in weights]
        curve = [[_DAMPING if row == column else 0.0 for column in range(3)] for row in range(3)]
        for values, right in rows:
            total = sum(weight * value for weight, value in zip(weights, values, strict=True))
            chance = 1.0 / (1.0 + exp(-min(max(total, -30.0), 30.0)))
            for row in range(3):
                slope[row] += (chance - right) * values[row]
                for column in range(3):
                    curve[row][column] += chance * (1 - chance) * values[row] * values[column]
        step = _solved(curve, slope)
        weights = [weight - change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < _NEAR:
            break
    score, margin, offset = (round(weight, _DIGITS) for weight in weights)
    return score, margin, offset


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of three equations, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place, row in enumerate(rows):
        for other in rows[place + 1 :]:
            factor = other[place] / row[place]
            for column in range(place, len(row)):
                other[column] -= factor * row[column]
    found = [0.0] * len(rows)
    for place in reversed(range(len(rows))):
        known = sum(rows[place][column] * found[column] for column in range(place + 1, len(rows)))
        found[place] = (rows[place][-1] - known) / rows[place][place]
    return found


def figures_of(
    guesses: Sequence[Guess], calibration: Calibration, sizes: Mapping[str, int]
) -> dict[str, Any]:
    """What `frontdesk train` prints, from the sentences held out."""
    inside = [guess for guess in guesses if guess.label != OUT_OF_SCOPE]
    outside = [guess for guess in guesses if guess.label == OUT_OF_SCOPE]
    taken = [guess for guess in guesses if guess.accepted]
    return {
        "labels": len(sizes),
        "examples": sum(sizes.values()),
        "accuracy": _share(guess.is_right for guess in inside),
        "accuracy_with_refusal": _share(guess.is_right and guess.accepted for guess in inside),
        "precision": _share(guess.is_right for guess in taken),
        "out_of_scope_recall": _share(not guess.accepted for guess in outside),
        "threshold": calibration.threshold,
    }


def _share(hits: Iterable[bool]) -> float:
    values = list(hits)
    return round(sum(values) / len(values), _DIGITS) if values else 0.0
