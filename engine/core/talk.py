"""Questions, repetition, a moment's wait and small talk: turns that leave the task where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import composing, flow, prompts, tasks

if TYPE_CHECKING:
    from engine.core.domain import Answer
    from engine.core.turn import Turn

_GOODBYE = "pattern_goodbye"
_PERSON = "pattern_human_handoff"
_REPEAT = "pattern_repeat"
_SMALL_TALK = "pattern_smalltalk"
_WAIT = "pattern_wait"


def answer(turn: Turn, found: Answer, about: str | None) -> bool:
    """Answer a question, or let a person do it; the task in hand goes on afterwards."""
    if found.transfer is not None:
        flow.drop_patterns(turn)
        turn.push(_PERSON, context={"topic": found.id, "target": found.transfer})
        return True
    turn.change(asking=None, clarify=None)
    if found.composed and composing.begin(turn, found, about):
        return True
    composing.say_own(turn, found, about)
    return True


def repeat(turn: Turn) -> bool:
    """Say the last prompts again, and then, by going on, the question."""
    said = tuple(prompt for prompt in turn.state.prompts if prompt.turn < turn.state.turn)
    if not said:
        return False
    if turn.state.asking is not None:
        said = said[:-1]
    flow.run_through(turn, _REPEAT)
    for prompt in said:
        prompts.say_again(turn, prompt)
    return True


def wait(turn: Turn) -> bool:
    """Give the caller a moment, without asking again."""
    asking = turn.state.asking
    flow.run_through(turn, _WAIT)
    if asking is not None:
        prompts.listen_patiently(turn, asking)
    return True


def small_talk(turn: Turn, kind: str) -> bool:
    """Be polite; never hang up while a task is open."""
    if kind == "goodbye" and turn.view.flow is None:
        turn.push(_GOODBYE)
    elif kind == "goodbye":
        tasks.take_leave(turn)
    elif turn.view.flow is None or kind == "how_are_you":
        turn.push(_SMALL_TALK, context={"kind": kind})
    else:
        turn.change(asking=None)
    return True
