"""Cut a caller's sentence into words, fold their spelling, find phrases of a table in them.

Recognisers drop diacritics and capitals at random, so every table is looked up by a folded key
while the offsets still point into the text as heard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]|_")
_RECENT = 6
"""Texts whose words are remembered: those of one turn."""
_WHOLE_LETTERS = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "’": "'",
}


def _plain_letters() -> dict[int, str]:
    """Latin letters with marks to the letter below; letters without a decomposition from a short list."""
    plain = {ord(letter): base for letter, base in _WHOLE_LETTERS.items()}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii() and base.isalpha():
            plain.setdefault(code, base.lower())
    return plain


_PLAIN = _plain_letters() | dict.fromkeys(range(768, 880), "")


def fold(text: str) -> str:
    """Lower case without diacritics: the key under which tables and people are found."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.translate(_PLAIN)


class Word(NamedTuple):
    """One word, number or mark of a sentence."""

    text: str
    """As heard."""
    key: str
    """Folded."""
    start: int
    end: int
    glued: bool
    """True when no space stands before it."""


@lru_cache(maxsize=_RECENT)
def words_of(text: str) -> tuple[Word, ...]:
    """Words, digit groups and marks in order; the last texts are remembered because every grammar asks."""
    found: list[Word] = []
    before = -1
    for hit in _WORD.finditer(text):
        word = hit[0]
        start, end = hit.span()
        found.append(Word(word, fold(word), start, end, start == before))
        before = end
    return tuple(found)


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of a form in a table: most forms are one word, and a table has thousands."""
    return (fold(text),) if text.isalpha() else tuple([word.key for word in words_of(text)])


class Phrases(Generic[T]):
    """Phrases of one or more words, looked up at a position, the longest first."""

    __slots__ = ("_by_first",)

    def __init__(self, phrases: Mapping[str, T]) -> None:
        """Keep the phrases by their first word; the keys may be written with or without diacritics."""
        by_first: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], T]]] = {}
        for phrase, value in phrases.items():
            words = words_of(phrase)
            keys = tuple(word.key for word in words)
            if keys:
                written = tuple(word.text.lower() for word in words)
                by_first.setdefault(keys[0], []).append((keys, written, value))
        for options in by_first.values():
            options.sort(key=lambda option: -len(option[0]))
        self._by_first = by_first

    def beginnings(self, words: Sequence[Word]) -> list[int]:
        """The words with which a phrase may begin: most begin none, and need no closer look."""
        by_first = self._by_first
        return [index for index, word in enumerate(words) if word.key in by_first]

    def at(self, words: Sequence[Word], index: int) -> tuple[int, T] | None:
        """How many words the longest phrase starting at this word takes, and its value.

        Of two that differ in diacritics alone the one written as heard is meant.
        """
        options = self._by_first.get(words[index].key)
        if options is None:
            return None
        found: tuple[int, T] | None = None
        for keys, written, value in options:
            if found is not None and len(keys) < found[0]:
                break
            if len(keys) > 1 and not _follows(words, index, keys):
                continue
            if all(words[index + n].text.lower() == text for n, text in enumerate(written)):
                return len(keys), value
            found = found or (len(keys), value)
        return found

    def before(self, words: Sequence[Word], index: int) -> tuple[int, T] | None:
        """The longest phrase that ends just before this word."""
        for start in range(max(0, index - 5), index):
            for keys, _, value in self._by_first.get(words[start].key, ()):
                if start + len(keys) == index and all(
                    words[start + n].key == key for n, key in enumerate(keys)
                ):
                    return len(keys), value
        return None


def _follows(words: Sequence[Word], index: int, keys: tuple[str, ...]) -> bool:
    """Whether the words from a place on are those of a phrase; the first was looked up and is."""
    if index + len(keys) > len(words):
        return False
    return all(words[index + n].key == keys[n] for n in range(1, len(keys)))


def phrase_set(phrases: Iterable[str]) -> Phrases[bool]:
    """Phrases without a value."""
    return Phrases(dict.fromkeys(phrases, True))
