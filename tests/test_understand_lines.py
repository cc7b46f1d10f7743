"""The line protocol of `understand --jsonl`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pack import load
from engine.understand_lines import Reader

NOW = "2026-11-23T09:15"
READER = Reader(load("gedimino"), NOW)


def answer(**line: Any) -> dict[str, Any]:
    return dict(json.loads(json.dumps(READER.answer(json.dumps(line)))))


def kinds(out: dict[str, Any]) -> list[str]:
    return [name for item in out["commands"] for name in item]


def test_a_wish_is_understood_without_a_call() -> None:
    out = answer(id="u1", text="I'd like to book a cleaning on Thursday")
    assert out["id"] == "u1"
    assert "start_flow" in kinds(out)
    assert (out["safety"], out["safety_rule"]) == ("L4", None)


def test_a_line_may_say_what_was_asked() -> None:
    out = answer(text="yes", asking="confirm")
    assert kinds(out) == ["affirm"]
    for asked in ("date_of_birth", "birth_date"):
        assert "1984-03-12" in json.dumps(answer(text="the twelfth of March 1984", asking=asked)["commands"])


def test_a_line_may_have_a_language_a_time_and_several_readings() -> None:
    out = answer(
        nbest=[{"text": "breaking"}, {"text": "rytoj", "confidence": 0.4}],
        language="lt",
        now="2026-12-01T10:00",
    )
    assert "error" not in out
    out = answer(text="tomorrow", asking="wish", now="2026-12-01T10:00")
    assert "2026-12-02" in json.dumps(out)
    assert "2026-11-24" in json.dumps(answer(text="tomorrow", asking="wish"))


def test_danger_is_named_with_its_rule() -> None:
    out = answer(text="my face is swelling and I can't breathe")
    assert out["safety"] == "L0"
    assert out["safety_rule"]


def test_without_a_frozen_time_the_clock_of_the_site_counts() -> None:
    assert "error" not in Reader(load("gedimino"), None).answer('{"text": "tomorrow"}')


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not JSON"),
        ("[]", "is an object, not list"),
        ("{}", "not of the form"),
        ('{"text": 3}', "not of the form"),
        ('{"text": "x", "now": "noon"}', "not of the form"),
        ('{"nbest": "x"}', "not of the form"),
        ('{"nbest": [{"confidence": 1}]}', "not of the form"),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_with_an_error(line: str, why: str) -> None:
    out = READER.answer(line)
    assert why in out["error"]
    assert out["id"] is None


def test_an_error_names_the_line_it_is_about() -> None:
    assert READER.answer('{"id": 7, "text": []}')["id"] == 7


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_no_line_breaks_the_reader(line: str) -> None:
    assert "id" in READER.answer(line)
    assert "id" in READER.answer(json.dumps({"text": line, "asking": line}))
