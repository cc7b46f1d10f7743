"""Runs of number words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.nlu.identity.digits import DigitWords
from engine.nlu.identity.words import words_of

Tables = Callable[[str], dict[str, Any]]


def readings(tables: Tables, text: str, code: str = "en", *, asking: bool = False) -> list[tuple[str, ...]]:
    digits = DigitWords(tables(code)["identity"]["digits"])
    return [run.readings for run in digits.runs(words_of(text), asking=asking)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twenty three", [("23", "203")]),
        ("six hundred and twelve", [("612", "60012")]),
        ("eight hundred", [("800",)]),
        ("five hundred and six", [("506", "5006")]),
        ("double five", [("55",)]),
        ("double 55", [("55", "5555")]),
        ("three eights two", [("8882",)]),
        ("twenty three eights", [("20888",)]),
        ("one two and one four at three", [("1214",), ("3",)]),
        ("oh, oh 7", [("007",)]),
        ("no numbers here", []),
        ("double trouble", []),
    ],
)
def test_all_readings_are_kept_the_joined_one_first(
    tables: Tables, text: str, expected: list[tuple[str, ...]]
) -> None:
    assert readings(tables, text) == expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("lt", "penki šimtai šešiasdešimt septyni", "567"),
        ("lt", "šimtas dvidešimt", "120"),
        ("lt", "trys šešetai", "666"),
        ("de", "einundzwanzig zweihundert", "21200"),
        ("es", "treinta y cuatro", "34"),
        ("lv", "trīssimt divdesmit viens", "321"),
    ],
)
def test_each_language_groups_its_own_way(tables: Tables, code: str, text: str, expected: str) -> None:
    assert readings(tables, text, code)[0][0] == expected


def test_words_that_sound_like_digits_count_only_when_digits_are_awaited(tables: Tables) -> None:
    assert readings(tables, "six for two", asking=True) == [("642",)]
    assert readings(tables, "six for two") == [("6",), ("2",)]
    assert readings(tables, "for two", asking=True) == [("2",)]


def test_readings_are_bounded(tables: Tables) -> None:
    (run,) = readings(tables, "twenty one " * 200)
    assert len(run) <= 16
