"""Replaying tapes, and the trace as people read it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine import replaying, tape_diff, trace_text
from engine.calls import Desk
from engine.cli import app
from engine.core.commands import NotUnderstood, SetSlot
from engine.core.events import Understood
from engine.core.trace import Divergence, fold
from engine.pack import locate
from engine.tape_sources import Source, files
from engine.traces import Recorder, read_tape, sealing_key

PACK = str(Path(__file__).parent / "core" / "packs" / "workshop" / "sites" / "canal.yml")


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tapes") / "one.jsonl"
    desk = Desk.open("crossroads")
    call = desk.call(desk.clock("2026-11-23T09:15"), number="+37061234567", tape=path)
    call.open()
    for text in ("I'd like to book a driving lesson", "Emma Berg", "I'd like to speak to a person"):
        call.say(text)
    call.close()
    return path


def test_a_tape_says_which_pack_it_was_decided_by(tape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replaying.run(files([tape]), None, as_json=False, show=False) == 0
    assert capsys.readouterr().out.startswith("one.jsonl: identical, ")


def test_a_folder_is_replayed_tape_by_tape(tape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replaying.run(files([tape.parent]), "crossroads", as_json=True, show=True) == 0
    verdicts = json.loads(capsys.readouterr().out)
    assert [(item["tape"], item["same"]) for item in verdicts] == [("one.jsonl", True)]
    assert verdicts[0]["steps"] == len(read_tape(tape).entries)


def test_a_folder_without_tapes_proves_nothing(tmp_path: Path) -> None:
    assert replaying.run(files([tmp_path]), None, as_json=False, show=False) == 1


def test_a_tape_of_another_pack_differs_and_says_where(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replaying.run(files([tape]), PACK, as_json=False, show=False) == 1
    out = capsys.readouterr().out
    assert "DIFFERS" in out
    assert "entry 1: other" in out
    assert "another version" in out
    assert replaying.run(files([tape]), PACK, as_json=True, show=False) == 1
    verdict = json.loads(capsys.readouterr().out)[0]
    assert (verdict["same"], verdict["entry"]) == (False, 1)
    assert verdict["what"] in {"actions", "decisions", "changes"}


def test_a_pack_that_is_not_there_is_said_to_be_missing(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replaying.run(files([tape]), "crossroad", as_json=False, show=False) == 1
    assert "did you mean 'crossroads'" in capsys.readouterr().out


def test_a_broken_tape_is_a_verdict_and_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("no tape\n", "utf-8")
    assert replaying.run(files([path]), None, as_json=False, show=True) == 1
    assert capsys.readouterr().out == "bad.jsonl: NOT FOLDED, 0 steps: bad.jsonl:1: not a line of a tape\n"


def test_a_trace_says_who_decided_what_from_which_line(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replaying.run(files([tape]), "crossroads", as_json=False, show=True) == 0
    out = capsys.readouterr().out
    assert "CallStarted" in out
    assert "book_lesson.yml:" in out
    assert "service = lesson [proposed, caller]" in out
    assert "-> Transfer" in out
    assert "-> Listen slot full_name" in out
    assert "-> Understand" not in out
    assert "Emma" not in out
    assert "‹personal›" in out


def entry(**parts: Any) -> list[str]:
    return list(
        trace_text.lines(
            {"n": 3, "event": {"is": "FellSilent"}, "decisions": [], "actions": [], "changes": {}, **parts}
        )
    )


def test_a_trace_is_one_line_for_each_thing() -> None:
    assert entry() == ["   3  FellSilent"]
    event = {
        "is": "Understood",
        "at": "2026-11-23T07:15:00+00:00",
        "commands": [{"is": "command.SetSlot", "slot": "bike", "value": {"sealed": 0, "class": "health"}}],
    }
    assert entry(event=event) == ["   3 07:15:00 Understood commands=[SetSlot slot=bike value=‹health›]"]
    assert entry(actions=[{"is": "Listen", "kind": "open"}, {"is": "Wait", "timer": "x"}])[1:] == [
        "        -> Listen open"
    ]
    assert entry(
        changes={
            "slots": {
                "wish": {"value": {"id": "x", "order": "soonest"}, "status": "proposed", "source": "caller"}
            }
        }
    )[1:] == ["        wish = order=soonest [proposed, caller]"]


def test_a_verdict_is_json_data() -> None:
    assert replaying.Verdict("a", same=True, steps=3).plain() == {"tape": "a", "same": True, "steps": 3}
    found = Divergence(2, "actions", [], [1])
    assert replaying.Verdict("a", same=False, steps=3, why="x", divergence=found).plain() == {
        "tape": "a", "same": False, "steps": 3, "why": "x", "entry": 2, "what": "actions",
    }  # fmt: skip


@pytest.fixture(scope="module")
def booked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call that ends with a person, after a lesson was asked for: with the pack in a folder of its own."""
    home = tmp_path_factory.mktemp("changed")
    shutil.copytree(locate.root() / "domains", home / "domains")
    shutil.copytree(locate.root() / "policies", home / "policies")
    return home


