"""What a model sees of a caller's words: names, numbers and birth dates stay, marks stand for them.

Whatever the grammars found of these kinds is known already, so a model has no use for it; it points at the
mark, and the mark is turned back into the words that only we have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.core.domain import DataClass, Domain, SlotType
from engine.core.frozen import quick
from engine.core.words import fold_word, split_words
from engine.nlu.entity import Entity

if TYPE_CHECKING:
    from engine.core.state import DialogueState

_MARKS: Mapping[str, str] = {
    "person_name": "NAME",
    "phone": "PHONE",
    "email": "EMAIL",
    "date_of_birth": "BIRTHDATE",
}
"""Mentions that stay here, and what stands for them."""
_MARK = re.compile(r"\b[A-Z]+\d+\b")
_NUMBER = re.compile(r"\+?\d(?:[\s./()-]{0,2}\d){4,}")
"""Five digits and more: a number of somebody or something, whatever it is."""
_NUMERIC = frozenset({SlotType.PHONE.value, SlotType.BIRTH_DATE.value, SlotType.NUMBER.value})
"""Types whose answers are numbers: while one is asked for and was not understood, a model must see it."""
_SHORT = 3
"""A part of a name with fewer letters is also a word."""


@quick(frozen=True, slots=True)
class Masked:
    """A caller's words as a model sees them."""

    text: str
    marks: Mapping[str, str]
    """Mark to the words it stands for."""

    def restored(self, text: str) -> str:
        """The caller's own words again."""
        return _MARK.sub(lambda match: self.marks.get(match.group(), match.group()), text)


def masked(
    text: str, entities: Sequence[Entity], domain: Domain, state: DialogueState, asked: str | None
) -> Masked:
    """Put marks for what is personal: what the grammars found, what is held already, and long numbers."""
    spans = [
        (*item.span, _MARKS[item.type])
        for item in entities
        if item.type in _MARKS and text[item.span[0] : item.span[1]] == item.text
    ]
    spans += [(start, end, "NAME") for start, end in _held(text, domain, state)]
    if asked not in _NUMERIC:
        spans += [(*match.span(), "NUMBER") for match in _NUMBER.finditer(text)]
    marks: dict[str, str] = {}
    out: list[str] = []
    at = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at:
            continue
        mark = f"{kind}{len(marks) + 1}"
        marks[mark] = text[start:end]
        out += [text[at:start], mark]
        at = end
    return Masked("".join([*out, text[at:]]), marks)


def _held(text: str, domain: Domain, state: DialogueState) -> Iterable[tuple[int, int]]:
    """Where words stand that are part of a personal value the call holds."""
    known = {
        fold_word(part)
        for name, held in state.slots.items()
        if domain.slots[name].data_class is DataClass.PERSONAL
        for part in _words(held.value)
        if len(part) >= _SHORT
    }
    if not known:
        return
    words = split_words(text)
    for place, word in enumerate(words.folded):
        if word in known:
            yield words.starts[place], words.ends[place]


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, str):
        yield from (word for word in value.split() if word.isalpha())
