"""Training: deterministic, measured on what it has not seen, honest about what it cannot do."""

import builtins

import pytest

from engine.nlu.classify.stored import dumps
from engine.nlu.classify.training import TrainingError, held_out, train
from tests.nlu.classify.shop import EXAMPLES

pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): no classifier is trained")


def test_what_was_learned_is_found_again():
    model = train(EXAMPLES).model
    for text, label in (("two cakes to order", "start.order"), ("are you open at eight", "ask.hours")):
        best = model.best(text)
        assert best is not None
        assert best[0] == label


def test_the_same_examples_make_the_same_bytes_in_any_order():
    again = train({label: tuple(reversed(texts)) for label, texts in reversed(EXAMPLES.items())})
    first = train(EXAMPLES)
    assert dumps(again.model, again.figures) == dumps(first.model, first.figures)


def test_every_sentence_is_judged_once_by_a_model_that_has_not_seen_it():
    lines = [("xylophone", "ask.a"), ("bassoon", "ask.a"), ("table", "ask.b"), ("chair", "ask.b")]
    guesses = held_out(lines, 2)
    assert sorted((guess.text, guess.label) for guess in guesses) == sorted(lines)
    # Words that nothing else shares teach nothing about each other: a leak would find all four labels.
    assert sum(guess.is_right for guess in guesses) < 4


def test_the_figures_are_of_the_sentences_held_out():
    trained = train(EXAMPLES)
    inside = [guess for guess in trained.held_out if guess.label != "out_of_scope"]
    assert trained.figures["examples"] == len(trained.held_out) == 18
    assert trained.figures["accuracy"] == round(sum(guess.is_right for guess in inside) / len(inside), 4)


def test_no_gram_keeps_more_than_its_weightiest_labels():
    names = "abcdefghijklmnopqrstuvwxyz"
    many = {f"ask.{name}": (f"{name} please", f"the {name} please") for name in names}
    weights = train(many, folds=2).model.weights
    kept = [last - first for first, last in zip(weights.starts, weights.starts[1:], strict=False)]
    assert max(kept[: len(weights.words)]) == 24
    assert max(kept[len(weights.words) :]) == 8


@pytest.mark.parametrize("examples", [{}, {"ask.a": ("x", "y")}, {"ask.a": ("x", "y"), "ask.b": ("z",)}])
def test_too_few_examples_are_refused(examples):
    with pytest.raises(TrainingError, match="at least 2 labels of 2 sentences"):
        train(examples)


def test_without_the_library_it_is_said_what_to_install(monkeypatch):
    usual = builtins.__import__

    def missing(name, *rest, **more):
        if name.split(".")[0] in {"sklearn", "scipy"}:
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TrainingError, match="install frontdesk"):
        train(EXAMPLES)
