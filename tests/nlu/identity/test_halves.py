"""First and last names, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.nlu.identity.halves import Halves
from engine.nlu.identity.words import words_of

Tables = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("anna novak", ["Anna", "Novak"]),
        ("ANNA NOVAK", ["Anna", "Novak"]),
        ("o connor", ["O'Connor"]),
        ("o’connor", ["O'Connor"]),
        ("smith-jones", ["Smith-Jones"]),
        ("vincent van der berg", ["Vincent", "van der Berg"]),
        ("McDonald", ["McDonald"]),
    ],
)
def test_names_are_written_with_their_capitals(tables: Tables, text: str, pieces: list[str]) -> None:
    assert Halves(tables("en")["identity"]["names"]).pieces(words_of(text)) == pieces


@pytest.mark.parametrize(
    ("text", "part", "halves"),
    [
        ("tomas balčiūnas", "full", ("Tomas", "Balčiūnas")),
        ("balčiūnas tomas", "full", ("Tomas", "Balčiūnas")),
        ("balčiūnas tomas", "both", ("Balčiūnas", "Tomas")),
        ("žukauskienė", "full", (None, "Žukauskienė")),
        ("genovaitė", "full", ("Genovaitė", None)),
        ("petras", "last", (None, "Petras")),
    ],
)
def test_endings_tell_the_halves_apart(
    tables: Tables, text: str, part: str, halves: tuple[str | None, str | None]
) -> None:
    reading = Halves(tables("lt")["identity"]["names"]).reading(words_of(text), part)
    assert (reading["first"], reading["last"]) == halves
