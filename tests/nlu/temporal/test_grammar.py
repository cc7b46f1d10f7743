"""The compiled grammar as a whole: mistakes in tables, and any words at all."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.temporal import Clock, TemporalGrammar
from engine.nlu.temporal.phrases import Node, PatternError, Symbol
from engine.nlu.temporal.tokens import fold

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_noise_of_any_length_costs_no_more_than_a_long_speech(
    grammar: Grammars, tables: Tables, language: str
) -> None:
    reader = grammar(language)
    numbers = sorted(reader._answering & reader._known)
    weekdays = [forms["name"] for forms in tables(language)["weekdays"].values()]
    for words in (numbers, weekdays, [*weekdays, "12", "7"], [*numbers, ",", "12", "-"]):
        noise = " ".join(words[at * 7 % len(words)] for at in range(4_000))
        reader.find(noise, CLOCK)
        assert calls(reader, noise) < 60_000


def test_words_without_a_sign_of_time_are_not_even_cut_up(grammar: Grammars) -> None:
    text = "i would like to be there for it and you can not"
    grammar("en").find(text, CLOCK)
    assert calls(grammar("en"), text) < 6


def symbols_within(symbol: Symbol) -> dict[int, Symbol]:
    """A symbol and all that its phrases may hold, guards aside."""
    found: dict[int, Symbol] = {}
    todo = [symbol]
    while todo:
        symbol = todo.pop()
        if symbol.index in found:
            continue
        found[symbol.index] = symbol
        nodes = [symbol.root]
        while nodes:
            node = nodes.pop()
            todo += [target for target, _, _ in node.refs]
            nodes += [*node.words.values(), *(child for _, _, child in node.refs)]
            nodes += [child for _, child in node.guards]
    return found


def said_with(words: frozenset[str], root: Symbol) -> list[str] | None:
    """A phrase of a symbol that holds no other words, if there is one; "skip" says nothing temporal."""
    said: dict[int, list[str]] = {}

    def onward(node: Node) -> list[str] | None:
        if node.ends:
            return []
        steps = [([word], child) for word, child in node.words.items() if word in words]
        steps += [(said[symbol.index], child) for symbol, _, child in node.refs if symbol.index in said]
        steps += [([], child) for _, child in node.guards]
        for start, child in steps:
            if (rest := onward(child)) is not None:
                return [*start, *rest]
        return None

    symbols = [symbol for symbol in symbols_within(root).values() if symbol.name != "skip"]
    before = -1
    while len(said) > before:
        before = len(said)
        for symbol in symbols:
            if symbol.builtin is not None:
                phrase = sorted(symbol.first & words)[:1] or None
            else:
                phrase = onward(symbol.root)
            if phrase is not None:
                said.setdefault(symbol.index, phrase)
    return said.get(root.index)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_the_gate_lets_go_by_say_no_time(
    grammar: Grammars, tables: Tables, language: str
) -> None:
    reader = grammar(language)
    common = frozenset(fold(word) for word in tables(language)["temporal"]["common"])
    let_go = (reader._known | common) - reader._telling
    marks = frozenset(word for word in let_go if len(word) == 1 and not word.isalnum())
    assert said_with(let_go - marks, reader._finder._mention) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_changes_no_answer(grammar: Grammars, tables: Tables, language: str) -> None:
    reader = grammar(language)
    known = sorted(reader._known - {"~holiday"})
    let_go = sorted(reader._known - reader._telling)
    holidays = {"Founders Day": (date(2026, 12, 8),)}
    word = (
        st.sampled_from(let_go)
        | st.sampled_from(known)
        | st.sampled_from(["7", "12", "2027", "Founders Day", "x"])
    )

    @given(st.lists(word, max_size=9), st.sampled_from([None, "date", "time", "datetime", "number"]))
    def check(words: list[str], asking: str | None) -> None:
        text = " ".join(words)
        clock = Clock(CLOCK.now, holidays=holidays)
        assert reader.find(text, clock, asking=asking) == reader.parse(text, clock, asking=asking)

    check()
