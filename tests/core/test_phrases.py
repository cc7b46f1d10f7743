"""Phrases are found as they are written."""

from __future__ import annotations

import pytest

from engine.core.phrases import BadPhraseError, Occurrence, PhraseCompiler, build_index, value_of

LISTS = {"no_way": ["cannot", "not able to", "<hardly>"], "hardly": ["hardly", "just about"]}
NUMBERS = {"five": 5, "twelve": 12}


def found(phrase: str, text: str) -> list[tuple[int, int]]:
    index = build_index(PhraseCompiler(LISTS).compile("sign", phrase), NUMBERS)
    return [(start, end) for start, end, _ in index.find(text.split())]


@pytest.mark.parametrize(
    ("phrase", "text", "spans"),
    [
        ("red door", "a red door", [(1, 2)]),
        ("red door", "red big door", []),
        ("red .. door", "red very very big door", [(0, 4)]),
        ("red .. door", "red a b c d door", []),
        ("red ... door", "red a b c d e door", [(0, 6)]),
        ("red ... door", "red a b c d e f door", []),
        ("... door ..", "the door", [(1, 1)]),
        ("swell*", "swelling swell well", [(0, 0), (1, 1)]),
        ("red|blue door", "blue door", [(0, 1)]),
        ("(bright red|blue) door", "a bright red door", [(1, 3)]),
        ("(bright red|blue) door", "a door", []),
        ("(bright red|blue)? door", "a bright red door", [(1, 3), (3, 3)]),
        ("<no_way> open", "not able to open", [(0, 3)]),
        ("<no_way> open", "just about open", [(0, 2)]),
        ("<no_way>|never open", "never open", [(0, 1)]),
        ("<5-12> doors", "12 doors or twelve doors or 13 doors", [(0, 1), (3, 4)]),
        ("doors <5-12>", "doors five", [(0, 1)]),
        ("durų spyna", "duru spyna", [(0, 1)]),
        ("can't open", "cant open", [(0, 1)]),
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrase: str, text: str, spans: list[tuple[int, int]]) -> None:
    assert found(phrase, text) == spans


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        (" ", "an empty phrase"),
        ("<5-12>", "phrase '<5-12>' has no word to look it up by"),
        ("<nothing> open", "unknown list '<nothing>'; there are hardly, no_way"),
        (
            "a&b",
            "'a&b' is no word; a phrase has words, word*, a|b, (a|b c), (a)?, .., ..., <5-99> and <list>",
        ),
        (
            "red |",
            "'|' is no word; a phrase has words, word*, a|b, (a|b c), (a)?, .., ..., <5-99> and <list>",
        ),
    ],
)
def test_a_phrase_that_makes_no_sense_says_why(phrase: str, why: str) -> None:
    with pytest.raises(BadPhraseError) as caught:
        PhraseCompiler(LISTS).compile("sign", phrase)
    assert str(caught.value) == why


def test_a_match_is_named_after_its_sign() -> None:
    index = build_index(PhraseCompiler({}).compile("fire", "smoke"), {})
    assert index.find(["smoke"]) == [Occurrence(0, 0, "fire")]


def test_equal_elements_are_one_object() -> None:
    compiler = PhraseCompiler({})
    first, second = compiler.compile("a", "red door"), compiler.compile("b", "red door")
    assert first[0].elements[0] is second[0].elements[0]


def test_a_long_run_of_digits_is_no_quantity() -> None:
    assert value_of("1234", {}) == 1234
    assert value_of("12345", {}) is None
    assert value_of("five", NUMBERS) == 5
