"""What a recogniser made of a caller's words."""

from __future__ import annotations

from engine.core.utterance import Hypothesis, Transcript


def test_typed_words_have_one_certain_reading() -> None:
    typed = Transcript.of("hello")
    assert (typed.text, typed.texts, typed.final) == ("hello", ("hello",), True)
    assert typed.hypotheses[0].confidence == 1.0


def test_the_best_reading_comes_first() -> None:
    heard = Transcript((Hypothesis("one", 0.6), Hypothesis("won", 0.4)))
    assert (heard.text, heard.texts) == ("one", ("one", "won"))


def test_without_a_reading_there_are_no_words() -> None:
    assert (Transcript(()).text, Transcript(()).texts) == ("", ())