def changed(home: Path, file: str, old: str, new: str) -> str:
    """The site of a pack with one text replaced; returns its path."""
    path = home / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return str(home / "domains" / "_template" / "sites" / "crossroads.yml")


def before_another(tape: Path, pack: str) -> replaying.Verdict:
    [verdict] = replaying.replay_all(files([tape]), pack)
    assert verdict.difference is not None
    return verdict


def test_lines_that_moved_decide_nothing_otherwise(tape: Path, booked: Path) -> None:
    pack = changed(booked, "domains/_template/flows/book_lesson.yml", "flows:", "# one line more\n\nflows:")
    verdict = before_another(tape, pack)
    assert verdict.same
    assert verdict.difference == tape_diff.Difference(len(read_tape(tape).entries))


def test_other_words_are_counted_and_do_not_end_a_tape(tape: Path, booked: Path) -> None:
    pack = changed(
        booked,
        "domains/base/responses/en.yml",
        "What is your first and last name?",
        "And your name, please?",
    )
    verdict = before_another(tape, pack)
    assert verdict.same
    assert verdict.difference is not None
    assert (verdict.difference.reworded, verdict.difference.end) == (1, None)


def test_a_tape_ends_where_the_caller_would_have_been_asked_something_else(tape: Path, booked: Path) -> None:
    pack = changed(
        booked, "domains/_template/flows/book_lesson.yml", "- collect: full_name", "- collect: phone"
    )
    verdict = before_another(tape, pack)
    found = verdict.difference
    assert found is not None
    assert found.departure is not None
    assert found.end is not None
    assert not verdict.same
    line = (booked / "domains/_template/flows/book_lesson.yml").read_text("utf-8").splitlines()
    named, _, number = found.departure.where.rpartition(":")
    assert named.endswith("_template/flows/book_lesson.yml")
    assert "phone" in line[int(number) - 1]
    assert found.end.entry == found.departure.entry < len(read_tape(tape).entries)
    assert "valid up to there" in verdict.why
    assert verdict.outcome == "transferred"


