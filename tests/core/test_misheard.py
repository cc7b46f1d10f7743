"""One wrong letter is put right, two are not, and the rest of the word is kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.misheard import build_speller, rest_after

SPELLER = build_speller(["swallow*", "throat", "stopped"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("swalow", "swallow"),
        ("swalowed", "swallowed"),
        ("sawllowing", "swallowing"),
        ("swellovv", None),
        ("throet", "throat"),
        ("hroat", "throat"),
        ("throatt", "throat"),
        ("throats", "throat"),
        ("tthroat", "throat"),
        ("thraot", "throat"),
        ("threads", None),
        ("stapped", "stopped"),
        ("top", None),
        ("xyzzyx", None),
    ],
)
def test_a_word_with_one_wrong_letter_is_put_right(word: str, meant: str | None) -> None:
    assert SPELLER.correct(word) == meant


LETTERS = "abcdefghijklmnopqrstuvwxyz"


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, min_size=6, max_size=12), st.data())
def test_any_single_mistake_is_recognised(target: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(target) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    for word in (
        target[:at] + target[at + 1 :],
        target[:at] + letter + target[at + 1 :],
        target[:at] + letter + target[at:],
        target[:at] + target[at + 1 : at + 2] + target[at] + target[at + 2 :],
    ):
        assert rest_after(target, word) == ""
