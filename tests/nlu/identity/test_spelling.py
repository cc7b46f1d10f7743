"""Letters said one by one."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.identity import IdentityGrammar

Tables = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def english(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("en"))


@pytest.fixture(scope="module")
def lithuanian(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("lt"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("N O V A K", "novak"),
        ("n-o-v-a-k", "novak"),
        ("n as in nancy o v a k", "novak"),
        ("m as in nancy o v a k", "novak"),
        ("n for nancy, o for orange, v, a, k", "novak"),
        ("en o vee ay kay", "novak"),
        ("november oscar victor alpha kilo", "novak"),
        ("double t", "tt"),
        ("s c o double t", "scott"),
        ("double u i l l", "will"),
        ("capital b a l c i u n a s", "balciunas"),
        ("BR y a n t", "bryant"),
        ("it's spelled n o v a k", "novak"),
    ],
)
def test_letters_become_a_word(english: IdentityGrammar, text: str, expected: str) -> None:
    (found,) = english.spelled([text])
    assert (found.type, found.value) == ("spelled", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S kaip Simas", "s"),
        ("s kaip simas i em a es", "simas"),
        ("es i em a es", "simas"),
        ("dviguba vė e i", "wei"),
        ("ž u k a u eš k a raidė", "žukauška"),
        ("didžioji ka a zet y es", "kazys"),
    ],
)
def test_lithuanian_letters(lithuanian: IdentityGrammar, text: str, expected: str) -> None:
    assert lithuanian.spelled([text])[0].value == expected


@pytest.mark.parametrize(
    "text",
    ["i want to book", "yes", "a", "no thank you", "i see a dentist tomorrow", "", "on the third of may"],
)
def test_sentences_are_not_spelling(english: IdentityGrammar, text: str) -> None:
    assert english.spelled([text]) == ()


def test_a_stutter_is_no_spelling(english: IdentityGrammar) -> None:
    assert english.spelled(["double " * 500]) == ()


def test_letters_add_up_over_turns(english: IdentityGrammar) -> None:
    (first,) = english.spelled(["n o v"])
    (second,) = english.spelled(["a k"], so_far=first.value)
    assert second.value == "novak"
    assert english.spelled(["k"], so_far="nova")[0].value == "novak"


def test_other_hypotheses_are_alternatives(english: IdentityGrammar) -> None:
    (found,) = english.spelled(["h a n k", "s a n k", "thanks"])
    assert found.alternatives == ("hank", "sank")


@given(
    word=st.text(alphabet=string.ascii_lowercase, min_size=3, max_size=12).filter(
        lambda word: set(word) - set("iao")
    )
)
def test_any_word_spelled_is_read_back(english: IdentityGrammar, word: str) -> None:
    assert english.spelled([" ".join(word.upper())])[0].value == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B 3 j 0 z w", "b30jzw"),
        ("bravo three juliet zero zulu whiskey", "b3j0zw"),
        ("double five a 7", "55a7"),
    ],
)
def test_codes_mix_letters_and_digits(english: IdentityGrammar, text: str, expected: str) -> None:
    (found,) = english.codes([text])
    assert (found.type, sorted(found.value)) == ("code", sorted(expected))


def test_codes_take_words_that_sound_like_digits(english: IdentityGrammar) -> None:
    assert english.codes(["ec 9 for 9 y a"])[0].value == "ec949ya"
    assert english.spelled(["n o for v a k"])[0].value == "novak"
