"""Sentences from pieces: as few joins as can be, at commas rather than inside a phrase, and no word lost."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.audio import silence, tone
from telephony.tts import pieces

RATE = 8000
KNOWN = {
    "that is booked", "that", "is", "cleaning", "friday", "the first of may", "at two", "at", "two", "with",
    "with mr long",
}  # fmt: skip


def covered(sentence: str) -> list[tuple[bool, str]]:
    return [(run.ready, run.text) for run in pieces.cover(sentence, lambda key, _final: key in KNOWN)]


def test_the_longest_pieces_are_taken():
    assert covered("That is booked: cleaning with Mr Long, Friday, the first of May, at two.") == [
        (True, "That is booked:"), (True, "cleaning"), (True, "with Mr Long,"), (True, "Friday,"),
        (True, "the first of May,"), (True, "at two."),
    ]  # fmt: skip


def test_what_is_unknown_is_said_in_one_stretch():
    assert covered("That is booked: cleaning for Ann Other Name, at two.") == [
        (True, "That is booked:"), (True, "cleaning"), (False, "for Ann Other Name,"), (True, "at two."),
    ]  # fmt: skip


def test_a_small_known_word_between_unknown_ones_is_not_worth_a_join():
    assert covered("Somebody with something.") == [(False, "Somebody with something.")]


def test_a_sentence_of_mostly_unknown_words_is_better_said_at_once():
    def runs(sentence: str) -> list[pieces.Run]:
        return pieces.cover(sentence, lambda key, _final: key in KNOWN)

    assert not pieces.worth_it(runs("Somebody unheard of comes at two."))
    assert pieces.worth_it(runs("Cleaning for Ann, at two."))


def test_the_last_piece_is_one_whose_melody_ends():
    asked: set[tuple[str, bool]] = set()

    def known(key: str, final: bool) -> bool:
        asked.add((key, final))
        return False

    pieces.cover("Friday, at two.", known)
    assert ("friday", False) in asked
    assert ("at two", True) in asked
    assert ("at two", False) not in asked
    assert pieces.worded("at two", final=True) == "at two."
    assert pieces.worded("Friday,", final=False) == "Friday,"


WORDS = ["that", "is", "booked:", "friday,", "at", "two,", "ann", "with", "Mr", "Long", "…"]


@given(st.lists(st.sampled_from(WORDS), min_size=1))
def test_no_word_is_lost_or_said_twice(words):
    sentence = " ".join(words)
    assert " ".join(text for _, text in covered(sentence)) == sentence


def test_a_piece_has_no_silence_at_its_ends_and_soft_edges():
    sound = silence(0.5, RATE) + tone(200.0, 0.3, RATE) + silence(0.7, RATE)
    piece = pieces.trimmed(sound, RATE)
    assert len(piece) / 2 / RATE == pytest.approx(0.36, abs=0.05)
    samples = array("h", piece)
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50
    assert pieces.trimmed(silence(1.0, RATE), RATE) == b""


@given(st.binary(max_size=400))
def test_any_sound_can_be_trimmed(sound):
    piece = pieces.trimmed(sound, RATE)
    assert len(piece) % 2 == 0
    assert len(piece) <= len(sound)
