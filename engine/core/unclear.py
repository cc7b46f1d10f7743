"""What a reply means that is no answer to the question: the author of a flow may say so for each question.

A question about danger may take doubt for yes (`unclear_means`), or be put once more in other words
(`unclear_next`). To ask what was said is no answer either, but nobody's fault: it is granted once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.core import prompts
from engine.core.commands import Affirm, Command, Correct, Deny, Repeat, SetSlot, Wait, WantPerson
from engine.core.decision import Verdict
from engine.core.domain import StepKind
from engine.core.events import MODEL

if TYPE_CHECKING:
    from engine.core.domain import FlowStep
    from engine.core.turn import Turn


class Taken(NamedTuple):
    """How a reply is taken."""

    commands: tuple[Command, ...]
    """What is left to be weighed."""
    moved_on: bool = False
    """Whether the flow has gone on to another step because of it."""


def matters(turn: Turn) -> bool:
    """Whether the flow says what silence and unclear words mean as an answer to the question in hand."""
    return _step(turn) is not None


def taken_as(turn: Turn, commands: tuple[Command, ...], source: str) -> Taken:
    """Take a reply for what the flow says, where it is no answer; what only a model heard is none either."""
    step = _step(turn)
    if step is not None and source == MODEL:
        commands = tuple(item for item in commands if not _answers(item, step))
    if step is None or any(_answers(item, step) for item in commands):
        return Taken(commands)
    if any(isinstance(item, Repeat) for item in commands) and _first_time(turn):
        return Taken(commands)
    if step.unclear_means is not None:
        return Taken((SetSlot(step.slot, step.unclear_means),))
    if any(isinstance(item, Wait | WantPerson) for item in commands):
        return Taken(commands)
    _go_on(turn, step)
    return Taken(tuple(item for item in commands if isinstance(item, SetSlot | Correct)), moved_on=True)


def parted(turn: Turn, commands: tuple[Command, ...]) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """The answers to a question about danger, and what else was said: it must not come in between.

    "Yes, and can you book me a visit" is in danger first of all. No other question has answers here.
    """
    step = _step(turn)
    if step is None:
        return (), commands
    answers = tuple(item for item in commands if _answers(item, step))
    return answers, tuple(item for item in commands if item not in answers)


def _step(turn: Turn) -> FlowStep | None:
    step = prompts.step_of_question(turn)
    if step is None or step.kind is not StepKind.COLLECT:
        return None
    return step if step.unclear_means is not None or step.unclear_next else None


def _answers(command: Command, step: FlowStep) -> bool:
    return isinstance(command, Affirm | Deny) or getattr(command, "slot", None) == step.slot


def _go_on(turn: Turn, step: FlowStep) -> None:
    """The way on that no outcome and no branch of the step decides, since there is no answer to go by."""
    turn.at(-1, step=step.unclear_next, asked=0)
    turn.change(asking=None)
    name = turn.state.stack[-1].flow
    turn.decide(f"{name}.{step.id}", step.where, Verdict.ADVANCED, f"unclear: {step.unclear_next}")


def _first_time(turn: Turn) -> bool:
    """Whether the question was not asked again yet; from now on it was."""
    frame = turn.frame
    if frame is None or frame.asked:
        return False
    turn.at(-1, asked=frame.asked + 1)
    return True
