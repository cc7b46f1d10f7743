"""Words of an utterance, folded so that spelling and diacritics do not matter.

Recognisers drop diacritics, apostrophes and capitals at random, so everything that looks for words
looks at folded ones; the places in the original text are kept for the trace and for masking.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.core.frozen import quick

_TOKEN = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*|[.,;:!?…()\n]|\s[-–—]+\s")
"""A word with its inner apostrophes, or a mark that ends a clause; linear, nothing nests."""
_BREAKS = frozenset(".,;:!?…()\n")
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"})
_APOSTROPHES = ("'", "’", "`", "´")
_RECENT = 6
"""Texts whose words are remembered: those of one turn, which the screen and understanding both split."""
_REMEMBERED = 4096
"""Words whose folded form is remembered."""


def fold(text: str) -> str:
    """Lower case without diacritics; `ß` is `ss`."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(_LETTERS)


def fold_word(word: str) -> str:
    """One word folded, its apostrophes gone: `can't` is `cant`, `swelling's` is `swelling`."""
    folded = fold(word)
    if folded.isalnum():
        return folded
    for mark in _APOSTROPHES:
        if mark in folded:
            folded = folded.removesuffix(f"{mark}s").replace(mark, "")
    return folded


_fold_again = lru_cache(maxsize=_REMEMBERED)(fold_word)
"""Folding, remembered: people use few words, and one with diacritics is dear to fold."""


@quick(frozen=True, slots=True)
class Words:
    """An utterance as folded words; the four tuples have one entry a word."""

    text: str
    folded: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    clauses: tuple[int, ...]
    """Number of the clause; a mark of punctuation begins the next one."""

    def said(self, first: int, last: int) -> str:
        """Return the original words from `first` up to and including `last`."""
        return self.text[self.starts[first] : self.ends[last]]


@lru_cache(maxsize=_RECENT)
def split_words(text: str) -> Words:
    """Split a text into folded words with their places and clauses."""
    plain = text.isascii()
    # Plain letters keep their places in lower case, so the whole text is folded at once.
    source = text.lower() if plain else text
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    clauses: list[int] = []
    clause = 0
    for match in _TOKEN.finditer(source):
        word = match.group()
        if word in _BREAKS or word[0].isspace():
            clause += 1
            continue
        folded.append(word if plain and word.isalnum() else _fold_again(word))
        start, end = match.span()
        starts.append(start)
        ends.append(end)
        clauses.append(clause)
    return Words(text, tuple(folded), tuple(starts), tuple(ends), tuple(clauses))
