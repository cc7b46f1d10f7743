"""A turn that the recogniser ended early may lack the words that make it a matter of life: the next ones count."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.core.actions import Prepare, Say, Transfer
from engine.core.events import CallStarted, Heard
from engine.core.machine import step
from engine.core.safety import Level
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from engine.pack import load

START = datetime(2026, 11, 23, 9, 15, tzinfo=ZoneInfo("Europe/Vilnius"))
SITE = load("gedimino")


def _said(*texts: tuple[str, bool]) -> tuple[DialogueState, list[list[object]]]:
    """The state and the actions of each text, which is final or not, one second after the other."""
    state = step(SITE, DialogueState(), CallStarted(at=START, call="c1", number="", language="en")).state
    done: list[list[object]] = []
    for second, (text, final) in enumerate(texts, start=1):
        heard = Heard(START + timedelta(seconds=second), Transcript.of(text, final=final))
        after = step(SITE, state, heard)
        state = after.state
        done.append(list(after.actions))
    return state, done


def _prompts(actions: list[object]) -> list[str]:
    return [action.response for action in actions if isinstance(action, Say)]


def test_the_number_is_said_when_the_rest_of_the_sentence_comes_while_it_rings() -> None:
    state, (first, second) = _said(
        ("my son's front tooth was knocked out", True), ("and he can't breathe properly", True)
    )
    assert _prompts(first) == ["utter_connecting_emergency"]
    assert [action.target for action in first if isinstance(action, Transfer)] == ["emergency"]
    assert _prompts(second)[0] == "utter_call_emergency_number"
    assert not any(isinstance(action, Transfer) for action in second)  # the line that rings is not dropped
    assert state.level is Level.L0


def test_a_check_question_is_forgotten_when_the_next_words_leave_nothing_open() -> None:
    state, (first, second) = _said(("my cheek is swollen", True), ("and now I can't breathe", True))
    assert _prompts(first) == ["utter_check_swelling"]
    assert _prompts(second)[0] == "utter_call_emergency_number"
    assert state.level is Level.L0


def test_half_a_sentence_prepares_and_the_whole_one_decides() -> None:
    _, (first, second) = _said(
        ("my throat is closing", False), ("my throat is closing and I can't swallow", True)
    )
    assert [type(action) for action in first] == [Prepare]
    assert _prompts(second) == ["utter_call_emergency_number"]
