"""Which words of a name are the first name and which the last, and how they are written.

Recogniser text has no capitals and cuts "O'Connor" in two, and people of some languages give the
family name first: the endings of surnames, where a language has them, tell the halves apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.nlu.identity.words import Word, fold

Reading = dict[str, str | None]
"""{"first": ..., "last": ...}"""

MARKS = frozenset("-'’")
"""Marks that stand inside a name."""


class Halves:
    """The names of one language: its given names, surname endings and particles."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Read `given`, `surname_endings` and `particles` of the `names` table."""
        self.given = frozenset(fold(str(word)) for word in table.get("given") or ())
        self.particles = frozenset(fold(str(word)) for word in table.get("particles") or ())
        self._surname_endings = tuple(fold(str(ending)) for ending in table.get("surname_endings") or ())

    def reading(self, words: Sequence[Word], part: str) -> Reading:
        """The two halves; `part` is "full" when the words decide, "both" when they stand in order.

        "first" and "last" give everything to that half.
        """
        pieces = self.pieces(words)
        if part in ("first", "last"):
            halves: Reading = {"first": None, "last": None}
            halves[part] = " ".join(pieces)
            return halves
        if len(pieces) == 1:
            surname = self.is_surname(pieces[0]) or words[0].key in self.particles
            is_last = surname and fold(pieces[0]) not in self.given
            return {"first": None, "last": pieces[0]} if is_last else {"first": pieces[0], "last": None}
        *first, last = pieces
        family_first = len(first) == 1 and self.is_surname(first[0]) and not self.is_surname(last)
        if part == "full" and family_first:
            return {"first": last, "last": first[0]}
        return {"first": " ".join(first), "last": last}

    def is_surname(self, word: str) -> bool:
        """Whether the ending is one that only family names have."""
        return fold(word).endswith(self._surname_endings)

    def pieces(self, words: Sequence[Word]) -> list[str]:
        """Words as names are written: capitals, hyphens kept, particles with the word they belong to."""
        pieces: list[str] = []
        join = ""
        for word in words:
            if word.key in MARKS:
                join = word.text if word.text != "’" else "'"
            elif not join and pieces and self._ends_in_particle(pieces[-1]):
                glue = "'" if fold(pieces[-1].rpartition(" ")[2]) == "o" else " "
                pieces[-1] += glue + self._written(word)
            elif join and pieces:
                pieces[-1] += join + _capitals(word.text)
                join = ""
            else:
                pieces.append(self._written(word))
        return pieces

    def _written(self, word: Word) -> str:
        """A particle stays small, except the one that is a letter."""
        is_particle = word.key in self.particles and len(word.key) > 1 and word.text.islower()
        return word.text if is_particle else _capitals(word.text)

    def _ends_in_particle(self, piece: str) -> bool:
        return fold(piece.rpartition(" ")[2]) in self.particles


def _capitals(word: str) -> str:
    """Lower-case recogniser text gets its capitals back; mixed case is kept as it was."""
    word = word.replace("’", "'")
    if word.islower() or (word.isupper() and len(word) > 1):
        return "'".join(part[:1].upper() + part[1:].lower() for part in word.split("'"))
    return word
