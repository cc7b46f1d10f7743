"""Numbers in words, digits and mixtures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from engine.nlu.temporal import Clock
from engine.nlu.temporal.chart import Chart
from engine.nlu.temporal.numbers import Numbers
from engine.nlu.temporal.tokens import split

CLOCK = Clock(datetime(2026, 11, 23, 10, 0))


def longest(tables: dict[str, Any], text: str) -> tuple[int, bool]:
    """The value of the longest number at the beginning, and whether it is an ordinal."""
    tokens = split(text)
    chart = Chart(tokens, [token.key for token in tokens], CLOCK)
    number = max(Numbers(tables["numbers"]).read(chart, 0), key=lambda item: (item.end, item.ordinal))
    return number.value, number.ordinal


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "twenty-five", (25, False)),
        ("en", "twenty fifth", (25, True)),
        ("en", "25 th", (25, True)),
        ("en", "25th", (25, True)),
        ("en", "two thousand and six", (2006, False)),
        ("en", "nineteen hundred and five", (1905, False)),
        ("lt", "dvidešimt pirmą", (21, True)),
        ("lt", "tūkstantis devyni šimtai aštuoniasdešimt ketvirtų", (1984, True)),
        ("lt", "15-ąją", (15, True)),
        ("de", "einundzwanzig", (21, False)),
        ("de", "einundzwanzigsten", (21, True)),
        ("es", "treinta y uno", (31, False)),
        ("es", "mil novecientos ochenta y cuatro", (1984, False)),
        ("lv", "divdesmit pirmajā", (21, True)),
    ],
)
def test_number_words_add_up(
    tables: Callable[[str], dict[str, Any]], language: str, text: str, expected: tuple[int, bool]
) -> None:
    assert longest(tables(language), text) == expected


def test_a_long_run_of_digits_is_no_number(tables: Callable[[str], dict[str, Any]]) -> None:
    tokens = split("37061234567")
    assert (
        Numbers(tables("en")["numbers"]).read(Chart(tokens, [token.key for token in tokens], CLOCK), 0) == []
    )
