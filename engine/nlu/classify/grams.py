"""The features of a sentence: its words, pairs of words, and stretches of letters within words.

Letters make up for what words miss: endings, compounds, a letter typed or heard wrong. Training and inference
share this file, so that a model is asked about exactly what it has learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from engine.core.words import split_words

SIZES = (2, 3, 4, 5)
"""Lengths of the stretches of letters, the blanks around a word included."""
_LONGEST = 40
"""Words of a sentence that are looked at, and letters of a word: what is longer is no wish but a speech."""
_DIGITS = str.maketrans("123456789", "000000000")


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a sentence; which digits a number has says nothing about what is wanted."""
    words = split_words(text).folded[:_LONGEST]
    return tuple([word if word.isalpha() else word[:_LONGEST].translate(_DIGITS) for word in words])


def word_grams(words: Sequence[str]) -> Iterator[str]:
    """Each word, and each with its follower."""
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


def letter_grams(word: str) -> Iterator[str]:
    """Every stretch of letters of one word, its beginning and end marked by blanks."""
    padded = f" {word[:_LONGEST]} "
    length = len(padded)
    for size in SIZES:
        for start in range(length - size + 1):
            yield padded[start : start + size]


def all_grams(texts: Iterable[str]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The word grams and the letter grams of each text, every one once."""
    for text in texts:
        words = words_of(text)
        letters = frozenset(gram for word in words for gram in letter_grams(word))
        yield frozenset(word_grams(words)), letters
