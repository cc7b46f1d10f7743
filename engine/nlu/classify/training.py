"""Training: a logistic regression for each label, and what it knows measured on sentences it has not seen.

Nothing here is left to chance: sentences are sorted, folds are dealt by hash, the solver's seed is fixed. The
same examples give the same model, byte for byte.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from math import log
from typing import Any

from engine.core.errors import FrontdeskError
from engine.core.frozen import quick
from engine.nlu.classify.calibration import Guess, calibrated, figures_of
from engine.nlu.classify.examples import Examples
from engine.nlu.classify.grams import all_grams
from engine.nlu.classify.model import Model, Weights

FOLDS = 5
"""Parts that the examples are dealt into: each is judged by a model trained on the others."""
_FEWEST = 2
"""Labels, and sentences of a label, without which there is nothing to tell apart or to hold out."""
_STRENGTH = 30.0
"""Inverse of the regularisation: short sentences need their few grams to count."""
_TOLERANCE = 0.01
_WORD, _LETTERS = (24, 0.05), (8, 0.1)
"""Labels that are kept for each gram: so many at most, none with less than this share of the largest weight.

A sentence has ten stretches of letters for each word, and they say less: keeping a third as many labels for
them halves its cost, and moved the accuracy on 151 labels by a thousandth.
"""
_NOTHING = 1e-6
_MISSING = "training needs scikit-learn: install frontdesk[nlu]"
_DIGITS, _FINE = 2, 4
"""Decimals of a weight and of an offset: what is finer is noise of the solver."""

Line = tuple[str, str]
"""Sentence and label."""


class TrainingError(FrontdeskError):
    """Nothing can be trained: no library, or too few examples."""


@quick(frozen=True, slots=True)
class Trained:
    """A model, what it made of the sentences held out of its training, and the figures of that."""

    model: Model
    held_out: tuple[Guess, ...]
    figures: dict[str, Any]


def train(examples: Examples, *, folds: int = FOLDS) -> Trained:
    """A calibrated model of the examples.

    Raises:
        TrainingError: scikit-learn is not installed, or the examples are too few.
    """
    lines = [(text, label) for label, texts in sorted(examples.items()) for text in sorted(set(texts))]
    sizes = Counter(label for _, label in lines)
    if len(sizes) < _FEWEST or min(sizes.values()) < _FEWEST:
        few = min(sizes, key=lambda label: (sizes[label], label)) if sizes else "no label"
        message = f"nothing to train: at least {_FEWEST} labels of {_FEWEST} sentences are needed ({few})"
        raise TrainingError(message)
    guesses = held_out(lines, folds)
    calibration, guesses = calibrated(guesses)
    model = Model(fitted(lines), calibration)
    return Trained(model, guesses, figures_of(guesses, calibration, sizes))


def held_out(lines: Sequence[Line], folds: int) -> tuple[Guess, ...]:
    """What each sentence is taken for by a model that has not seen it."""
    fold = _dealt(lines, folds)
    guesses: list[Guess] = []
    for number in range(folds):
        unseen = [line for line in lines if fold[line] == number]
        if not unseen:
            continue
        model = Model(fitted([line for line in lines if fold[line] != number]))
        for text, label in unseen:
            best = model.best(text)
            if best is not None:
                guesses.append(Guess(text, label, *best[:3]))
    return tuple(sorted(guesses, key=lambda guess: (guess.label, guess.text)))


def _dealt(lines: Iterable[Line], folds: int) -> dict[Line, int]:
    """The fold of each line: the lines of a label are shuffled by hash and dealt out in turn."""
    order = sorted(lines, key=lambda line: (line[1], sha256(line[0].encode()).digest()))
    seen: Counter[str] = Counter()
    fold: dict[Line, int] = {}
    for line in order:
        fold[line] = seen[line[1]] % folds
        seen[line[1]] += 1
    return fold


def fitted(lines: Sequence[Line]) -> Weights:
    """The weights that tell the labels of these lines apart."""
    labels = tuple(sorted({label for _, label in lines}))
    blank = _numbered([text for text, _ in lines], labels)
    matrix = _matrix(Model(blank), [text for text, _ in lines], len(blank.rarity))
    columns, offsets = _regressions(matrix, [label for _, label in lines], labels)
    starts, owners, weights = array("I", [0]), array("H"), array("f")
    for number, column in enumerate(columns):
        most, light = _WORD if number < len(blank.words) else _LETTERS
        kept = sorted(range(len(labels)), key=lambda place: (-abs(column[place]), place))[:most]
        least = max(abs(column[kept[0]]) * light, _NOTHING)
        for place in sorted(kept):
            if abs(column[place]) >= least:
                owners.append(place)
                weights.append(column[place])
        starts.append(len(owners))
    return replace(blank, starts=starts, owners=owners, weights=weights, offsets=array("f", offsets))


def _numbered(texts: Sequence[str], labels: tuple[str, ...]) -> Weights:
    """Every gram of the texts with its number and its rarity; nothing is learned yet."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for bags in all_grams(texts):
        for count, bag in zip(counts, bags, strict=True):
            count.update(bag)
    words, letters = (sorted(count) for count in counts)
    total = len(texts) + 1
    rarity = [log(total / (counts[0][gram] + 1)) + 1 for gram in words]
    rarity += [log(total / (counts[1][gram] + 1)) + 1 for gram in letters]
    empty = array("I", bytes(4 * (len(rarity) + 1)))
    return Weights(
        labels=labels,
        words={gram: number for number, gram in enumerate(words)},
        letters={gram: number for number, gram in enumerate(letters, len(words))},
        rarity=array("f", rarity),
        unseen=log(total) + 1,
        starts=empty,
        owners=array("H"),
        weights=array("f"),
        offsets=array("f"),
    )


def _matrix(model: Model, texts: Sequence[str], width: int) -> Any:
    try:
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs it
    except ImportError as error:
        raise TrainingError(_MISSING) from error
    data, indices, bounds = array("d"), array("i"), array("i", [0])
    for text in texts:
        for number, weight in model.vector(text):
            indices.append(number)
            data.append(weight)
        bounds.append(len(indices))
    return csr_matrix((data, indices, bounds), shape=(len(texts), width))


def _regressions(matrix: Any, wanted: Sequence[str], labels: Sequence[str]) -> tuple[Any, list[float]]:
    """Weights as one row a gram, and an offset a label: each label against all others."""
    try:
        import numpy as np  # noqa: PLC0415 - only training needs it
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    except ImportError as error:
        raise TrainingError(_MISSING) from error
    given = np.array(wanted)
    columns, offsets = [], []
    for label in labels:
        solver = LogisticRegression(
            C=_STRENGTH,
            class_weight="balanced",
            solver="liblinear",
            dual=True,
            tol=_TOLERANCE,
            max_iter=1000,
            random_state=0,
        )
        solver.fit(matrix, given == label)
        columns.append(np.round(solver.coef_[0], _DIGITS))
        offsets.append(round(float(solver.intercept_[0]), _FINE))
    return np.array(columns).T.tolist(), offsets
