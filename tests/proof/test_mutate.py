"""Mutants: small mistakes are made, judged by who finds them, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import app
from engine.proof.mutant_conditions import changed
from engine.proof.mutate import CALL, CASE, GUARANTEE, LOAD, Bench, NotSoundError, score
from engine.proof.mutation_report import as_text
from tests.proof.conftest import FAULTY

SITE = str(FAULTY / "sound" / "sites" / "pier.yml")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench("gedimino", 300)


def number(bench: Bench, name: str, what: str) -> int:
    return next(
        place for place, item in enumerate(bench.mutants) if item.name == name and item.what.startswith(what)
    )


def test_every_part_of_a_condition_can_be_wrong() -> None:
    found = {new for new, _ in changed('hold.live and not said(a) or turn < 3 and level in ["L0", "L1"]')}
    assert 'not said ( a ) or turn < 3 and level in [ "L0" , "L1" ]' in found
    assert 'filled(hold) and not said ( a ) or turn < 3 and level in [ "L0" , "L1" ]' in found
    assert 'hold.live and not said ( a ) or turn < 4 and level in [ "L0" , "L1" ]' in found
    assert 'hold.live and not said ( a ) or turn <= 3 and level in [ "L0" , "L1" ]' in found
    assert 'hold.live and not said ( a ) or turn < 3 and level in [ "L1" ]' in found
    assert "hold.live and not said ( a ) or turn < 3" in found


def test_a_condition_is_not_denied_twice() -> None:
    assert [new for new, _ in changed("not filled(x)")] == ["filled ( x )"]
    assert [new for new, _ in changed("x is none")] == ["x is not none"]


@pytest.mark.parametrize(
    ("name", "what", "by"),
    [
        ("emergency_transfer", "is gone", LOAD),
        ("emergency_transfer", "is not sealed", LOAD),
        ("emergency_prepare", "is gone", LOAD),
        ("keep_hold", "is gone", CASE),
        ("book_appointment.what_else", "does not set 'wish'", CALL),
        ("slot hold", "can be filled by words", CALL),
    ],
)
def test_who_finds_it_first(bench: Bench, name: str, what: str, by: str) -> None:
    fate = bench.fate(number(bench, name, what))
    assert fate.by == by, fate


def test_a_case_that_can_no_longer_be_arranged_has_found_the_mutant(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_case(*_arguments: object) -> list[object]:
        raise ValueError("the service needs a slot, which is empty")

    monkeypatch.setattr("engine.proof.mutate.run_case", run_case)
    fate = bench.fate(number(bench, "keep_hold", "is gone"))
    assert (fate.by, "which is empty" in fate.how) == (CASE, True)


def test_a_mutant_is_taken_back(bench: Bench) -> None:
    place = number(bench, "book_appointment.what_else", "does not set 'wish'")
    edited, field, _ = bench.mutants[place].edits[0]
    before = getattr(edited, field)
    bench.fate(place)
    assert getattr(edited, field) is before


def test_what_no_call_finds_a_guarantee_may() -> None:
    bench = Bench(SITE, 60)
    fate = bench.fate(number(bench, "hire_boat.offer", "goes on without it"))
    assert (fate.by, fate.how.partition(" ")[0]) == (GUARANTEE, "nothing_fails")


def test_an_unsound_pack_has_no_score() -> None:
    site = str(next((FAULTY / "booked_by_arithmetic" / "sites").glob("*.yml")))
    with pytest.raises(NotSoundError, match="fails as it is, by a guarantee"):
        score(site, states=300)


def test_a_sample_is_drawn_by_its_seed() -> None:
    found = [score(SITE, share=0.006, seed=seed, states=0, cpus=1) for seed in (3, 3, 4)]
    drawn = [[str(item) for item in one.mutants] for one in found]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert "drawn with seed 3" in as_text(found[0])


def test_the_command_names_each_survivor_with_its_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["prove", SITE, "--mutate", "--sample", "0.004", "--states", "10", "--json"]
    )
    assert result.exit_code == 0, result.output
    (data,) = json.loads(result.stdout)
    assert data["tried"] == len(data["mutants"]) > 0
    assert all(":" in item["where"] for item in data["mutants"])
