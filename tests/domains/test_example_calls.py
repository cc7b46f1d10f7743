"""Every example call of every shipped pack is a test: the real machine, understanding and book, no network."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.core.domain import Domain
from engine.core.trace import replay
from engine.nlu.cascade import Understanding
from engine.pack import example_calls, load, policy_cases
from engine.quality.examples import run_call, run_case
from engine.traces import read_tape, sealing_key

PACKS = ("base", "dental", "_template")


@cache
def domain(site: str) -> tuple[Domain, Understanding]:
    loaded = load(site)
    return loaded, Understanding(loaded)


CALLS = [item for pack in PACKS for item in example_calls(pack)]
CASES = policy_cases("gedimino")


@pytest.mark.parametrize("example", CALLS, ids=lambda item: item.where.removeprefix("domains/"))
def test_the_example_call_goes_as_it_is_written_and_its_tape_replays(example: Any, tmp_path: Path) -> None:
    site, understanding = domain(example.data["site"])
    path = tmp_path / "call.jsonl"
    failures = run_call(site, example.data, example.where, understanding, path)
    assert not failures, "\n".join(str(failure) for failure in failures)
    tape = read_tape(path)
    assert replay(site, tape.steps(sealing_key())) is None
    assert tape.replay(site, sealing_key()) is None


@pytest.mark.parametrize("case", CASES, ids=lambda item: f"{item.where}")
def test_the_policy_case_comes_out(case: Any) -> None:
    site, understanding = domain("gedimino")
    failures = run_case(site, case.data, case.where, understanding)
    assert not failures, "\n".join(str(failure) for failure in failures)


def test_there_are_enough_example_calls_of_each_class() -> None:
    classes: dict[str, int] = {}
    for item in example_calls("dental"):
        name = item.where.split("calls/", 1)[1].split("/", 1)[0]
        classes[name] = classes.get(name, 0) + 1
    assert sum(classes.values()) >= 80, classes
    wanted = {
        "happy", "corrections", "digressions", "emergencies", "silence", "recognition", "denied", "no_free_time",
        "taken", "identity", "cancellation", "child", "two_people", "unknown",
    }  # fmt: skip
    assert wanted <= classes.keys(), wanted - classes.keys()


def test_every_policy_has_a_case_or_a_guarantee() -> None:
    with_cases = {case.data["policy"] for case in CASES if "policy" in case.data}
    assert {"emergency_transfer", "person_on_request", "safety_check", "secrets"} <= with_cases
