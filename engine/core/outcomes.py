"""What services answer: taken in by the flow that waits, undone when nobody does, or assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import flow, reference, rewind, slots
from engine.core.decision import Verdict
from engine.core.domain import SlotType
from engine.core.frozen import changed
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.turn import Turn

_HERE = "engine/core/outcomes.py"


def answered(turn: Turn, number: int, outcome: str, data: dict[str, object]) -> None:
    """Take in the answer of a service; one that nobody waits for is undone."""
    pending = dict(turn.state.pending)
    item = pending.pop(number, None)
    turn.change(pending=pending)
    if item is None:
        why = f"request {number} was answered before, or never made"
        turn.decide("answered", _HERE, Verdict.STALE, why)
        return
    service = turn.domain.services[item.service]
    if item.task == 0:
        turn.decide(service.id, service.where, Verdict.ACCEPTED, outcome)
        _refresh(turn, item.service, outcome, data)
        return
    if item.abandoned:
        turn.decide(service.id, service.where, Verdict.STALE, f"nobody waits for it any more: {outcome}")
        if outcome in service.success and service.undo:
            given = {key: data[key] for key, _ in service.gives if key in data}
            slots.compensate(turn, service.undo, given)
        return
    if outcome not in service.outcomes:
        outcome = service.on_timeout or service.outcomes[0]
    turn.decide(service.id, service.where, Verdict.ACCEPTED, outcome)
    _take_data(turn, item.service, outcome, data)
    reference.settle_waiting(turn)
    for depth, frame in enumerate(turn.state.stack):
        step = turn.step(frame)
        if frame.task == item.task and step is not None and step.id == item.step:
            flow.go(turn, step, step.following, outcome, depth)


def _refresh(turn: Turn, name: str, outcome: str, data: dict[str, object]) -> None:
    """An answer that no flow waits for renews what is still there; it never brings back what was given up."""
    service = turn.domain.services[name]
    for key, slot in service.gives if outcome in service.success else ():
        held, value = slots.value_of(turn, slot), data.get(key)
        if turn.view.pick(held, "id") is not None and turn.view.pick(held, "id") == turn.view.pick(
            value, "id"
        ):
            slots.put(turn, slot, value, "service", Status.GIVEN)


def _take_data(turn: Turn, name: str, outcome: str, data: dict[str, object]) -> None:
    service = turn.domain.services[name]
    given = frozenset(slot for key, slot in service.gives if data.get(key) is not None)
    for key, slot in service.gives:
        value = data.get(key)
        if value is None:
            continue
        listed = turn.domain.slots[slot].type is SlotType.LIST
        value = tuple(value) if listed and isinstance(value, list) else value
        # A list is new even when it holds the same: what was chosen from the last one may be gone by now.
        if listed or value != slots.value_of(turn, slot):
            rewind.replaced(turn, slot, keep=given)
        slots.put(turn, slot, value, "service", Status.GIVEN)
    if service.effect == "write" and (outcome in service.success or outcome == service.on_timeout):
        _consume(turn, name)


def _consume(turn: Turn, name: str) -> None:
    """What a write has used up, or may have used up, is no longer ours to give back."""
    for _, slot in turn.domain.services[name].needs:
        if slot in turn.domain.lookups.undoing:
            slots.put(turn, slot, None, "service", Status.VOID)


def gave_up(turn: Turn, number: int) -> None:
    """No answer came in time: go on with the outcome that the pack assumes, and undo a late success."""
    item = turn.state.pending.get(number)
    if item is None or item.abandoned:
        if item is not None and item.task == 0:
            turn.change(pending={key: other for key, other in turn.state.pending.items() if key != number})
        return
    service = turn.domain.services[item.service]
    outcome = service.on_timeout or service.outcomes[-1]
    answered(turn, number, outcome, {})
    turn.change(pending={**turn.state.pending, number: changed(item, abandoned=True)})
