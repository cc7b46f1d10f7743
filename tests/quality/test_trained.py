"""Training a pack: once for each set of examples, kept where calls look."""

from dataclasses import replace

import pytest

from engine.pack import load
from engine.quality.trained import NothingToLearnError, examples_in, teach


def test_a_pack_without_examples_has_nothing_to_learn_from():
    domain = replace(load("crossroads"), vocabulary={"en": {"concepts": {}}})
    with pytest.raises(NothingToLearnError, match="crossroads: nothing to learn from"):
        examples_in(domain)


def test_a_pack_is_trained_once_and_then_found(monkeypatch, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): nothing is trained")
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "cache"))
    (first,), (second,) = list(teach(["_template"])), list(teach(["_template"]))
    assert "7 classes" in first
    assert "trained before" not in first
    assert "trained before" in second
