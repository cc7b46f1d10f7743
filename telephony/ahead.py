"""Thinking ahead: what the turn would mean if it ended with these words. Nothing in the world is touched.

`step` is pure, so words that may be all can be stepped on a copy of the state, understanding included,
and the prompts that would follow can be rendered. When the turn ends with the same words, the sound of the
reply is there, and whether they answer the question was known in time to end the turn; otherwise all of it
is thrown away. A copy stops where a service would be asked: there is no way from here to one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.core.actions import Say, Understand
from engine.core.commands import Correct, Deny, NotUnderstood, SetSlot
from engine.core.events import Heard, Understood
from engine.core.machine import step
from telephony.waiting import Answer

if TYPE_CHECKING:
    from engine.core.actions import Expecting
    from engine.core.commands import Command
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.core.state import DialogueState
    from engine.core.utterance import Transcript

Understander = Callable[[Understand], Awaitable["Event"]]
"""Turns words into commands, off the loop; touches nothing."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would follow."""

    answer: Answer
    """How far the words answer what is being asked, or are acted on whatever is asked."""
    says: tuple[Say, ...] = ()
    language: str = ""


async def foresee(
    domain: Domain, state: DialogueState, transcript: Transcript, at: datetime, understand: Understander
) -> Foresight:
    """Step words that may be all on a copy of the state, as far as nothing in the world is asked."""
    first = step(domain, state, Heard(at, replace(transcript, final=True)))
    says = [action for action in first.actions if isinstance(action, Say)]
    question = next((action for action in first.actions if isinstance(action, Understand)), None)
    if question is None:
        acted = Answer.WHOLE if first.actions else Answer.NONE
        return Foresight(acted, tuple(says), first.state.language)
    meaning = await understand(question)
    if not isinstance(meaning, Understood):
        return Foresight(Answer.NONE)
    then = step(domain, first.state, replace(meaning, at=at))
    says += [action for action in then.actions if isinstance(action, Say)]
    understood = bool(meaning.commands) and not any(
        isinstance(command, NotUnderstood) for command in meaning.commands
    )
    answered = understood and not _same(state.asking, then.state.asking)
    answer = _how_far(state.asking, meaning.commands) if answered else Answer.NONE
    return Foresight(answer, tuple(says), then.state.language)


def _how_far(asking: Expecting | None, commands: Sequence[Command]) -> Answer:
    """How far words that are understood answer: often a day is followed by its time, "no" by what instead."""
    if any(isinstance(command, Deny) for command in commands):
        return Answer.NONE if asking is not None and asking.kind == "confirm" else Answer.PART
    values = [command.value for command in commands if isinstance(command, SetSlot | Correct)]
    only_days = len(values) == len(commands) and all(
        isinstance(value, Mapping) and value.keys() == {"days"} for value in values
    )
    return Answer.PART if only_days else Answer.WHOLE


def _same(before: Expecting | None, after: Expecting | None) -> bool:
    """Whether the same thing is still being asked."""
    if before is None or after is None:
        return before is after
    return (before.kind, before.slot) == (after.kind, after.slot) and before.options == after.options
