"""What the receptionist says, the grammar hears: every time and day in the product's own words means itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from engine.core.spoken import Spoken
from engine.nlu.temporal import Clock, TemporalGrammar

Grammars = Callable[[str], TemporalGrammar]
Tables = Callable[[str], dict[str, Any]]
CLOCK = Clock(datetime(2025, 12, 31, 10, 0), opens=time(0), closes=time(23, 59))
"""A house that never closes: nothing but the words settles the half of the day."""
LANGUAGES = ("en", "lt", "de", "es", "lv")


def spoken(tables: Tables, language: str) -> Spoken:
    return Spoken(tables(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spoken_time_is_heard_as_itself(grammar: Grammars, tables: Tables, language: str) -> None:
    speech, reader = spoken(tables, language), grammar(language)
    for minute in range(0, 24 * 60, 5):
        at = time(minute // 60, minute % 60)
        (found,) = reader.find(speech.clock(at), CLOCK, asking="time")
        assert at.isoformat("minutes") in (found.alternatives or (found.value,)), speech.clock(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spoken_day_with_its_time_is_heard_as_itself(
    grammar: Grammars, tables: Tables, language: str
) -> None:
    speech, reader = spoken(tables, language), grammar(language)
    for offset in range(1, 365):
        day = date(2025, 12, 31) + timedelta(days=offset)
        (alone,) = reader.find(speech.day(day), CLOCK)
        assert (alone.value, alone.alternatives) == (day.isoformat(), ()), speech.day(day)
        words = speech.when(datetime.combine(day, time(14, 30)))
        (timed,) = reader.find(words, CLOCK)
        assert f"{day}T14:30" in (timed.alternatives or (timed.value,)), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spoken_birth_date_is_heard_as_itself(grammar: Grammars, tables: Tables, language: str) -> None:
    speech, reader = spoken(tables, language), grammar(language)
    for offset in range(0, 30_000, 97):
        day = date(1940, 1, 1) + timedelta(days=offset)
        (found,) = reader.birth_date(speech.date_of_birth(day), Clock(datetime(2026, 11, 23, 10, 0)))
        assert found.value == day.isoformat(), speech.date_of_birth(day)
