"""How much a score is worth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nlu.classify.calibration import Guess, calibrated, figures_of


def guesses(right: int, wrong: int, score: float) -> list[Guess]:
    found = [Guess(f"right {score} {number}", "ask.a", "ask.a", score, score) for number in range(right)]
    return found + [
        Guess(f"wrong {score} {number}", "ask.b", "ask.a", score, score) for number in range(wrong)
    ]


def test_confidence_is_the_share_that_was_right():
    calibration, rated = calibrated([*guesses(50, 50, 0.0), *guesses(90, 10, 1.0)])
    assert calibration.confidence(0.0, 0.0) == pytest.approx(0.5, abs=0.01)
    assert calibration.confidence(1.0, 1.0) == pytest.approx(0.9, abs=0.01)
    assert {round(guess.confidence, 1) for guess in rated} == {0.5, 0.9}


def test_nearly_all_right_answers_pass_when_what_passes_can_be_trusted():
    calibration, rated = calibrated([*guesses(190, 2, 2.0), *guesses(5, 0, 1.5), *guesses(1, 60, -2.0)])
    kept = [guess for guess in rated if guess.is_right and guess.accepted]
    assert len(kept) == 195
    assert calibration.threshold >= 0.5
    assert not any(guess.accepted for guess in rated if guess.score == -2.0)


def test_where_they_cannot_be_trusted_only_the_surest_pass():
    _, rated = calibrated([*guesses(60, 40, 0.5), *guesses(118, 2, 3.0)])
    assert {guess.score for guess in rated if guess.accepted} == {3.0}


def test_a_mistake_more_would_still_leave_what_is_acted_on_trustworthy():
    _, rated = calibrated([*guesses(960, 40, 3.0)])
    assert all(guess.accepted for guess in rated)
    _, rated = calibrated([*guesses(96, 4, 3.0)])
    assert not any(guess.accepted for guess in rated)


def test_a_guess_is_judged_by_a_threshold_that_it_had_no_part_in():
    sure = [Guess(f"a{number}", "ask.a", "ask.a", 5.0, 5.0) for number in range(100)]
    alone = Guess("b", "ask.b", "ask.a", 6.0, 6.0)
    _, rated = calibrated([*sure, alone])
    assert next(guess for guess in rated if guess.text == "b").accepted


def test_out_of_scope_is_never_acted_on():
    _, rated = calibrated([Guess(f"x{number}", "out_of_scope", "out_of_scope", 3, 3) for number in range(9)])
    assert not any(guess.accepted for guess in rated)


def test_figures_count_what_was_held_out():
    lines = [
        Guess("a", "ask.a", "ask.a", 1, 1, 0.9, accepted=True),
        Guess("b", "ask.a", "ask.a", 1, 1, 0.4, accepted=False),
        Guess("c", "ask.b", "ask.a", 1, 1, 0.9, accepted=True),
        Guess("d", "out_of_scope", "ask.a", 0, 0, 0.2, accepted=False),
    ]
    calibration, _ = calibrated(lines)
    figures = figures_of(lines, calibration, {"ask.a": 2, "ask.b": 1, "out_of_scope": 1})
    assert figures["accuracy"] == pytest.approx(0.6667)
    assert figures["accuracy_with_refusal"] == pytest.approx(0.3333)
    assert figures["precision"] == 0.5
    assert figures["out_of_scope_recall"] == 1.0
    assert (figures["labels"], figures["examples"]) == (3, 4)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 9), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_scores_give_probabilities(rows):
    given_ = [
        Guess(str(number), "ask.a", "ask.a" if right else "ask.b", score, margin)
        for number, (score, margin, right) in enumerate(rows)
    ]
    calibration, rated = calibrated(given_)
    assert 0.5 <= calibration.threshold <= 1.0
    assert all(0.0 < guess.confidence < 1.0 for guess in rated)
