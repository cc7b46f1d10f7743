"""Training a pack: once for each set of examples, kept where calls look."""

from dataclasses import replace

import pytest

from engine.nlu.classify import Classifier
from engine.pack import load
from engine.quality import trained
from engine.quality.trained import NothingToLearnError, examples_in, make_ready, teach


def test_a_pack_without_examples_has_nothing_to_learn_from():
    domain = replace(load("crossroads"), vocabulary={"en": {"concepts": {}}})
    with pytest.raises(NothingToLearnError, match="crossroads: nothing to learn from"):
        examples_in(domain)


def test_a_pack_is_trained_once_and_then_found(monkeypatch, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): nothing is trained")
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    (first,), (second,) = list(teach(["_template"])), list(teach(["_template"]))
    assert "8 classes" in first
    assert "trained before" not in first
    assert "trained before" in second


def test_a_site_is_trained_when_it_is_opened_and_only_once(monkeypatch, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): nothing is trained")
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    domain = load("_template")
    make_ready("_template", domain, told.append)
    assert told == ["_template: training the classifier, once; some seconds"]
    assert Classifier(domain.vocabulary, tmp_path / "cache").classify("en", "I want a lesson") is not None
    make_ready("_template", domain, told.append)
    assert len(told) == 1


def test_without_the_library_a_site_is_opened_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(trained, "_LIBRARY", "no-such-library")
    told: list[str] = []
    make_ready("_template", load("_template"), told.append)
    assert told == [
        "_template: understanding goes by rules alone: the classifier needs frontdesk[nlu] to be trained"
    ]


def test_what_cannot_be_trained_keeps_no_site_from_opening(monkeypatch, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): nothing is trained")
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    make_ready("no_such_site", load("_template"), told.append)
    assert told[1].startswith("_template: the classifier is not trained: ")
