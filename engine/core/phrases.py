"""Phrases that a reviewer can read, found in an utterance in one pass.

A phrase is words in a row. `run*` is any word that begins so, `red|blue` is either, `(in my hand|on me)` too,
`(a|my own)?` may be missing, `..` is up to three words in between and `...` up to five, `<5-99>` is a number,
`<cannot>` is any entry of a named list.
None of these signs needs quotes in YAML.
Each phrase hangs on its most telling word, so an ordinary utterance costs a few look-ups a word and
nothing else; no regular expression, nothing that can grow out of hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import product
from typing import NamedTuple

from engine.core.frozen import quick
from engine.core.words import fold, fold_word

_GAPS = {"..": 3, "...": 5}
"""Most words that may stand in between."""
_MOST_DIGITS = 4
_PART = re.compile(r"\([^()]*\)\??|[^\s()]+")
_RANGE = re.compile(r"<(\d+)-(\d+)>")


class Occurrence(NamedTuple):
    """A phrase found: whose it is, and its first and last word."""

    start: int
    end: int
    name: str


@quick(frozen=True, slots=True)
class Element:
    """One place of a phrase: the words that may stand there."""

    words: frozenset[str]
    stems: tuple[str, ...]
    numbers: tuple[int, int] | None = None
    gap: int = 0
    """Most other words that may stand before it."""

    def accepts(self, word: str, numbers: Mapping[str, int]) -> bool:
        """Tell whether a folded word may stand here; `numbers` are the values of number words."""
        if self.numbers is not None:
            value = value_of(word, numbers)
            return value is not None and self.numbers[0] <= value <= self.numbers[1]
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))

    def weight(self) -> int:
        """How telling it is: the letters of its shortest alternative."""
        return min((len(word) for word in (*self.words, *self.stems)), default=0)


@quick(frozen=True, slots=True)
class Phrase:
    """A row of elements, and the one by which it is looked up."""

    name: str
    elements: tuple[Element, ...]
    anchor: int

    def find(self, words: Sequence[str], numbers: Mapping[str, int], at: int) -> Occurrence | None:
        """Match around the anchor standing at `at`."""
        end = self._forward(words, numbers, self.anchor + 1, at + 1)
        if end < 0:
            return None
        start = self._backward(words, numbers, self.anchor - 1, at - 1) if self.anchor else at
        return Occurrence(start, end, self.name) if start >= 0 else None

    def _forward(self, words: Sequence[str], numbers: Mapping[str, int], index: int, at: int) -> int:
        """Return the last word of the match, or -1; the depth is bounded by the elements."""
        if index == len(self.elements):
            return at - 1
        element = self.elements[index]
        if not element.gap:  # most elements: one place, looked at without the loop
            if at >= len(words) or not element.accepts(words[at], numbers):
                return -1
            return self._forward(words, numbers, index + 1, at + 1)
        for place in range(at, min(at + element.gap + 1, len(words))):
            if element.accepts(words[place], numbers):
                end = self._forward(words, numbers, index + 1, place + 1)
                if end >= 0:
                    return end
        return -1

    def _backward(self, words: Sequence[str], numbers: Mapping[str, int], index: int, at: int) -> int:
        """Return the first word of the match, or -1."""
        if index < 0:
            return at + 1
        element = self.elements[index]
        for place in range(at, max(at - self.elements[index + 1].gap - 1, -1), -1):
            if element.accepts(words[place], numbers):
                start = self._backward(words, numbers, index - 1, place - 1)
                if start >= 0:
                    return start
        return -1


Hanging = tuple[int, tuple[Phrase, ...]]
"""The place of a word, and the phrases that hang on it."""


def value_of(word: str, numbers: Mapping[str, int]) -> int | None:
    """Return the value of a folded number word or of up to four digits."""
    if word.isdecimal():
        return int(word) if len(word) <= _MOST_DIGITS else None
    return numbers.get(word)


@quick(frozen=True, slots=True)
class PhraseIndex:
    """All phrases of a table by the word they hang on."""

    exact: Mapping[str, tuple[Phrase, ...]]
    """Every word of every phrase; those no phrase hangs on are known, with nothing behind."""
    stems: Mapping[str, tuple[Phrase, ...]]
    lengths: tuple[int, ...]
    """Lengths of the stems."""
    numbers: Mapping[str, int] = field(default_factory=dict)

    def hanging_on(self, word: str) -> tuple[Phrase, ...] | None:
        """Return the phrases to try at a word; None if no phrase has such a word."""
        found = self.exact.get(word)
        for length in self.lengths:
            if length > len(word):
                break
            more = self.stems.get(word[:length])
            if more is not None:
                found = more if found is None else found + more
        return found

    def find(self, words: Sequence[str], hanging: Iterable[Hanging] | None = None) -> list[Occurrence]:
        """Return every phrase found, in order; `hanging` spares the look-up if it was done."""
        if hanging is None:
            hanging = ((at, self.hanging_on(word) or ()) for at, word in enumerate(words))
        found: set[Occurrence] = set()
        for at, phrases in hanging:
            for phrase in phrases:
                occurrence = phrase.find(words, self.numbers, at)
                if occurrence is not None:
                    found.add(occurrence)
        return sorted(found)


class BadPhraseError(ValueError):
    """A phrase that cannot be read; its text says why."""


class PhraseCompiler:
    """Compiles the phrases of one table; equal elements are one object, so a table stays small."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._elements: dict[tuple[str, int], Element] = {}

    def compile(self, name: str, text: str) -> list[Phrase]:
        """Compile one phrase to rows without options; raise `BadPhraseError` if it makes no sense."""
        if not _PART.findall(text):
            message = "an empty phrase"
            raise BadPhraseError(message)
        phrases = []
        for row in self._rows(text):
            elements = tuple(self._row_elements(row))
            weights = [element.weight() for element in elements]
            if not any(weights):
                message = f"phrase '{text}' has no word to look it up by"
                raise BadPhraseError(message)
            phrases.append(Phrase(name, elements, weights.index(max(weights))))
        return phrases

    def _rows(self, text: str) -> list[list[str]]:
        """Return every row of plain parts that a text stands for."""
        choices = [self._alternatives(part) for part in _PART.findall(text)]
        return [[part for parts in row for part in parts] for row in product(*choices)]

    def _alternatives(self, part: str) -> list[list[str]]:
        """Return what a part of a phrase may stand for, each as a row of plain parts."""
        if part.startswith("("):
            rows = self._merged(part.strip("()?").split("|"))
            return [[], *rows] if part.endswith("?") else rows
        if "<" not in part or _RANGE.fullmatch(part):
            return [[part]]
        if "|" in part:
            return self._merged(part.split("|"))
        entries = self._lists.get(part[1:-1])
        if entries is None:
            message = f"unknown list '{part}'; there are {', '.join(sorted(self._lists)) or 'none'}"
            raise BadPhraseError(message)
        return self._merged(entries)

    def _merged(self, entries: Sequence[str]) -> list[list[str]]:
        """Return the entries as rows; those of one plain word become one part, so rows stay few."""
        plain = [entry for entry in entries if not set(entry) & set(" <")]
        rows = [row for entry in entries if entry not in plain for row in self._rows(entry)]
        return [["|".join(plain)], *rows] if plain else rows

    def _row_elements(self, parts: Sequence[str]) -> Iterator[Element]:
        """Turn plain parts into elements; a gap before the first word or after the last means nothing."""
        gap, first = 0, True
        for part in parts:
            if part in _GAPS:
                gap = _GAPS[part]
                continue
            key = (part, 0 if first else gap)
            if key not in self._elements:
                self._elements[key] = _element(*key)
            yield self._elements[key]
            gap, first = 0, False


