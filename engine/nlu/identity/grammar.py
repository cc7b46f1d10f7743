"""One door to everything that says who is calling: names, letters, telephone numbers, e-mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.nlu.entity import Entity
from engine.nlu.identity.digits import DigitWords
from engine.nlu.identity.email import EmailGrammar
from engine.nlu.identity.names import NameGrammar
from engine.nlu.identity.phone import PhoneGrammar
from engine.nlu.identity.spelling import SpellingGrammar
from engine.nlu.tables import texts_of

_ORDINARY_SECTIONS = ("weekdays", "months", "numbers", "temporal")
"""Sections of a language file whose words are never somebody's name, unless listed as one."""


class IdentityGrammar:
    """Reads identity from the n-best texts of a turn, by the tables of one language."""

    def __init__(
        self,
        tables: Mapping[str, Any],
        *,
        region: str = "LT",
        known: Collection[str] = (),
        ordinary: Iterable[str] = (),
    ) -> None:
        """Build from a language file.

        `region` is the country whose numbers need no prefix, `known` names on file that help to choose
        among readings, `ordinary` words of the business that are no names (its services).
        """
        own: Mapping[str, Any] = tables.get("identity") or {}
        letters: Mapping[str, Any] = own.get("letters") or {}
        digits = DigitWords(own.get("digits") or {})
        words = [text for section in _ORDINARY_SECTIONS for text in texts_of(tables.get(section))]
        self._names = NameGrammar(own.get("names") or {}, known=known, ordinary=[*words, *ordinary])
        self._spelling = SpellingGrammar(letters, digits)
        self._phones = PhoneGrammar(own.get("phone") or {}, digits, region=region)
        self._emails = EmailGrammar(own.get("email") or {}, letters, digits)

    def names(self, texts: Sequence[str], *, asking: bool, half: str | None = None) -> tuple[Entity, ...]:
        """The caller's name, {"first", "last"}, one may be None; a bare name counts only when asked for.

        `half` is "first" or "last" when the question was for that half alone.
        """
        return self._names.find(texts, asking=asking, half=half)

    def spelled(self, texts: Sequence[str], *, so_far: str = "") -> tuple[Entity, ...]:
        """Letters said one by one, added to those of earlier turns."""
        return self._spelling.letters(texts, so_far=so_far)

    def codes(self, texts: Sequence[str]) -> tuple[Entity, ...]:
        """Letters and digits mixed, as in a booking reference or a postcode."""
        return self._spelling.codes(texts)

    def phones(self, texts: Sequence[str], *, asking: bool, so_far: str = "") -> tuple[Entity, ...]:
        """Telephone numbers, E.164; parts of one only when asked for, flagged ("partial", True).

        `so_far` are digits of earlier turns, which these go on from unless they are a number of their own.
        """
        return self._phones.find(texts, asking=asking, so_far=so_far)

    def patch_tail(self, number: str, text: str) -> str | None:
        """A number with its end corrected ("the last two are four five"), None when nothing was."""
        return self._phones.patch_tail(number, text)

    def emails(self, texts: Sequence[str]) -> tuple[Entity, ...]:
        """E-mail addresses, written or spoken."""
        return self._emails.find(texts)
