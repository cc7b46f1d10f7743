"""Yes, no and "the second one": what they mean depends on what was asked, and on how much of it was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.core import flow, ledger, prompts, reference, rewind, slots, tasks
from engine.core.commands import SetSlot
from engine.core.decision import Verdict
from engine.core.domain import SlotType, StepKind
from engine.core.events import MODEL
from engine.core.intake import fill
from engine.core.state import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.core.domain import FlowStep
    from engine.core.turn import Turn

_GOODBYE = "pattern_goodbye"
_OFFERS = frozenset({"offer", "open"})
"""Kinds of questions that may have options: values, or the tasks that were perhaps meant."""


def affirm(turn: Turn, source: str) -> bool:
    """Yes, to what was asked; over a read-back that was not heard to its end it is no consent.

    Nor is a yes that a model heard: nothing is written because a model says that somebody agreed.
    """
    asking, step = turn.state.asking, prompts.step_of_question(turn)
    if asking is None:
        return False
    if asking.kind == "open" and not asking.options:
        turn.change(asking=None)
        return True
    if asking.kind in _OFFERS:
        return len(asking.options) == 1 and choose(turn, 0)
    if asking.kind == "slot":
        return asking.type == SlotType.BOOL and fill(turn, SetSlot(str(asking.slot), value=True), source)
    if step is None or step.kind is not StepKind.CONFIRM:
        return False
    if source == MODEL:
        turn.decide(step.id, step.where, Verdict.REFUSED, "a yes that only a model heard is not consent")
        return False
    readback = turn.state.readback
    if readback is None or readback.step != step.id or not readback.heard:
        turn.decide(step.id, step.where, Verdict.REFUSED, "a yes over an unheard read-back is not consent")
        ledger.in_vain(turn, "")
        turn.change(asking=None)
        return True
    turn.change(asking=None)
    slots.mark(turn, step.reads, Status.CONFIRMED)
    flow.go(turn, step, step.following, "confirmed")
    return True


def deny(turn: Turn, slot: str | None, source: str) -> bool:
    """No, to what was asked; with a slot, to that part of it."""
    asking, step = turn.state.asking, prompts.step_of_question(turn)
    if asking is None:
        return False
    if asking.kind == "open" and not asking.options:
        turn.push(_GOODBYE)
        return True
    if asking.kind == "slot":
        return asking.type == SlotType.BOOL and fill(turn, SetSlot(str(asking.slot), value=False), source)
    turn.change(asking=None)
    if turn.state.clarify is not None:
        turn.change(clarify=None)
    elif slot is not None and _is_read(turn, slot, asking.reads):
        rewind.taken_back(turn, slot)
    elif step is not None and step.kind is StepKind.OFFER:
        _decline(turn, step, asking.options)
    elif step is not None:
        turn.change(readback=None)
        flow.go(turn, step, step.following, "denied")
    return True


def _is_read(turn: Turn, slot: str, reads: Sequence[str]) -> bool:
    """Whether a slot is read back, or what is read back follows from it, as a person from a name."""
    return slot in reads or not set(turn.domain.voids.get(slot, ())).isdisjoint(reads)


def _decline(turn: Turn, step: FlowStep, options: tuple[Any, ...]) -> None:
    rewind.turned_down(turn, options)
    slots.void(turn, frozenset({step.slot, step.into}))
    flow.go(turn, step, step.following, "declined")


def choose(turn: Turn, option: int) -> bool:
    """Take one of the options that were offered."""
    asking, step = turn.state.asking, prompts.step_of_question(turn)
    if asking is None or asking.kind not in _OFFERS or not 0 <= option < len(asking.options):
        return False
    chosen = asking.options[option]
    if asking.kind == "open":
        return tasks.begin(turn, chosen)
    if turn.state.clarify is not None:
        turn.change(clarify=None)
        return fill(turn, SetSlot(str(asking.slot), chosen), "lexical")
    if step is None or step.kind is not StepKind.OFFER:
        return False
    turn.change(asking=None)
    rewind.replaced(turn, step.into)
    slots.put(turn, step.into, chosen, "caller")
    reference.settle_waiting(turn)
    flow.go(turn, step, step.following, "chosen")
    return True
