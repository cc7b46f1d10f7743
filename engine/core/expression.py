"""Jinja2 expressions, compiled to Python once, when a pack loads.

Jinja2 is the parser and the notation that authors know; evaluating its node tree by a compiled
lambda over a `View` is some twenty times faster than rendering, needs no sandbox because only the
node kinds below exist, and knows every name it will read before a call is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from engine.core.catalogue import BookingRules
from engine.core.frozen import quick

BUILT_IN: Mapping[str, str] = {
    "event": "v.event_name",
    "safety.level": "v.state.level.name",
    "safety.raised": "v.raised",
    "safety.check": "v.state.check",
    "safety.prepared": "v.prepared",
    "secret.found": "v.state.secret",
    "turn": "v.state.turn",
    "flow": "v.flow",
    "asking": "v.asking",
    "phase": "v.state.phase",
    "language": "v.state.language",
    "no_match.slot": "v.no_match_slot",
    "no_match.row": "v.state.row",
    "no_match.total": "v.state.failures",
    "no_input.slot": "v.no_input_slot",
    "caller.number": "v.state.number",
    "business.open": "v.open",
    "action.name": "v.action_name",
    "action.kind": "v.action_kind",
    "action.text": "v.action_text",
    "transfer.outcome": "v.transfer_outcome",
    "transfer.target": "v.transfer_target",
    "outcome": "v.outcome",
}
"""Names that every condition may read, and the Python that reads them."""

FUNCTIONS: Mapping[str, tuple[str, str]] = {
    "heard": ("v.heard", "prompt"),
    "said": ("v.said", "response"),
    "confirmed": ("v.confirmed", "slot"),
    "filled": ("v.filled", "slot"),
    "active": ("v.active", "flow"),
    "hours_until": ("v.hours_until", ""),
    "days_until": ("v.days_until", ""),
    "age_on": ("v.age_on", ""),
    "today": ("v.today", ""),
    "count": ("v.count", ""),
    "contains": ("v.contains", ""),
}
"""Functions by name: the Python that does it, and what kind of name its argument is."""

MEANT = frozenset({
    "start_flow", "set_slot", "correct", "cancel", "affirm", "deny", "choose", "ask", "repeat", "wait",
    "want_person", "small_talk", "not_understood",
})  # fmt: skip
_RULES = frozenset(item.name for item in fields(BookingRules))
_OPEN = frozenset({"facts", "context"})
_OPERATORS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_ORDERED = frozenset({"number", "date", "time", "birth_date"})
_FIELDS: Mapping[str, frozenset[str]] = {
    "opening": frozenset({"start", "end", "service", "provider", "room", "utc"}),
    "hold": frozenset({"id", "expires", "live"}),
    "name": frozenset({"first", "last"}),
    "when": frozenset({"days", "times", "not_days", "around", "order", "exact", "either"}),
}


class ExpressionProblem(Exception):  # noqa: N818 - it becomes a Problem with a place, not a crash
    """A mistake in an expression, with its place inside the text."""

    def __init__(self, message: str, hint: str = "", offset: int = 0, width: int = 1) -> None:
        super().__init__(message)
        self.message, self.hint, self.offset, self.width = message, hint, offset, width


@quick(frozen=True, slots=True)
class Names:
    """Every name that an expression of a pack may use."""

    slots: Mapping[str, str] = field(default_factory=dict)
    """Slot id to slot type."""
    responses: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    readbacks: frozenset[str] = frozenset()
    """Ids of confirm steps."""
    extra: frozenset[str] = frozenset()
    """Further plain names, such as `value` in a rejection."""

    def prompts(self) -> frozenset[str]:
        """What `heard` may name."""
        return self.responses | self.readbacks | {"readback"}


@dataclass(slots=True)
class Compiled:
    """The outcome of compiling one expression."""

    python: str
    reads: set[str] = field(default_factory=set)
    """Slots read."""
    constants: dict[str, set[Any]] = field(default_factory=dict)
    """Dotted name to the literals it is compared with."""


class Compiler:
    """Turns one parsed Jinja2 expression into the Python of a lambda over `v`, a View."""

    def __init__(self, text: str, names: Names, filters: Iterable[str] = ()) -> None:
        self.text, self.names, self.filters = text, names, frozenset(filters)
        self.out = Compiled("")

    def compile(self, node: Any) -> str:
        """The Python of a node.

        Raises:
            ExpressionProblem: an unknown name, or a construct that expressions do not have.
        """
        visit: Callable[[Any], str] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if visit is None:
            raise self._problem(f"'{type(node).__name__}' is not allowed in an expression", "", "")
        return visit(node)

    def _problem(self, message: str, name: str, hint: str) -> ExpressionProblem:
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", self.text) if name else None
        return ExpressionProblem(message, hint, found.start() if found else 0, len(name) or len(self.text))

    def _unknown(self, kind: str, name: str, known: Iterable[str]) -> ExpressionProblem:
        near = get_close_matches(name, sorted(known), 1)
        return self._problem(f"unknown {kind} '{name}'", name, f"did you mean '{near[0]}'?" if near else "")

    def _const(self, node: Any) -> str:
        return repr(node.value)

    def _list(self, node: Any) -> str:
        return "(" + "".join(self.compile(item) + ", " for item in node.items) + ")"

    _tuple = _list

    def _and(self, node: Any) -> str:
        return f"({self.compile(node.left)} and {self.compile(node.right)})"

    def _or(self, node: Any) -> str:
        return f"({self.compile(node.left)} or {self.compile(node.right)})"

    def _not(self, node: Any) -> str:
        return f"(not {self.compile(node.node)})"

    def _add(self, node: Any) -> str:
        return f"({self.compile(node.left)} + {self.compile(node.right)})"

    def _sub(self, node: Any) -> str:
        return f"({self.compile(node.left)} - {self.compile(node.right)})"

    def _neg(self, node: Any) -> str:
        return f"(-{self.compile(node.node)})"

    def _condexpr(self, node: Any) -> str:
        other = self.compile(node.expr2) if node.expr2 is not None else "''"
        return f"({self.compile(node.expr1)} if {self.compile(node.test)} else {other})"

    def _test(self, node: Any) -> str:
        if node.name not in {"none", "defined"}:
            raise self._problem(f"unknown test 'is {node.name}'", node.name, "allowed: is none, is not none")
        sign = "is" if node.name == "none" else "is not"
        return f"({self.compile(node.node)} {sign} None)"

    def _compare(self, node: Any) -> str:
        left = self.compile(node.expr)
        parts = [left]
        before = node.expr
        for operand in node.ops:
            if operand.op in {"lt", "lteq", "gt", "gteq"}:
                self._check_order(before)
                self._check_order(operand.expr)
            self._harvest(before, operand.expr)
            self._harvest(operand.expr, before)
            parts.append(f"{_OPERATORS[operand.op]} {self.compile(operand.expr)}")
            before = operand.expr
        return "(" + " ".join(parts) + ")"

    def _check_order(self, node: Any) -> None:
        kind = self.names.slots.get(getattr(node, "name", ""), "number")
        if type(node).__name__ == "Name" and kind not in _ORDERED:
            hint = "only number, date and time can be compared with < and >"
            raise self._problem(f"slot '{node.name}' of type {kind} has no order", node.name, hint)

    def _harvest(self, node: Any, other: Any) -> None:
        name = _dotted(node)
        if name is None:
            return
        literals = [other] if type(other).__name__ == "Const" else getattr(other, "items", [])
        for literal in literals:
            if type(literal).__name__ == "Const":
                self.out.constants.setdefault(name, set()).add(literal.value)

    def _name(self, node: Any) -> str:
        name: str = node.name
        if name in self.names.slots:
            self.out.reads.add(name)
            return f"v.slot({name!r})"
        if name in BUILT_IN:
            return BUILT_IN[name]
        if name in self.names.extra:
            return f"v.values[{name!r}]"
        known = {
            *self.names.slots,
            *self.names.extra,
            *BUILT_IN,
            *FUNCTIONS,
            "signal",
            "meant",
            "rules",
            *_OPEN,
        }
        raise self._unknown("name", name, known)

    def _getattr(self, node: Any) -> str:
        dotted = _dotted(node)
        if dotted is None:
            return f"v.pick({self.compile(node.node)}, {node.attr!r})"
        root, _, rest = dotted.partition(".")
        if root in self.names.slots:
            return self._slot_field(root, rest, node)
        if dotted in BUILT_IN:
            return BUILT_IN[dotted]
        if root == "signal":
            if rest not in self.names.signals:
                raise self._unknown("signal", rest, self.names.signals)
            return f"({rest!r} in v.state.signals)"
        if root == "meant":
            if rest not in MEANT:
                raise self._unknown("command", rest, MEANT)
            return f"v.meant({rest!r})"
        if root == "rules":
            if rest not in _RULES:
                raise self._unknown("rule", rest, _RULES)
            return f"v.domain.catalogue.rules.{rest}"
        if root == "action":
            return self._action(rest)
        if root in _OPEN:
            path = ", ".join(repr(part) for part in rest.split("."))
            return f"v.pick(v.{root}, {path})"
        raise self._unknown("name", dotted, {*BUILT_IN, *self.names.slots})

    def _action(self, rest: str) -> str:
        known = {service.rsplit(".", 1)[-1] for service in self.names.services} | {
            "transfer",
            "hang_up",
            "say",
        }
        if rest not in known:
            raise self._unknown("action", rest, known)
        return f"v.acts({rest!r})"

    def _slot_field(self, slot: str, rest: str, node: Any) -> str:
        first = rest.split(".", 1)[0]
        allowed = _FIELDS.get(self.names.slots[slot])
        if allowed is not None and first not in allowed:
            raise self._unknown(f"field of slot '{slot}'", first, allowed)
        if self.names.slots[slot] not in {*_FIELDS, "record", "list"}:
            raise self._problem(f"slot '{slot}' has no fields", node.attr, "it is a plain value")
        self.out.reads.add(slot)
        if self.names.slots[slot] == "hold" and first == "live":
            return f"v.live({slot!r})"
        return f"v.pick(v.slot({slot!r}), {', '.join(repr(part) for part in rest.split('.'))})"

    def _getitem(self, node: Any) -> str:
        return f"v.pick({self.compile(node.node)}, {self.compile(node.arg)})"

    def _call(self, node: Any) -> str:
        name = getattr(node.node, "name", "")
        if name not in FUNCTIONS:
            raise self._unknown("function", name or "?", FUNCTIONS)
        python, kind = FUNCTIONS[name]
        if not kind:
            return f"{python}({', '.join(self.compile(arg) for arg in node.args)})"
        if len(node.args) != 1:
            raise self._problem(f"{name}() takes one {kind}", name, "")
        argument = node.args[0]
        literal = getattr(argument, "name", None) or getattr(argument, "value", None)
        known = {
            "prompt": self.names.prompts(),
            "response": self.names.responses,
            "slot": frozenset(self.names.slots),
            "flow": self.names.flows,
        }[kind]
        if literal not in known:
            raise self._unknown(kind, str(literal), known)
        if kind == "slot":
            self.out.reads.add(str(literal))
        return f"{python}({literal!r})"

    def _filter(self, node: Any) -> str:
        if node.name not in self.filters:
            raise self._unknown("filter", node.name, self.filters)
        arguments = [self.compile(node.node), *(self.compile(arg) for arg in node.args)]
        return f"F[{node.name!r}](v, {', '.join(arguments)})"


def needed_actions(node: Any) -> frozenset[str] | None:
    """Names or kinds of actions without which an expression cannot be true; None when it may be true of any.

    A guarantee about one service is then not evaluated for every prompt.
    """
    kind = type(node).__name__
    if kind in {"And", "Or"}:
        left, right = needed_actions(node.left), needed_actions(node.right)
        if kind == "Or":
            return None if left is None or right is None else left | right
        return right if left is None else left
    dotted = _dotted(node) or ""
    if dotted.startswith("action.") and dotted not in BUILT_IN:
        return frozenset({dotted.removeprefix("action.")})
    if kind == "Compare" and _dotted(node.expr) in {"action.name", "action.kind"} and len(node.ops) == 1:
        operand = node.ops[0]
        names = [operand.expr] if operand.op == "eq" else getattr(operand.expr, "items", None)
        if operand.op in {"eq", "in"} and names and all(type(item).__name__ == "Const" for item in names):
            return frozenset(str(item.value) for item in names)
    return None


def _dotted(node: Any) -> str | None:
    """`a.b.c` of nested attribute nodes; None for anything else."""
    parts: list[str] = []
    while type(node).__name__ == "Getattr":
        parts.append(node.attr)
        node = node.node
    if type(node).__name__ != "Name":
        return None
    return ".".join([node.name, *reversed(parts)])


def parse(text: str) -> Any:
    """The Jinja2 tree of a template's text.

    Raises:
        ExpressionProblem: the text is no Jinja2.
    """
    from jinja2 import Environment, TemplateSyntaxError  # noqa: PLC0415 - only packs that compile need it

    try:
        return Environment(autoescape=False).parse(text)  # noqa: S701 - speech, not HTML
    except TemplateSyntaxError as error:
        raise ExpressionProblem(error.message or "not an expression", "", 0, len(text)) from error


def parse_expression(text: str) -> Any:
    """The Jinja2 tree of one expression.

    Raises:
        ExpressionProblem: the text is not one expression.
    """
    tree = parse("{{ (" + text + ") }}")
    if len(tree.body) != 1 or len(tree.body[0].nodes) != 1:
        raise ExpressionProblem("not one expression", "", 0, len(text))
    return tree.body[0].nodes[0]
