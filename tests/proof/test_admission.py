"""A pack that a known call breaks takes no calls, unless told to; one that nobody looked at is looked at first."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import proved
from engine.cache_folder import VARIABLE
from engine.calls import Desk
from engine.cli import app
from engine.pack import load
from engine.proof import quick
from engine.proof.explore import Bound
from engine.proof.prove import prove
from engine.proof.resume import keep, place, take_up
from engine.proof.subject import subject
from engine.traces import parse_tape
from tests.proof.conftest import FAULTY


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache of its own, and nothing allowed."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    allowed = set(proved._ALLOWED)
    yield
    proved._ALLOWED.clear()
    proved._ALLOWED.update(allowed)


@pytest.fixture
def sound(tmp_path: Path) -> str:
    shutil.copytree(FAULTY / "sound", tmp_path / "sound")
    return str(tmp_path / "sound" / "sites" / "pier.yml")


@pytest.fixture
def broken(sound: str) -> str:
    """A pack of which every plain call breaks a guarantee: it tells the hires of a guest to anybody."""
    flow = Path(sound).parent.parent / "flows" / "hire.yml"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(
        text.replace("      - id: commit\n", "      - say: utter_your_hires\n      - id: commit\n", 1)
        .replace("confirmed: commit", "confirmed: say_utter_your_hires", 1), encoding="utf-8",
    )  # fmt: skip
    return sound


def stamped(site: str, *, holds: bool) -> None:
    domain = load(site)
    items = [{"id": "held_and_agreed", "holds": holds}]
    proved.keep(
        {"pack": site, "version": domain.version, "holds": holds, "fixed_point": False, "surprises": 0,
         "reach": "far", "properties": items, "counterexamples": []}
    )  # fmt: skip


def test_what_is_known_to_break_takes_no_calls(sound: str) -> None:
    assert Desk.open(sound).domain.id == "pier"
    stamped(sound, holds=False)
    with pytest.raises(
        proved.UnprovedError, match="pier does not take calls: a call can break held_and_agreed"
    ):
        Desk.open(sound)


def test_it_serves_when_told_to_and_says_so_in_the_log_and_on_every_tape(sound: str, tmp_path: Path) -> None:
    stamped(sound, holds=False)
    tape = tmp_path / "call.jsonl"
    arguments = ["chat", sound, "--jsonl", "--tape", str(tape)]
    refused = CliRunner().invoke(app, arguments, input="")
    assert refused.exit_code == 1
    assert "--unproved serves all the same" in refused.stderr
    assert not tape.exists()
    allowed = CliRunner().invoke(app, [*arguments, "--unproved"], input="")
    assert allowed.exit_code == 0, allowed.output
    assert "pier serves UNPROVED: a call can break held_and_agreed" in allowed.stderr
    assert parse_tape(tape.read_bytes(), "call").header["proof"] == "UNPROVED: held_and_agreed"


def test_a_tape_says_how_far_its_pack_was_proved(sound: str, tmp_path: Path) -> None:
    for holds, said in ((None, proved.NOT_YET), (True, "far")):
        if holds is not None:
            stamped(sound, holds=holds)
        tape = tmp_path / "call.jsonl"
        CliRunner().invoke(app, ["chat", sound, "--jsonl", "--tape", str(tape)], input="")
        assert parse_tape(tape.read_bytes(), "call").header["proof"] == said


def test_a_changed_pack_or_engine_starts_from_nothing(sound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stamped(sound, holds=False)
    assert proved.stamp(load(sound)) is not None
    monkeypatch.setattr(proved, "engine_version", lambda: "another")
    assert proved.stamp(load(sound)) is None
    monkeypatch.undo()


def test_whoever_serves_others_looks_first(broken: str) -> None:
    log: list[str] = []
    with pytest.raises(proved.UnprovedError):
        quick.admit(broken, unproved=False, say=log.append)
    quick.admit(broken, unproved=True, say=log.append)
    assert log == [f"pier serves UNPROVED: a call can break {', '.join(names(broken))}"]


def names(site: str) -> list[str]:
    found = proved.stamp(load(site))
    assert found is not None
    return proved.broken(found)


def test_check_looks_for_what_every_plain_call_runs_into(sound: str, broken: str) -> None:
    result = CliRunner().invoke(app, ["check", broken, "--json"])
    assert result.exit_code == 1, result.output
    (problem, *_) = json.loads(result.stdout)
    assert problem["message"] == (
        "a call can break 'known_before_told': the hires of a guest are told to nobody else"
    )
    assert problem["file"].endswith("known_before_told.yml")
    assert CliRunner().invoke(app, ["check", broken, "--no-proof"]).exit_code == 0


def test_what_was_proved_so_far_is_not_proved_again(sound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["prove", sound, "--surprises", "0", "--known", "--no-save"]
    assert "held_and_agreed" in CliRunner().invoke(app, options).stdout
    again = CliRunner().invoke(app, options)
    assert again.exit_code == 0
    assert f"sites/{Path(sound).name}: proved on " in again.stdout
    assert len(again.stdout.splitlines()) == 1


def test_an_exploration_goes_on_where_it_stopped(sound: str) -> None:
    whole = prove(sound, Bound(1, states=160), cpus=1)
    prove(sound, Bound(1, states=60), cpus=1, resume=True)
    rest = prove(sound, Bound(1, states=160), cpus=1, resume=True)
    for beginning, explored in whole.explored.items():
        gone_on = rest.explored[beginning]
        assert (gone_on.states, gone_on.steps, gone_on.frontier) == (
            explored.states, explored.steps, explored.frontier,
        )  # fmt: skip


def test_what_is_no_exploration_is_not_taken_up(sound: str) -> None:
    given = subject(sound)
    beginning = given.beginnings()[0]
    explorer = given.explorer(beginning)
    path = place(given.domain, beginning)
    assert not take_up(explorer, path)
    keep(explorer, path)
    assert take_up(explorer, path)
    import pickle

    for content in (b"", b"nonsense", pickle.dumps({"result": 1}), pickle.dumps(Path)):
        path.write_bytes(content)
        assert not take_up(explorer, path)
