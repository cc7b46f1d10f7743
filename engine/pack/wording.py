"""Which slots a wording cannot do without: those it says outside every condition on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.core.expression import ExpressionProblem, parse
from engine.core.reply import Response


def needed_slots(response: Response, slots: frozenset[str]) -> frozenset[str]:
    """The slots that some wording says whatever else holds; saying one that is empty fails closed."""
    found: set[str] = set()
    for variants in response.variants.values():
        for variant in variants:
            used = variant.template.names_used
            if not used:
                continue
            guards = variant.when.names_used if variant.when is not None else frozenset()
            found |= _said(variant.template.text, guards) & used & slots
    for wordings in response.again.values():
        for template in wordings:
            if template.names_used:
                found |= _said(template.text, frozenset()) & template.names_used & slots
    return frozenset(found)


def _said(text: str, guards: frozenset[str]) -> frozenset[str]:
    try:
        tree = parse(text)
    except ExpressionProblem:
        return frozenset()
    return frozenset(_walk(tree, guards))


def _walk(node: Any, guards: frozenset[str]) -> Iterable[str]:
    kind = type(node).__name__
    if kind == "Name":
        if node.name not in guards:
            yield node.name
    elif kind == "If":
        inside = guards | _names(node.test)
        for branch in node.elif_:
            inside |= _names(branch.test)
        for part in (*node.body, *node.else_, *(item for branch in node.elif_ for item in branch.body)):
            yield from _walk(part, inside)
    elif kind == "CondExpr":
        inside = guards | _names(node.test)
        for part in (node.expr1, node.expr2):
            if part is not None:
                yield from _walk(part, inside)
    elif kind in {"Compare", "Test", "Not", "And", "Or", "Call"}:
        return
    else:
        for child in node.iter_child_nodes():
            yield from _walk(child, guards)


def _names(node: Any) -> frozenset[str]:
    found = {item.name for item in node.find_all(_name_type())}
    if type(node).__name__ == "Name":
        found.add(node.name)
    return frozenset(found)


def _name_type() -> type:
    from jinja2.nodes import Name  # noqa: PLC0415 - only packs that compile need it

    return Name
