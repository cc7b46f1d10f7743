"""What guesses on sentences held out of training come to: confusions, calibration, the surest mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.nlu.classify import OUT_OF_SCOPE, Model
from engine.nlu.classify.calibration import Guess
from engine.quality.labelled import label_of

_SHOWN = 12
"""Lines of each list."""
_BINS = 5
_LOSSES = (0.0, 0.01, 0.02, 0.05)
"""Shares of the right answers that may be given up to refuse more of what is out of scope."""


def judged(model: Model, lines: Iterable[Mapping[str, Any]]) -> tuple[Guess, ...]:
    """What a model makes of labelled lines."""
    found: list[Guess] = []
    for line in lines:
        label, text = label_of(line), line["text"]
        best, verdict = model.best(text), model.classify(text)
        if label is not None and best is not None and verdict is not None:
            found.append(Guess(text, label, *best[:3], verdict.confidence, verdict.accepted))
    return tuple(found)


def of_guesses(guesses: Sequence[Guess]) -> dict[str, Any]:
    """Confusions, calibration, the surest mistakes, and what refusing costs."""
    inside, outside = _parted(guesses)
    confused = Counter((guess.label, guess.guessed) for guess in guesses if not guess.is_right)
    often = sorted(confused.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    wrong = sorted((guess for guess in guesses if guess.accepted and not guess.is_right), key=_surest)
    return {
        "in_scope": len(inside),
        "right": sum(guess.is_right for guess in inside),
        "out_of_scope": len(outside),
        "confusions": [
            {"label": label, "guessed": guessed, "count": count} for (label, guessed), count in often
        ],
        "calibration": _calibration(guesses),
        "surest_mistakes": [_shown(guess) for guess in wrong[:_SHOWN]],
        "trade_off": [
            {"accuracy": accuracy, "out_of_scope_refused": refused}
            for accuracy, refused in trade_off(guesses)
        ],
    }


def _shown(guess: Guess) -> dict[str, Any]:
    return {name: getattr(guess, name) for name in ("text", "label", "guessed", "confidence")}


def _surest(guess: Guess) -> tuple[float, str]:
    return -guess.confidence, guess.text


def _parted(guesses: Iterable[Guess]) -> tuple[list[Guess], list[Guess]]:
    inside: list[Guess] = []
    outside: list[Guess] = []
    for guess in guesses:
        (outside if guess.label == OUT_OF_SCOPE else inside).append(guess)
    return inside, outside


def _calibration(guesses: Iterable[Guess]) -> list[dict[str, Any]]:
    """Of the guesses with about the same confidence, the confidence said and the share that was right."""
    bins: list[list[Guess]] = [[] for _ in range(_BINS)]
    for guess in guesses:
        bins[min(int(guess.confidence * _BINS), _BINS - 1)].append(guess)
    return [
        {
            "from": number / _BINS,
            "to": (number + 1) / _BINS,
            "sentences": len(alike),
            "said": sum(guess.confidence for guess in alike) / len(alike),
            "right": sum(guess.is_right for guess in alike) / len(alike),
        }
        for number, alike in enumerate(bins)
        if alike
    ]


def trade_off(guesses: Sequence[Guess]) -> list[tuple[float, float]]:
    """Accuracy in scope and recall of what is out of scope, giving up more and more right answers."""
    inside, outside = _parted(guesses)
    right = sorted(guess.confidence for guess in inside if guess.is_right)
    found: list[tuple[float, float]] = []
    for loss in _LOSSES if right and outside else ():
        least = right[min(int(len(right) * loss), len(right) - 1)]
        kept = sum(confidence >= least for confidence in right)
        refused = sum(guess.guessed == OUT_OF_SCOPE or guess.confidence < least for guess in outside)
        found.append((kept / len(inside), refused / len(outside)))
    return found
