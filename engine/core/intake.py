"""Taking over what a caller said: who may, with what, and what it means for the flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.core import flow, ledger, prompts, reference, rewind, slots
from engine.core.commands import Correct, SetSlot
from engine.core.domain import StepKind
from engine.core.frozen import changed
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.domain import Slot
    from engine.core.turn import Turn

_CORRECTED = "pattern_correction"


def fill(turn: Turn, command: SetSlot | Correct, source: str) -> bool:
    """Take a value over; False when the slot cannot have it, and then the old value stays."""
    slot = turn.domain.slots.get(command.slot)
    if slot is None or not _may_fill(turn, slot):
        return False
    if len(command.alternatives) > 1:
        return _clarify(turn, command, source)
    if (part := slots.part_of(slot, command.value)) is not None:
        return _go_on(turn, slot.id, part)
    try:
        value = slots.coerce(turn.domain, slot, command.value)
    except slots.InvalidValueError:
        return False
    if reference.points_back(value) and not reference.may_wait(turn):
        value = reference.settled(turn, value)
        if value is None:
            return _ask_again(turn, slot.id, reference.UNRESOLVED)
    held = slots.value_of(turn, slot.id)
    value = slots.joined(slot.type, held, value)
    refusal = slots.rejection(turn, slot, value)
    if refusal is not None:
        return _ask_again(turn, slot.id, refusal)
    asked = turn.state.asking is not None and slot.id in {turn.state.asking.slot, *turn.state.asking.accepts}
    if value == held:
        turn.change(asking=None if asked else turn.state.asking)
        return asked
    offered = turn.state.asking is not None and turn.state.asking.kind == "offer"
    replaces = held is not None and slots.complete(slot, held)
    by = "model" if source == "model" else "caller"
    status = Status.CORRECTED if replaces else Status.PROPOSED
    left = _follow_question(turn, slot.id, value)
    slots.put(turn, slot.id, value, by, status, confidence=command.confidence, evidence=command.evidence)
    rewind.changed(turn, slot.id, left)
    turn.change(asking=None, clarify=None, no_match={**turn.state.no_match, slot.id: 0})
    if replaces and not asked and not offered:
        turn.push(_CORRECTED, context={"slot": slot.id})
    return True


def _may_fill(turn: Turn, slot: Slot) -> bool:
    """Whether words may: never what only a service knows, and an answer only to its question."""
    if slot.filled_by == "answer":
        return turn.state.asking is not None and turn.state.asking.slot == slot.id
    return slot.filled_by == "caller"


def _go_on(turn: Turn, slot: str, part: str) -> bool:
    """Listen for the rest of a number, without a word; False when nothing was added to it."""
    asking = turn.state.asking
    if asking is None or asking.kind != "slot" or asking.slot != slot or len(part) <= len(asking.so_far):
        return False
    prompts.listen(turn, changed(asking, so_far=part), turn.domain.slots[slot].silence_s)
    return True


def _ask_again(turn: Turn, slot: str, response: str) -> bool:
    """Say why a value is not taken; the flow asks again, unless that was once too often."""
    if not ledger.in_vain(turn, slot):
        prompts.say(turn, response)
        turn.change(asking=None)
    return True


def _follow_question(turn: Turn, slot: str, value: Any) -> str:
    """A new wish during an offer, or a correction in a read-back, may have a way of its own in the flow.

    Returns the step that was left so; empty when there is no such way.
    """
    step = prompts.step_of_question(turn)
    if step is None or turn.state.asking is None:
        return ""
    if step.kind is StepKind.CONFIRM and slot in step.reads:
        outcome = "corrected"
    elif step.kind is StepKind.OFFER and step.slot in turn.domain.voids.get(slot, ()):
        outcome = "other_wish"
        if slots.is_measured(value):
            rewind.turned_down(turn, turn.state.asking.options)
    else:
        return ""
    if outcome not in step.outcomes:
        return ""
    flow.go(turn, step, step.following, outcome)
    return step.id


def _clarify(turn: Turn, command: SetSlot | Correct, source: str) -> bool:
    """Several readings of the same words: ask which, never pick."""
    slot = turn.domain.slots[command.slot]
    readings = []
    for reading in command.alternatives:
        try:
            value = slots.coerce(turn.domain, slot, reading)
        except slots.InvalidValueError:
            continue
        if value not in readings and slots.rejection(turn, slot, value) is None:
            readings.append(value)
    if len(readings) < 2:
        return bool(readings) and fill(turn, changed(command, value=readings[0], alternatives=()), source)
    if slot.id in turn.state.no_match and ledger.in_vain(turn, slot.id):
        return True
    turn.change(asking=None, clarify=(slot.id, tuple(readings)), no_match={slot.id: 0, **turn.state.no_match})
    return True
