"""A failing call becomes an example call that fails until the fault is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import app
from engine.core.errors import PackError
from engine.pack import example_calls, load
from engine.proof import example_call, report
from engine.proof.counterexample import conversation
from engine.proof.explore import Bound
from engine.proof.subject import subject
from engine.quality.examples import run_call
from tests.proof.conftest import FAULTY, proved


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(FAULTY / "sound", tmp_path / "sound")
    return Path(shutil.copytree(FAULTY / "no_is_yes", tmp_path / "no_is_yes"))


def test_it_fails_until_the_fault_is_gone(copy: Path) -> None:
    site = str(next((copy / "sites").glob("*.yml")))
    given = subject(site)
    example = proved(given, Bound(1, until="held_and_agreed")).broken[0]
    path = example_call.write(given, example, copy)
    assert path.name == "held_and_agreed.yml"
    saved = example_calls(str(copy))[0]
    assert "hires.commit" in str(run_call(load(site), saved.data, saved.where)[0])
    flow = copy / "flows" / "hire.yml"
    flow.write_text(
        flow.read_text(encoding="utf-8").replace("denied: commit", "denied: to_desk"), encoding="utf-8"
    )
    assert not run_call(load(site), saved.data, saved.where)


def test_a_counterexample_reads_as_a_conversation() -> None:
    given = subject(str(next((FAULTY / "no_is_yes" / "sites").glob("*.yml"))))
    found = proved(given, Bound(1, until="held_and_agreed"))
    lines = list(conversation(found.broken[0]))
    assert "caller  (presses 2)" in lines, "a key is the shortest no"
    assert "        [asks hires.commit]" in lines
    text = report.as_text(found)
    assert "BROKEN  held_and_agreed" in text
    assert "no_is_yes/flows/hire.yml:18" in text
    assert report.as_data(found)["counterexamples"][0]["property"] == "held_and_agreed"


def test_prove_says_what_is_broken_and_keeps_the_call(copy: Path) -> None:
    result = CliRunner().invoke(app, ["prove", str(copy), "--surprises", "1"])
    assert result.exit_code == 1, result.output
    assert "BROKEN" in result.stdout
    assert (copy / "calls" / "proof" / "held_and_agreed.yml").is_file()


def test_prove_of_a_pack_that_is_none_is_a_message() -> None:
    with pytest.raises(PackError):
        subject("nowhere")
    result = CliRunner().invoke(app, ["prove", "nowhere"])
    assert result.exit_code == 1
    assert "there is no pack or site 'nowhere'" in result.output
