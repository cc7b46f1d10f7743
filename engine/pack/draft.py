"""A pack being compiled: what is known so far, and how its texts become conditions and templates."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.core.condition import Condition, ExpressionProblem, Names, compile_condition
from engine.core.domain import Answer, Flow, Service, Slot, SlotType
from engine.core.reply import Response, Template, compile_template
from engine.core.rulebook import Act, Guarantee, Guard, Policy
from engine.pack.merge import Merged
from engine.pack.plain import loose
from engine.pack.report import Report
from engine.pack.source import Kind, Node

T = TypeVar("T")

_NESTED = frozenset(
    {SlotType.WHEN, SlotType.NAME, SlotType.OPENING, SlotType.HOLD, SlotType.RECORD, SlotType.LIST}
)


@dataclass(frozen=True, slots=True, eq=False)
class Saying:
    """A place that names a response."""

    response: str
    node: Node
    by: str
    """Who says it, as messages begin; empty for a slot's own question."""


@dataclass(slots=True)
class Draft:
    """Everything the parts of the compiler share; each fills its own field."""

    merged: Merged
    report: Report
    names: Names
    offerings: frozenset[str] | None = None
    """Ids of the site's services; None without a site, when nothing can be said about them."""
    providers: frozenset[str] | None = None
    slots: dict[str, Slot] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    guarantees: list[Guarantee] = field(default_factory=list)
    steps: dict[tuple[str, str], Node] = field(default_factory=dict)
    """(flow, step) to where the step is written."""
    loose_ends: set[str] = field(default_factory=set)
    """Flows with a step that goes nowhere: what can be reached in them is not known."""
    sayings: list[Saying] = field(default_factory=list)
    """Every response that is named anywhere, with the place that names it."""

    def acts(self) -> Iterator[Act]:
        """Everything that policies do."""
        for policy in self.policies:
            yield from policy.do
        for guard in self.guards:
            yield from guard.instead

    def condition(self, node: Node | None, *extra: str) -> Condition | None:
        """Compile a condition; a mistake in it is reported and gives None."""
        if node is None or node.kind is not Kind.TEXT:
            return None
        return self._compiled(node, node.text, 0, compile_condition, extra)

    def expression(self, node: Node) -> Condition | None:
        """Compile "= expression" to what computes a value."""
        shift = len(node.text) - len(node.text[1:].lstrip())
        return self._compiled(node, node.text[shift:], shift, compile_condition, ())

    def template(self, node: Node) -> Template | None:
        """Compile the text of a response; a mistake in it is reported and gives None."""
        if node.kind is not Kind.TEXT:
            return None
        return self._compiled(node, node.text, 0, compile_template, ())

    def _compiled(
        self,
        node: Node,
        text: str,
        shift: int,
        compiler: Callable[[str, Names, str], T],
        extra: Iterable[str],
    ) -> T | None:
        names = self.names
        if extra:
            names = Names(
                names.slots, names.responses, names.flows, names.services, names.signals, names.readbacks,
                names.extra | frozenset(extra),
            )  # fmt: skip
        try:
            return compiler(text, names, node.where)
        except ExpressionProblem as problem:
            if problem.message.startswith("unknown ") and "slot" in self.report.unsure:
                return None
            whole = problem.width >= len(text) and not problem.hint
            hint = (
                "for example {{ slot | filter }}" if whole and compiler is compile_template else problem.hint
            )
            self.report.inside(node, problem.message, hint, problem.offset + shift, problem.width)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
            self.report.error(node, f"this cannot be read as an expression ({type(error).__name__})")
        self.report.unsure.add("reading")
        return None

    def known(self, node: Node | None, what: str, known: Container[str], by: str = "") -> str:
        """The text of a node that must be a known name; empty after reporting that it is not."""
        if node is None or node.kind is not Kind.TEXT or not self.report.known(node, what, known, by):
            return ""
        return node.text

    def response(self, node: Node | None, by: str = "") -> str:
        """The id of a response that must exist."""
        found = self.known(node, "response", self.names.responses, by)
        if found and node is not None:
            self.sayings.append(Saying(found, node, by))
        return found

    def constant(self, node: Node, slot: str) -> Any:
        """A constant in the form of its slot's type; a wrong one is reported and gives None."""
        if node.kind is Kind.NULL:
            return None
        kind = SlotType(self.names.slots.get(slot, SlotType.TEXT))
        if kind in _NESTED:
            if node.kind is Kind.TEXT:
                self.report.error(
                    node,
                    f"slot '{slot}' of type {kind} cannot be set to a text",
                    'allowed: null, or "= expression"',
                )
            return loose(node)
        if node.kind is not Kind.TEXT:
            self.report.error(node, f"slot '{slot}' of type {kind} cannot be set to {node.kind.value}")
            return None
        return self._typed(node, slot, kind)

    def _typed(self, node: Node, slot: str, kind: SlotType) -> Any:
        text = node.text
        allowed: frozenset[str] | None = None
        if kind is SlotType.BOOL:
            allowed = frozenset({"true", "false"})
        elif kind is SlotType.CHOICE:
            allowed = frozenset(item.text for item in self.merged.slots[slot].node.list_of("values"))
        elif kind is SlotType.SERVICE:
            allowed = self.offerings
        elif kind is SlotType.PROVIDER:
            allowed = self.providers
        elif kind is SlotType.NUMBER:
            return self._number(node, slot)
        if allowed is not None and text not in allowed:
            self.report.unknown(node, f"value of slot '{slot}':", text, allowed)
            return None
        return text == "true" if kind is SlotType.BOOL else text

    def _number(self, node: Node, slot: str) -> Any:
        try:
            number = float(node.text)
        except ValueError:
            self.report.error(node, f"slot '{slot}' is a number, '{node.text}' is not")
            return None
        return int(number) if number.is_integer() else number
