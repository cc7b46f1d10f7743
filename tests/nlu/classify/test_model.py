"""Judging a sentence by weights that were written by hand: two labels, five grams."""

from array import array
from math import sqrt

import pytest

from engine.core.commands import Ask, NotUnderstood, StartFlow
from engine.nlu.classify import Model, command_of, examples_of
from engine.nlu.classify.model import Calibration, Verdict, Weights

HAND_MADE = Weights(
    labels=("ask.hours", "out_of_scope", "start.order"),
    words={"open": 0, "cake": 1, "rain": 2},
    letters={"op": 3, "ca": 4},
    rarity=array("f", [2.0, 2.0, 2.0, 1.0, 1.0]),
    unseen=3.0,
    starts=array("I", [0, 2, 3, 4, 5, 6]),
    owners=array("H", [0, 2, 2, 1, 0, 2]),
    weights=array("f", [4.0, -1.0, 4.0, 4.0, 2.0, 2.0]),
    offsets=array("f", [-1.0, -1.0, -1.0]),
)


def model(**calibration: float) -> Model:
    return Model(HAND_MADE, Calibration(**calibration))


def verdict_of(judge: Model, text: str) -> Verdict:
    verdict = judge.classify(text)
    assert verdict is not None
    return verdict


def test_the_label_that_the_grams_speak_for_is_found():
    assert verdict_of(model(), "open").label == "ask.hours"
    assert verdict_of(model(), "CAKE!").label == "start.order"


def test_a_score_is_the_sum_of_weights_each_by_its_rarity_and_the_length_of_its_bag():
    best = model().best("open")
    assert best is not None
    label, score, margin, second = best
    seven_unknown = sqrt(1.0**2 + 13 * 3.0**2)  # of the fourteen stretches of " open " one is known
    assert label == "ask.hours"
    assert score == pytest.approx(-1.0 + 4.0 * 2.0 / 2.0 + 2.0 * 1.0 / seven_unknown)
    assert margin == pytest.approx(score - -1.0)
    assert second == "out_of_scope"


def test_strange_words_make_every_known_one_weigh_less():
    plain, strange = verdict_of(model(), "open"), verdict_of(model(), "open zyx wvu")
    assert strange.label == plain.label
    assert strange.confidence < plain.confidence


def test_a_sentence_without_words_is_nothing():
    assert model().classify(" ?! ") is None
    assert model().ranked(" ?! ", "ask", 5) == []


def test_labels_of_one_kind_are_ranked_by_what_speaks_for_them():
    assert model().ranked("open", "ask", 5) == ["hours"]
    assert model().ranked("open rain", "start", 5) == []  # the little that was known spoke against it
    assert model().ranked("cake", "start", 5) == ["order"]
    assert model().ranked("open", "ask", 0) == []


def test_below_the_threshold_nothing_is_accepted():
    verdict = verdict_of(model(threshold=0.999), "open zyx")
    assert (verdict.accepted, verdict.reason) == (False, "no_match")
    assert verdict_of(model(threshold=0.5), "open").accepted


def test_what_is_surely_out_of_scope_is_said_to_be_so():
    verdict = verdict_of(model(), "rain")
    assert (verdict.accepted, verdict.reason) == (False, "out_of_scope")


def test_a_verdict_says_what_it_weighed():
    assert verdict_of(model(offset=-9.0), "open").told == "ask.hours 0.16, then out_of_scope"


def test_what_may_be_out_of_scope_is_only_not_understood():
    assert verdict_of(model(offset=-9.0), "rain").reason == "no_match"


def test_the_same_sentence_is_judged_the_same_way_every_time():
    shared = model()
    assert [verdict_of(shared, "cake open") for _ in range(3)] == [verdict_of(model(), "cake open")] * 3


@pytest.mark.parametrize(
    ("label", "command"),
    [
        ("start.order", StartFlow("order")),
        ("ask.hours", Ask("hours")),
        ("out_of_scope", NotUnderstood("out_of_scope")),
        ("start.", NotUnderstood("no_match")),
        ("whatever", NotUnderstood("no_match")),
    ],
)
def test_a_label_is_a_command(label, command):
    assert command_of(label) == command


def test_examples_are_sorted_and_said_once():
    assert examples_of({"examples": {"b": ["y", "x", "y"], "a": ["z"], "empty": []}}) == {
        "a": ("z",),
        "b": ("x", "y"),
    }
    assert examples_of({}) == {}
