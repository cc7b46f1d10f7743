"""What several attempts to hear the same thing add up to, for people who are not on file.

Nobody on file confirms a new person's name, and a recogniser writes the commoner of two names that
sound the same. So all attempts are weighed together: how high each reading stood, whether people on
file are called so, and above all what was spelled. The lead over the next best says whether to ask.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz.distance import Levenshtein

from engine.nlu.identity.sounds import broad, sound
from engine.nlu.identity.words import fold

T = TypeVar("T", bound=Hashable)

SURE = 1.0
"""The lead from which a settled value may be taken without asking again."""

_SPELLED = 12.0
"""What letters weigh against one attempt in which a name was heard as a word."""
_COMMON = 0.1
"""What it weighs, per factor e, that more people on file are called so."""
_NAMESAKE = 0.45
"""What a name on file weighs that sounds like one that was heard."""
_UNKNOWN = 0.3
"""What a name weighs that nobody on file has."""
_HALF_ONLY = 0.9
"""How much letters of one half count against letters of the whole name."""
_MOST = 10
"""First and last names that are weighed against each other."""
_MOST_SPELLED = 10
_SAME_LETTER = str.maketrans("bdpgvtczmfxahkjyu", "eeeeeeeenssaaaaio")
"""Letters whose names a telephone cannot tell apart, each as one of them."""


@dataclass(frozen=True, slots=True)
class Settled(Generic[T]):
    """The likeliest value and its lead over the next one; from SURE on it need not be asked again."""

    value: T
    lead: float


def settle(attempts: Iterable[Sequence[T]]) -> Settled[T] | None:
    """The value with most weight: each attempt gives one to its first reading and less to the others."""
    return _leader(_weights(attempts))


class NamesOnFile:
    """The first and last names that people on file have, and which of them sound the same."""

    def __init__(self, names: Iterable[str]) -> None:
        """Read full names, first names first."""
        halves = [name.rpartition(" ") for name in names]
        self._firsts = _Known(Counter(first for first, _, _ in halves if first))
        self._lasts = _Known(Counter(last for _, _, last in halves))

    def settle(
        self, attempts: Iterable[Sequence[Mapping[str, str | None]]], spelled: Sequence[str] = ()
    ) -> Settled[tuple[str, str]] | None:
        """The likeliest first and last name of all readings, None when one half was never heard."""
        heard = [list(readings) for readings in attempts]
        firsts = self._firsts.weighed([_halves(readings, "first") for readings in heard])
        lasts = self._lasts.weighed([_halves(readings, "last") for readings in heard])
        said = [_letters(word) for word in spelled[:_MOST_SPELLED]]
        return _leader(
            {
                (first, last): one + other + _SPELLED * _spelled_alike(said, _letters(first), _letters(last))
                for first, one in firsts
                for last, other in lasts
            }
        )


class _Known:
    """The names of one half."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._written = {fold(name): name for name in counts}
        self._sounding: dict[str, list[str]] = {}
        for name in counts:
            self._sounding.setdefault(broad(sound(name)), []).append(name)

    def weighed(self, attempts: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
        """The names heard and those on file that sound like them, the heaviest first, written as on file."""
        weights: dict[str, float] = {}
        for heard, weight in _weights(attempts).items():
            name = self._written.get(fold(heard), heard)
            worth = weight if name in self._counts else weight * _UNKNOWN
            weights[name] = weights.get(name, 0.0) + worth
            for namesake in self._sounding.get(broad(sound(name)), ()):
                if namesake != name:
                    weights[namesake] = weights.get(namesake, 0.0) + weight * _NAMESAKE
        for name in weights:
            weights[name] += _COMMON * math.log(self._counts.get(name, 1))
        return sorted(weights.items(), key=lambda pair: -pair[1])[:_MOST]


def _weights(attempts: Iterable[Sequence[T]]) -> dict[T, float]:
    weights: dict[T, float] = {}
    for readings in attempts:
        for rank, value in enumerate(dict.fromkeys(readings)):
            weights[value] = weights.get(value, 0.0) + 1 / (1 + rank)
    return weights


def _leader(weights: Mapping[T, float]) -> Settled[T] | None:
    ranked = sorted(weights.items(), key=lambda pair: -pair[1])
    if not ranked:
        return None
    return Settled(ranked[0][0], ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0))


def _halves(readings: Sequence[Mapping[str, str | None]], half: str) -> list[str]:
    """One half of each reading; a word said alone may be either."""
    return [
        name
        for reading in readings
        if (name := reading.get(half) or (reading.get("first") or reading.get("last") or ""))
    ]


def _spelled_alike(spelled: Sequence[str], first: str, last: str) -> float:
    """How well the letters agree with the whole name or with one half of it."""
    return max(
        (
            max(_alike(said, first + last), _HALF_ONLY * _alike(said, first), _HALF_ONLY * _alike(said, last))
            for said in spelled
        ),
        default=0.0,
    )


def _alike(said: str, name: str) -> float:
    by_ear = Levenshtein.normalized_similarity(said.translate(_SAME_LETTER), name.translate(_SAME_LETTER))
    return 0.5 * Levenshtein.normalized_similarity(said, name) + 0.5 * by_ear


def _letters(word: str) -> str:
    return "".join(letter for letter in fold(word) if letter.isalpha())
