"""Phrases of a table, compiled into one trie: finding costs the same for ten phrases and for ten thousand.

A phrase is words in a row. `word*` stands for every word that begins so, `word~` for every form that the
endings of the language give the word; `(a|b)` is a choice and `[a|b]` one that may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from engine.core.frozen import quick
from engine.core.words import fold_word

_PIECE = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")
_OPENING = {"(": ")", "[": "]"}
_CLOSING = frozenset(_OPENING.values())
_MOST = 600
"""Phrases that one pattern may stand for."""
_STEM = 3
"""Letters a stem has at least."""
_CACHED = 20_000
"""Words whose keys are remembered; garbage must not fill the memory."""


class PhraseError(ValueError):
    """A phrase of a table that cannot be read."""


def expand(pattern: str) -> list[tuple[str, ...]]:
    """Every sequence of folded words that a pattern stands for; a word keeps its `*` or `~`.

    Raises PhraseError when brackets do not close, or the pattern stands for more than anybody can mean.
    """
    pieces = _PIECE.findall(pattern)
    found, end = _choice(pieces, 0, pattern)
    if end != len(pieces):
        raise PhraseError(f"phrase {pattern!r}: a bracket closes that was never opened")
    return [words for words in dict.fromkeys(found) if words]


def _choice(pieces: Sequence[str], at: int, pattern: str) -> tuple[list[tuple[str, ...]], int]:
    """The alternatives from a place up to the bracket that closes them."""
    found: list[tuple[str, ...]] = []
    current: list[tuple[str, ...]] = [()]
    while at < len(pieces) and pieces[at] not in _CLOSING:
        piece = pieces[at]
        if piece == "|":
            found += current
            current = [()]
        elif piece in _OPENING:
            options, at = _choice(pieces, at + 1, pattern)
            if at >= len(pieces) or pieces[at] != _OPENING[piece]:
                raise PhraseError(f"phrase {pattern!r}: {piece!r} is not closed by {_OPENING[piece]!r}")
            current = _joined(current, options if piece == "(" else [*options, ()])
        else:
            current = _joined(current, [_words(piece)])
        at += 1
        if len(current) + len(found) > _MOST:
            raise PhraseError(f"phrase {pattern!r}: stands for more than {_MOST} phrases")
    return [*found, *current], at


def _joined(one: Sequence[tuple[str, ...]], other: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [first + second for first in one for second in other]


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_key(word) for word in text.replace("-", " ").split())


def _key(word: str) -> str:
    return fold_word(word[:-1]) + word[-1] if word.endswith(("*", "~")) else fold_word(word)


class Endings:
    """What a language hangs on its words."""

    def __init__(self, endings: Iterable[str]) -> None:
        """Keep the endings, folded, the longest first."""
        self._endings = tuple(
            sorted({fold_word(ending) for ending in endings}, key=lambda text: (-len(text), text))
        )

    def stem(self, word: str) -> str:
        """A folded word without its ending, as long as enough of it is left."""
        for ending in self._endings:
            if len(word) - len(ending) >= _STEM and word.endswith(ending):
                return word[: -len(ending)]
        return word


@dataclass(slots=True)
class _Node:
    """A place in the trie."""

    following: dict[str, _Node] = field(default_factory=dict)
    values: tuple[str, ...] = ()


@quick(frozen=True, slots=True)
class Occurrence:
    """A phrase found in an utterance."""

    value: str
    """What the phrase stands for."""
    first: int
    """Its first word."""
    last: int
    """Its last word, included."""

    @property
    def length(self) -> int:
        """How many words it covers."""
        return self.last - self.first + 1


class Lexicon:
    """Phrases by their words."""

    def __init__(self, entries: Iterable[tuple[str, str]], endings: Endings | None = None) -> None:
        """Compile (phrase, value) pairs."""
        self._root = _Node()
        self._endings = endings or Endings(())
        self._stems: set[str] = set()
        self._written: dict[str, str] = {}
        self.words: set[str] = set()
        """Every word that some phrase holds, as written there, without its mark."""
        for pattern, value in entries:
            for words in expand(pattern):
                self._add(words, value)
        self._lengths = sorted({len(stem) - 1 for stem in self._stems if stem.endswith("*")})
        self._keys: dict[str, tuple[str, ...]] = {}

    def _add(self, words: tuple[str, ...], value: str) -> None:
        node = self._root
        for word in words:
            key = self._written.get(word) or self._key(word)
            following = node.following.get(key)
            if following is None:
                following = node.following[key] = _Node()
            node = following
        if value not in node.values:
            node.values = (*node.values, value)

    def _key(self, word: str) -> str:
        """What a word of a phrase is filed under."""
        bare = word.rstrip("*~")
        key = f"{self._endings.stem(bare)}~" if word.endswith("~") else word
        self.words.add(bare)
        if key != bare:
            self._stems.add(key)
        self._written[word] = key
        return key

    def knows(self, word: str) -> bool:
        """Whether some phrase holds the word."""
        return word in self.words or len(self.keys(word)) > 1

    def keys(self, word: str) -> tuple[str, ...]:
        """Everything a phrase may call the word: itself, its stem, whatever it begins with."""
        keys = self._keys.get(word)
        if keys is None:
            stems = (f"{word[:length]}*" for length in reversed(self._lengths) if length <= len(word))
            forms = (f"{self._endings.stem(word)}~", *stems)
            keys = (word, *(stem for stem in forms if stem in self._stems))
            if len(self._keys) < _CACHED:
                self._keys[word] = keys
        return keys

    def find(self, words: Sequence[str]) -> list[Occurrence]:
        """Every occurrence of every value; of one value at one place only the longest."""
        keys = [self.keys(word) for word in words]
        begin = self._root.following
        found: list[Occurrence] = []
        for start, names in enumerate(keys):
            if len(names) == 1 and names[0] not in begin:
                continue  # most words begin no phrase, and a look is cheaper than a walk
            best: dict[str, int] = {}
            self._walk(self._root, keys, start, best)
            found += [Occurrence(value, start, last) for value, last in best.items()]
        return found

    def _walk(self, node: _Node, keys: Sequence[tuple[str, ...]], at: int, best: dict[str, int]) -> None:
        """Note in `best` the last word of the longest phrase of every value that goes on from a place."""
        for key in keys[at]:
            following = node.following.get(key)
            if following is not None:
                for value in following.values:
                    if best.get(value, -1) < at:
                        best[value] = at
                if following.following and at + 1 < len(keys):
                    self._walk(following, keys, at + 1, best)


def longest(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """The occurrences that no longer one overlaps, in order: "no problem" is not a "no"."""
    items = list(occurrences)
    if len(items) < 2:
        return items
    kept: list[Occurrence] = []
    for item in sorted(items, key=lambda item: (item.first - item.last, item.first)):
        if all(item.last < other.first or item.first > other.last or _same(item, other) for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda item: (item.first, item.last))


def _same(one: Occurrence, other: Occurrence) -> bool:
    return (one.first, one.last) == (other.first, other.last)
