"""The address form of a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.nlu.identity import vocative

Tables = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jonas", "Jonai"), ("Sakalas", "Sakalai"), ("Petraitis", "Petraiti"), ("Lingys", "Lingy"), ("Rimkus", "Rimkau"), ("Marius", "Mariau"),
        ("Ona", "Ona"), ("Aistė", "Aiste"), ("Kazlauskienė", "Kazlauskiene"), ("Tomas Balčiūnas", "Tomai Balčiūnai"),
        ("Rūta Kazlauskaitė-Petraitienė", "Rūta Kazlauskaite-Petraitiene"),
    ],
)  # fmt: skip
def test_lithuanian_endings(tables: Tables, name: str, expected: str) -> None:
    assert vocative(name, tables("lt")) == expected


@pytest.mark.parametrize("name", ["James", "Chris", "Wright", "Anna Novak", "Thomas", "Lucas", ""])
def test_an_unknown_ending_has_no_form(tables: Tables, name: str) -> None:
    assert vocative(name, tables("lt")) is None


def test_a_language_without_endings_keeps_the_name(tables: Tables) -> None:
    assert vocative("Anna Novak", tables("en")) == "Anna Novak"
