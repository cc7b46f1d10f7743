"""Moves: what a caller, understanding and the world can do to a call, told without numbers and times.

A move says "the hold is granted", not "request 4 is answered at 09:15": so it can be made in a state in
normal form and in a real call alike, and a failing call found in the one can be played in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.core.domain import SlotType
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
from engine.core.utterance import Hypothesis, Transcript
from engine.proof.values import FRESH_S
from engine.proof.words import NEUTRAL

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.core.state import DialogueState

CLOCK = "clock"
"""A timer that nobody waits for: all that its end tells is the time."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that happens to a call."""

    kind: str
    """start | heard | partial | second | understood | stale | answered | again | timed_out | failed |
    spoken | cut_off | silence | keys | clock | transfer | hang_up | composed"""
    what: Any = None
    cost: int = 0
    """0: what co-operating people and services do. 1: a surprise."""
    climbs: bool = False
    """Done over and over, until the call is asked something else: the ladder of the question is climbed."""


Request = tuple[str, str, bool]
"""Service, the step that waits for it, and whether nobody does any more."""


def happen(domain: Domain, move: Move, state: DialogueState, at: datetime) -> Event | None:
    """The event that a move is in this state; None when there is nothing that it could happen to."""
    what = move.what
    match move.kind:
        case "start":
            return CallStarted(at, "proof", *what)
        case "heard":
            return Heard(at, Transcript.of(what))
        case "second":
            return Heard(at, Transcript((Hypothesis(NEUTRAL, 0.7), Hypothesis(what, 0.3))))
        case "partial":
            return Heard(at, Transcript.of(what, final=False))
        case "understood":
            turn = state.understanding
            return Understood(at, turn, *what) if turn is not None else None
        case "stale":
            return Understood(at, state.turn - 1, what, "model")
        case "answered" | "timed_out" | "failed":
            return _answer(domain, move.kind, what, state, at)
        case "spoken" | "cut_off":
            return _played(move.kind, what, state, at)
        case "silence":
            return FellSilent(at)
        case "keys":
            return Keyed(at, what)
        case "clock":
            return TimedOut(at + timedelta(seconds=what), CLOCK)
        case "again":
            return Answered(at, state.requests + 100, *what)
        case "transfer":
            return TransferEnded(at, what)
        case "not_understood":
            return Failed(at, "understand")
        case "composed":
            return Composed(at, state.turn, "")
        case _:
            return CallEnded(at, what)


def _answer(domain: Domain, kind: str, what: Any, state: DialogueState, at: datetime) -> Event | None:
    (service, step, abandoned), *rest = what
    for number, item in state.pending.items():
        if (item.service, item.step, item.abandoned) == (service, step, abandoned):
            if kind == "timed_out":
                return TimedOut(at, f"request:{number}")
            if kind == "failed":
                return Failed(at, f"request:{number}", retryable=True, kind="OSError")
            outcome, data = rest
            return Answered(at, number, outcome, _timely(domain, service, data, at))
    return None


def _timely(domain: Domain, service: str, data: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """A hold runs from the moment in which it is granted."""
    given = dict(domain.services[service].gives)
    holds = [key for key in data if key in given and domain.slots[given[key]].type is SlotType.HOLD]
    if not holds:
        return data
    expires = (at + timedelta(seconds=FRESH_S)).isoformat()
    return {**data, **{key: {**data[key], "expires": expires} for key in holds}}


def _played(kind: str, response: str, state: DialogueState, at: datetime) -> Event | None:
    for prompt in reversed(state.prompts):
        if prompt.response == response:
            return Spoken(at, prompt.id) if kind == "spoken" else BargedIn(at, prompt.id, 0.4)
    return None


def after(move: Move, at: datetime) -> datetime:
    """The time after a move."""
    return at + timedelta(seconds=move.what) if move.kind == "clock" else at
