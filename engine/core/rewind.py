"""Going back: what a change of one slot means for the steps that were built on it.

Nothing in a flow says "after a change go there". The dependencies between slots, steps and
services are known when the pack loads, so a correction in any turn withdraws what followed from
the old value and puts the flow on the first step that has to be done again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from engine.core import frozen, policy, slots
from engine.core.actions import Request, Wait
from engine.core.domain import SlotType, StepKind
from engine.core.state import Pending

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from engine.core.domain import Domain, Flow, FlowStep, Service
    from engine.core.state import FlowFrame
    from engine.core.turn import Turn


def changed(turn: Turn, slot: str, left: str = "") -> None:
    """The caller changed a slot: withdraw what followed from it, and go back to what must be done again.

    `left` is the question that the flow has just left by a way of its own: only what comes before it is
    done again, or the flow would be put back on that very question.
    """
    gone = _withdraw(turn, slot)
    _go_back(turn, slot, gone, len(turn.state.stack), left)


def taken_back(turn: Turn, slot: str) -> None:
    """The caller took a value back without giving another: it was not meant, and is asked for again."""
    value = slots.value_of(turn, slot)
    turn.change(mentions=tuple(item for item in turn.state.mentions if item.value != value))
    gone = _withdraw(turn, slot) | slots.void(turn, frozenset({slot}))
    _go_back(turn, slot, gone, len(turn.state.stack))


def replaced(turn: Turn, slot: str, keep: frozenset[str] = frozenset()) -> None:
    """The flow itself, a service or a policy changes a slot: the active flow says how it goes on.

    What followed from the old value is withdrawn all the same, and tasks that were interrupted go back.
    """
    gone = _withdraw(turn, slot, keep) | {slot}
    root = len(turn.state.stack)
    while root and turn.state.stack[root - 1].called:
        root -= 1
    _go_back(turn, slot, gone, max(0, root - 1))


def _withdraw(turn: Turn, slot: str, keep: frozenset[str] = frozenset()) -> frozenset[str]:
    gone = slots.void(turn, frozenset(turn.domain.voids.get(slot, ())) - keep)
    _abandon(turn, gone | {slot})
    return gone


def _go_back(turn: Turn, slot: str, gone: frozenset[str], depths: int, left: str = "") -> None:
    """Put each of the lowest `depths` frames on its first step that builds on what has changed."""
    stack = list(turn.state.stack)
    for depth in range(min(depths, len(stack)) - 1, -1, -1):
        frame = stack[depth]
        flow = turn.flow(frame)
        here = flow.index.get(frame.step, len(flow.steps))
        if _has_written(turn, flow, here):
            continue
        if left and depth == len(turn.state.stack) - 1:
            here = min(here, flow.index[left])
        for step in flow.steps[:here]:
            if _builds_on(turn.domain, step, slot, gone):
                stack[depth] = frozen.changed(frame, step=step.id, asked=0)
                while depth + 1 < len(stack) and stack[depth + 1].called:
                    del stack[depth + 1]
                break
    if len(stack) < len(turn.state.stack):
        turn.change(asking=None)
    turn.change(stack=tuple(stack))


def _has_written(turn: Turn, flow: Flow, here: int) -> bool:
    """Whether a flow has brought about what it is for: no later fact makes it do that again."""
    services = turn.domain.services
    return any(
        slots.value_of(turn, slot) is not None
        for step in flow.steps[:here]
        if step.kind is StepKind.REQUEST and services[step.service].effect == "write"
        for _, slot in services[step.service].gives
    )


def _builds_on(domain: Domain, step: FlowStep, slot: str, gone: frozenset[str]) -> bool:
    match step.kind:
        case StepKind.COLLECT:
            return step.slot in gone
        case StepKind.REQUEST:
            service = domain.services[step.service]
            uses = {name for _, name in (*service.needs, *service.wants)}
            return slot in uses or any(name in gone for _, name in service.gives)
        case StepKind.OFFER:
            return step.slot in gone or step.into in gone
        case StepKind.CONFIRM:
            return slot in step.reads or not gone.isdisjoint(step.reads)
        case StepKind.SET:
            return any(name in gone for name, _ in step.values)
        case StepKind.CALL:
            return not gone.isdisjoint(domain.lookups.fills(step.flow))
        case _:
            return False


def _abandon(turn: Turn, changed: frozenset[str]) -> None:
    """Nobody waits any more for answers to requests that were made with the old values."""
    pending = dict(turn.state.pending)
    for number, item in pending.items():
        service = turn.domain.services[item.service]
        if any(name in changed for _, name in (*service.needs, *service.wants)):
            pending[number] = frozen.changed(item, abandoned=True)
    turn.change(pending=pending)


def awaits(turn: Turn) -> bool:
    """Whether an answer is under way that somebody waits for."""
    return any(not item.abandoned for item in turn.state.pending.values())


def writes(turn: Turn) -> bool:
    """Whether something is being written that cannot be taken back, and that somebody waits for."""
    services = turn.domain.services
    return any(
        not item.abandoned and services[item.service].effect == "write"
        for item in turn.state.pending.values()
    )


def abandon_all(turn: Turn) -> None:
    """Nobody waits for anything any more: a later success is undone."""
    turn.change(
        pending={number: frozen.changed(item, abandoned=True) for number, item in turn.state.pending.items()}
    )


def release(turn: Turn, names: frozenset[str] | None = None) -> None:
    """Give back what slots hold in the world, and forget it; all of them unless some are named."""
    held = frozenset(turn.domain.lookups.undoing)
    slots.void(turn, held if names is None else held & names)


def request(turn: Turn, frame: FlowFrame, step: FlowStep) -> None:
    """Ask the service of a step, if the guards let it.

    Raises:
        ValueError: a slot that the service needs is empty, which the pack's check should have found.
    """
    service = turn.domain.services[step.service]
    args: dict[str, Any] = dict(service.fixed)
    for parameter, name in service.needs:
        value = slots.value_of(turn, name)
        if value is None:
            message = f"{step.where}: {service.id} needs slot '{name}', which is empty"
            raise ValueError(message)
        args[parameter] = value
    for parameter, name in service.wants:
        value = slots.value_of(turn, name)
        if value is not None:
            args[parameter] = value
    if turn.state.refused and any(turn.domain.slots[name].type is SlotType.LIST for _, name in service.gives):
        args["refused"] = turn.state.refused
    if _may_mean_one(turn, service) and (spoken := _spoken_of(turn)) is not None:
        args["spoken"] = spoken
    number = turn.state.requests + 1
    key = _key(turn, service, frame.task, number, args)
    if policy.propose(turn, Request(number, service.id, args, key)):
        pending = {**turn.state.pending, number: Pending(service.id, frame.task, step.id, args)}
        turn.change(requests=number, pending=pending)
        policy.propose(turn, Wait(f"request:{number}", service.timeout_s), ruled=True)


def _may_mean_one(turn: Turn, service: Service) -> bool:
    """Whether a service lists records of which one may be meant."""
    kinds = {turn.domain.slots[name].type for _, name in service.gives}
    return kinds >= {SlotType.LIST, SlotType.RECORD}


def _spoken_of(turn: Turn) -> Any:
    """The record that was talked about last: what "it" and "my visit" point to."""
    for mention in reversed(turn.state.mentions):
        if mention.type == SlotType.RECORD.value and {"id", "start"} <= set(mention.value):
            return mention.value
    return None


def turned_down(turn: Turn, options: tuple[Any, ...]) -> None:
    """What was refused is not offered again in this task."""
    refused = tuple(item for item in options if item not in turn.state.refused)
    turn.change(refused=turn.state.refused + refused)


def _key(turn: Turn, service: Service, task: int, number: int, args: Mapping[str, Any]) -> str:
    """Idempotency key: a write of the same task with the same facts is the same deed, however often asked."""
    what = str(number)
    if service.effect == "write":
        what = sha256(json.dumps(args, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
    return f"{turn.state.call}:{task}:{service.id}:{what}"


def request_beside(turn: Turn, name: str) -> None:
    """Ask a service for which no flow waits, when the slots it needs are filled."""
    service = turn.domain.services[name]
    args: dict[str, Any] = dict(service.fixed)
    for parameter, slot in (*service.needs, *service.wants):
        value = slots.value_of(turn, slot)
        if value is not None:
            args[parameter] = value
        elif (parameter, slot) in service.needs:
            return
    slots.compensate(turn, name, args)


def back_to_service(turn: Turn, name: str) -> None:
    """Put the active flow on its first step that requests a service."""
    for depth in range(len(turn.state.stack) - 1, -1, -1):
        flow = turn.flow(turn.state.stack[depth])
        for step in flow.steps:
            if step.kind is StepKind.REQUEST and step.service == name:
                turn.change(stack=turn.state.stack[: depth + 1], asking=None)
                turn.at(depth, step=step.id, asked=0)
                return


def back_to_readback(turn: Turn) -> None:
    """Put the active flow on the confirmation before the step it stands on, to read back once more."""
    frame = turn.frame
    if frame is None:
        return
    flow = turn.flow(frame)
    here = flow.index.get(frame.step, len(flow.steps))
    for step in reversed(flow.steps[:here]):
        if step.kind is StepKind.CONFIRM:
            turn.change(asking=None)
            turn.at(-1, step=step.id, asked=0)
            return
