"""The adversary's certificate: which guarantees hold whatever understanding returns, and by which rule.

A guard rules on an action in the very moment in which a guarantee would judge it, on the same state. So where
the condition of a guarantee cannot be true when the guard lets the action pass, no flow, no word and no model
can break it: not in the calls that were tried, but in all. This is decided by trying every combination of
truth of the conditions' parts; parts that look the same are the same. What cannot be decided so rests on the
exploration, and on a net: the machine drops a step that would break a guarantee.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.condition import Condition
    from engine.core.domain import Domain
    from engine.core.rulebook import Act, Guarantee, Guard

_MOST_PARTS = 14
"""Parts of conditions whose every combination is tried: some 16,000 of them."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why a guarantee holds for any understanding whatsoever."""

    guarantee: str
    guards: tuple[str, ...]
    """The rules that bring it about, with file:line; empty: it leans on what was explored."""

    @property
    def unconditional(self) -> bool:
        """Whether it holds whatever understanding returns, in every call."""
        return bool(self.guards)


def certify(domain: Domain) -> tuple[Certificate, ...]:
    """The certificate of each guarantee that a pack states."""
    return tuple(Certificate(item.id, tuple(_guards(domain, item))) for item in domain.guarantees)


def _guards(domain: Domain, guarantee: Guarantee) -> Iterator[str]:
    """The guards that together make a guarantee true; none when one of its actions is not covered."""
    named = _named(domain, guarantee)
    found: list[str] = []
    if named is None or any(_goes_round(domain, name) for name in named):
        return
    for name in sorted(named):
        guards = [
            item for item in domain.guards if name in item.forbids or name.startswith(item.prefixes or "\0")
        ]
        by = _excluded(guarantee, guards, name)
        if by is None:
            return
        found += by
    yield from dict.fromkeys(found)


def _named(domain: Domain, guarantee: Guarantee) -> frozenset[str] | None:
    """The services and prompts that a guarantee is about; None when it may be about any action."""
    needed = guarantee.never.actions
    if needed is None:
        return None
    known = {*domain.services, *domain.responses}
    found = {name for name in known if name in needed or name.rpartition(".")[2] in needed}
    covered = {item for name in found for item in (name, name.rpartition(".")[2])}
    return frozenset(found) if needed <= covered else None


def _goes_round(domain: Domain, name: str) -> bool:
    """Whether an action has a way out past the guards: in another's place, or to take something back."""
    instead = [act for guard in domain.guards for act in guard.instead]
    beside = [act for rule in domain.policies for act in rule.do if act.kind == "request"]
    undone = any(service.undo == name for service in domain.services.values())
    return undone or any(_does(act, name) for act in (*instead, *beside))


def _does(act: Act, name: str) -> bool:
    return act.kind in {"say", "request"} and act.arg == name


def _excluded(guarantee: Guarantee, guards: Iterable[Guard], name: str) -> list[str] | None:
    """The guards without which a guarantee could break for an action; None when it can even so."""
    passing = [(guard, _expression(guard.when), _expression(guard.unless)) for guard in guards]
    never = _expression(guarantee.never)
    if never is None:
        return None
    for count in range(1, len(passing) + 1):
        for start in range(len(passing) - count + 1):
            chosen = passing[start : start + count]
            if not _possible(never, [(when, unless) for _, when, unless in chosen], name):
                return [f"{guard.id} {guard.where}" for guard, _, _ in chosen]
    return None


def _expression(condition: Condition | None) -> ast.expr | None:
    return ast.parse(condition.python, mode="eval").body if condition is not None else None


def _possible(never: ast.expr, guards: list[tuple[ast.expr | None, ast.expr | None]], name: str) -> bool:
    """Whether every guard can let an action pass on which the guarantee is broken."""
    parts: dict[str, None] = {}
    for tree in (never, *(item for pair in guards for item in pair if item is not None)):
        parts |= dict.fromkeys(_parts(tree))
    open_parts = [part for part in parts if _decided(part, name) is None]
    if len(open_parts) > _MOST_PARTS:
        return True
    fixed = {part: found for part in parts if (found := _decided(part, name)) is not None}
    for values in product((False, True), repeat=len(open_parts)):
        truth = fixed | dict(zip(open_parts, values, strict=True))
        lets_pass = all(
            (when is not None and not _holds(when, truth)) or (unless is not None and _holds(unless, truth))
            for when, unless in guards
        )
        if lets_pass and _holds(never, truth):
            return True
    return False


def _parts(tree: ast.expr) -> Iterator[str]:
    """The parts of a condition that are not made of others by and, or, not."""
    match tree:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _parts(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _parts(operand)
        case _:
            yield ast.unparse(tree)


def _holds(tree: ast.expr, truth: Mapping[str, bool]) -> bool:
    match tree:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_holds(value, truth) for value in values)
        case ast.BoolOp(values=values):
            return any(_holds(value, truth) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _holds(operand, truth)
        case _:
            return truth[ast.unparse(tree)]


def _decided(part: str, name: str) -> bool | None:
    """A part that only asks which action it is, answered; None for any other."""
    names = {name, name.rpartition(".")[2]}
    tree = ast.parse(part, mode="eval").body
    match tree:
        case ast.Call(func=ast.Attribute(attr="acts"), args=[ast.Constant(value=value)]):
            return value in names
        case ast.Compare(
            left=ast.Attribute(attr="action_name"), ops=[ast.Eq() | ast.In()], comparators=[other]
        ):
            values = [item.value for item in ast.walk(other) if isinstance(item, ast.Constant)]
            return name in values
        case _:
            return None
