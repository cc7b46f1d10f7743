"""The terminal view: the conversation on one side, the state on the other."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from engine import terminal
from engine.calls import Desk


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk.open("crossroads")


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str | type[BaseException]) -> io.StringIO:
    """Let somebody type these lines; returns what the screen shows."""
    screen = io.StringIO()
    rest: Iterator[str | type[BaseException]] = iter(lines)

    class Typed(Console):
        def __init__(self) -> None:
            super().__init__(file=screen, width=140, force_terminal=False)

        def input(self, *_: object, **__: object) -> str:
            line = next(rest)
            if isinstance(line, str):
                return line
            raise line

    monkeypatch.setattr(terminal, "Console", Typed)
    return screen


def converse(desk: Desk, monkeypatch: pytest.MonkeyPatch, *lines: str | type[BaseException]) -> str:
    screen = typed(monkeypatch, *lines)
    terminal.converse(desk, desk.call(desk.clock("2026-11-23T09:15")))
    return screen.getvalue()


def test_a_conversation_shows_what_is_said_what_is_known_and_who_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = converse(desk, monkeypatch, "I'd like to book a driving lesson", "", "/quit")
    assert "Crossroads Driving School" in shown
    assert "you   I'd like to book a driving lesson" in shown
    assert "you   (silence)" in shown
    assert "book_lesson.collect_full_name" in shown
    assert "lesson" in shown
    assert "proposed" in shown
    assert "book_lesson.yml:" in shown
    assert "The book of Crossroads Driving School" in shown


def test_a_call_that_is_put_through_says_to_whom(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = converse(desk, monkeypatch, "I'd like to speak to a person")
    assert "[transfer desk]" in shown


def test_a_caller_may_hang_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = converse(desk, monkeypatch, "no")
    assert "[hang_up]" in shown


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_end_of_the_input_hangs_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    assert "you   /quit" in converse(desk, monkeypatch, end)


def test_keys_are_pressed_with_a_slash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = converse(desk, monkeypatch, "/0")
    assert "[transfer desk]" in shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"start": "2026-11-24T10:00", "service": "lesson", "room": "x"}, "2026-11-24 10:00 lesson"),
        ({"id": "p01", "name": "Emma Berg", "born": "x"}, "p01 Emma Berg"),
        ({"first": "Emma", "last": None, "x": ""}, "first: Emma"),
        ([1, {"a": 2}], "1\na: 2"),
        ("plain", "plain"),
    ],
)
def test_a_value_is_shown_in_a_few_words(value: object, words: str) -> None:
    assert terminal.brief(value) == words


def test_a_cancelled_row_of_the_book_is_struck_out(desk: Desk) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=140, force_terminal=True, color_system="standard")
    row = {"id": "a1", "service": "lesson", "status": "cancelled", "learner": "Emma"}
    terminal.show_book(desk, [row, {**row, "id": "a2", "status": "booked"}], console)
    lines = {line.split("a")[1][:1]: line for line in screen.getvalue().splitlines() if "lesson" in line}
    struck = [("9m" in line) for line in screen.getvalue().splitlines() if "lesson" in line]
    assert struck == [True, False]
    assert len(lines) == 2
    assert "learner" in screen.getvalue()


def test_the_book_is_shown_on_the_screen(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_book(desk, [])
    assert "The book of Crossroads" in capsys.readouterr().out
