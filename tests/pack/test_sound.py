"""What a pack may say about silence and recording, and what it must say before anything is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.domain import RecordingRules, Waits
from engine.pack import load, problems
from tests.pack.packs import copy_template, edit, own

SITE = "sites/crossroads.yml"
ON = 'recording: {assessment: "file 14"}\n'
KEPT = "retention: {audio: 30}\n"


def site(folder: Path, text: str, *edits: dict[str, str]) -> str:
    pack = copy_template(folder)
    path = pack / SITE
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    edit(pack, edits)
    return str(path)


def messages(target: str) -> list[str]:
    return [item.message for item in own(problems(target))]


def test_a_caller_waits_as_long_as_the_site_says_else_the_pack_else_the_usual(tmp_path):
    assert load(site(tmp_path / "a", ""), cache=False).waits == Waits(2.5, 4.0)
    own_limit = load(site(tmp_path / "b", "waits: {working: 1500ms}\n"), cache=False)
    assert own_limit.waits == Waits(1.5, 4.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("waits: {working: 5s}\n", "waits: we would be silent for 4s before we say that we work"),
        ("waits: {in_all: 30s}\n", "waits: in_all is 30s"),
    ],
)
def test_limits_that_no_caller_would_wait_through_are_errors(tmp_path, text, message):
    assert message in messages(site(tmp_path, text))


def test_a_site_records_with_an_assessment_days_and_a_question(tmp_path):
    domain = load(site(tmp_path, ON + KEPT), cache=False)
    assert domain.recording == RecordingRules("recording_consent", "file 14")
    assert load(site(tmp_path / "off", ""), cache=False).recording is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ON, "recording: the site does not say for how many days sound is kept"),
        ("recording: {}\n" + KEPT, "the recording of calls needs the key 'assessment'"),
    ],
)
def test_a_site_that_records_without_what_the_law_asks_for_takes_no_calls(tmp_path, text, message):
    assert message in messages(site(tmp_path, text))


def test_a_pack_that_never_asks_must_not_record(tmp_path):
    silent = """flows:
  pattern_session_start:
    pattern: true
    steps:
      - say: utter_greeting
"""
    target = site(tmp_path, ON + KEPT, {"file": "flows/greet.yml", "text": silent}, {
        "file": "flows/greet2.yml", "text": """flows:
  about_recording:
    steps:
      - say: utter_answer_recording
"""})  # fmt: skip
    assert "recording: no flow asks the caller for 'recording_consent'" in messages(target)
