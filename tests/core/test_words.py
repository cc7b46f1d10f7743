"""Words are folded so that spelling does not matter, and keep their place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.words import fold, fold_word, split_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Žąsų", "zasu"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("niño", "nino"),
        ("ok", "ok"),
    ],
)
def test_diacritics_and_capitals_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("word", "folded"),
    [("can't", "cant"), ("CAN’T", "cant"), ("swelling's", "swelling"), ("it`s", "it"), ("plain", "plain")],
)
def test_an_apostrophe_never_keeps_words_apart(word: str, folded: str) -> None:
    assert fold_word(word) == folded


def test_a_mark_begins_a_clause_and_a_hyphen_in_a_word_does_not() -> None:
    words = split_words("Yes, a check-up - now. Thanks!")
    assert words.folded == ("yes", "a", "check", "up", "now", "thanks")
    assert words.clauses == (0, 1, 1, 1, 2, 3)


def test_the_original_words_can_be_cut_out_again() -> None:
    words = split_words("Aš, žinoma, CAN’T wait")
    assert words.said(1, 2) == "žinoma, CAN’T"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_every_word_stands_where_it_says(text: str) -> None:
    words = split_words(text)
    spans = list(zip(words.starts, words.ends, strict=True))
    assert all(start < end for start, end in spans)
    assert spans == sorted(spans)
    assert list(words.clauses) == sorted(words.clauses)
    assert [fold_word(text[start:end]) for start, end in spans] == list(words.folded)
