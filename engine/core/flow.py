"""Advancing flows: from step to step until something has to be awaited.

What is awaited is always one of three: the caller (a question was asked), the world (a request
is under way), or nothing any more (the call was transferred or ended).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from engine.core import handover, prompts, reference, rewind, slots
from engine.core.condition import Condition
from engine.core.decision import Verdict
from engine.core.domain import END, StepKind
from engine.core.state import Readback, Status

if TYPE_CHECKING:
    from engine.core.domain import FlowStep
    from engine.core.state import FlowFrame
    from engine.core.turn import Turn

CLARIFY, WHICH_TASK = "pattern_clarification", "pattern_which_task"
COMPLETED = "pattern_completed"
RESUMED = "pattern_continue_interrupted"
_LIMIT = 200
"""Steps in one turn, after which a flow is going in a circle."""
_ENDLESS = f"the flow does not wait for anything within {_LIMIT} steps"


class EndlessFlowError(ValueError):
    """A flow that goes in a circle without waiting for anything."""


def advance(turn: Turn) -> None:
    """Run the active flow until the caller or the world has to be awaited.

    Raises:
        ConditionError: a condition or template has no value on this state.
        EndlessFlowError: the flow does not stop.
    """
    for _ in range(_LIMIT):
        if turn.state.phase != "talking" or turn.state.asking is not None or turn.breach is not None:
            return
        if turn.state.composing is not None:
            return
        frame = turn.frame
        if turn.state.clarify is not None and (frame is None or not turn.flow(frame).only_speaks):
            _clarify(turn, *turn.state.clarify)
            continue
        if frame is None:
            prompts.ask_open(turn)
            return
        if frame.queued:
            _take_given(turn, frame)
        if not _do(turn, frame):
            return
    raise EndlessFlowError(_ENDLESS)


def _clarify(turn: Turn, slot: str, readings: tuple[Any, ...]) -> None:
    """Put the question which reading, or which task, is meant, and then wait for the answer."""
    if turn.clarified and slot:
        prompts.ask_reading(turn, slot, readings)
    elif turn.clarified:
        prompts.ask_task(turn, readings)
    elif not slot:
        turn.push(WHICH_TASK, context={"options": readings})
    else:
        kind = turn.domain.slots[slot].type.value
        turn.push(CLARIFY, context={"slot": slot, "type": kind, "options": readings})


def run_through(turn: Turn, pattern: str) -> None:
    """Run a repair flow that only says something, and come back to what was being asked.

    Raises:
        EndlessFlowError: the flow does not stop.
    """
    turn.push(pattern)
    run_out(turn)


def run_out(turn: Turn) -> None:
    """Go on with the flow in hand, and no other, until it ends, gives way or awaits something.

    Raises:
        ConditionError: a condition or template has no value on this state.
        EndlessFlowError: the flow does not stop.
    """
    task = turn.frame.task if turn.frame is not None else 0
    for _ in range(_LIMIT):
        frame = turn.frame
        if (
            frame is None
            or frame.task != task
            or turn.state.asking is not None
            or turn.state.phase != "talking"
        ):
            return
        if not _do(turn, frame):
            return
    raise EndlessFlowError(_ENDLESS)


def _do(turn: Turn, frame: FlowFrame) -> bool:
    """Do the next step of a flow, or end it; False when something is awaited now."""
    turn.view.context = frame.context
    step = turn.step(frame)
    if step is None:
        _finish(turn, frame)
        return True
    if step.guard is not None and not step.guard.holds(turn.view):
        go(turn, step, step.following)
        return True
    return _run(turn, frame, step)


def _take_given(turn: Turn, frame: FlowFrame) -> None:
    """The turn of a queued task has come: apply what the caller said for it."""
    turn.at(-1, queued=False, given=())
    for item in frame.given:
        slot = turn.domain.slots.get(item.slot)
        if slot is None or slot.filled_by != "caller":
            continue
        try:
            value = slots.coerce(turn.domain, slot, item.value)
        except slots.InvalidValueError:
            continue
        if reference.points_back(value):
            value = reference.settled(turn, value)
        if value is not None and slots.rejection(turn, slot, value) is None:
            rewind.replaced(turn, slot.id)
            slots.put(turn, slot.id, value, "caller", confidence=item.confidence, evidence=item.evidence)


def _run(turn: Turn, frame: FlowFrame, step: FlowStep) -> bool:
    """Do one step; False when something is awaited now."""
    match step.kind:
        case StepKind.COLLECT:
            return _collect(turn, step)
        case StepKind.SAY:
            go(turn, step, step.following)
            prompts.say(turn, step.response)
        case StepKind.REQUEST:
            waiting = any(
                item.task == frame.task and item.step == step.id and not item.abandoned
                for item in turn.state.pending.values()
            )
            if waiting:
                return False
            rewind.request(turn, frame, step)
            return turn.frame is not frame
        case StepKind.OFFER:
            return _offer(turn, step)
        case StepKind.CONFIRM:
            prompts.read_back(turn, step)
        case StepKind.SET:
            _set(turn, step)
        case StepKind.CALL:
            go(turn, step, step.following)
            turn.push(step.flow, called=True)
            turn.decide(f"{frame.flow}.{step.id}", step.where, Verdict.ADVANCED, f"calls {step.flow}")
        case StepKind.LINK:
            turn.pop()
            # A task that was interrupted for this one is gone on with, never begun a second time.
            if not any(item.flow == step.flow and not item.queued for item in turn.state.stack):
                turn.push(step.flow)
            turn.decide(f"{frame.flow}.{step.id}", step.where, Verdict.ADVANCED, f"goes to {step.flow}")
        case StepKind.NOOP:
            go(turn, step, step.following)
        case StepKind.TRANSFER:
            go(turn, step, END)
            handover.transfer(turn, step.target, step.reason or f"{frame.flow}.{step.id}")
        case StepKind.HANG_UP:
            go(turn, step, END)
            handover.hang_up(turn, step.reason or f"{frame.flow}.{step.id}")
        case _:
            assert_never(step.kind)
    return True


def _collect(turn: Turn, step: FlowStep) -> bool:
    frame = turn.frame
    slot = turn.domain.slots[step.slot]
    if step.always_ask and frame is not None and not frame.context.get(f"asked:{step.id}"):
        turn.at(-1, context={**frame.context, f"asked:{step.id}": True})
        slots.void(turn, frozenset({step.slot}))
    value = slots.value_of(turn, step.slot)
    if slots.complete(slot, value) or any(slots.value_of(turn, name) is not None for name in step.accepts):
        go(turn, step, step.following)
        return True
    prompts.ask_slot(turn, step, slots.missing_field(slot, value))
    return False


def _offer(turn: Turn, step: FlowStep) -> bool:
    if slots.value_of(turn, step.into) is not None:
        go(turn, step, step.following, "chosen")
        return True
    options = tuple(slots.value_of(turn, step.slot) or ())
    if not options:
        go(turn, step, step.following, "declined")
        return True
    prompts.offer(turn, step, options)
    return False


def _set(turn: Turn, step: FlowStep) -> None:
    go(turn, step, step.following)
    for name, constant in step.values:
        value = constant.value(turn.view) if isinstance(constant, Condition) else constant
        if value == slots.value_of(turn, name):
            continue
        rewind.replaced(turn, name)
        if value is None:
            slots.void(turn, frozenset({name}))
        else:
            slots.put(turn, name, value, "flow", Status.GIVEN)


def go(turn: Turn, step: FlowStep, following: str, outcome: str = "", depth: int = -1) -> None:
    """Move a frame on from a step: by the outcome, else by the first branch that holds, else onward."""
    target = step.outcomes.get(outcome) or (step.outcomes.get("else") if outcome else None)
    if target is None:
        turn.view.context = turn.state.stack[depth].context
        turn.view.outcome = outcome
        branches = (
            branch.to for branch in step.branches if branch.when is None or branch.when.holds(turn.view)
        )
        target = next(branches, following)
    turn.at(depth, step=target, asked=0)
    frame = turn.state.stack[depth]
    why = f"{outcome}: {target}" if outcome else target
    turn.decide(f"{frame.flow}.{step.id}", step.where, Verdict.ADVANCED, why)


def _finish(turn: Turn, frame: FlowFrame) -> None:
    """A flow has come to its end: forget what was its own, and go back to what it interrupted."""
    turn.pop()
    if frame.called:
        return
    turn.clarified = turn.clarified or frame.flow in {CLARIFY, WHICH_TASK}
    flow = turn.domain.flows[frame.flow]
    turn.decide(flow.id, flow.where, Verdict.ADVANCED, "ends")
    forget(turn, flow.owns)
    below = turn.frame
    if flow.pattern:
        return
    if below is not None:
        turn.change(readback=_agreed(turn, below), refused=() if below.queued else turn.state.refused)
        turn.push(RESUMED, context={"flow": below.flow})
    else:
        turn.change(readback=None, refused=())
        turn.push(COMPLETED, context={"flow": frame.flow})


def _agreed(turn: Turn, frame: FlowFrame) -> Readback | None:
    """The read-back from which a flow has gone on with a yes: it holds for the rest of it.

    Whatever was read back in between; the status of the values says whether they are still those.
    """
    flow = turn.flow(frame)
    for step in reversed(flow.steps[: flow.index.get(frame.step, 0)]):
        if step.kind is StepKind.CONFIRM:
            held = [turn.state.slots[name] for name in step.reads if name in turn.state.slots]
            agreed = bool(held) and all(item.status is Status.CONFIRMED for item in held)
            return Readback(step.id, 0, step.reads, heard=True) if agreed else None
    return None


def drop_patterns(turn: Turn) -> None:
    """Repair flows give way to a new task; they are not resumed."""
    while turn.frame is not None and turn.flow(turn.frame).pattern:
        owned = turn.flow(turn.frame).owns
        turn.pop()
        forget(turn, owned)


def forget(turn: Turn, owned: frozenset[str]) -> None:
    """Void the slots of a flow that is over, except those that a flow beneath still needs."""
    needed: set[str] = set()
    for frame in turn.state.stack:
        needed |= frozenset() if frame.queued else turn.domain.flows[frame.flow].owns
    slots.void(turn, owned - needed)
