"""Whether a reply says only what the facts say: the check that every wording of a model must pass.

It is strict on purpose, because what fails costs nothing: the pack's own answer is said. Every word that
carries meaning must stand in the facts, and stand there after the word it follows in the reply; so a time, a
price or a day cannot be moved to another thing, and neither a promise nor an advice can be added. A reply
may leave out, and put facts one after the other. It cannot tell that what was left out mattered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from engine.core.words import fold_word

_ALLOWED = re.compile(r"[\w\s.,;:!?'’\"“”„()/%&€$£+–—-]*")
"""What a voice can read; anything else is markup, code or noise."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PART = re.compile(r"(?<=[.!?;])\s+")
_WORD = re.compile(r"\d+(?:[.:,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_NEAR = 4
"""How many words that carry meaning further on the next one may stand in the facts."""
_DENIED = 2
"""How many words after a negation are still denied by it."""
_STEM = 3
"""Letters of a word that must be left when its ending is taken off."""
_SENTENCES = 3


def fault(text: str, facts: Iterable[str], tables: Mapping[str, Any], most_words: int) -> str | None:
    """Why a reply must not be spoken, in our own words; None when it may be.

    `tables` are those of the language: `reply.function` has its words without a meaning of their own, and
    `commands.endings` what it hangs on words.
    """
    table = tables.get("reply") or {}
    function = _folded(table.get("function") or ())
    if not function:
        return "the language has no table for replies"
    if not _ALLOWED.fullmatch(text) or "\n" in text:
        return "it holds what cannot be spoken"
    sentences = [item for item in _SENTENCE.split(text.strip()) if item]
    if not sentences or len(sentences) > _SENTENCES or len(text.split()) > most_words:
        return "it is empty or too long"
    endings = sorted(_folded((tables.get("commands") or {}).get("endings") or ()), key=len, reverse=True)
    meaning = _Meaning(frozenset(function), endings)
    known = _Facts(
        [meaning.of(part) for fact in facts for part in _SENTENCE.split(fact)],
        [meaning.of(part) for fact in facts for part in _PART.split(fact)],
        frozenset(meaning.stems(table.get("negators") or ())),
        frozenset(meaning.stems([*(table.get("quantities") or ()), *_numbers(tables.get("numbers") or {})])),
    )
    said = [words for item in sentences if (words := meaning.of(item))]
    if not said:
        return "it says nothing"
    return next((why for words in said if (why := known.fault(words)) is not None), None)


def _folded(words: Iterable[Any]) -> list[str]:
    return [fold_word(str(word)) for word in words]


def _numbers(table: Mapping[str, Any]) -> Iterator[str]:
    """Every word for a number: written out, and as stems with their endings."""
    for section in ("cardinals", "ordinals"):
        for key, forms in (table.get(section) or {}).items():
            if key != "inflected":
                yield from forms
                continue
            for group in forms:
                yield from (stem + ending for stem in group["stems"].values() for ending in group["endings"])


class _Meaning:
    """The words of a sentence that carry its meaning, as stems."""

    def __init__(self, function: frozenset[str], endings: Sequence[str]) -> None:
        self._function = function
        self._endings = endings

    def of(self, sentence: str) -> tuple[str, ...]:
        words = (fold_word(word) for word in _WORD.findall(sentence))
        return tuple(self._stem(word) for word in words if word not in self._function)

    def stems(self, words: Iterable[Any]) -> list[str]:
        return [self._stem(word) for word in _folded(words)]

    def _stem(self, word: str) -> str:
        for ending in self._endings:
            if word.endswith(ending) and len(word) - len(ending) >= _STEM:
                return word[: -len(ending)]
        return word


class _Facts:
    """What follows what in the facts: never over a number, and with a note of what is denied."""

    def __init__(
        self,
        sentences: Sequence[tuple[str, ...]],
        parts: Sequence[tuple[str, ...]],
        negators: frozenset[str],
        numbers: frozenset[str],
    ) -> None:
        self._words = {word for words in sentences for word in words}
        self._alone = frozenset([*sentences, *parts])
        self._first = {words[0] for words in parts if words}
        self._negators = negators
        self._numbers = numbers
        self._last: set[str] = set()
        """Words after which no number follows: after others a sentence would cut one off."""
        self._pairs: set[tuple[str, str]] = set()
        self._affirmed: set[tuple[str, str]] = set()
        for words in sentences:
            for place in range(len(words)):
                self._follow(words, place)

    def _follow(self, words: tuple[str, ...], place: int) -> None:
        if place + 1 == len(words) or not self._is_number(words[place + 1]):
            self._last.add(words[place])
        for other in range(place + 1, min(len(words), place + 1 + _NEAR)):
            pair = (words[place], words[other])
            self._pairs.add(pair)
            if self._negators.isdisjoint(words[max(0, place - _DENIED) : other + 1]):
                self._affirmed.add(pair)
            if self._is_number(words[other]):
                return

    def fault(self, words: tuple[str, ...]) -> str | None:
        if any(word not in self._words for word in words):
            return "it says a word that no fact says"
        if len(words) == 1 and words not in self._alone:
            return "a word stands alone that does not in the facts"
        if self._is_number(words[0]) and words[0] not in self._first:
            return "a number begins a sentence that it does not begin in the facts"
        if words[-1] not in self._last and any(self._is_number(word) for word in words[-2:]):
            return "it cuts a number off"
        pairs = set(pairwise(words))
        if not pairs <= self._pairs:
            return "it joins what the facts do not join"
        if not pairs <= self._affirmed and self._negators.isdisjoint(words):
            return "it leaves out a negation"
        return None

    def _is_number(self, word: str) -> bool:
        return word[0].isdecimal() or word in self._numbers
