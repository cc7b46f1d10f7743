"""Starting tasks: which may start now, and which one is asked about when the words fit more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core import flow, ledger

if TYPE_CHECKING:
    from engine.core.commands import StartFlow
    from engine.core.turn import Turn

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
