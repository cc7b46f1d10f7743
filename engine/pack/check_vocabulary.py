"""Checks of the names in a pack's vocabulary: words must not lead to flows or slots that do not exist."""

from __future__ import annotations

from engine.core.domain import SlotType
from engine.pack.draft import Draft
from engine.pack.source import Kind, Node

_TYPES = frozenset(item.value for item in SlotType)


def check_vocabulary(draft: Draft) -> None:
    """Report flows, answers, slots and services that the words of callers lead to and that do not exist."""
    for layer in draft.merged.layers:
        for node in layer.vocabulary.values():
            _names(draft, node)
            for rule in node.list_of("rules"):
                if rule.kind is Kind.MAP:
                    _rule(draft, rule)


def _names(draft: Draft, node: Node) -> None:
    draft.known(node.get("default_flow"), "flow", draft.names.flows, "vocabulary: ")
    for item in node.list_of("old"):
        draft.known(item, "flow", draft.names.flows, "vocabulary: ")
    for item in node.list_of("closing"):
        draft.known(item, "slot", draft.names.slots, "vocabulary: ")
    if draft.offerings is not None:
        for _, key, _ in node.pairs("services"):
            if key.text not in draft.offerings:
                draft.report.warning(key, f"vocabulary: the site has no service '{key.text}'")


def _rule(draft: Draft, rule: Node) -> None:
    draft.known(rule.get("start"), "flow", draft.names.flows, "vocabulary: ")
    ask = rule.get("ask")
    if ask is not None:
        draft.known(ask, "answer", draft.merged.answers, "vocabulary: ")
    for _, key, _ in rule.pairs("set"):
        draft.known(key, "slot", draft.names.slots, "vocabulary: ")
    for item in rule.list_of("asked"):
        known = {*draft.names.slots, *_TYPES, *draft.names.flows}
        draft.known(item, "slot, type or flow", known, "vocabulary: ")
