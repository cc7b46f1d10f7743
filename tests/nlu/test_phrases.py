import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.phrases import Endings, Lexicon, PhraseError, expand, longest


def found(lexicon: Lexicon, text: str) -> list[tuple[str, int, int]]:
    return [(item.value, item.first, item.last) for item in lexicon.find(text.split())]


def test_brackets_are_choices_and_square_ones_may_be_left_out():
    assert expand("(call|ring) me [right] back") == [
        ("call", "me", "right", "back"),
        ("call", "me", "back"),
        ("ring", "me", "right", "back"),
        ("ring", "me", "back"),
    ]


def test_brackets_may_stand_inside_each_other():
    assert expand("(a|b (c|d))") == [("a",), ("b", "c"), ("b", "d")]


def test_words_are_folded_and_hyphens_part_them():
    assert expand("Check-up") == [("check", "up")]
    assert expand("Žodį can't") == [("zodi", "cant")]


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "[a"])
def test_brackets_that_do_not_match_are_an_error_that_shows_the_phrase(pattern: str):
    with pytest.raises(PhraseError, match=r"bracket|closed"):
        expand(pattern)


def test_a_pattern_that_stands_for_thousands_of_phrases_is_an_error():
    with pytest.raises(PhraseError, match="more than"):
        expand("(a|b|c|d|e) " * 5)


def test_a_star_stands_for_every_word_that_begins_so():
    lexicon = Lexicon([("cancel*", "cancel")])
    assert found(lexicon, "cancelling it") == [("cancel", 0, 0)]
    assert not found(lexicon, "cance it")


def test_a_tilde_stands_for_every_ending_of_the_language_and_nothing_longer():
    lexicon = Lexicon([("burnos~ higiena~", "hygiene")], Endings(["a", "os", "ą", "ai"]))
    assert found(lexicon, "burnos higienos") == [("hygiene", 0, 1)]
    assert not found(lexicon, "burnos higienistas")


def test_of_one_meaning_at_one_place_the_longest_phrase_is_found():
    lexicon = Lexicon([("no", "x"), ("no problem", "x"), ("problem", "y")])
    assert found(lexicon, "no problem") == [("x", 0, 1), ("y", 1, 1)]


def test_a_longer_phrase_covers_the_words_inside_it():
    lexicon = Lexicon([("no", "no"), ("no problem", "yes")])
    assert [item.value for item in longest(lexicon.find(["no", "problem"]))] == ["yes"]


@given(st.lists(st.sampled_from(["a", "b", "ab", "abc", "c"]), max_size=30))
def test_every_occurrence_lies_inside_the_utterance_and_spells_a_phrase(words: list[str]):
    lexicon = Lexicon([("a b", "ab"), ("ab*", "stem"), ("c", "c")])
    for item in lexicon.find(words):
        assert 0 <= item.first <= item.last < len(words)
        said = words[item.first : item.last + 1]
        assert {"ab": said == ["a", "b"], "stem": said[0].startswith("ab"), "c": said == ["c"]}[item.value]
