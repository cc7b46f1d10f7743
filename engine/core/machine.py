"""step(): the only place where a call changes.

Rules of this file: no clock, no network, no file, no randomness; time enters as `event.at`.
The order of a step is fixed, and everything that Frontdesk promises rests on it:

1. fold the event into the state;
2. take over: policies look at the raw words first, before any understanding exists;
3. advance: commands change slots and the flow stack, the flow proposes actions;
4. rule on: every proposed action passes the guards, at the moment it is proposed;
5. monitor: a guarantee that would break drops the step's actions and asks for a person.

Whatever cannot be evaluated fails closed: the caller is put through to a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.core import (
    composing,
    flow,
    handover,
    keys,
    ledger,
    obey,
    outcomes,
    policy,
    prompts,
    rewind,
    unclear,
)
from engine.core.actions import Understand
from engine.core.commands import Affirm, Choose, Correct, Deny, NotUnderstood, SetSlot, WantPerson
from engine.core.decision import Verdict
from engine.core.errors import ConditionError
from engine.core.events import (
    Answered,
    BargedIn,
    CallEnded,
    CallStarted,
    Composed,
    Failed,
    FellSilent,
    Heard,
    Keyed,
    Spoken,
    TimedOut,
    TransferEnded,
    Understood,
)
from engine.core.turn import Turn
from engine.core.utterance import Utterance
from engine.core.view import event_name

if TYPE_CHECKING:
    from engine.core.commands import Command
    from engine.core.decision import Step
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.core.state import DialogueState

GREETING = "pattern_session_start"
_REQUEST = "request:"
_HERE = "engine/core/machine.py"
"""Where the rules are that no pack can change."""


def step(domain: Domain, state: DialogueState, event: Event) -> Step:
    """Advance one call by one event; the state given is left as it is.

    Policies speak first and last. First they may take the turn, so an emergency never waits for
    understanding; last they rule on each action that the flow asks for, so no path through a
    flow, and nothing a model says, can do what a policy forbids.
    """
    turn = Turn(domain, state, event)
    try:
        _work(turn)
    except ConditionError as error:
        return _fail_closed(turn, state, "rule", str(error).split(" ", 1)[0], str(error))
    except Exception as error:  # noqa: BLE001 - a defect of ours must not leave a caller in silence
        return _fail_closed(turn, state, "engine", _HERE, type(error).__name__)
    if turn.breach is not None:
        return _fail_closed(
            turn, state, turn.breach.by, turn.breach.where, "a guarantee would have been broken"
        )
    return turn.done()


def _fail_closed(turn: Turn, state: DialogueState, by: str, where: str, why: str) -> Step:
    """Drop what was proposed and hand over, from the state as it was before the event."""
    fresh = Turn(turn.domain, state, turn.event)
    ledger.fold(fresh)
    fresh.decisions[:] = turn.decisions
    handover.fail_closed(fresh, by, where, why)
    return fresh.done()


def _work(turn: Turn) -> None:
    if turn.state.phase == "ended" or (turn.state.phase == "new") != isinstance(turn.event, CallStarted):
        _after_the_call(turn)
        return
    said = turn.state.says
    ledger.fold(turn)
    if policy.take_over(turn, event_name(turn.event)):
        turn.change(understanding=None, composing=None)
        flow.advance(turn)
    else:
        _react(turn)
    prompts.keep_latest(turn, said)


def _after_the_call(turn: Turn) -> None:
    """Before the beginning and after the end nothing happens, except that a late success is undone."""
    if isinstance(turn.event, Answered):
        outcomes.answered(turn, turn.event.request, turn.event.outcome, dict(turn.event.data))
    elif not isinstance(turn.event, Spoken | CallEnded):
        turn.decide(
            "call", _HERE, Verdict.STALE, f"{event_name(turn.event)} while the call is {turn.state.phase}"
        )


def _react(turn: Turn) -> None:
    event = turn.event
    match event:
        case CallStarted():
            turn.push(GREETING)
            flow.advance(turn)
        case Heard():
            _listen_to(turn, event)
        case Understood():
            _understand(turn, event)
        case Answered():
            outcomes.answered(turn, event.request, event.outcome, dict(event.data))
            flow.advance(turn)
        case FellSilent():
            _wait_no_longer(turn)
        case Keyed():
            obey.obey(turn, keys.commands(turn.state.asking, event.digits), "keys")
            flow.advance(turn)
        case TimedOut():
            _give_up(turn, event.timer)
        case Failed():
            _fail(turn, event)
        case TransferEnded():
            if handover.transfer_ended(turn, event.outcome):
                flow.advance(turn)
        case CallEnded():
            rewind.release(turn)
            rewind.abandon_all(turn)
            turn.change(
                phase="ended", ended_by=event.by, asking=None, understanding=None, composing=None, stack=()
            )
        case Composed():
            composing.composed(turn, event)
            flow.advance(turn)
        case Spoken() | BargedIn():
            pass
        case _:
            assert_never(event)


def _listen_to(turn: Turn, event: Heard) -> None:
    """Ask what was meant, unless the caller is still speaking or being put through."""
    if not event.transcript.final or turn.state.phase != "talking":
        return
    asking = turn.state.asking or prompts.expecting(turn, "open")
    utterance = Utterance(event.transcript, turn.state.turn, turn.state.language)
    if policy.propose(turn, Understand(utterance, asking)):
        turn.change(understanding=turn.state.turn)


def _understand(turn: Turn, event: Understood) -> None:
    if (
        turn.state.understanding is None
        or event.turn != turn.state.understanding
        or turn.state.phase != "talking"
    ):
        turn.decide("understanding", _HERE, Verdict.STALE, f"turn {event.turn} is over")
        return
    turn.change(understanding=None, model_calls=turn.state.model_calls + event.model_calls)
    for why in event.refused:
        turn.decide("model", _HERE, Verdict.REFUSED, why)
    if rewind.writes(turn):
        _while_writing(turn, event)
        return
    turned = event.language in turn.domain.languages and event.language != turn.state.language
    if turned:
        turn.change(language=event.language, asking=None)
    if not (turned and all(isinstance(item, NotUnderstood) for item in event.commands)):
        obey.obey(turn, event.commands, event.source)
    flow.advance(turn)


def _while_writing(turn: Turn, event: Understood) -> None:
    """While something is written only a question that a policy has put meanwhile is answered.

    Is somebody in danger: that is asked at any moment, and the answer must not be lost.
    """
    if turn.state.asking is None:
        why = "a write is under way: its outcome is said first"
        turn.decide("understanding", _HERE, Verdict.REFUSED, why)
        return
    slot = turn.state.asking.slot
    answers = tuple(item for item in event.commands if _is_answer(item, slot))
    obey.obey(turn, answers or (NotUnderstood("no_match"),), event.source)
    flow.advance(turn)


def _is_answer(command: Command, slot: str | None) -> bool:
    """Whether a command can only be about the question in hand, or is the wish for a person."""
    if isinstance(command, SetSlot | Correct):
        return slot is not None and command.slot == slot
    return isinstance(command, Affirm | Deny | Choose | WantPerson | NotUnderstood)


def _wait_no_longer(turn: Turn) -> None:
    if turn.state.asking is None or turn.state.understanding is not None or turn.state.phase != "talking":
        turn.decide("silence", _HERE, Verdict.STALE, "nobody was asked")
        return
    if unclear.matters(turn):
        obey.obey(turn, (NotUnderstood("silence"),), "silence")
    else:
        ledger.no_input(turn)
    flow.advance(turn)


def _give_up(turn: Turn, timer: str) -> None:
    kind, _, number = timer.partition(":")
    if not number.isdecimal():
        return
    match kind:
        case "request":
            outcomes.gave_up(turn, int(number))
            flow.advance(turn)
        case "filler" if _is_thinking(turn, int(number)):
            prompts.hold_on(turn)
        case "compose":
            composing.gave_up(turn, int(number))
            flow.advance(turn)
        case _:
            pass


def _is_thinking(turn: Turn, number: int) -> bool:
    """Whether the words of a turn are still being understood, or its answer worded."""
    worded = turn.state.composing
    return turn.state.phase == "talking" and (
        turn.state.understanding == number or (worded is not None and worded.turn == number)
    )


def _fail(turn: Turn, event: Failed) -> None:
    """The world could not do it: go on with what the pack assumes then."""
    if event.what.startswith(_REQUEST):
        _give_up(turn, event.what)
    elif event.what == "understand" and turn.state.understanding is not None:
        turn.change(understanding=None)
        obey.obey(turn, (NotUnderstood("failed"),), "none")
        flow.advance(turn)
    elif event.what == "compose" and turn.state.composing is not None:
        composing.gave_up(turn, turn.state.composing.turn)
        flow.advance(turn)
    elif event.what == "transfer" and handover.transfer_ended(turn, "failed"):
        flow.advance(turn)
    elif event.what.startswith("policy:"):
        handover.fail_closed(turn, event.what, "", event.kind)
