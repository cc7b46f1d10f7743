"""Letters said one by one: bare, named, doubled, or explained by a word ("n as in Nancy").

Recognisers run spoken letters together ("BR y a n t"), so short scraps between letters count as
letters too; the letters of several turns add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from engine.nlu.entity import Entity
from engine.nlu.identity.digits import DigitWords
from engine.nlu.identity.words import Phrases, Word, fold, words_of

Kind = Literal["letter", "word", "named", "scrap", "as", "repeat", "skip", "digit"]

_SCRAP = 3
"""A recogniser's scrap of run-together letters is at most this long."""
_MARKS = frozenset("-.,;:–—/'’")
_SURE = ("letter", "word", "digit")


class SpellingGrammar:
    """Puts spelled letters together."""

    def __init__(self, table: Mapping[str, Any], digits: DigitWords) -> None:
        """Read the `letters` table: names, alphabet, short_words, as, repeat, skip."""
        self._short_words = frozenset(fold(str(word)) for word in table.get("short_words") or ())
        entries: dict[str, tuple[Kind, str]] = {}
        for kind, name in (("word", "alphabet"), ("named", "names"), ("repeat", "repeat")):
            for phrase, letters in (table.get(name) or {}).items():
                entries[str(phrase)] = (kind, str(letters))  # type: ignore[assignment]
        for kind, name in (("as", "as"), ("skip", "skip")):
            for phrase in table.get(name) or ():
                entries[str(phrase)] = (kind, "")  # type: ignore[assignment]
        self._phrases: Phrases[tuple[Kind, str]] = Phrases(entries)
        self._digits = digits

    def letters(self, texts: Sequence[str], *, so_far: str = "") -> tuple[Entity, ...]:
        """The spelled word of the first text that is spelling, the other texts as alternatives."""
        found = [entity for entity in (self._in_text(text, so_far, digits=False) for text in texts) if entity]
        return _with_alternatives(found)

    def codes(self, texts: Sequence[str]) -> tuple[Entity, ...]:
        """Letters and digits mixed, as in a reference or a postcode: "B 3 j 0 z w"."""
        found = [entity for entity in (self._in_text(text, "", digits=True) for text in texts) if entity]
        return _with_alternatives(found)

    def _in_text(self, text: str, so_far: str, *, digits: bool) -> Entity | None:
        words = words_of(text)
        parts: list[tuple[Kind, str, Word]] = []
        strange = 0
        explained = False
        index = 0
        while index < len(words):
            taken, kind, letters = self._piece(words, index, parts, digits=digits)
            if kind is None:
                strange += 1
            elif letters:
                parts.append((kind, letters, words[index]))
            explained = explained or (kind == "as" and bool(parts))
            index += taken
        letters = "".join(part[1] for part in parts)
        sure = sum(1 for kind, _, _ in parts if kind in _SURE)
        only_named = not strange and len(parts) > _SCRAP
        if (
            not (sure or only_named)
            or strange * 2 > len(parts)
            or (len(letters) == 1 and not so_far and not explained)
        ):
            return None
        span = (parts[0][2].start, words[-1].end)
        kind_name = "code" if digits else "spelled"
        confidence = (sure + 1) / (len(parts) + strange + 1)
        return Entity(
            kind_name, text[slice(*span)], span, value=so_far + letters, confidence=round(confidence, 3)
        )

    def _piece(
        self, words: Sequence[Word], index: int, parts: list[tuple[Kind, str, Word]], *, digits: bool
    ) -> tuple[int, Kind | None, str]:
        """How many words this piece takes, what it is and which letters it gives."""
        word = words[index]
        if word.key in _MARKS:
            return 1, "skip", ""
        digit = self._digits.sounding(words, index) if digits and self._near_code(words, index) else None
        if digit is not None:
            return 1, "scrap", digit
        hit = self._phrases.at(words, index)
        if hit is not None:
            return self._named(words, index, hit, parts, digits=digits)
        if len(word.key) == 1 and word.key.isalpha():
            return 1, "scrap" if word.key in self._short_words else "letter", word.text.lower()
        value = self._digits.digits_of(words[index : index + 1])
        if value is not None:
            return (1, "digit", value) if digits else (1, None, "")
        near = self._near_code(words, index) if digits else _near_letters(words, index)
        if len(word.key) <= _SCRAP and word.key.isalpha() and near:
            return 1, "scrap", word.text.lower()
        return 1, None, ""

    def _near_code(self, words: Sequence[Word], index: int) -> bool:
        """Whether a single letter or a digit stands beside this word."""
        beside = [n for n in (index - 1, index + 1) if 0 <= n < len(words)]
        return any(len(words[n].key) == 1 or self._digits.digits_of(words[n : n + 1]) for n in beside)

    def _named(
        self,
        words: Sequence[Word],
        index: int,
        hit: tuple[int, tuple[Kind, str]],
        parts: list[tuple[Kind, str, Word]],
        *,
        digits: bool,
    ) -> tuple[int, Kind | None, str]:
        taken, (kind, letters) = hit
        if kind == "as":
            return self._explained(words, index + taken, taken, parts)
        if kind == "repeat" and index + taken < len(words):
            again = self._phrases.at(words, index + taken)
            if again is not None and again[1][0] == "repeat":
                return taken, "skip", ""
            more, following, repeated = self._piece(words, index + taken, parts, digits=digits)
            if following is not None and len(repeated) == 1:
                return taken + more, "letter", repeated * int(letters)
            return taken, "skip", ""
        return taken, kind, letters

    def _explained(
        self, words: Sequence[Word], at: int, taken: int, parts: list[tuple[Kind, str, Word]]
    ) -> tuple[int, Kind | None, str]:
        """'N as in Nancy' adds nothing to n, but corrects a letter that was heard as another."""
        if at >= len(words) or not words[at].key.isalpha() or len(words[at].key) == 1:
            return taken, "skip", ""
        if parts:
            _, letters, word = parts[-1]
            parts[-1] = ("word", letters[:-1] + words[at].text[0].lower(), word)
        return taken + 1, "as", ""


def _near_letters(words: Sequence[Word], index: int) -> bool:
    """Whether a single letter stands within two words of this scrap."""
    around = words[max(0, index - 2) : index + 3]
    return sum(1 for word in around if len(word.key) == 1 and word.key.isalpha()) > 0


def _with_alternatives(found: Sequence[Entity]) -> tuple[Entity, ...]:
    if not found:
        return ()
    values = tuple(dict.fromkeys(entity.value for entity in found))
    head = found[0]
    others = values if len(values) > 1 else ()
    return (
        Entity(
            head.type, head.text, head.span, value=head.value, alternatives=others, confidence=head.confidence
        ),
    )
