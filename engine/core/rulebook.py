"""The rules of a compiled pack: what takes the turn, what forbids an action, what must never be true."""

from __future__ import annotations

from typing import Any

from engine.core.condition import Condition
from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class Act:
    """One thing a policy does."""

    kind: str
    """say | transfer | hang_up | start | set_slots | action | request | read_back | prepare | listen"""
    where: str
    arg: Any = None
    """The response, target, flow, slot values or service; nothing for hang_up, read_back and listen."""
    when: Condition | None = None


@quick(frozen=True, slots=True)
class Policy:
    """A rule that may take the turn before anybody has understood it."""

    id: str
    where: str
    why: str
    upon: frozenset[str]
    """Names of the events after which it is asked; "Partial" is a Heard that is not final."""
    when: Condition
    do: tuple[Act, ...]
    goes_on: bool = False
    """Its acts are added and the turn goes on, instead of ending with them."""
    required: bool = False
    sealed: bool = False


@quick(frozen=True, slots=True)
class Guard:
    """A rule over proposed actions: what it forbids is replaced."""

    id: str
    where: str
    why: str
    forbids: tuple[str, ...]
    """Names of actions: a service, a response, transfer, hang_up."""
    unless: Condition | None
    when: Condition | None
    """Forbidden when `when` holds and `unless` does not."""
    instead: tuple[Act, ...]
    prefixes: tuple[str, ...] = ()
    """What names of further actions begin with: those that were written with a trailing *."""
    required: bool = False
    sealed: bool = False


@quick(frozen=True, slots=True)
class Guarantee:
    """What must never be true of a state and a proposed action: monitored, proved and asserted in tests."""

    id: str
    where: str
    why: str
    never: Condition
    required: bool = False
    sealed: bool = False
