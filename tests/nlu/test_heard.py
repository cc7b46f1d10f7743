import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.heard import Listener, cut
from engine.nlu.phrases import Lexicon


@pytest.fixture
def listener() -> Listener:
    lexicon = Lexicon([("cancel*", "c"), ("appointment", "a"), ("reschedule", "r"), ("whitening", "w")])
    return Listener(["um", "you know", "uh"], lexicon, ordinary=["thirty"])


def test_fillers_are_left_out_and_the_places_of_the_others_stay(listener: Listener):
    heard = listener.hear("Um, cancel, you know, the appointment")
    assert heard.words == ("cancel", "the", "appointment")
    assert heard.said(0, 2) == "cancel, you know, the appointment"
    assert heard.text[heard.starts[2] : heard.ends[2]] == "appointment"


def test_words_that_are_only_fillers_are_kept(listener: Listener):
    assert listener.hear("um uh").words == ("um", "uh")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("I I want to", ("i", "want", "to")),
        ("i want to i want to cancel", ("i", "want", "to", "cancel")),
        ("5 5 6 6", ("5", "5", "6", "6")),
    ],
)
def test_stuttering_is_heard_once_but_digits_count(listener: Listener, said: str, words: tuple[str, ...]):
    assert listener.hear(said).words == words


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("appointmnet", "appointment"),
        ("resheduel", "reschedule"),
        ("whitning", "whitening"),
        ("cancle", "cancel"),
    ],
)
def test_a_slip_is_mended_to_the_one_word_it_can_be(listener: Listener, said: str, word: str):
    assert listener.hear(said).words == (word,)


def test_short_words_and_words_of_the_tables_are_never_mended(listener: Listener):
    assert listener.hear("thirty canal appoint").words == ("thirty", "canal", "appoint")


def test_a_text_longer_than_anybody_speaks_is_cut():
    assert len(cut("word " * 5000).split()) <= 200
    assert len(cut("x" * 10_000)) <= 1600
    assert cut("short enough") == "short enough"


@given(st.text(max_size=200))
def test_every_kept_word_stands_where_it_was_said(text: str):
    heard = Listener(["um"], Lexicon([("cancel", "c")])).hear(text)
    assert list(heard.starts) == sorted(heard.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(heard.starts, heard.ends, strict=True))
