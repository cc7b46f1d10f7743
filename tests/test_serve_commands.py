"""What the demo offers to somebody at a keyboard."""

from __future__ import annotations

import sys

import click
import pytest

from engine import serve_commands
from engine.serve_commands import page_is_wanted


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    return monkeypatch


@pytest.mark.parametrize(("chosen", "wanted"), [("page", True), ("type", False)])
def test_the_page_is_offered_where_a_browser_is_at_hand(
    screen: pytest.MonkeyPatch, chosen: str, wanted: bool
) -> None:
    screen.setattr(click, "prompt", lambda *_words, **_how: chosen)
    assert page_is_wanted() is wanted


def test_without_a_screen_nobody_is_asked(screen: pytest.MonkeyPatch) -> None:
    screen.delenv("DISPLAY")
    screen.delenv("WAYLAND_DISPLAY", raising=False)
    screen.setattr(click, "prompt", lambda *_words, **_how: pytest.fail("nobody may be asked"))
    assert page_is_wanted() is False


def test_without_the_server_it_is_said_how_to_have_it(
    screen: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.setattr(serve_commands, "find_spec", lambda _name: None)
    assert page_is_wanted() is False
    assert ".[server,speech]" in capsys.readouterr().out
