"""Starting and leaving tasks: which may start now, which is asked about when the words fit more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import flow, ledger, rewind

if TYPE_CHECKING:
    from engine.core.commands import StartFlow
    from engine.core.state import FlowFrame
    from engine.core.turn import Turn

_CANCELLED = "pattern_cancel_flow"
_GOODBYE = "pattern_goodbye"
_UNFINISHED = "pattern_unfinished"

TASK = ""
"""In the place of a slot: that it is unclear which task, not which value, is meant."""


def may_start(turn: Turn, name: str) -> bool:
    """Whether a caller may begin this task now."""
    found = turn.domain.flows.get(name)
    if found is None or found.called_only or found.pattern:
        return False
    if any(frame.flow == name and not frame.queued for frame in turn.state.stack):
        return False
    return found.guard is None or found.guard.holds(turn.view)


def start(turn: Turn, command: StartFlow) -> bool:
    """Begin the task that is asked for; of several, or of one that is only likely, ask which.

    Not in the middle of another task: its question is the one to be answered.
    """
    if command.alternatives and turn.view.flow is None:
        names = [name for name in dict.fromkeys(command.alternatives) if may_start(turn, name)]
        named = tuple(name for name in names if turn.domain.flows[name].name)
        if named:
            return _ask_which(turn, named)
    return begin(turn, command.flow)


def begin(turn: Turn, name: str) -> bool:
    """Begin a task; the one in hand, asked for again while nothing is asked, goes on."""
    if any(frame.flow == name and not frame.queued for frame in turn.state.stack):
        return turn.view.flow == name and turn.state.asking is None
    if not may_start(turn, name):
        return False
    flow.drop_patterns(turn)
    turn.change(clarify=None)
    turn.push(name)
    return True


def _ask_which(turn: Turn, names: tuple[str, ...]) -> bool:
    """Ask rather than guess; asked once too often, a person takes over."""
    if flow.WHICH_TASK in turn.state.no_match and ledger.in_vain(turn, flow.WHICH_TASK):
        return True
    counts = {flow.WHICH_TASK: 0, **turn.state.no_match}
    turn.change(asking=None, clarify=(TASK, names), no_match=counts)
    return True


def leave(turn: Turn, name: str | None) -> bool:
    """Give a task up, and say so; the one in hand when none is named."""
    given_up = _given_up(turn, name)
    if given_up is not None:
        turn.push(_CANCELLED, context={"flow": given_up})
    return given_up is not None


def take_leave(turn: Turn) -> None:
    """A goodbye in the middle of a task: the caller is told once that it is open, and then let go."""
    if _UNFINISHED not in turn.state.no_match:
        turn.change(no_match={**turn.state.no_match, _UNFINISHED: 1})
        flow.run_through(turn, _UNFINISHED)
        turn.change(asking=None)
        return
    given_up = _given_up(turn, None)
    if not turn.state.stack:
        turn.push(_GOODBYE)
    turn.push(_CANCELLED, context={"flow": given_up})


def _given_up(turn: Turn, name: str | None) -> str | None:
    """Take a task off the stack, with what it called and what it held; returns its name."""
    flow.drop_patterns(turn)
    depth = _root(turn, name)
    if depth is None:
        return None
    cancelled = turn.state.stack[depth]
    above = [frame for frame in turn.state.stack[depth + 1 :] if not frame.called]
    owned = turn.flow(cancelled).owns
    turn.change(stack=(*turn.state.stack[:depth], *above), asking=None, clarify=None, readback=None)
    flow.forget(turn, owned)
    rewind.abandon_all(turn)
    return cancelled.flow


def _root(turn: Turn, name: str | None) -> int | None:
    """Where the named task stands on the stack; the topmost when none is named."""
    for depth in range(len(turn.state.stack) - 1, -1, -1):
        frame: FlowFrame = turn.state.stack[depth]
        if not frame.called and not turn.flow(frame).pattern and name in {None, frame.flow}:
            return depth
    return None
