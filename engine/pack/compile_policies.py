"""Policies, guards and guarantees, in the order in which they are asked: parents first, as listed."""

from __future__ import annotations

from typing import Any

from engine.core.rulebook import Act, Guarantee, Guard, Policy
from engine.pack.compile_flows import slot_values
from engine.pack.draft import Draft
from engine.pack.shapes import ACT_KINDS, EVENTS
from engine.pack.source import Kind, Node

_DEFAULT_UPON = ("Heard",)
_KINDS_OF_ACTION = frozenset({"say", "transfer", "hang_up", "understand", "listen", "compose"})


def compile_policies(draft: Draft) -> None:
    """Compile every rule of the pack."""
    for name, definition in draft.merged.policies.items():
        node = definition.node
        if "guarantee" in node.entries:
            _guarantee(draft, name, node)
        elif "forbid" in node.entries:
            _guard(draft, name, node)
        else:
            _policy(draft, name, node)


def _marks(node: Node) -> dict[str, bool]:
    return {key: node.words(key) == "true" for key in ("required", "sealed")}


def _policy(draft: Draft, name: str, node: Node) -> None:
    when = draft.condition(node.get("when"))
    acts = _acts(draft, node, "do", f"policy '{name}': ")
    upon = frozenset(item.text for item in node.list_of("upon") if item.text in EVENTS) or frozenset(
        _DEFAULT_UPON
    )
    if when is None:
        return
    goes_on = node.words("goes_on") == "true"
    draft.policies.append(
        Policy(name, node.where, node.words("why"), upon, when, acts, goes_on, **_marks(node))
    )


def _guard(draft: Draft, name: str, node: Node) -> None:
    forbids = tuple(filter(None, (_forbidden(draft, item, name) for item in node.list_of("forbid"))))
    when, unless = draft.condition(node.get("if")), draft.condition(node.get("unless"))
    instead = _acts(draft, node, "instead", f"policy '{name}': ")
    exact = tuple(item for item in forbids if not item.endswith("*"))
    prefixes = tuple(item[:-1] for item in forbids if item.endswith("*"))
    draft.guards.append(
        Guard(name, node.where, node.words("why"), exact, unless, when, instead, prefixes, **_marks(node))
    )


def _forbidden(draft: Draft, node: Node, name: str) -> str:
    if node.kind is not Kind.TEXT:
        return ""
    if node.text.endswith("*"):
        return node.text
    known = draft.names.services | draft.names.responses | _KINDS_OF_ACTION
    return draft.known(node, "action", known, f"policy '{name}' forbids ")


def _guarantee(draft: Draft, name: str, node: Node) -> None:
    never = draft.condition(node.get("never"))
    if never is not None:
        draft.guarantees.append(Guarantee(name, node.where, node.words("why"), never, **_marks(node)))


def _acts(draft: Draft, node: Node, key: str, by: str) -> tuple[Act, ...]:
    found = []
    for item in node.list_of(key):
        kind = next((kind for kind in ACT_KINDS if kind in item.entries), "")
        if not kind:
            continue
        found.append(Act(kind, item.where, _argument(draft, item, kind, by), draft.condition(item.get("if"))))
    return tuple(found)


def _argument(draft: Draft, item: Node, kind: str, by: str) -> Any:
    value = item.get(kind)
    match kind:
        case "say":
            return draft.response(value, by)
        case "transfer" | "prepare":
            return draft.known(value, "transfer target", draft.merged.transfers, by)
        case "start":
            return draft.known(value, "flow", draft.names.flows, by)
        case "action" | "request":
            return draft.known(value, "service", draft.names.services, by)
        case "set_slots":
            return slot_values(draft, item, by)
        case _:
            return None
