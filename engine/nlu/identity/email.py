"""E-mail addresses as people say them: "anna dot novak at gmail dot com"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from engine.core.frozen import quick
from engine.nlu.entity import Entity
from engine.nlu.identity.digits import DigitWords
from engine.nlu.identity.words import Phrases, Word, phrase_set, words_of

Kind = Literal["at", "mark", "repeat", "skip", "stop", "letters"]

_WRITTEN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63})@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
_LOCAL = re.compile(r"[a-z0-9]+(?:[._+-]+[a-z0-9]+)*_?")
_DOMAIN = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}")
_MARKS = {".": ".", "-": "-", "_": "_", "+": "+"}
_MOST_SIGNS = 8
"""At signs looked at in one text: "at" is also an ordinary word."""
_LONGEST = 24
"""Words looked at on either side of the at sign."""


@quick(frozen=True, slots=True)
class _Piece:
    kind: Kind
    text: str
    first: int
    last: int


class EmailGrammar:
    """Finds e-mail addresses, written or spoken."""

    def __init__(self, table: Mapping[str, Any], letters: Mapping[str, Any], digits: DigitWords) -> None:
        """Read the `email` table (at, marks, skip, stop, domains) and the names of letters."""
        entries: dict[str, tuple[Kind, str]] = {}
        for name, letter in (letters.get("names") or {}).items():
            entries[str(name)] = ("letters", str(letter))
        for name, times in (letters.get("repeat") or {}).items():
            entries[str(name)] = ("repeat", str(times))
        for kind, name in (("skip", "skip"), ("stop", "stop"), ("at", "at")):
            for phrase in table.get(name) or ():
                entries[str(phrase)] = (kind, "")  # type: ignore[assignment]
        for phrase, mark in (table.get("marks") or {}).items():
            entries[str(phrase)] = ("mark", str(mark))
        self._phrases: Phrases[tuple[Kind, str]] = Phrases(entries)
        self._at = phrase_set([*(str(word) for word in table.get("at") or ()), "@"])
        self._domains = {str(name): str(domain) for name, domain in (table.get("domains") or {}).items()}
        self._digits = digits

    def find(self, texts: Sequence[str]) -> tuple[Entity, ...]:
        """The addresses of the first text that has one; other texts add alternatives to a single one."""
        found = [some for some in (self._in_text(text) for text in texts) if some]
        if not found:
            return ()
        values = tuple(dict.fromkeys(entity.value for some in found for entity in some))
        if len(found[0]) > 1 or len(values) == 1:
            return found[0]
        head = found[0][0]
        return (Entity("email", head.text, head.span, value=head.value, alternatives=values, confidence=0.6),)

    def _in_text(self, text: str) -> tuple[Entity, ...]:
        written = tuple(
            Entity("email", hit[0], hit.span(), value=hit[0].lower(), confidence=0.95)
            for hit in _WRITTEN.finditer(text)
        )
        if written or ("@" not in text and not self._may_be_spoken(words_of(text))):
            return written
        words = words_of(text)
        found: list[Entity] = []
        signs = [(index, hit[0]) for index in range(1, len(words) - 1) if (hit := self._at.at(words, index))]
        for index, taken in signs[:_MOST_SIGNS]:
            found.extend(self._around(text, words, index, index + taken))
        return tuple(found)

    def _may_be_spoken(self, words: Sequence[Word]) -> bool:
        return any(self._at.at(words, index) for index in range(1, len(words) - 1))

    def _around(self, text: str, words: Sequence[Word], left: int, right: int) -> Sequence[Entity]:
        """The address whose at sign lies between these words, if both sides can be one."""
        domain, end = self._domain(words, right)
        if domain is None:
            return ()
        start, local = self._local(words, left)
        if local is None:
            return ()
        span = (words[start].start, words[end - 1].end)
        return (Entity("email", text[slice(*span)], span, value=f"{local}@{domain}", confidence=0.85),)

    def _local(self, words: Sequence[Word], left: int) -> tuple[int, str | None]:
        """The part before the at sign: back to the nearest word that cannot belong to it."""
        pieces = self._pieces(words, max(0, left - _LONGEST), left)
        stop = max((n + 1 for n, piece in enumerate(pieces) if piece.kind in ("stop", "at")), default=0)
        pieces = pieces[stop:]
        while pieces and pieces[0].kind in ("mark", "skip"):
            pieces = pieces[1:]
        local = _joined(pieces)
        return (pieces[0].first, local) if pieces and _LOCAL.fullmatch(local) else (left, None)

    def _domain(self, words: Sequence[Word], right: int) -> tuple[str | None, int]:
        """The part after the at sign: the shortest stretch with a dot after which no further dot follows."""
        pieces = self._pieces(words, right, min(len(words), right + _LONGEST))
        stop = next((n for n, piece in enumerate(pieces) if piece.kind in ("stop", "at")), len(pieces))
        pieces = pieces[:stop]
        last_dot = max(
            (n for n, piece in enumerate(pieces) if piece.text == "." and n + 1 < len(pieces)), default=None
        )
        if last_dot is None:
            name = self._domains.get(pieces[0].text) if pieces else None
            return name, pieces[0].last if pieces else right
        end = last_dot + 2
        while (
            end < len(pieces)
            and len(pieces[end].text) == 1
            and len(pieces[end - 1].text) == 1
            and pieces[end].kind == "letters"
        ):
            end += 1
        domain = _joined(pieces[:end])
        return (domain, pieces[end - 1].last) if _DOMAIN.fullmatch(domain) else (None, right)

    def _pieces(self, words: Sequence[Word], start: int, stop: int) -> list[_Piece]:
        """The words from start to stop as parts of an address."""
        pieces: list[_Piece] = []
        index = start
        inside = words[:stop]
        while index < stop:
            taken, kind, text = self._piece(inside, index)
            pieces.append(_Piece(kind, text, index, index + taken))
            index += taken
        return pieces

    def _piece(self, words: Sequence[Word], index: int) -> tuple[int, Kind, str]:
        word = words[index]
        if word.key in _MARKS:
            return 1, "mark", _MARKS[word.key]
        hit = self._phrases.at(words, index)
        if hit is not None:
            taken, (kind, text) = hit
            if kind == "stop" and taken == 1 and self._belongs(words, index):
                return 1, "letters", word.key
            if kind == "repeat" and index + taken < len(words):
                again = self._phrases.at(words, index + taken)
                if again is not None and again[1][0] == "repeat":
                    return taken, "skip", ""
                more, _, letters = self._piece(words, index + taken)
                return taken + more, "letters", letters * int(text) if len(letters) == 1 else letters
            return taken, kind, text
        if not word.key.isalnum():
            return (1, "skip", "") if word.key in "'," else (1, "stop", "")
        digits = None if word.key.isdecimal() or len(word.key) == 1 else self._digit_words(words, index)
        if digits is not None:
            return digits[0], "letters", digits[1]
        return 1, "letters", word.key

    def _belongs(self, words: Sequence[Word], index: int) -> bool:
        """Whether a word that elsewhere ends an address is part of it: among single letters, or at a dot."""
        if self._is_mark(words, index - 1) or self._is_mark(words, index + 1):
            return True
        if len(words[index].key) > 1:
            return False
        before = index > 0 and len(words[index - 1].key) == 1
        after = index + 1 == len(words) or len(words[index + 1].key) == 1
        return before or after or self._digit_words(words, index + 1) is not None

    def _is_mark(self, words: Sequence[Word], index: int) -> bool:
        """Whether a mark was said here, or written without a space on either side."""
        if not 0 <= index < len(words):
            return False
        if words[index].key in _MARKS:
            return words[index].glued and index + 1 < len(words) and words[index + 1].glued
        hit = self._phrases.at(words, index)
        return hit is not None and hit[1][0] == "mark"

    def _digit_words(self, words: Sequence[Word], index: int) -> tuple[int, str] | None:
        """Two words ("eighty four") before one, so that a number is read as people mean it."""
        for taken in (2, 1):
            if index + taken <= len(words):
                digits = self._digits.digits_of(words[index : index + taken])
                if digits is not None:
                    return taken, digits
        return None


def _joined(pieces: Sequence[_Piece]) -> str:
    return "".join(piece.text for piece in pieces)
