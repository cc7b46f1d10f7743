"""The labelled lines of data/utterances are understood as well as is promised, in both halves of each file."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from engine.core.domain import Domain
from engine.nlu.cascade import Understanding

BENCH = Path(__file__).resolve().parents[1] / "bench" / "understanding" / "commands.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measured_commands", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measured_commands"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "lt"])
@pytest.mark.parametrize("half", ["look", "hidden"])
def test_commands_and_values_are_understood(
    bench: ModuleType, domain: Domain, understanding: Understanding, language: str, half: str
):
    score = bench.measure(domain, understanding, language)[half]
    assert score.lines > 100
    assert 2 * score.hits / (score.said + score.meant) >= 0.95, "\n".join(score.errors)
    assert score.values_right / score.values >= 0.9, "\n".join(score.errors)


@pytest.mark.parametrize("language", ["en", "lt"])
@pytest.mark.parametrize(("half", "least"), [("look", 0.95), ("hidden", 0.8)], ids=["look", "hidden"])
def test_the_mix_of_calls_of_a_practice_is_understood(
    bench: ModuleType, domain: Domain, understanding: Understanding, language: str, half: str, least: float
):
    score = bench.measure(domain, understanding, language, "calls")[half]
    assert score.lines > 100
    assert 2 * score.hits / (score.said + score.meant) >= least, "\n".join(score.errors)
