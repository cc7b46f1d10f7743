"""The compiled grammar as a whole: mistakes in tables, and any words at all."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.temporal import Clock, TemporalGrammar
from engine.nlu.temporal.phrases import PatternError

Grammars = Callable[[str], TemporalGrammar]
Tables = Callable[[str], dict[str, Any]]
CLOCK = Clock(datetime(2026, 11, 23, 10, 0))
LANGUAGES = ("en", "lt", "de", "es", "lv")


def test_every_mistake_in_a_table_is_reported_at_once(tables: Tables) -> None:
    broken = copy.deepcopy(tables("en"))
    broken["temporal"]["rules"]["day"] |= {"weekdy": ["<weekday>"], "weekday": ["<wekday:weekday> <month>"]}
    with pytest.raises(PatternError) as caught:
        TemporalGrammar(broken)
    message = str(caught.value)
    assert "unknown meaning 'weekdy'" in message
    assert "binds ['month', 'weekday'], but 'weekday' takes ['weekday', 'which']" in message


def test_a_rule_that_names_nothing_is_refused(tables: Tables) -> None:
    broken = copy.deepcopy(tables("en"))
    broken["temporal"]["rules"]["day"]["weekday"] = ["<wekday:weekday>"]
    with pytest.raises(PatternError, match="'wekday'"):
        TemporalGrammar(broken)


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_words_give_entities_that_point_at_themselves(
    grammar: Grammars, tables: Tables, language: str
) -> None:
    words = sorted(
        {
            word
            for forms in tables(language)["temporal"]["words"].values()
            for texts in forms.values()
            for word in ([texts] if isinstance(texts, str) else texts)
        }
    )
    numbers = [str(number) for number in (0, 1, 7, 12, 24, 31, 59, 99, 330, 1030, 1984, 2026, 20261201)]
    marks = [",", ".", "-", ":", "/", "?", "'"]

    @given(st.lists(st.sampled_from([*words, *numbers, *marks]) | st.text(max_size=6), max_size=14))
    def check(parts: list[str]) -> None:
        text = " ".join(parts)
        end = 0
        for entity in grammar(language).find(text, CLOCK):
            assert text[slice(*entity.span)] == entity.text
            assert entity.span[1] >= end
            assert (
                (entity.value in entity.alternatives)
                or not entity.alternatives
                or entity.type.endswith("range")
            )
            end = entity.span[0]
        grammar(language).birth_date(text, CLOCK)

    check()


def calls(grammar: TemporalGrammar, text: str) -> int:
    """Python function calls one reading takes: the same on every machine."""
    count = 0

    def watch(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(watch)
    try:
        grammar.find(text, CLOCK)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_work_grows_no_faster_than_the_text(grammar: Grammars, tables: Tables, language: str) -> None:
    reader = grammar(language)
    names = [
        forms["name"] for section in ("weekdays", "months") for forms in tables(language)[section].values()
    ]
    texts = [*names, "12", "12 :", "- 3", *(f"{name} 12" for name in names[:3])]
    texts += [next(iter(forms.values()))[0] for forms in tables(language)["temporal"]["words"].values()]
    for text in texts:
        reader.find(text, CLOCK)
        once, twice = (calls(reader, " ".join([text] * count)) for count in (40, 80))
        assert twice <= 2.5 * once + 1_000, text


def test_words_without_a_sign_of_time_are_not_parsed(grammar: Grammars) -> None:
    assert calls(grammar("en"), "i would like to be there for it and you can not") < 60
