"""Policies speak first and last: they may take a turn, and they rule on every action.

Order inside a step, and the reason for it: `take_over` sees the raw words before anybody has
understood them, so an emergency never waits for understanding; `propose` is the only door
through which an action leaves, so no path of a flow, and nothing a model says, goes round a guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core.actions import Expecting, Listen, Prepare
from engine.core.decision import Verdict
from engine.core.state import Status
from engine.core.turn import Breach
from engine.core.view import action_name

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.rulebook import Act, Guard
    from engine.core.turn import Turn


def take_over(turn: Turn, upon: str) -> bool:
    """Let policies look at the event; True when one of them took the turn.

    Raises:
        ConditionError: a condition that has no value; the caller fails closed.
    """
    for policy in turn.domain.lookups.policies[upon]:
        if not policy.when.holds(turn.view):
            continue
        before = len(turn.actions)
        perform(turn, policy.do, policy.id)
        verdict = Verdict.JOINED if policy.goes_on else Verdict.TOOK_OVER
        turn.decide(policy.id, policy.where, verdict, policy.why, tuple(turn.actions[before:]))
        if not policy.goes_on:
            return True
    return False


def propose(turn: Turn, action: Action, *, ruled: bool = False) -> bool:
    """Rule on an action and, when it may happen, let it; True when it was let through.

    `ruled` is for actions that a ruling put in the place of others: they are not ruled on again,
    which would never end, but they are still monitored.

    Raises:
        ConditionError: a condition that has no value; the caller fails closed.
    """
    if not ruled and replaced(turn, action):
        return False
    if not _monitor(turn, action):
        return False
    turn.actions.append(action)
    return True


def replaced(turn: Turn, action: Action) -> bool:
    """Whether a guard forbade an action; what is to happen instead has then happened.

    Raises:
        ConditionError: a condition that has no value; the caller fails closed.
    """
    guard = forbidding(turn, action)
    if guard is None:
        return False
    before = len(turn.actions)
    perform(turn, guard.instead, guard.id, ruled=True)
    why = f"{action_name(action)}: {guard.why}"
    turn.decide(guard.id, guard.where, Verdict.FORBADE, why, tuple(turn.actions[before:]))
    return True


def forbidding(turn: Turn, action: Action) -> Guard | None:
    """The first guard that forbids an action, if one does; nothing is done about it.

    Raises:
        ConditionError: a condition that has no value; the caller fails closed.
    """
    turn.view.look_at(action)
    for guard in turn.domain.lookups.guards[turn.view.action_name]:
        if _forbids(turn, guard, action):
            return guard
    return None


def _forbids(turn: Turn, guard: Guard, action: Action) -> bool:
    view = turn.view
    if guard.when is not None and not guard.when.holds(view):
        return False
    if guard.unless is None or not guard.unless.holds(view):
        return True
    turn.decide(guard.id, guard.where, Verdict.ALLOWED, view.action_name, (action,))
    return False


def _monitor(turn: Turn, action: Action) -> bool:
    """Evaluate the guarantees on the state and the action; a breach drops the whole step."""
    view = turn.view
    view.look_at(action)
    for guarantee in turn.domain.lookups.guarantees[view.action_names]:
        if guarantee.never.holds(view):
            turn.breach = Breach(guarantee.id, guarantee.where)
            turn.decide(guarantee.id, guarantee.where, Verdict.BREACHED, guarantee.why, (action,))
            return False
    return True


def perform(turn: Turn, acts: tuple[Act, ...], by: str, *, ruled: bool = False) -> None:
    """Do what a policy says."""
    from engine.core import handover, prompts, rewind, slots  # noqa: PLC0415 - they propose through this module

    for act in acts:
        if act.when is not None and not act.when.holds(turn.view):
            continue
        match act.kind:
            case "say":
                prompts.say(turn, str(act.arg), ruled=ruled)
            case "transfer":
                handover.transfer(turn, str(act.arg), by, ruled=ruled)
            case "hang_up":
                handover.hang_up(turn, by)
            case "start":
                if not any(frame.flow == act.arg for frame in turn.state.stack):
                    turn.push(str(act.arg))
            case "set_slots":
                for name, value in act.arg:
                    rewind.replaced(turn, name)
                    slots.put(turn, name, value, "policy", Status.GIVEN)
            case "action":
                rewind.back_to_service(turn, str(act.arg))
            case "read_back":
                rewind.back_to_readback(turn)
            case "request":
                rewind.request_beside(turn, str(act.arg))
            case "prepare":
                propose(turn, Prepare(str(act.arg)), ruled=True)
            case "listen":
                propose(turn, Listen(turn.state.asking or Expecting("open")), ruled=True)
            case _:
                message = f"{act.where}: '{act.kind}' is nothing that a policy does"
                raise ValueError(message)
