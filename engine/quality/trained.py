"""Training the classifier of a pack, once for each set of examples: `frontdesk train`, or by opening it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from subprocess import run
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


_LIBRARY = "scikit-learn"
_TRAIN = "from engine.cli import main; main()"
_WITHOUT = "understanding goes by rules alone: the classifier needs frontdesk[nlu] to be trained"


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


def make_ready(site: str, domain: Domain, tell: Callable[[str], object]) -> None:
    """Train what the calls of a site would look for and not find: once for each set of examples.

    It takes some seconds, in a process of its own: a call must not carry the library. Where it cannot be done
    the site is opened all the same. `tell` is told what takes the time, or why there is no classifier.
    """
    folder = ModelFolder(cache_folder())
    sets = [examples_of(words) for words in domain.vocabulary.values()]
    if all(folder.path(key_of(examples)).exists() for examples in sets if examples):
        return
    if not _has_library():
        tell(f"{domain.id}: {_WITHOUT}")
        return
    tell(f"{domain.id}: training the classifier, once; some seconds")
    order = [sys.executable, "-c", _TRAIN, "train", site]
    done = run(order, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        tell(f"{domain.id}: the classifier is not trained: {done.stderr.strip()}")


def _has_library() -> bool:
    """Whether training can be done here, found out without loading anything."""
    try:
        version(_LIBRARY)
    except PackageNotFoundError:
        return False
    return True


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
