"""A trained classifier as plain data, and how a sentence is judged by it.

A sentence is a bag of the grams it holds, each weighted by how rare it was in training (TF-IDF); words and
letters are brought to length one apart, grams never seen included, so that strange words make every known one
weigh less. Each label has a logistic regression of its own. Of every gram only the few labels that it speaks
most for or against are kept: a sentence costs what its own grams cost, hardly more with more labels.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from math import exp, sqrt
from typing import NamedTuple

from engine.core.frozen import quick
from engine.nlu.classify.examples import OUT_OF_SCOPE
from engine.nlu.classify.grams import letter_grams, word_grams, words_of

_REMEMBERED = 20_000
"""Words whose letter grams are remembered: people use few words."""
_NOWHERE = float("-inf")

Row = tuple[tuple[int, ...], tuple[float, ...]]
"""Labels, and the weight of each."""


@quick(frozen=True, slots=True)
class Verdict:
    """What a sentence was taken for."""

    label: str
    """The label it is most like."""
    confidence: float
    """How likely that is right, as measured on sentences that were held out of training."""
    accepted: bool
    """Whether it may be acted on."""
    reason: str = ""
    """Why not: out_of_scope | no_match."""
    second: str = ""
    """The label that comes next."""

    @property
    def told(self) -> str:
        """The verdict in words, for the trace."""
        return f"{self.label} {self.confidence:.2f}, then {self.second}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the scores of the best label become a probability, and from which on it is believed."""

    score: float = 1.0
    """Weight of the best label's score."""
    margin: float = 1.0
    """Weight of its lead over the second."""
    offset: float = 0.0
    threshold: float = 0.5

    def confidence(self, score: float, margin: float) -> float:
        """The probability that the best label is the right one."""
        value = self.score * score + self.margin * margin + self.offset
        return 1.0 / (1.0 + exp(-min(max(value, -30.0), 30.0)))


@quick(frozen=True, slots=True)
class Weights:
    """What was learned, as flat arrays; entry `f` of `starts` and `f + 1` bound the labels of gram `f`."""

    labels: tuple[str, ...]
    words: Mapping[str, int]
    """Word gram to its number."""
    letters: Mapping[str, int]
    """Letter gram to its number; they go on where those of the words end."""
    rarity: array[float]
    """A number for each gram: its inverse document frequency."""
    unseen: float
    """The rarity of a gram that training never met."""
    starts: array[int]
    owners: array[int]
    weights: array[float]
    offsets: array[float]
    """A number for each label."""


class Best(NamedTuple):
    """The label that a sentence is most like."""

    label: str
    score: float
    margin: float
    """The lead over the second."""
    second: str


class Model:
    """Judges sentences of one language."""

    def __init__(self, weights: Weights, calibration: Calibration = Calibration()) -> None:
        self.weights = weights
        self.calibration = calibration
        self._offsets = list(weights.offsets)
        self._places = tuple(range(len(weights.labels)))
        self._rows: dict[int, Row] = {}
        self._shared: dict[float, float] = {}
        self._spelled: dict[str, tuple[tuple[int, ...], int]] = {}

    def classify(self, text: str) -> Verdict | None:
        """What a sentence is most like; None for one without words."""
        best = self.best(text)
        if best is None:
            return None
        label, calibration = best.label, self.calibration
        confidence = calibration.confidence(best.score, best.margin)
        if confidence < calibration.threshold:
            return Verdict(label, confidence, accepted=False, reason="no_match", second=best.second)
        known = label != OUT_OF_SCOPE
        return Verdict(label, confidence, known, reason="" if known else OUT_OF_SCOPE, second=best.second)

    def best(self, text: str) -> Best | None:
        """The label with the highest score; None for a text without words."""
        words = words_of(text)
        if not words:
            return None
        scores = self._scores(*self.bags(words))
        top = max(scores)
        place = scores.index(top)
        scores[place] = _NOWHERE
        second = max(scores)
        labels = self.weights.labels
        return Best(labels[place], top, top - second, labels[scores.index(second)])

    def ranked(self, text: str, kind: str, most: int) -> list[str]:
        """The names of the labels of one kind that a sentence speaks for, the nearest first."""
        words = words_of(text)
        if not words:
            return []
        labels, start = self.weights.labels, f"{kind}."
        scored = (
            (score, label)
            for label, score, without in zip(
                labels, self._scores(*self.bags(words)), self._offsets, strict=True
            )
            if score > without and label.startswith(start)
        )
        return [label.removeprefix(start) for _, label in nlargest(most, scored)]

    def vector(self, text: str) -> list[tuple[int, float]]:
        """The known grams of a sentence with their weights: what training and inference share."""
        (words, unknown), (letters, strange) = self.bags(words_of(text))
        return [*self._weighed(words, unknown), *self._weighed(letters, strange)]

    def bags(self, words: tuple[str, ...]) -> tuple[tuple[list[int], int], tuple[list[int], int]]:
        """Word grams and letter grams: the known ones, and how many there are besides."""
        known, spelled = self.weights.words, self._spelled
        grams = set(word_grams(words))
        named = [known[gram] for gram in grams if gram in known]
        letters: set[int] = set()
        strange = 0
        for word in set(words):
            found = spelled.get(word)
            if found is None:
                found = self._spell(word)
            letters.update(found[0])
            strange += found[1]
        named.sort()
        return (named, len(grams) - len(named)), (sorted(letters), strange)

    def _spell(self, word: str) -> tuple[tuple[int, ...], int]:
        known = self.weights.letters
        grams = set(letter_grams(word))
        numbers = tuple([known[gram] for gram in grams if gram in known])
        found = numbers, len(grams) - len(numbers)
        if len(self._spelled) < _REMEMBERED:
            self._spelled[word] = found
        return found

    def _scale(self, numbers: Iterable[int], unknown: int) -> float:
        rarity = self.weights.rarity
        total = unknown * self.weights.unseen**2
        for number in numbers:
            total += rarity[number] ** 2
        return 1.0 / sqrt(total) if total else 0.0

    def _weighed(self, numbers: list[int], unknown: int) -> list[tuple[int, float]]:
        scale, rarity = self._scale(numbers, unknown), self.weights.rarity
        return [(number, rarity[number] * scale) for number in numbers]

    def _scores(self, *bags: tuple[list[int], int]) -> list[float]:
        rows, rarity = self._rows, self.weights.rarity
        scores = self._offsets[:]
        for numbers, unknown in bags:
            scale = self._scale(numbers, unknown)
            for number in numbers:
                row = rows.get(number)
                if row is None:
                    row = self._row(number)
                weight = rarity[number] * scale
                for label, share in zip(*row, strict=True):
                    scores[label] += share * weight
        return scores

    def _row(self, number: int) -> Row:
        """The labels that a gram speaks for or against; made when first needed.

        Equal numbers are one object: weights are rounded, so that thousands of rows share a few hundred of
        them, which stay in the processor's cache.
        """
        weights = self.weights
        first, last = weights.starts[number], weights.starts[number + 1]
        once = self._shared
        labels = tuple([self._places[label] for label in weights.owners[first:last]])
        shares = tuple([once.setdefault(share, share) for share in weights.weights[first:last]])
        row = self._rows[number] = labels, shares
        return row