def _element(part: str, gap: int) -> Element:
    """Read one plain part."""
    bounds = _RANGE.fullmatch(part)
    if bounds:
        return Element(frozenset(), (), (int(bounds[1]), int(bounds[2])), gap)
    options = [option for option in part.split("|") if option]
    words = frozenset(fold_word(option) for option in options if not option.endswith("*"))
    stems = tuple(fold(option[:-1]) for option in options if option.endswith("*"))
    bad = [option for option in (*words, *stems) if not option.isalnum()]
    if bad or not options:
        message = (
            f"'{part}' is no word; a phrase has words, word*, a|b, (a|b c), (a)?, .., ..., <5-99> and <list>"
        )
        raise BadPhraseError(message)
    return Element(words, stems, None, gap)


def build_index(phrases: Sequence[Phrase], numbers: Mapping[str, int]) -> PhraseIndex:
    """Hang each phrase on its anchor; its other words are known, so they are not taken for misspelt ones."""
    exact: dict[str, dict[Phrase, None]] = {}
    stems: dict[str, dict[Phrase, None]] = {}
    for phrase in phrases:
        for place, element in enumerate(phrase.elements):
            for word in element.words:
                exact.setdefault(word, {}).update({phrase: None} if place == phrase.anchor else {})
            for stem in element.stems:
                stems.setdefault(stem, {}).update({phrase: None} if place == phrase.anchor else {})
    return PhraseIndex(
        {word: tuple(found) for word, found in exact.items()},
        {stem: tuple(found) for stem, found in stems.items()},
        tuple(sorted({len(stem) for stem in stems})),
        numbers=numbers,
    )
