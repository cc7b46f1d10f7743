"""The demo without a terminal."""

from __future__ import annotations

import pytest

from engine.showcase import play


def test_the_demo_plays_a_call_shows_its_trace_and_what_is_new_in_the_book(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert play("gedimino") == 0
    out = capsys.readouterr().out
    for part in (
        "desk    Hello",
        "caller  ",
        "who decided what",
        ".yml:",
        "The book of",
        "booked",
        "identical",
    ):
        assert part in out
    trace = out.split("who decided what")[1].split("what is new in the book")[0]
    assert "+370" not in trace


def test_a_site_without_a_sample_call_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert play("crossroads") == 1
    assert "no example call in calls/demo" in capsys.readouterr().out
