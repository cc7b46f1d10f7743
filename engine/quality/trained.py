"""Training the classifier of a pack, once for each set of examples: `frontdesk train`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.cache_folder import cache_folder
from engine.core.errors import FrontdeskError
from engine.nlu.classify import ModelFolder, examples_of, key_of
from engine.nlu.classify.stored import dumps
from engine.nlu.classify.training import train
from engine.pack import load

if TYPE_CHECKING:
    from engine.core.domain import Domain

_SHOWN = (
    ("accuracy", "right"),
    ("accuracy_with_refusal", "right and sure enough"),
    ("precision", "right among those acted on"),
    ("out_of_scope_recall", "out of scope refused"),
)
"""Figures of sentences held out of training, and what they are called."""


class NothingToLearnError(FrontdeskError):
    """A pack has no examples."""


def teach(packs: Sequence[str]) -> Iterator[str]:
    """Train what is not trained yet, keep it where calls find it, and say what came of it.

    Raises:
        PackError: there is no such pack, or it must not serve calls.
        NothingToLearnError: it has no examples.
        TrainingError: scikit-learn is not installed, or the examples are too few.
        OSError: the model cannot be kept.
    """
    folder = ModelFolder(cache_folder())
    used: set[str] = set()
    for name in packs:
        for language, examples in examples_in(load(name)).items():
            key = key_of(examples)
            used.add(key)
            kept = folder.read(key)
            if kept is not None:
                yield summary(f"{name} {language}", kept[1], "trained before")
                continue
            start = time.perf_counter()
            trained = train(examples)
            folder.write(key, dumps(trained.model, trained.figures))
            yield summary(f"{name} {language}", trained.figures, f"{time.perf_counter() - start:.1f} s")
    folder.tidy(used)


def examples_in(domain: Domain) -> dict[str, dict[str, tuple[str, ...]]]:
    """The examples of every language of a pack that has some.

    Raises:
        NothingToLearnError: no language has.
    """
    found = {language: examples_of(words) for language, words in sorted(domain.vocabulary.items())}
    found = {language: examples for language, examples in found.items() if examples}
    if not found:
        message = f"{domain.id}: nothing to learn from; put sentences under `examples:` in nlu/<language>.yml"
        raise NothingToLearnError(message)
    return found


def summary(name: str, figures: Mapping[str, Any], how: str) -> str:
    """The figures of one model in one line."""
    shares = ", ".join(f"{label} {figures[key]:.1%}" for key, label in _SHOWN)
    return (
        f"{name}: {figures['labels']} classes, {figures['examples']} examples, {how}; held out: {shares}; "
        f"threshold {figures['threshold']:.2f}"
    )
