"""Cutting and folding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.identity.words import Phrases, fold, words_of


def test_folding_drops_case_and_marks() -> None:
    assert fold("Žukauskienė Łódź Straße") == "zukauskiene lodz strasse"


@given(text=st.text(max_size=40))
def test_words_point_into_the_text(text: str) -> None:
    for word in words_of(text):
        assert text[word.start : word.end] == word.text


def test_the_longest_phrase_wins_whatever_its_marks() -> None:
    phrases = Phrases({"šeši": 6, "šeši šimtai": 600})
    words = words_of("sesi simtai ir šeši")
    assert phrases.at(words, 0) == (2, 600)
    assert phrases.at(words, 1) is None
    assert phrases.at(words, 3) == (1, 6)
    marked = Phrases({"es": "s", "eš": "š"})
    assert marked.at(words_of("eš"), 0) == (1, "š")
    assert marked.at(words_of("es"), 0) == (1, "s")
    assert phrases.before(words, 2) == (2, 600)
