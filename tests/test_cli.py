"""The one door: what each command prints, and the exit code it leaves with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine import cli

NOW = "2026-11-23T09:15"
TEMPLATE = Path(__file__).resolve().parents[1] / "domains" / "_template"


def run(*arguments: str, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(cli.app, arguments, input=typed)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    assert "check" in result.output
    assert "appointments" in result.output


def test_a_pack_that_is_right_is_said_to_be_so() -> None:
    assert run("check", "_template").exit_code == 0


def test_a_pack_is_checked_with_its_examples() -> None:
    result = run("check", "_template", "--examples")
    assert result.exit_code == 0
    assert "1 example calls" in result.output


def test_a_broken_pack_is_refused_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "site.yml"
    path.write_text("site: broken\nextends: nothing\n", "utf-8")
    result = run("check", str(path), "--json", "--examples")
    assert result.exit_code == 1
    assert "nothing" in result.output


def test_a_call_by_json_lines_answers_a_line_with_a_line() -> None:
    lines = ('{"commands": [{"start_flow": "book_lesson"}]}', "no json", '{"hangup": true}')
    result = run("chat", "crossroads", "--jsonl", "--now", NOW, typed="\n".join(lines))
    out = objects(result)
    assert result.exit_code == 0
    assert [item["asking"] for item in out] == [None, "service", "service", None]
    assert "not JSON" in out[2]["error"]
    assert out[-1]["ended"] is True


def test_bytes_that_are_no_text_do_not_end_a_call() -> None:
    out = objects(run("chat", "crossroads", "--jsonl", "--now", NOW, typed=b"\xff\xfe\n{}\n"))
    assert len(out) == 3
    assert all("error" in item for item in out[1:])


def test_a_call_leaves_its_booking_in_the_book_and_its_tape_on_disk(tmp_path: Path) -> None:
    book, tape = str(tmp_path / "book.db"), tmp_path / "call.jsonl"
    said = ("I'd like a driving lesson", "Emma Berg", "the fourth of May 2005", "612 34 567", "Wednesday morning",
            "the first one", "yes")  # fmt: skip
    typed = "\n".join(json.dumps({"say": text}) for text in said)
    result = run(
        "chat", "crossroads", "--jsonl", "--now", NOW, "--db", book, "--tape", str(tape), typed=typed
    )
    assert "utter_booked" in [item["response"] for item in objects(result)[-1]["say"]]
    rows = json.loads(run("appointments", "crossroads", "--db", book, "--json").stdout)
    assert [(row["service"], row["status"]) for row in rows] == [("lesson", "booked")]
    assert "lesson" in run("appointments", "crossroads", "--db", book).stdout
    replayed = run("replay", str(tape), "--pack", "crossroads", "--json")
    assert replayed.exit_code == 0
    assert json.loads(replayed.stdout)[0]["same"] is True


def test_words_are_understood_line_by_line() -> None:
    result = run(
        "understand",
        "crossroads",
        "--jsonl",
        "--now",
        NOW,
        typed='{"id": 1, "text": "a driving lesson"}\n{}\n',
    )
    first, second = objects(result)
    assert first["id"] == 1
    assert "lesson" in json.dumps(first["commands"])
    assert "error" in second


def test_people_type_words_and_read_what_was_understood() -> None:
    typed = "a driving lesson tomorrow\n\nblargh\n"
    told = run("understand", "crossroads", "--now", NOW, typed=typed).output
    assert "set_slot         service lesson   (a driving lesson)" in told
    assert "blargh\n  not_understood" in told
    assert "· safety L4" in told
    born = run("understand", "crossroads", "--asking", "date_of_birth", typed="4 May 2005\n").output
    assert "date_of_birth 2005-05-04" in born
    assert (
        "the line is not of the form"
        in run("understand", "crossroads", "--now", "noon", typed="hello\n").output
    )


def test_a_conversation_is_shown_on_the_screen() -> None:
    result = run("chat", "crossroads", "--now", NOW, typed="hello\n/quit\n")
    assert result.exit_code == 0
    assert "The book of Crossroads" in result.output


def test_flows_are_drawn() -> None:
    result = run("graph", "_template")
    assert result.exit_code == 0
    assert result.stdout.startswith("flowchart")


def test_the_shapes_of_the_files_are_printed() -> None:
    everything = json.loads(run("schema").stdout)
    one = next(iter(everything))
    assert json.loads(run("schema", one).stdout) == everything[one]
    result = run("schema", "nothing")
    assert result.exit_code == 2
    assert one in result.output


def test_the_demo_without_a_terminal_plays_a_call() -> None:
    result = run("demo", "crossroads")
    assert result.exit_code == 1
    assert "no example call" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("chat", "nowhere"), 1, "there is no pack or site 'nowhere'"),
        (("graph", "nowhere"), 1, "there is no pack or site 'nowhere'"),
        (("understand", "nowhere"), 1, "there is no pack or site 'nowhere'"),
        (("appointments", "crossroads", "--db", "redis://host"), 1, "only sqlite is supported"),
        (("chat", "crossroads", "--now", "noon"), 2, "not a local time"),
        (("chat", "crossroads", "--model", "large"), 1, "--model large: no such model"),
        (("understand", "crossroads", "--model", "large"), 1, "--model large: no such model"),
        (("understand", "crossroads", "--asking", "date_of_brith"), 1, "did you mean 'date_of_birth'?"),
        (("understand", "crossroads", "--asking", "hold"), 1, "callers are asked for"),
        (("replay", "nowhere.jsonl"), 1, "NOT FOLDED"),
        (("dance",), 2, "No such command"),
    ],
)
def test_a_mistake_is_a_message_and_an_exit_code(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.output


def test_a_database_that_is_named_but_not_given_is_a_fresh_book(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli._with_fresh_book(["chat", "x", "--db"]) == ["chat", "x", "--db", ":memory:"]
    assert cli._with_fresh_book(["--db", "--jsonl"]) == ["--db", ":memory:", "--jsonl"]
    assert cli._with_fresh_book(["--db", "a.db"]) == ["--db", "a.db"]
    monkeypatch.setattr("sys.argv", ["frontdesk", "appointments", "crossroads", "--json", "--db"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0


def test_a_call_with_a_recorded_model_counts_what_it_asked(tmp_path: Path) -> None:
    words = "well I could gnarf some gnarf"
    claim = {"do": "start", "name": "book_lesson", "value": "", "words": "gnarf some gnarf"}
    replies = tmp_path / "replies.jsonl"
    replies.write_text(json.dumps({"words": words, "reply": {"commands": [claim]}}) + "\n", "utf-8")
    tape = tmp_path / "call.jsonl"
    typed = json.dumps({"say": words}) + "\n"
    call = ("chat", "crossroads", "--jsonl", "--now", NOW, "--tape", str(tape))
    out = objects(run(*call, "--model", f"recorded/{replies}", typed=typed))
    assert [item["model_calls"] for item in out] == [0, 1]
    assert out[1]["flow"] == "book_lesson"
    assert run("replay", str(tape)).exit_code == 0
    alone = objects(run(*call, "--model", "none", typed=typed))
    assert (alone[1]["model_calls"], alone[1]["flow"]) == (0, None)


def test_lines_are_understood_with_a_recorded_model(tmp_path: Path) -> None:
    words = "well I could gnarf some gnarf"
    claims = [
        {"do": "start", "name": "book_lesson", "value": "", "words": "gnarf some gnarf"},
        {"do": "set", "name": "hold", "value": "", "words": "gnarf"},
    ]
    replies = tmp_path / "replies.jsonl"
    replies.write_text(json.dumps({"words": words, "reply": {"commands": claims}}) + "\n", "utf-8")
    typed = "".join(json.dumps({"id": text, "text": text}) + "\n" for text in (words, "yes please"))
    out = objects(
        run(
            "understand", "crossroads", "--jsonl", "--now", NOW, "--model", f"recorded/{replies}", typed=typed
        )
    )
    assert out[0]["commands"] == [{"start_flow": {"flow": "book_lesson"}}]
    assert (out[0]["source"], out[0]["model_calls"]) == ("model", 1)
    assert out[0]["refused"] == ["set ?: only a service fills this slot"]
    assert out[1]["model_calls"] == 0
