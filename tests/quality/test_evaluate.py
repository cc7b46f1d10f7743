"""The report of a pack: what is counted, and what falls short."""

import json

import pytest
from click.testing import CliRunner

from engine.cli import app
from engine.nlu.cascade import Understanding
from engine.nlu.classify.calibration import Guess
from engine.pack import load
from engine.quality.evaluate import below, evaluate, of_examples, of_lines
from engine.quality.evaluation_text import report_lines

DOMAIN = load("crossroads")
RULES = Understanding(DOMAIN)


def test_commands_are_counted_through_the_whole_understanding():
    lines = [
        {"text": "I'd like to book a driving lesson", "commands": [{"start_flow": {"flow": "book_lesson"}}]},
        {"text": "are you a robot", "commands": [{"ask": {"topic": "recording"}}]},
        {"text": "x", "commands": [{"start_flow": {"flow": "of_another_pack"}}]},
        {"text": "x", "asking": "of_another_pack", "commands": [{"affirm": {}}]},
    ]
    found = of_lines(DOMAIN, RULES, "en", lines)
    assert (found["lines"], found["left_out"]) == (2, 2)
    assert found["recall"] == 0.5
    assert 0 < found["precision"] <= 0.5
    assert found["by_stage"] == {"lexical": 2}
    assert found["model_calls"] == 0
    assert found["worst"][0] == {
        "text": "are you a robot",
        "meant": ["ask topic=recording"],
        "found": ["ask topic=are_you_a_robot"],
    }


def test_examples_show_what_the_rules_miss_and_what_the_classifier_adds():
    guesses = (
        Guess("are you a robot", "ask.are_you_a_robot", "ask.are_you_a_robot", 1, 1, 0.9, accepted=True),
        Guess("are you open on Monday", "ask.directions", "ask.hours", 1, 1, 0.9, accepted=True),
        Guess("zyxwv utsrq", "ask.hours", "ask.hours", 1, 1, 0.9, accepted=True),
        Guess("zyxwv ponml", "ask.hours", "ask.directions", 1, 1, 0.9, accepted=True),
        Guess("zyxwv kjihg", "ask.hours", "ask.directions", 1, 1, 0.2, accepted=False),
        Guess("sing me something", "out_of_scope", "out_of_scope", 1, 1, 0.9),
        Guess("are you open", "out_of_scope", "out_of_scope", 1, 1, 0.9),
    )
    found = of_examples(DOMAIN, RULES, "en", guesses)
    assert (found["in_scope"], found["right"], found["wrong"], found["missed"]) == (5, 1, 1, 3)
    assert (found["added_right"], found["added_wrong"]) == (1, 1)
    assert (found["out_of_scope"], found["out_of_scope_taken"]) == (2, 1)
    assert {item["text"] for item in found["worst"]} == {"are you open on Monday", "are you open"}


REPORT = {
    "pack": "shop",
    "site": "shop",
    "languages": {
        "en": {
            "classifier": {
                "labels": 3,
                "examples": 40,
                "accuracy": 0.8,
                "accuracy_with_refusal": 0.5,
                "precision": 0.97,
                "out_of_scope_recall": 0.9,
                "threshold": 0.8,
                "in_scope": 30,
                "right": 24,
                "out_of_scope": 10,
                "confusions": [{"label": "ask.hours", "guessed": "start.order", "count": 2}],
                "calibration": [{"from": 0.8, "to": 1.0, "sentences": 9, "said": 0.9, "right": 0.88}],
                "surest_mistakes": [
                    {"text": "closed then", "label": "ask.hours", "guessed": "start.order", "confidence": 0.9}
                ],
                "trade_off": [{"accuracy": 0.8, "out_of_scope_refused": 0.7}],
            },
            "examples": {
                "in_scope": 30,
                "right": 20,
                "wrong": 1,
                "missed": 9,
                "out_of_scope": 10,
                "out_of_scope_taken": 2,
                "added_right": 3,
                "added_wrong": 1,
                "worst": [],
            },
            "lines": {
                "lines": 50,
                "left_out": 4,
                "f1": 0.85,
                "precision": 0.9,
                "recall": 0.8,
                "by_stage": {"lexical": 45, "none": 5},
                "model_calls": 0,
                "worst": [{"text": "hm well", "meant": ["affirm"], "found": ["not_understood"]}],
            },
        }
    },
}


def test_the_report_names_confusions_calibration_and_the_worst_sentences():
    text = "\n".join(report_lines(REPORT))
    for line in (
        "shop en: 3 classes, 40 examples, trained now",
        "2  ask.hours -> start.order",
        "0.8-1.0      9 sentences  said 0.90  right 0.88",
        "0.90  closed then (ask.hours -> start.order)",
        "80.0%   70.0%",
        "shop en: 30 examples by the rules: 20 right, 9 missed, 1 wrong",
        "10 out of scope, 2 of them taken for something",
        "acts on 4 of those missed, 3 rightly",
        "shop en: 50 labelled lines by lexical 45, none 5; model calls 0",
        "commands F1 85.0% (precision 90.0%, recall 80.0%)",
        "meant affirm; found not_understood",
    ):
        assert line in text


def test_what_falls_short_is_named():
    assert list(below(REPORT, 0.9)) == ["en labelled lines: command F1 85.0%, less than 90.0%"]
    assert list(below(REPORT, 0.8)) == []


@pytest.fixture
def lines(tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra nlu): nothing is trained")
    rows = [
        {"text": "please call me back", "label": "start.request_callback"},
        {"text": "tell me about Rome", "intent": "oos"},
        {"text": "are you open", "commands": [{"ask": {"topic": "recording"}}]},
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def test_a_pack_is_judged_by_lines_from_elsewhere(lines):
    part = evaluate("_template", lines)["languages"]["en"]
    assert (part["classifier"]["in_scope"], part["classifier"]["out_of_scope"]) == (2, 1)
    assert part["lines"]["lines"] == 1
    assert part["examples"]["in_scope"] > 100


def test_the_command_answers_with_its_exit_code_and_with_data(lines):
    command = ["evaluate", "_template", "--data", str(lines)]
    failing = CliRunner().invoke(app, command)
    assert failing.exit_code == 1
    assert "en labelled lines: command F1 0.0%, less than 90.0%" in failing.stdout
    passing = CliRunner().invoke(app, [*command, "--json", "--least", "0"])
    assert passing.exit_code == 0
    assert json.loads(passing.stdout)["below"] == []
