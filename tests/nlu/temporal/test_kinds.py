"""Every construct in other words: `kinds/<code>.yml`, by the clock of Monday 2026-11-23 10:00, hours 8 to 18.

The lists were written before the grammar was tried on them; several mentions are parted by semicolons.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.booking.wish import Wish
from engine.nlu.temporal import Clock, TemporalGrammar
from engine.nlu.wishes import wish_of

_KINDS = Path(__file__).with_name("kinds")
_EXPRESSIONS = [
    pytest.param(file.stem, text, expected, id=f"{file.stem}-{kind}-{text}")
    for file in sorted(_KINDS.glob("*.yml"))
    for kind, lines in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    for text, expected in lines.items()
]


@pytest.mark.parametrize(("language", "text", "expected"), _EXPRESSIONS)
def test_a_construct_has_its_meaning(
    read: Callable[..., list[Any]], language: str, text: str, expected: str
) -> None:
    assert "; ".join(read(text, language)) == ("" if expected == "nothing" else expected)


OPENINGS = {
    "en": [
        "book me for {}",
        "could I come {}",
        "is there anything {}",
        "I was hoping for {}",
        "what about {}",
    ],
    "lt": ["norėčiau {}", "gal turite {}", "ar galima {}", "tinka {}"],
    "de": ["haben Sie etwas {}", "ich möchte {}", "geht es {}", "lieber {}"],
    "es": ["quisiera {}", "¿tiene algo {}", "mejor {}"],
}


@pytest.mark.parametrize("language", OPENINGS)
def test_what_callers_say_before_it_changes_no_meaning(read: Callable[..., list[Any]], language: str) -> None:
    changed = [
        (opening.format(text), said)
        for code, text, expected in (item.values for item in _EXPRESSIONS)
        if code == language and expected != "nothing"
        for opening in OPENINGS[language]
        if not (
            opening.endswith("for {}") and " from " in str(text)
        )  # "for two weeks from Friday" is a stretch
        if (said := "; ".join(read(opening.format(text), language))) != expected
    ]
    assert changed == []


JOINTS = {"en": [" or ", " and ", ", ", " but not ", " "], "lt": [" arba ", " ir ", ", ", " bet ne ", " "]}
CLOCK = Clock(datetime(2026, 11, 23, 10, 0))


@pytest.mark.parametrize("language", JOINTS)
def test_any_expressions_side_by_side_make_a_wish_that_the_book_can_read(
    grammar: Callable[[str], TemporalGrammar], language: str
) -> None:
    texts = [text for code, text, _ in (item.values for item in _EXPRESSIONS) if code == language]

    @given(st.lists(st.sampled_from(texts), min_size=1, max_size=3), st.sampled_from(JOINTS[language]))
    def check(said: list[str], joint: str) -> None:
        found = grammar(language).find(joint.join(said), CLOCK)
        best, readings = wish_of(found)
        for wish in (best, *readings):
            if wish is not None:
                Wish.from_plain({key: item for key, item in wish.items() if key != "same"})
        assert len(readings) != 1
        assert not readings or best in readings

    check()


def _written(day: date, weekday: int, tables: dict[str, Any], language: str) -> str:
    name = tables["weekdays"][str(weekday + 1)]["name"]
    month = tables["months"][str(day.month)]["name"]
    return f"{name} {day.day} {month}" if language == "en" else f"{name}, {day.day}. {month}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_weekday_that_does_not_fit_its_date_is_a_question(
    grammar: Callable[[str], TemporalGrammar], tables: Callable[[str], dict[str, Any]], language: str
) -> None:
    @given(st.integers(1, 300), st.integers(0, 6))
    def check(ahead: int, weekday: int) -> None:
        day = CLOCK.today + timedelta(days=ahead)
        (found,) = grammar(language).find(_written(day, weekday, tables(language), language), CLOCK)
        if weekday == day.weekday():
            assert (found.value, found.alternatives) == (day.isoformat(), ())
        else:
            assert dict(found.attributes)["conflict"]
            assert day.isoformat() in found.alternatives
            assert any(date.fromisoformat(other).weekday() == weekday for other in found.alternatives)

    check()
