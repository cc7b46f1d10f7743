"""Every five minutes of a day and every day of three years, spoken from the language's own words and heard back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from engine.nlu.temporal import Clock, TemporalGrammar

Grammars = Callable[[str], TemporalGrammar]
Tables = Callable[[str], dict[str, Any]]
CLOCK = Clock(datetime(2025, 12, 31, 10, 0), opens=time(0), closes=time(23, 59))
"""A house that never closes: nothing but the words settles the half of the day."""
DAYS = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(3 * 365 + 1)]
TIMES = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 5)]


def heard(grammar: TemporalGrammar, text: str) -> list[str]:
    """Every reading of the only mention."""
    (found,) = grammar.find(text, CLOCK)
    return list(found.alternatives or (found.value,))


class English:
    """Numbers and months of the English tables, put into words."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.words: dict[int, str] = {
            int(value): words[0] for value, words in tables["numbers"]["cardinals"].items()
        }
        self.order: dict[int, str] = {
            int(value): words[0] for value, words in tables["numbers"]["ordinals"].items()
        }
        self.months = [tables["months"][str(month)]["name"] for month in range(1, 13)]

    def cardinal(self, value: int) -> str:
        if value in self.words:
            return self.words[value]
        return f"{self.words[value // 10 * 10]} {self.words[value % 10]}"

    def ordinal(self, value: int) -> str:
        if value in self.order:
            return self.order[value]
        return f"{self.words[value // 10 * 10]} {self.order[value % 10]}"

    def times(self, at: time) -> Iterator[str]:
        part = (
            "at night"
            if at.hour >= 21 or at.hour < 5
            else "in the morning"
            if at.hour < 12
            else "in the evening"
            if at.hour >= 18
            else "in the afternoon"
        )
        hour, following = self.cardinal(at.hour % 12 or 12), self.cardinal((at.hour + 1) % 12 or 12)
        yield at.isoformat("minutes")
        yield f"{at.hour % 12 or 12}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"
        if at.minute == 0:
            yield f"{hour} o'clock {part}"
        elif at.minute == 30:
            yield f"half past {hour} {part}"
        elif at.minute < 30:
            yield f"{self.cardinal(at.minute)} past {hour} {part}"
        elif at.hour not in (4, 11, 17, 20):  # the hour named belongs to the next part of the day
            yield f"{self.cardinal(60 - at.minute)} to {following} {part}"

    def days(self, day: date) -> Iterator[str]:
        month, year = self.months[day.month - 1], f"twenty {self.cardinal(day.year % 100)}"
        yield f"the {self.ordinal(day.day)} of {month} {year}"
        yield f"{month} {self.ordinal(day.day)}, {day.year}"
        yield day.strftime("%d/%m/%Y")


class Lithuanian:
    """Numbers and months of the Lithuanian tables, put into words."""

    def __init__(self, tables: dict[str, Any]) -> None:
        cardinals, ordinals = tables["numbers"]["cardinals"], tables["numbers"]["ordinals"]
        self.words: dict[int, str] = {
            int(value): words[0] for value, words in cardinals.items() if value != "inflected"
        }
        self.genitives: dict[int, str] = {
            1: "vienos",
            2: "dviejų",
            3: "trijų",
            10: "dešimties",
            20: "dvidešimties",
        }
        for group, nominative, genitive in (
            (cardinals["inflected"][0], "ios", "ių"),
            (cardinals["inflected"][1], "a", "os"),
        ):
            self.words |= {int(value): stem + nominative for value, stem in group["stems"].items()}
            self.genitives |= {int(value): stem + genitive for value, stem in group["stems"].items()}
        self.stems: dict[int, str] = {
            int(value): stem for value, stem in ordinals["inflected"][0]["stems"].items()
        }
        self.months = [tables["months"][str(month)]["genitive"] for month in range(1, 13)]

    def cardinal(self, value: int) -> str:
        return (
            self.words[value]
            if value in self.words
            else f"{self.words[value // 10 * 10]} {self.words[value % 10]}"
        )

    def ordinal(self, value: int) -> str:
        """In the accusative, the case of "when"."""
        if value in self.stems:
            return self.stems[value] + "ą"
        return f"{self.words[value // 10 * 10]} {self.stems[value % 10]}ą"

    def times(self, at: time) -> Iterator[str]:
        yield at.isoformat("minutes")
        if at.hour:
            minutes = "" if at.minute == 0 else f" {self.cardinal(at.minute)} minučių"
            yield f"{self.cardinal(at.hour)} valandų{minutes}"
            yield f"{self.ordinal(at.hour)} valandą{minutes}"
        hour, following = at.hour % 12 or 12, (at.hour + 1) % 12 or 12
        if at.minute == 30:
            yield f"pusę {self.genitives[following]}"
        elif 0 < at.minute < 30:
            yield f"{self.cardinal(at.minute)} po {self.genitives[hour]}"
        elif at.minute > 30:
            yield f"be {self.cardinal(60 - at.minute)} {self.cardinal(following)}"

    def days(self, day: date) -> Iterator[str]:
        month = self.months[day.month - 1]
        yield f"{day.year} metų {month} {self.ordinal(day.day)} dieną"
        yield f"{day.year} m. {month} {day.day} d."
        yield day.isoformat()


SPEAKERS: dict[str, type[English | Lithuanian]] = {"en": English, "lt": Lithuanian}


@pytest.mark.parametrize("language", SPEAKERS)
def test_every_five_minutes_of_the_day_is_heard_back(
    grammar: Grammars, tables: Tables, language: str
) -> None:
    speaker = SPEAKERS[language](tables(language))
    missed = [
        (text, at)
        for at in TIMES
        for text in speaker.times(at)
        if at.isoformat("minutes") not in heard(grammar(language), text)
    ]
    assert missed == []


@pytest.mark.parametrize("language", SPEAKERS)
def test_every_day_of_three_years_is_heard_back(grammar: Grammars, tables: Tables, language: str) -> None:
    speaker = SPEAKERS[language](tables(language))
    missed = [
        (text, day)
        for day in DAYS
        for text in speaker.days(day)
        if heard(grammar(language), text) != [day.isoformat()]
    ]
    assert missed == []


def test_a_day_without_its_year_is_the_next_one(grammar: Grammars, tables: Tables) -> None:
    english = English(tables("en"))
    for day in DAYS[:364]:
        text = f"the {english.ordinal(day.day)} of {english.months[day.month - 1]}"
        assert heard(grammar("en"), text) == [day.isoformat()]
