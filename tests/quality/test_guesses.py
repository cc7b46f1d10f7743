"""What guesses come to."""

import pytest

from engine.nlu.classify.calibration import Guess
from engine.quality.guesses import of_guesses, trade_off

GUESSES = (
    Guess("open today", "ask.hours", "ask.hours", 2, 2, 0.95, accepted=True),
    Guess("closed then", "ask.hours", "start.order", 2, 2, 0.9, accepted=True),
    Guess("a cake", "start.order", "start.order", 1, 1, 0.7, accepted=True),
    Guess("hm", "start.order", "start.order", 0, 0, 0.3, accepted=False),
    Guess("rain", "out_of_scope", "out_of_scope", 1, 1, 0.8, accepted=False),
    Guess("snow", "out_of_scope", "ask.hours", 0, 0, 0.4, accepted=False),
)


def test_what_is_in_scope_is_counted_apart_from_what_is_not():
    found = of_guesses(GUESSES)
    assert (found["in_scope"], found["right"], found["out_of_scope"]) == (4, 3, 2)


def test_each_confusion_is_counted():
    assert of_guesses(GUESSES)["confusions"] == [
        {"label": "ask.hours", "guessed": "start.order", "count": 1},
        {"label": "out_of_scope", "guessed": "ask.hours", "count": 1},
    ]


def test_a_confidence_is_compared_with_how_often_it_was_right():
    surest = of_guesses(GUESSES)["calibration"][-1]
    assert surest == {
        "from": 0.8,
        "to": 1.0,
        "sentences": 3,
        "said": pytest.approx(0.8833, abs=1e-4),
        "right": pytest.approx(2 / 3),
    }


def test_only_mistakes_that_would_be_acted_on_are_sure():
    (mistake,) = of_guesses(GUESSES)["surest_mistakes"]
    assert (mistake["text"], mistake["confidence"]) == ("closed then", 0.9)


def test_giving_up_right_answers_refuses_more_of_what_is_out_of_scope():
    many = [Guess(f"a{n}", "ask.a", "ask.a", 1, 1, n / 100) for n in range(100)]
    many += [Guess(f"o{n}", "out_of_scope", "ask.a", 1, 1, n / 100) for n in range(50)]
    assert trade_off(many) == [(1.0, 0.0), (0.99, 0.02), (0.98, 0.04), (0.95, 0.1)]


def test_nothing_at_all_is_no_mistake():
    assert of_guesses(()) == {
        "in_scope": 0,
        "right": 0,
        "out_of_scope": 0,
        "confusions": [],
        "calibration": [],
        "surest_mistakes": [],
        "trade_off": [],
    }
