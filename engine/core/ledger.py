"""What an event changes before anybody decides: time, turns, the safety level, the ladders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import policy, prompts, slots
from engine.core.decision import Verdict
from engine.core.events import BargedIn, CallStarted, FellSilent, Heard, Spoken
from engine.core.privacy import REMOVED
from engine.core.safety import worst
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.safety import Hit
    from engine.core.turn import Turn

_CANNOT = "pattern_cannot_handle"
_NO_INPUT = "pattern_no_input"
_NO_MATCH = "pattern_no_match"
_PERSON = "pattern_human_handoff"


def fold(turn: Turn) -> None:
    """Take the event into the state."""
    event = turn.event
    if turn.state.at is None or event.at > turn.state.at:
        turn.change(at=event.at)
    match event:
        case CallStarted():
            language = event.language if event.language in turn.domain.languages else turn.domain.languages[0]
            turn.change(call=event.call, number=event.number, language=language, phase="talking")
            _fill_from_the_start(turn)
        case Heard():
            _hear(turn, event)
        case Spoken() | BargedIn():
            prompts.played(turn, event.say, event.heard_to)
        case FellSilent():
            _count_silence(turn)
        case _:
            pass


def _fill_from_the_start(turn: Turn) -> None:
    """Slots to which the pack gives a value before anybody has said one."""
    for slot in turn.domain.slots.values():
        if slot.initial is not None:
            slots.put(turn, slot.id, slot.initial, "flow", Status.GIVEN)


def _hear(turn: Turn, event: Heard) -> None:
    finding = turn.domain.lookups.finding(event.transcript.texts)
    if not event.transcript.final:
        turn.change(prepared=worst(turn.state.prepared, finding.level))
        return
    # L0 is the number 0: a level is compared with None, never taken for a truth value.
    level = turn.state.level if finding.level is None else min(turn.state.level, finding.level)
    turn.view.raised = level < turn.state.level
    for hit in finding.hits:
        if hit.suppressed_by is None:
            turn.decide(hit.rule, hit.where, Verdict.ACCEPTED, _seen(hit))
    secret = any(REMOVED in text for text in event.transcript.texts)
    turn.change(
        turn=turn.state.turn + 1, level=level, signals=finding.signals, check=finding.check,
        prepared=None, secret=secret, words=event.transcript.text,
    )  # fmt: skip


def _seen(hit: Hit) -> str:
    what = hit.level.name if hit.level is not None else hit.signal or hit.check
    return f"{what}, hypothesis {hit.rank}"


def _count_silence(turn: Turn) -> None:
    asking = turn.state.asking
    if asking is None or turn.state.understanding is not None or turn.state.phase != "talking":
        return
    slot = asking.slot or ""
    counts = {**turn.state.no_input, slot: turn.state.no_input.get(slot, 0) + 1}
    turn.change(no_input=counts, row=turn.state.row + 1, failures=turn.state.failures + 1)
    _asked_in_vain(turn)


def _asked_in_vain(turn: Turn) -> None:
    if turn.frame is not None:
        turn.at(-1, asked=turn.frame.asked + 1)


def no_match(turn: Turn, *, cannot: bool = False) -> None:
    """Nothing that was said had an effect: count it, and say that it was not understood or cannot be done."""
    slot = turn.state.asking.slot or "" if turn.state.asking is not None else ""
    if not in_vain(turn, slot):
        turn.push(_CANNOT if cannot else _NO_MATCH)


def in_vain(turn: Turn, slot: str) -> bool:
    """Count an answer that did not help; True when that was one too many and a person takes over."""
    counts = {**turn.state.no_match, slot: turn.state.no_match.get(slot, 0) + 1}
    turn.change(no_match=counts, row=turn.state.row + 1, failures=turn.state.failures + 1)
    _asked_in_vain(turn)
    return policy.take_over(turn, "NoMatch") or _too_often(turn, counts[slot])


def no_input(turn: Turn) -> None:
    """The caller is silent: ask again, in other words."""
    asking = turn.state.asking
    if asking is not None and not _too_often(turn, turn.state.no_input.get(asking.slot or "", 0)):
        turn.push(_NO_INPUT)


def _too_often(turn: Turn, count: int) -> bool:
    """Whether the ladder is at its end; then a person is asked for."""
    ladder = turn.domain.ladder
    most = ladder.yes_no if prompts.is_yes_no(turn) else ladder.per_slot
    row, failures = turn.state.row, turn.state.failures
    if count < most and row < max(most, ladder.in_a_row) and failures < ladder.in_all:
        return False
    turn.decide("ladder", _place(turn), Verdict.TOOK_OVER, f"in vain {count} times, {failures} in all")
    turn.change(asking=None, clarify=None)
    turn.push(_PERSON, context={"reason": "ladder"})
    return True


def _place(turn: Turn) -> str:
    step = prompts.step_of_question(turn)
    return step.where if step is not None else "engine/core/ledger.py"
