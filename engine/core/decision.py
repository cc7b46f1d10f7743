"""Who decided what, from which line: the part of a trace that a reviewer reads."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from engine.core.frozen import quick

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.state import DialogueState


class Verdict(StrEnum):
    """What a rule did with the turn or with an action."""

    TOOK_OVER = "took_over"
    """A policy took the turn before understanding was asked."""
    JOINED = "joined"
    """A policy added its actions and let the turn go on."""
    ADVANCED = "advanced"
    """A flow moved."""
    ACCEPTED = "accepted"
    """A command changed the state."""
    REFUSED = "refused"
    """A command was not obeyed."""
    ALLOWED = "allowed"
    """A guard looked at an action and let it pass."""
    FORBADE = "forbade"
    """A guard replaced an action."""
    STALE = "stale"
    """An answer came too late or twice; it was compensated, not obeyed."""
    BREACHED = "breached"
    """A guarantee would have been broken; the actions were dropped and a person asked for."""
    FAILED_CLOSED = "failed_closed"
    """A rule could not be evaluated; a person was asked for."""


@quick(frozen=True, slots=True)
class Decision:
    """One verdict of one rule."""

    by: str
    """The rule: policy, guarantee or flow step, by its id."""
    where: str
    """file:line of the rule, relative to the pack's root."""
    verdict: Verdict
    why: str = ""
    """In words, without what the caller said."""
    actions: tuple[str, ...] = ()
    """Names of the actions that follow from it."""


@quick(frozen=True, slots=True)
class Step:
    """The result of one event: the new state, what to do, and why."""

    state: DialogueState
    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]
