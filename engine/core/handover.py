"""Putting the caller through to a person: the end of every ladder, and what a failing rule falls back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.core import policy, prompts, rewind
from engine.core.actions import HangUp, Say, Transfer
from engine.core.decision import Verdict
from engine.core.errors import ConditionError
from engine.core.reply import render
from engine.core.safety import Level
from engine.core.state import Ringing

if TYPE_CHECKING:
    from engine.core.turn import Turn

PERSON = "reception"
"""The target when nothing more special is asked for; every pack has it."""
EMERGENCY = "emergency"
HANDOVER = "utter_handover"
"""What is said before a hand-over that no flow worded."""
_FAILED = "pattern_transfer_failed"
_ANSWERED = frozenset({"answered", "caller_left"})


def transfer(turn: Turn, target: str, reason: str, *, ruled: bool = False) -> bool:
    """Start a transfer; whatever was held for the caller is given back. True when it started.

    A transfer to the same target that is already ringing is not dialled again: it would drop the first.
    """
    ringing = turn.state.transfer
    if turn.state.phase == "transferring" and ringing is not None and ringing.target == target:
        return True
    if turn.state.phase == "ended":
        return False
    if target == EMERGENCY:
        turn.change(level=min(turn.state.level, Level.L1))
    return _dial(turn, target, 0, reason, ruled=ruled)


def _dial(turn: Turn, target: str, rung: int, reason: str, *, ruled: bool = False) -> bool:
    phones = turn.domain.transfers.get(target) or turn.domain.transfers.get(PERSON, ())
    if rung >= len(phones):
        return False
    phone = phones[rung]
    summary = _summary(turn)
    rewind.release(turn)
    rewind.abandon_all(turn)
    action = Transfer(target, phone, turn.domain.phones.get(phone, ""), reason, summary)
    if not policy.propose(turn, action, ruled=ruled):
        return False
    turn.change(
        phase="transferring",
        transfer=Ringing(target, rung, reason),
        asking=None,
        understanding=None,
        composing=None,
    )
    return True


def _summary(turn: Turn) -> dict[str, Any]:
    """What the person who takes over should know, so that the caller need not repeat it."""
    slots = {
        name: held.value
        for name, held in turn.state.slots.items()
        if held.value is not None and turn.domain.slots[name].data_class != "secret"
    }
    return {
        "caller": turn.state.number,
        "flow": turn.view.flow,
        "level": turn.state.level.name,
        "slots": slots,
        "no_match": turn.state.failures,
        "language": turn.state.language,
    }


def hang_up(turn: Turn, reason: str) -> None:
    """End the call; whatever was held for the caller is given back."""
    if turn.state.phase == "ended":
        return
    rewind.release(turn)
    rewind.abandon_all(turn)
    if policy.propose(turn, HangUp(reason)):
        turn.change(phase="ended", asking=None, understanding=None, composing=None, ended_by="us", stack=())


def transfer_ended(turn: Turn, outcome: str) -> bool:
    """Take note of how a transfer ended; True when the talk with the caller goes on."""
    ringing = turn.state.transfer
    if turn.state.phase != "transferring" or ringing is None:
        why = f"a transfer that is not under way ended: {outcome}"
        turn.decide("transfer", "engine/core/handover.py", Verdict.STALE, why)
        return False
    if outcome in _ANSWERED:
        turn.change(phase="ended", ended_by="caller" if outcome == "caller_left" else "transfer", stack=())
        return False
    phones = turn.domain.transfers.get(ringing.target) or turn.domain.transfers.get(PERSON, ())
    if ringing.rung + 1 < len(phones):
        if "utter_transfer_retry" in turn.domain.responses:
            prompts.say(turn, "utter_transfer_retry")
        _dial(turn, ringing.target, ringing.rung + 1, ringing.reason)
        return False
    turn.change(phase="talking", stack=())
    turn.push(_FAILED, context={"target": ringing.target, "reason": ringing.reason})
    return True


def fail_closed(turn: Turn, by: str, where: str, why: str) -> None:
    """Hand over to a person because a rule could not be relied on; never raises."""
    turn.decide(by, where, Verdict.FAILED_CLOSED, why)
    if turn.state.phase in {"ended", "transferring"}:
        return
    _say_plainly(turn)
    summary = _summary(turn)
    rewind.release(turn)
    rewind.abandon_all(turn)
    phones = turn.domain.transfers.get(PERSON) or next(iter(turn.domain.transfers.values()), ())
    if not phones:
        turn.actions.append(HangUp(f"{by} failed"))
        turn.change(phase="ended", ended_by="us", asking=None, understanding=None, composing=None)
        return
    turn.actions.append(Transfer(PERSON, phones[0], turn.domain.phones.get(phones[0], ""), by, summary))
    turn.change(
        phase="transferring",
        transfer=Ringing(PERSON, 0, by),
        asking=None,
        understanding=None,
        composing=None,
        stack=(),
    )


def _say_plainly(turn: Turn) -> None:
    """Say the hand-over without asking any rule: rules are what has just failed."""
    try:
        words = render(turn.view, HANDOVER)
    except ConditionError:
        return
    turn.change(says=turn.state.says + 1)
    turn.actions.append(
        Say(turn.state.says, HANDOVER, words.text, words.style, words.barge_in, words.data_class)
    )
