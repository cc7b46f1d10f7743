"""Models on disk: the same bytes for the same model, and nothing read that is not whole or not ours."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nlu.classify import Classifier, Model, ModelFolder, examples_of, key_of
from engine.nlu.classify.model import Calibration
from engine.nlu.classify.stored import dumps, loads
from tests.nlu.classify.shop import EXAMPLES
from tests.nlu.classify.test_model import HAND_MADE

MODEL = Model(HAND_MADE, Calibration(1.5, 0.5, -0.25, 0.6))
FIGURES = {"labels": 3}


def folder(path: Path) -> ModelFolder:
    path.mkdir(mode=0o700, exist_ok=True)
    return ModelFolder(path)


def test_a_model_comes_back_as_it_was():
    model, figures = loads(dumps(MODEL, FIGURES))
    assert (model.weights, model.calibration, figures) == (HAND_MADE, MODEL.calibration, FIGURES)
    assert model.classify("open") == MODEL.classify("open")


def test_the_same_model_gives_the_same_bytes():
    model, figures = loads(dumps(MODEL, FIGURES))
    assert dumps(model, figures) == dumps(MODEL, FIGURES)


def test_another_sentence_is_another_model():
    more = EXAMPLES | {"ask.hours": (*EXAMPLES["ask.hours"], "open late")}
    assert key_of(EXAMPLES) == key_of(dict(EXAMPLES)) != key_of(more)


def test_what_was_kept_is_found_by_its_key(tmp_path):
    models = folder(tmp_path / "models")
    models.write("key", dumps(MODEL, FIGURES))
    found = models.read("key")
    assert found is not None
    assert found[0].weights == HAND_MADE
    assert models.read("other") is None
    assert [path.name for path in models.folder.iterdir()] == ["key.model"]


def test_a_folder_that_is_not_there_is_made(tmp_path):
    models = ModelFolder(tmp_path / "new" / "models")
    assert models.read("key") is None
    models.write("key", dumps(MODEL, FIGURES))
    assert models.read("key") is not None


def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(tmp_path):
    models = folder(tmp_path / "open")
    models.write("key", dumps(MODEL, FIGURES))
    models.folder.chmod(0o777)
    assert models.read("key") is None
    with pytest.raises(PermissionError, match="others may write"):
        models.write("key", b"")


def test_only_the_newest_models_and_those_in_use_are_kept(tmp_path):
    models = folder(tmp_path / "models")
    for number in range(20):
        models.write(f"{number:02}", b"")
        os.utime(models.path(f"{number:02}"), (number, number))
    (models.folder / "a.pack").touch()
    models.tidy({"01"})
    kept = {path.name for path in models.folder.iterdir()}
    assert kept == {f"{number:02}.model" for number in (1, *range(4, 20))} | {"a.pack"}


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_byte_makes_it_no_model(data):
    raw = bytearray(dumps(MODEL, FIGURES))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"no model|unpack"):
        loads(bytes(raw))


def test_a_part_of_a_file_is_no_model(tmp_path):
    models = folder(tmp_path / "models")
    models.write("key", dumps(MODEL, FIGURES)[:-3])
    assert models.read("key") is None


# --- the stage of the cascade ------------------------------------------------------------------


def vocabulary() -> dict[str, dict[str, object]]:
    return {"en": {"examples": {label: list(texts) for label, texts in EXAMPLES.items()}}, "lt": {}}


def test_without_a_model_there_is_no_stage(tmp_path):
    stage = Classifier(vocabulary(), tmp_path)
    assert stage.classify("en", "open") is None
    assert stage.classify("lt", "open") is None
    assert stage.classify("xx", "open") is None


def test_a_kept_model_is_read_when_first_asked_and_not_again(tmp_path):
    models = folder(tmp_path / "models")
    models.write(key_of(examples_of(vocabulary()["en"])), dumps(MODEL, FIGURES))
    stage = Classifier(vocabulary(), models.folder)
    stage.prepare()
    for path in models.folder.iterdir():
        path.unlink()
    verdict = stage.classify("en", "open")
    assert verdict is not None
    assert verdict.label == "ask.hours"
