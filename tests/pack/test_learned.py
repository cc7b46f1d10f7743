"""What was learned from examples is kept, and learned anew when anything about it changed or looks wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cache_folder import VARIABLE
from engine.core import resemblance_training
from engine.core.resemblance import Resemblance
from engine.pack import learned

URGENT = ["the cellar is filling up with water", "water is filling the kitchen"]
CALM = ["a table for two please", "book me a table in the corner"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cache"
    monkeypatch.setenv(VARIABLE, str(home))
    return home


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often something is really learned."""
    counted: list[int] = []
    real = resemblance_training.train

    def train(urgent: list[str], calm: list[str], within: int) -> Resemblance:
        counted.append(within)
        return real(urgent, calm, within)

    monkeypatch.setattr(resemblance_training, "train", train)
    return counted


def test_the_same_examples_are_learned_once(folder: Path, trainings: list[int]) -> None:
    first = learned.learn(URGENT, CALM, 6)
    assert learned.learn(URGENT, CALM, 6) == first
    assert trainings == [6]
    assert len(list(folder.iterdir())) == 1


def test_a_changed_sentence_is_learned_anew(folder: Path, trainings: list[int]) -> None:
    first = learned.learn(URGENT, CALM, 6)
    assert learned.learn([*URGENT, "the river is in the hall"], CALM, 6) != first
    learned.learn(URGENT, CALM, 7)
    assert trainings == [6, 6, 7]


@pytest.mark.parametrize("content", [b"", b"no digest", b"x\n{}"])
def test_a_damaged_entry_is_learned_anew(folder: Path, trainings: list[int], content: bytes) -> None:
    first = learned.learn(URGENT, CALM, 6)
    (entry,) = folder.iterdir()
    entry.write_bytes(content)
    assert learned.learn(URGENT, CALM, 6) == first
    assert learned.learn(URGENT, CALM, 6) == first
    assert trainings == [6, 6]


def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(
    folder: Path, trainings: list[int]
) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    learned.learn(URGENT, CALM, 6)
    learned.learn(URGENT, CALM, 6)
    assert trainings == [6, 6]
    assert list(folder.iterdir()) == []


def test_a_disk_that_takes_nothing_costs_no_call(folder: Path, trainings: list[int]) -> None:
    folder.write_text("a file where the folder should be")
    learned.learn(URGENT, CALM, 6)
    assert trainings == [6]


def test_only_the_newest_are_kept(folder: Path) -> None:
    for within in range(2, 25):
        learned.learn(URGENT, CALM, within)
    assert len(list(folder.iterdir())) == 16
