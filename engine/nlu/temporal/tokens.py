"""A caller's words as tokens: folded for look-up, with their place in the text.

Recognisers drop diacritics, capitals and hyphens at random, so everything is compared in folded form.
The offsets into the text as heard are kept, because an entity must point at the caller's own words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’\"`´][^\W\d_]+)*|[^\w\s]|_")
_QUOTES = str.maketrans({"’": "'", '"': "'", "`": "'", "´": "'"})

DIGITS = "#0"
"""The key of every run of digits: rules speak of numbers, not of their spelling."""
_CLITIC = 2
"""Letters glued to digits up to this length are a unit of the number ("3p", "15h")."""
_REMEMBERED = 4096
"""Forms of tables whose keys are remembered while a language is compiled."""


class Token(NamedTuple):
    """One word, run of digits or mark."""

    text: str
    """As heard."""
    norm: str
    """Folded: lower case, without diacritics."""
    key: str
    """What rules look up: `#0` for digits, `~p` for a letter glued to digits, else the folded word."""
    start: int
    """First character in the text."""
    end: int
    """One past the last character in the text."""


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Lower case without diacritics, the form in which words are compared."""
    if word.isascii():
        return word.lower().translate(_QUOTES)
    plain = unicodedata.normalize("NFD", word.casefold().translate(_QUOTES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def split(text: str) -> list[Token]:
    """Cut a text into tokens, in one pass."""
    tokens: list[Token] = []
    after_digits = -1
    plain = text.isascii()
    for found in _WORD.finditer(text):
        word = found.group()
        start, end = found.span()
        norm = word.lower() if plain and word.isalnum() else fold(word)
        if word[0].isdecimal():
            key, after_digits = DIGITS, end
        elif start == after_digits and len(word) < _CLITIC and word.isalpha():
            key = "~" + norm
        else:
            key = norm
        tokens.append(Token(word, norm, key, start, end))
    return tokens


@lru_cache(maxsize=_REMEMBERED)
def phrase(text: str) -> tuple[str, ...]:
    """The keys of a form in a table, cut exactly as the caller's words will be; tables repeat their words."""
    return (text,) if text.startswith("~") else tuple([token.key for token in split(text)])


def halves(token: Token, cut: int) -> tuple[Token, ...]:
    """A word taken apart after `cut` letters; 0 leaves it whole."""
    if not cut:
        return (token,)
    middle = token.start + cut
    return (
        Token(token.text[:cut], token.norm[:cut], token.key[:cut], token.start, middle),
        Token(token.text[cut:], token.norm[cut:], token.key[cut:], middle, token.end),
    )
