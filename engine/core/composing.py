"""Open replies: an answer of the pack, worded anew by a model, or as it stands.

The pack's own answer is always there. A model's wording takes its place only when it says nothing that the
facts do not say, and when no rule forbids its words; both are decided here, so a replay decides it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import flow, grounding, policy, prompts
from engine.core.actions import Compose, Wait
from engine.core.decision import Verdict
from engine.core.errors import ConditionError
from engine.core.events import Understood
from engine.core.reply import render
from engine.core.state import Composing

if TYPE_CHECKING:
    from engine.core.domain import Answer
    from engine.core.events import Composed
    from engine.core.turn import Turn

_HERE = "engine/core/composing.py"
_GRACE_S = 1.0
"""Seconds after the deadline of a model in which the shell itself must have answered."""


def begin(turn: Turn, found: Answer, about: str | None) -> bool:
    """Ask for a wording of an answer; False when the pack's own is to be said at once.

    At most one request a turn: where a model has helped to understand, none words the reply.

    Raises:
        ConditionError: the pack's own answer has no value here; the caller fails closed.
    """
    event = turn.event
    helped = isinstance(event, Understood) and event.model_calls > 0
    if helped or turn.state.composing is not None or not turn.domain.model.sources:
        return False
    facts = _facts(turn, found, about)
    action = Compose(turn.state.turn, found.id, turn.state.language, turn.state.words, facts)
    if not policy.propose(turn, action):
        return False
    turn.change(composing=Composing(turn.state.turn, found.id, about))
    seconds = turn.domain.model.deadline_s + _GRACE_S
    policy.propose(turn, Wait(f"compose:{turn.state.turn}", seconds), ruled=True)
    return True


def _facts(turn: Turn, found: Answer, about: str | None) -> dict[str, str]:
    """The answer asked for and those that it may draw on, each as the pack words it now."""
    facts: dict[str, str] = {}
    for topic in (found.id, *found.facts):
        response = turn.domain.answers[topic].response if topic in turn.domain.answers else None
        if response is not None:
            turn.view.context = {"topic": topic, "about": about if topic == found.id else None}
            try:
                facts[topic] = render(turn.view, response).text
            except ConditionError:
                if topic == found.id:
                    raise
    return facts


def composed(turn: Turn, event: Composed) -> None:
    """Say the wording that came, if it holds what it must; else the pack's own.

    Raises:
        ConditionError: the pack's own answer has no value here; the caller fails closed.
    """
    turn.change(model_calls=turn.state.model_calls + event.model_calls)
    item = turn.state.composing
    if item is None or item.turn != event.turn or turn.state.phase != "talking":
        turn.decide("compose", _HERE, Verdict.STALE, f"turn {event.turn} is over")
        return
    turn.change(composing=None)
    found = turn.domain.answers[item.topic]
    where = found.where
    if event.text:
        fault = _fault(turn, found, item, event.text)
        if fault is not None:
            turn.decide("compose", where, Verdict.REFUSED, f"{fault}: the pack's own answer is said")
        elif prompts.say_worded(turn, str(found.response), event.text):
            turn.decide("compose", where, Verdict.ACCEPTED, found.id)
            _complete(turn, found)
            return
    say_own(turn, found, item.about)


def _fault(turn: Turn, found: Answer, item: Composing, text: str) -> str | None:
    facts = tuple(_facts(turn, found, item.about).values())
    tables = turn.domain.tables.get(turn.state.language, {})
    return grounding.fault(text, facts, tables, turn.domain.model.reply_words)


def gave_up(turn: Turn, number: int) -> None:
    """No wording came in time: the pack's own is said.

    Raises:
        ConditionError: the pack's own answer has no value here; the caller fails closed.
    """
    item = turn.state.composing
    if item is not None and item.turn == number and turn.state.phase == "talking":
        turn.change(composing=None)
        say_own(turn, turn.domain.answers[item.topic], item.about)


def say_own(turn: Turn, found: Answer, about: str | None) -> None:
    """Say the pack's own answer; the task in hand goes on afterwards.

    Raises:
        ConditionError: it has no value here; the caller fails closed.
    """
    prompts.say(turn, found.response or "", context={"topic": found.id, "about": about})
    _complete(turn, found)


def _complete(turn: Turn, found: Answer) -> None:
    if turn.frame is None:
        turn.push(flow.COMPLETED, context={"topic": found.id})