def test_the_summary_groups_calls_by_the_line_that_did_it(
    tape: Path, booked: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for number in range(5):
        shutil.copy(tape, tmp_path / f"{number}.jsonl")
    pack = str(booked / "domains" / "_template" / "sites" / "crossroads.yml")
    assert replaying.run(files([tmp_path]), pack, as_json=False, show=False) == 1
    out = capsys.readouterr().out
    assert "5 tapes: 0 the same, 5 not" in out
    assert "5 are valid only up to where" in out
    assert "[transferred 5]  0.jsonl, 1.jsonl, 2.jsonl, ..." in out
    assert replaying.run(files([tmp_path]), pack, as_json=True, show=False) == 1
    first = json.loads(capsys.readouterr().out)[0]
    assert first["valid"] is False
    assert first["instead"]["now"] == "say utter_ask_phone"
    assert "book_lesson.yml:" in first["where"]


def test_many_tapes_are_shared_among_processes_and_stay_in_order(
    tape: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "_ALONE", 1)
    monkeypatch.setattr(replaying, "_AT_ONCE", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for number in range(5):
        shutil.copy(tape, tmp_path / f"{number}.jsonl")
    verdicts = list(replaying.replay_all(files([tmp_path]), None))
    assert [verdict.tape for verdict in verdicts] == [f"{number}.jsonl" for number in range(5)]
    assert all(verdict.same for verdict in verdicts)


def test_calls_are_replayed_from_the_database_they_are_filed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "site.db"
    chatted = CliRunner().invoke(
        app, ["chat", "crossroads", "--jsonl", "--db", str(database), "--now", "2026-11-23T09:15"],
        input='{"say": "what does a lesson cost?"}\n',
    )  # fmt: skip
    assert chatted.exit_code == 0
    desk = Desk.open("crossroads", str(database), keep=True)
    call = desk.call(desk.clock("2026-11-24T10:00"), call="second")
    call.open()
    call.hang_up()
    assert desk.archive is not None
    desk.archive.close()

    done = CliRunner().invoke(app, ["replay", "--db", str(database), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert [item["same"] for item in found] == [True, True]
    assert found[1]["tape"] == "second"
    shown = CliRunner().invoke(app, ["replay", "second", "--db", str(database), "--show"])
    assert "second: identical" in shown.output
    assert "CallStarted" in shown.output
    over = CliRunner().invoke(app, ["replay", "--db", str(database), "--pack", PACK])
    assert over.exit_code == 1
    assert "2 tapes" in over.output


def test_what_is_not_in_a_database_is_said_to_be_missing(tmp_path: Path) -> None:
    database = tmp_path / "site.db"
    desk = Desk.open("crossroads", str(database), keep=True)
    assert desk.archive is not None
    desk.archive.close()
    wrong = CliRunner().invoke(app, ["replay", "nobody", "--db", str(database)])
    assert wrong.exit_code == 1
    assert "site.db has no call nobody" in wrong.output
    nowhere = CliRunner().invoke(app, ["replay", "--db", str(tmp_path / "none.db")])
    assert nowhere.exit_code == 1
    assert "no database with tapes" in nowhere.output
    assert not (tmp_path / "none.db").exists()
    nothing = CliRunner().invoke(app, ["replay"])
    assert nothing.exit_code == 2
    assert "which TAPES?" in nothing.output
    gone = Source("gone", database, "gone")
    [verdict] = replaying.replay_all([gone], None)
    assert (verdict.same, verdict.steps) == (False, 0)
    assert "no tape of this call" in verdict.why


def test_a_tape_of_a_pack_that_lies_elsewhere_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.jsonl"
    desk = Desk.open(PACK)
    call = desk.call(desk.clock("2026-11-23T09:15"), tape=path)
    call.open()
    call.hang_up()
    assert replaying.run(files([path]), None, as_json=False, show=False) == 1
    out = capsys.readouterr().out
    assert "one.jsonl: NOT FOLDED" in out
    assert "its pack 'canal' is none of those that come with Frontdesk: say with --pack where it is" in out
    assert replaying.run(files([path]), PACK, as_json=False, show=False) == 0
    assert "one.jsonl: identical" in capsys.readouterr().out
    assert replaying.run(files([path, path]), None, as_json=False, show=False) == 1
    assert "2 could not be folded, which says nothing of the pack" in capsys.readouterr().out


def test_words_are_understood_anew_where_asked_and_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.jsonl"
    desk = Desk.open("crossroads")
    call = desk.call(desk.clock("2026-11-23T09:15"), tape=path)
    call.open()
    call.say("I'd like to book a driving lesson")
    call.command((SetSlot("full_name", {"first": "Emma", "last": "Berg"}),), "Emma Berg")
    call.hang_up()
    # As if the second turn had been understood by grammars that knew less.
    lines = path.read_bytes()
    assert b'"pinned"' in lines
    events = [event for event, _ in read_tape(path).steps(sealing_key())]
    events = [
        replace(event, source="lexical", commands=(NotUnderstood("no_match"),))
        if isinstance(event, Understood) and event.source == "pinned" else event
        for event in events
    ]  # fmt: skip
    writer = Recorder(desk.domain).tape(path, "one")
    for before, event, outcome in fold(desk.domain, events):
        writer.write(before, event, outcome)
    writer.close()

    assert replaying.run(files([path]), None, as_json=False, show=False) == 0
    assert "understood anew" not in capsys.readouterr().out
    assert replaying.run(files([path, path]), None, as_json=False, show=False, understand=True) == 0
    out = capsys.readouterr().out
    assert "one.jsonl: identical" in out
    assert "turn 2, understood anew: SetSlot(full_name); then: NotUnderstood(no_match)" in out
    assert "2 of 4 turns, in 2 calls, are understood otherwise now" in out
    assert "Emma" not in out
    assert replaying.run(files([path]), None, as_json=True, show=False, understand=True) == 0
    found = json.loads(capsys.readouterr().out)[0]["understood_anew"]
    assert (found["turns"], len(found["otherwise"])) == (2, 1)


def test_words_after_a_tape_has_stopped_being_valid_are_not_understood_anew(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replaying.run(files([tape]), PACK, as_json=True, show=False, understand=True) == 1
    [verdict] = json.loads(capsys.readouterr().out)
    assert verdict["understood_anew"]["turns"] == 1  # of three: the others answer what would not be asked
    assert all(item["entry"] <= verdict["valid_to"] for item in verdict["understood_anew"]["otherwise"])
