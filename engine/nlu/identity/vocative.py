"""The form of a name in which its owner is addressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def vocative(name: str, tables: Mapping[str, Any]) -> str | None:
    """The address form by the language's endings, the longest first; None where the ending is unknown.

    A wrong ending sounds worse than no name, so whoever gets None leaves the name out or puts the
    nominative after a colon. Several words are addressed word by word, and one unknown ending
    spoils the whole. A language without a table of endings addresses people by the nominative.
    """
    own = tables.get("identity") or {}
    endings = own.get("vocative")
    if endings is None:
        return name
    if any(mark in name.lower() for mark in own.get("foreign") or ()):
        return None
    forms = [_form(word, endings) for word in name.split()]
    if not forms or any(form is None for form in forms):
        return None
    return " ".join(form for form in forms if form is not None)


def _form(word: str, endings: Mapping[str, str]) -> str | None:
    parts = [_part(part, endings) for part in word.split("-")]
    return (
        None if any(part is None for part in parts) else "-".join(part for part in parts if part is not None)
    )


def _part(word: str, endings: Mapping[str, str]) -> str | None:
    for length in range(min(len(word) - 1, 4), 0, -1):
        form = endings.get(word[-length:].lower())
        if form is not None:
            return word[:-length] + str(form)
    return None
