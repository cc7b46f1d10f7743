"""The pattern language and the compiled tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nlu.temporal import Clock
from engine.nlu.temporal.chart import Chart
from engine.nlu.temporal.phrases import END, PatternError, Ref, Symbol, Vocabulary, bound_names, expand
from engine.nlu.temporal.tokens import split

CLOCK = Clock(datetime(2026, 11, 23, 10, 0))


def read(vocabulary: Vocabulary, symbol: str, text: str) -> list[tuple[int, Any]]:
    tokens = split(text)
    return Chart(tokens, [token.key for token in tokens], CLOCK).read(vocabulary.symbol(symbol), 0)


class _Eager(Symbol):
    """A symbol that is walked whatever the next words are."""

    def begins(self, key: str, after: str) -> bool:
        del key, after
        return True


def test_options_and_choices_stand_for_every_plain_sequence() -> None:
    assert expand("a [b] (c|d e)") == [("a", "c"), ("a", "d", "e"), ("a", "b", "c"), ("a", "b", "d", "e")]
    assert expand("<day:first> !noun") == [(Ref("day", "first"), Ref("noun", "", guard=True))]


def test_bound_names_leave_out_what_is_only_wanted_there() -> None:
    (sequence,) = expand("<day> <through:_> <day:end> !noun")
    assert bound_names(sequence) == {"day", "end"}


@pytest.mark.parametrize("pattern", ["[a", "a]", "(a|b", "a (b [c)"])
def test_brackets_must_pair(pattern: str) -> None:
    with pytest.raises(PatternError, match="bracket"):
        expand(pattern)


def test_the_meaning_gets_the_bound_values() -> None:
    vocabulary = Vocabulary()
    vocabulary.words("digit", {1: ["one"], 2: ["two", "a pair"]})
    vocabulary.rule("sum", "<digit:left> and <digit:right>", lambda _clock, left, right: left + right)
    vocabulary.close()
    assert read(vocabulary, "sum", "one and two") == [(3, 3)]
    assert read(vocabulary, "sum", "a pair and one") == [(4, 3)]
    assert read(vocabulary, "sum", "one and") == []


def test_marks_between_words_are_passed_over_and_sentences_are_not_joined() -> None:
    vocabulary = Vocabulary()
    vocabulary.rule("pair", "dec three", lambda _clock: True)
    vocabulary.close()
    assert read(vocabulary, "pair", "dec-three") == [(3, True)]
    assert read(vocabulary, "pair", "dec. three") == [(3, True)]
    assert read(vocabulary, "pair", "dec. Three") == []


def test_a_guard_refuses_what_follows() -> None:
    vocabulary = Vocabulary()
    vocabulary.words("thing", {1: ["people"]})
    vocabulary.rule("hour", "at four !thing", lambda _clock: 4)
    vocabulary.close()
    assert read(vocabulary, "hour", "at four") == [(2, 4)]
    assert read(vocabulary, "hour", "at four people") == []


def test_a_symbol_that_nothing_defines_is_named() -> None:
    vocabulary = Vocabulary()
    vocabulary.rule("hour", "at <numbr>", lambda _clock, numbr: numbr)
    vocabulary.close()
    assert "numbr" in vocabulary.undefined()


def test_two_words_tell_whether_a_phrase_can_begin_with_them() -> None:
    vocabulary = Vocabulary()
    vocabulary.words("digit", {1: ["one"], 2: ["two"], 3: ["three"]})
    vocabulary.words("pair", {2: ["a pair"]})
    vocabulary.rule("sum", "<digit:left> and <digit:right>", lambda _clock, left, right: left + right)
    vocabulary.rule("sum", "<pair:left> and <digit:right>", lambda _clock, left, right: left + right)
    vocabulary.rule("sum", "<sum:left> more <digit:right>", lambda _clock, left, right: left + right)
    vocabulary.rule("sum", "three", lambda _clock: 3)
    vocabulary.close()
    total = vocabulary.symbol("sum")
    assert total.begins("one", "and")
    assert total.begins("a", "pair")
    assert total.begins("three", "more"), "a phrase of one word goes on where its own symbol begins with it"
    assert total.begins("three", "check"), "a word that is a whole phrase may stand before anything"
    assert not total.begins("one", "two")
    assert not total.begins("one", "check")
    assert not total.begins("a", "and")
    assert not total.begins("one", END)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["one", "two", "a", "pair", "and", "more", "check", ",", "-"]), max_size=7))
def test_looking_at_two_words_first_changes_no_meaning(words: list[str]) -> None:
    found = []
    for symbol_type in (Symbol, _Eager):
        vocabulary = Vocabulary()
        vocabulary.symbols = {"sum": symbol_type("sum", 0), "term": symbol_type("term", 1)}
        vocabulary.words("term", {1: ["one"], 2: ["two", "a pair"]})
        vocabulary.rule("sum", "<term:left> and <sum:right>", lambda _clock, left, right: left + right)
        vocabulary.rule("sum", "<sum:left> more <term:right>", lambda _clock, left, right: left + right)
        vocabulary.rule("sum", "<term:only>", lambda _clock, only: only)
        vocabulary.close()
        found.append(read(vocabulary, "sum", " ".join(words)))
    assert found[0] == found[1]
