"""The stage of the cascade: the trained model of each language, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.nlu.classify.examples import examples_of
from engine.nlu.classify.model import Model, Verdict
from engine.nlu.classify.stored import ModelFolder, key_of


class Classifier:
    """The models of a pack's languages, read when first asked; without one, a language has no such stage.

    Training needs a library that a call must not load, so it is done beforehand (`frontdesk train`).
    """

    def __init__(self, vocabulary: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
        """Take the pack's words by language, and the folder in which trained models are kept."""
        self._vocabulary = vocabulary
        self._folder = ModelFolder(folder)
        self._models: dict[str, Model | None] = {}

    def prepare(self) -> None:
        """Read every language's model now, so that no caller waits for one."""
        for language in self._vocabulary:
            self._model(language)

    def classify(self, language: str, text: str) -> Verdict | None:
        """What a sentence is most like; None where nothing was trained for its language."""
        model = self._model(language)
        return model.classify(text) if model is not None else None

    def answers(self, language: str, question: str, most: int) -> list[str]:
        """The names of the answers that a question speaks for, the nearest first; none without a model."""
        model = self._model(language)
        return model.ranked(question, "ask", most) if model is not None else []

    def _model(self, language: str) -> Model | None:
        if language not in self._models:
            examples = examples_of(self._vocabulary.get(language) or {})
            found = self._folder.read(key_of(examples)) if examples else None
            self._models[language] = found[0] if found is not None else None
        return self._models[language]
