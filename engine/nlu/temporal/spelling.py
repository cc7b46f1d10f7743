"""Mending the spelling of day and month names: one slip, and only when one name is that near."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORTEST = 6
"""Names below this length have everyday neighbours ("march" and "match"): they are not mended."""


class Spelling:
    """The long names of one language, found again with one letter wrong, missing, doubled or swapped."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Index the names by their first letter, which people get right; the values say what they name."""
        self._names = names
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            if len(name) >= _SHORTEST and name.isalpha():
                self._by_letter[name[0]].append(name)

    def mend(self, word: str) -> str:
        """A name a single slip away when all such names mean the same, else the word itself."""
        if len(word) < _SHORTEST - 1 or word[0] not in self._by_letter:
            return word
        length = len(word)
        near = [
            name
            for name in self._by_letter[word[0]]
            if -2 < len(name) - length < 2 and OSA.distance(word, name, score_cutoff=1) <= 1
        ]
        return near[0] if near and len({self._names[name] for name in near}) == 1 else word
