"""Prompts: what is said, what is being asked, and how much of it was heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.core import policy
from engine.core.actions import Expecting, Listen, Say
from engine.core.decision import Verdict
from engine.core.domain import SlotType, StepKind
from engine.core.errors import ConditionError
from engine.core.events import CallStarted, FellSilent, Keyed
from engine.core.frozen import changed
from engine.core.reply import render
from engine.core.slots import value_of
from engine.core.state import Prompt, Readback

if TYPE_CHECKING:
    from engine.core.domain import FlowStep
    from engine.core.turn import Turn

OPEN_QUESTION = "utter_how_can_i_help"
"""What is asked when no task is in hand."""
_KEPT = 12
_TIMES = frozenset({SlotType.OPENING, SlotType.RECORD})
"""Types of slots that a day and a time belong to."""
_MOMENT_S = 30.0
"""How long a caller who asked for a moment is left alone, in seconds."""


def say(
    turn: Turn,
    response: str,
    asked: int = 0,
    *,
    context: Mapping[str, Any] | None = None,
    ruled: bool = False,
) -> bool:
    """Propose a prompt; True when it will be spoken.

    Raises:
        ConditionError: the pack has no wording for this moment; the caller fails closed.
    """
    beneath = turn.frame.context if turn.frame is not None else {}
    turn.view.context = beneath if context is None else context
    number = turn.state.says + 1
    try:
        words = render(turn.view, response, asked)
    except ConditionError:
        # What cannot be worded is often what must not be said: success without a record, for one.
        if not ruled and policy.replaced(turn, Say(number, response, "")):
            return False
        raise
    told = turn.view.context
    named = told and (told.get("about") or told.get("options"))
    data_class = "health" if named and words.data_class == "none" else words.data_class
    action = Say(number, response, words.text, words.style, words.barge_in, data_class)
    if not policy.propose(turn, action, ruled=ruled):
        return False
    prompt = Prompt(number, response, words.text, turn.state.turn, data_class=data_class)
    turn.change(
        says=number, prompts=(*turn.state.prompts, prompt)[-_KEPT:], said=turn.state.said | {response}
    )
    return True


def say_worded(turn: Turn, response: str, text: str) -> bool:
    """Propose a model's wording of one of the pack's answers; False when a rule forbids its words."""
    found = turn.domain.responses[response]
    number = turn.state.says + 1
    action = Say(number, response, text, found.style, found.barge_in, "health")
    guard = policy.forbidding(turn, action)
    if guard is not None:
        turn.decide(
            guard.id, guard.where, Verdict.REFUSED, "its words are forbidden: the pack's own are said"
        )
        return False
    if policy.propose(turn, action, ruled=True):
        prompt = Prompt(number, response, text, turn.state.turn, data_class="health")
        turn.change(
            says=number, prompts=(*turn.state.prompts, prompt)[-_KEPT:], said=turn.state.said | {response}
        )
    return True


def hold_on(turn: Turn) -> None:
    """Say that it takes a moment; it is no prompt that can be repeated, and asks nothing.

    Raises:
        ConditionError: the pack has no wording for it; the caller fails closed.
    """
    response = turn.domain.model.filler
    if response:
        words = render(turn.view, response)
        number = turn.state.says + 1
        action = Say(number, response, words.text, words.style, words.barge_in, words.data_class)
        if policy.propose(turn, action):
            turn.change(says=number)


def say_again(turn: Turn, prompt: Prompt) -> None:
    """Say the very words of the last prompts once more.

    They were ruled on and monitored when they were said, and are no less true for being said twice: a task
    that has ended since has forgotten what it said, and its rules would now find "booked" said of nothing.
    """
    number = turn.state.says + 1
    found = turn.domain.responses[prompt.response]
    original = changed(prompt, id=number, turn=turn.state.turn, heard_to=0.0)
    action = Say(number, prompt.response, prompt.text, found.style, found.barge_in, "personal")
    turn.actions.append(action)
    turn.change(says=number, prompts=(*turn.state.prompts, original)[-_KEPT:])


def listen(turn: Turn, expecting: Expecting, silence_s: float = 3.0) -> None:
    """Wait for the caller."""
    if policy.propose(turn, Listen(expecting, silence_s)):
        turn.change(asking=expecting)


def listen_patiently(turn: Turn, expecting: Expecting) -> None:
    """Wait for a caller who asked for a moment, without asking again."""
    listen(turn, expecting, _MOMENT_S)


def ask_open(turn: Turn) -> None:
    """Ask what we can do, unless the greeting has just done so."""
    greeted = isinstance(turn.event, CallStarted) and any(isinstance(item, Say) for item in turn.actions)
    if not greeted:
        say(turn, OPEN_QUESTION, turn.state.no_match.get("", 0) + turn.state.no_input.get("", 0))
    listen(turn, expecting(turn, "open"))


def ask_slot(turn: Turn, step: FlowStep, missing: str | None) -> None:
    """Ask for a slot, or for the part of it that is missing."""
    slot = turn.domain.slots[step.slot]
    response = step.response
    if missing is not None and value_of(turn, step.slot) is not None:
        partial = f"{response}_{missing}"
        response = partial if partial in turn.domain.responses else response
    frame = turn.frame
    say(turn, response, frame.asked if frame is not None else 0)
    question = expecting(
        turn, "slot", slot=slot.id, type=slot.type.value, accepts=step.accepts, missing=missing
    )
    listen(turn, question, slot.silence_s)


def ask_reading(turn: Turn, slot: str, readings: tuple[Any, ...]) -> None:
    """Wait for the caller to say which of several readings was meant; the question was just put."""
    kind = turn.domain.slots[slot].type.value
    listen(turn, expecting(turn, "offer", slot=slot, type=kind, options=readings))


def ask_task(turn: Turn, names: tuple[str, ...]) -> None:
    """Wait for the caller to say which of these tasks was meant; the question was just put."""
    listen(turn, expecting(turn, "open", options=names))


def offer(turn: Turn, step: FlowStep, options: tuple[Any, ...]) -> None:
    """Offer a choice."""
    frame = turn.frame
    say(turn, step.response, frame.asked if frame is not None else 0)
    kind = turn.domain.slots[step.into].type.value
    listen(turn, expecting(turn, "offer", slot=step.into, type=kind, options=options))


def read_back(turn: Turn, step: FlowStep) -> None:
    """Read back what is about to be done and ask whether it is right."""
    frame = turn.frame
    if say(turn, step.response, frame.asked if frame is not None else 0):
        turn.change(readback=Readback(step.id, turn.state.says, step.reads))
        kinds = {name: turn.domain.slots[name].type for name in step.reads}
        times = tuple(value_of(turn, name) for name, kind in kinds.items() if kind in _TIMES)
        listen(turn, expecting(turn, "confirm", reads=step.reads, options=times))


def expecting(turn: Turn, kind: str, **more: Any) -> Expecting:
    """What the caller may answer now, with what is known already and what may be said ahead."""
    flows = [turn.flow(frame) for frame in turn.state.stack]
    fillable, wanted = turn.domain.lookups.fillable, set(turn.domain.lookups.kept)
    for flow in flows:
        wanted |= flow.owns
    if all(flow.pattern for flow in flows):  # no task is in hand: it may be about anything
        wanted.update(fillable)
    held = {name for name, item in turn.state.slots.items() if item.value is not None}
    filled = tuple([name for name in fillable if name in held])
    unfilled = tuple([name for name in fillable if name in wanted and name not in held])
    return Expecting(kind, flow=turn.view.flow, filled=filled, open_slots=unfilled, **more)


def played(turn: Turn, number: int, heard_to: float) -> None:
    """Note how much of a prompt the caller could hear; the whole of it is what counts as told."""
    prompts = []
    for prompt in turn.state.prompts:
        share = max(prompt.heard_to, min(1.0, max(0.0, heard_to))) if prompt.id == number else prompt.heard_to
        prompts.append(changed(prompt, heard_to=share))
        if prompt.id == number and share >= 1.0:
            turn.change(heard=turn.state.heard | {prompt.response})
    turn.change(prompts=tuple(prompts))
    readback = turn.state.readback
    if readback is not None and readback.say == number and heard_to >= 1.0:
        turn.change(readback=changed(readback, heard=True))


def keep_latest(turn: Turn, before: int) -> None:
    """Keep only what was said since the caller's last turn: that is what can be repeated."""
    if isinstance(turn.event, FellSilent | Keyed):
        latest = tuple([prompt for prompt in turn.state.prompts if prompt.id > before])
    else:
        now = turn.state.turn
        latest = tuple([prompt for prompt in turn.state.prompts if prompt.turn == now])
    if latest:
        turn.change(prompts=latest)


def is_yes_no(turn: Turn) -> bool:
    """Whether the question in hand is answered by yes or no."""
    asking = turn.state.asking
    return asking is not None and (asking.kind == "confirm" or asking.type == SlotType.BOOL.value)


def step_of_question(turn: Turn) -> FlowStep | None:
    """The step of the active flow that is asking, if one is."""
    frame = turn.frame
    step = turn.step(frame) if frame is not None else None
    return (
        step
        if step is not None and step.kind in {StepKind.COLLECT, StepKind.OFFER, StepKind.CONFIRM}
        else None
    )
