"""How many: a number where one is asked for, or before a word of measure ("fifteen minutes")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.nlu.entity import Entity
from engine.nlu.heard import Heard
from engine.nlu.phrases import Occurrence
from engine.nlu.temporal.numbers import Numbers

MEASURE = "measure"
"""The concept of words that a number counts."""
_AMOUNT = "amount:"
"""Before the number that a phrase stands for by itself ("half an hour")."""


class AmountFinder:
    """Numbers of one language."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Keep the number words of the language's tables."""
        self._values = Numbers(tables["numbers"]).cardinals if "numbers" in tables else {}

    def find(self, heard: Heard, occurrences: Sequence[Occurrence], *, asking: bool) -> Iterator[Entity]:
        """Amounts in order; a bare number is one only when asked for."""
        for item in occurrences:
            if item.value.startswith(_AMOUNT):
                yield _entity(heard, item.first, item.last, int(item.value.removeprefix(_AMOUNT)))
                return
        measured = {item.first for item in occurrences if item.value == MEASURE}
        if not asking and not measured:
            return
        at = 0
        while at < len(heard.words):
            value, end = self._number(heard.words, at)
            if value is None:
                at += 1
                continue
            if asking or end in measured:
                yield _entity(heard, at, end - 1, value)
            at = end

    def _number(self, words: Sequence[str], at: int) -> tuple[int | None, int]:
        """The number that begins at a word, and the word after it."""
        word = words[at]
        if word.isdecimal():
            return (int(word), at + 1) if len(word) < 5 else (None, at + 1)
        value = self._values.get(word)
        if value is None:
            return None, at + 1
        if value in range(20, 100, 10) and at + 1 < len(words):
            unit = self._values.get(words[at + 1], 0)
            if unit in range(1, 10):
                return value + unit, at + 2
        return value, at + 1


def _entity(heard: Heard, first: int, last: int, value: int) -> Entity:
    span = (heard.starts[first], heard.ends[last])
    return Entity("number", heard.text[slice(*span)], span, value)
