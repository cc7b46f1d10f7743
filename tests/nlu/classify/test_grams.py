"""The features of a sentence."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nlu.classify.grams import all_grams, letter_grams, word_grams, words_of


def test_words_lose_case_diacritics_and_the_digits_of_numbers():
    assert words_of("Ar ŠEŠTĄ, gegužės 13?") == ("ar", "sesta", "geguzes", "00")


def test_words_and_their_pairs_are_grams():
    assert list(word_grams(("to", "be", "or"))) == ["to", "be", "or", "to be", "be or"]


def test_letters_know_where_a_word_begins_and_ends():
    assert set(letter_grams("ab")) == {" a", "ab", "b ", " ab", "ab ", " ab "}


def test_every_gram_is_counted_once_a_sentence():
    ((words, letters),) = all_grams(["no no no"])
    assert words == {"no", "no no"}
    assert letters == {" n", "no", "o ", " no", "no ", " no "}


@given(st.text(max_size=3000))
@settings(max_examples=100, deadline=None)
def test_no_text_costs_more_than_a_long_sentence(text):
    words = words_of(text)
    assert len(words) <= 40
    assert sum(len(list(letter_grams(word))) for word in words) <= 40 * 160
