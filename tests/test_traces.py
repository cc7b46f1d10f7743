"""Tapes: what they hide, what they prove, what they notice."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine import replaying, trace_text
from engine.calls import Desk
from engine.core import trace
from engine.core.commands import Affirm, Choose, SetSlot, StartFlow
from engine.core.domain import DataClass
from engine.core.errors import TapeError
from engine.tape_sources import files
from engine.traces import KEY_VARIABLE, read_tape, sealing_key

NAME = {"first": "Tomas", "last": "Balčiūnas"}
PRIVATE = ("Balčiūnas", "Tomas", "1984-03-12", "+37061234567", "hygiene", "cleaning", "my gums hurt")


@pytest.fixture(scope="session")
def desk() -> Desk:
    return Desk.open("gedimino")


@pytest.fixture
def tape(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "call.jsonl"
    call = desk.call(desk.clock("2026-11-23T09:15"), number="+37061234567", tape=path)
    call.open()
    call.command(
        (StartFlow("book_appointment"), SetSlot("service", "hygiene")), "my gums hurt, a cleaning please"
    )
    call.command((SetSlot("full_name", NAME),), "Tomas Balčiūnas")
    call.command((SetSlot("date_of_birth", "1984-03-12"),), "twelfth of March eighty four")
    call.command((SetSlot("wish", {"days": [["2026-11-26", "2026-11-27"]]}),), "Thursday")
    call.command((Choose(0),), "the first")
    call.command((Affirm(),), "yes")
    call.hang_up()
    return path


def test_a_tape_replays_byte_for_byte(desk: Desk, tape: Path) -> None:
    taped = read_tape(tape)
    assert len(taped.entries) > 20
    assert trace.replay(desk.domain, taped.steps(sealing_key())) is None
    assert taped.replay(desk.domain, sealing_key()) is None


def test_a_tape_that_agrees_is_compared_as_it_was_written(
    desk: Desk, tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "divergence", lambda *_: pytest.fail("an entry was opened"))
    assert read_tape(tape).replay(desk.domain, sealing_key()) is None


def test_what_differs_in_either_layer_is_found_as_with_nothing_hidden(desk: Desk, tape: Path) -> None:
    taped, domain = read_tape(tape), desk.domain
    flow = domain.flows["book_appointment"]
    moved = {
        **domain.flows,
        flow.id: replace(flow, steps=(replace(flow.steps[0], where="x:1"), *flow.steps[1:])),
    }
    birth = domain.slots["date_of_birth"]
    elsewhere = {**domain.slots, birth.id: replace(birth, data_class=DataClass.HEALTH)}
    for other in (replace(domain, flows=moved), replace(domain, disclosure="", languages=("lt", "en"))):
        found = taped.replay(other, sealing_key())
        assert found is not None
        assert found == trace.replay(other, taped.steps(sealing_key()))
    assert taped.replay(replace(domain, slots=elsewhere), sealing_key()) is None


def test_nothing_private_stands_on_a_tape_in_the_clear(tape: Path) -> None:
    text = "\n".join(
        json.dumps(
            {key: value for key, value in json.loads(line).items() if key != "sealed"}, ensure_ascii=False
        )
        for line in tape.read_text("utf-8").splitlines()
    )
    found = [item for item in PRIVATE if item.casefold() in text.casefold()]
    assert not found


def test_a_redacted_trace_still_says_who_decided_from_which_line(tape: Path) -> None:
    lines = [line for entry in read_tape(tape).entries for line in trace_text.lines(entry)]
    text = "\n".join(lines)
    assert "no_double_booking" in text
    assert "flows/book.yml:" in text
    assert "hold = " in text


@pytest.mark.parametrize("change", ["edited", "removed", "swapped"])
def test_a_changed_tape_is_noticed(tape: Path, change: str) -> None:
    lines = tape.read_text("utf-8").splitlines()
    if change == "edited":
        place = next(number for number, line in enumerate(lines) if '"verdict":"advanced"' in line)
        lines[place] = lines[place].replace('"verdict":"advanced"', '"verdict":"refused"', 1)
    elif change == "removed":
        del lines[4]
    else:
        lines[4], lines[5] = lines[5], lines[4]
    tape.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(TapeError, match="broken chain"):
        read_tape(tape)


def test_an_erased_private_layer_keeps_the_chain_but_not_the_replay(tape: Path) -> None:
    lines = []
    for line in tape.read_text("utf-8").splitlines():
        data = json.loads(line)
        data.pop("sealed", None)
        lines.append(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    tape.write_text("\n".join(lines) + "\n", "utf-8")
    taped = read_tape(tape)
    with pytest.raises(TapeError, match="erased"):
        list(taped.unsealed(sealing_key()))


def test_another_key_does_not_open_a_tape(tape: Path) -> None:
    with pytest.raises(TapeError, match="does not open with this key"):
        list(read_tape(tape).unsealed(bytes(32)))


def test_a_key_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(b"short").decode())
    with pytest.raises(TapeError, match="5 bytes, not 32"):
        sealing_key()
    monkeypatch.setenv(KEY_VARIABLE, "not base64!")
    with pytest.raises(TapeError, match="not base64"):
        sealing_key()


@pytest.mark.parametrize("text", ["", "not json\n", '{"n":0}\n', "[]\n"])
def test_what_is_no_tape_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(TapeError):
        read_tape(path)


def test_replay_says_what_differs(
    desk: Desk, tape: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: Callable[[str], object] = lambda _name: desk.domain  # noqa: E731
    monkeypatch.setattr(replaying, "load", loaded)
    assert replaying.run(files([tape]), None, as_json=False, show=True) == 0
    assert "identical" in capsys.readouterr().out
    assert replaying.run(files([tape.parent]), None, as_json=True, show=False) == 0
    assert json.loads(capsys.readouterr().out)[0]["same"] is True
    assert replaying.run(files([tape.parent / "none.jsonl"]), None, as_json=False, show=True) == 1
    assert "NOT FOLDED" in capsys.readouterr().out


def test_replay_over_a_changed_pack_names_the_first_rule_that_decides_otherwise(
    desk: Desk, tape: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    without = replace(desk.domain, guards=(), version="other")
    monkeypatch.setattr(replaying, "load", lambda _name: without)
    assert replaying.run(files([tape]), None, as_json=False, show=False) == 1
    out = capsys.readouterr().out
    assert "other decisions" in out
    assert "no_double_booking" in out
    assert "another version" in out


@pytest.mark.parametrize(
    "turns",
    [
        ["I'd like a check-up", "my face is swelling, it gets worse, I have a fever and I can't breathe"],
        [
            "cancel my appointment and book me a cleaning on Friday with Tom",
            "Tomas Balčiūnas",
            "12 March 1984",
            "no",
        ],
        ["noriu užsirašyti higienai", "ne, persigalvojau", "ar galima kalbėti su žmogumi", "sudie"],
    ],
)
def test_a_tape_replays_in_another_process(tmp_path: Path, turns: list[str]) -> None:
    """The order of a set differs from process to process; that of what was decided must not."""
    path = tmp_path / "call.jsonl"
    typed = "".join(json.dumps({"say": turn}) + "\n" for turn in turns) + json.dumps({"hangup": True}) + "\n"
    command = [sys.executable, "-m", "engine.cli"]
    chat = [*command, "chat", "gedimino", "--jsonl", "--now", "2026-11-23T09:15", "--tape", str(path)]
    for seed, arguments in (
        ("1", chat),
        ("2", [*command, "replay", str(path)]),
        ("3", [*command, "replay", str(path)]),
    ):
        done = subprocess.run(
            arguments,
            input=typed,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "identical" in done.stdout
