"""Checks of the names in a pack's vocabulary: words must not lead to flows or slots that do not exist."""

from __future__ import annotations

from engine.core.domain import SlotType
from engine.pack.draft import Draft
from engine.pack.source import Kind, Node

_TYPES = frozenset(item.value for item in SlotType)
_OUT_OF_SCOPE = "out_of_scope"
"""The label of sentences that nobody here can serve."""
_PERSON = "command.person"
"""The label of sentences that ask for a person."""


def check_vocabulary(draft: Draft) -> None:
    """Report flows, answers, slots and services that the words of callers lead to and that do not exist."""
    for layer in draft.merged.layers:
        for node in (document for documents in layer.vocabulary.values() for document in documents):
            _names(draft, node)
            for rule in node.list_of("rules"):
                if rule.kind is Kind.MAP:
                    _rule(draft, rule)
            for _, label, sentences in node.pairs("examples"):
                _example(draft, label, sentences)


def _names(draft: Draft, node: Node) -> None:
    draft.known(node.get("default_flow"), "flow", draft.names.flows, "vocabulary: ")
    for _, special, general in node.pairs("covers"):
        for item in (special, *general.each()):
            draft.known(item, "flow", draft.names.flows, "vocabulary: ")
    for item in node.list_of("closing"):
        draft.known(item, "slot", draft.names.slots, "vocabulary: ")
    if draft.offerings is not None:
        for _, key, _ in node.pairs("services"):
            if key.text not in draft.offerings:
                draft.report.warning(key, f"vocabulary: the site has no service '{key.text}'")


def _example(draft: Draft, label: Node, sentences: Node) -> None:
    """A label is start.<flow>, ask.<answer>, command.person or out_of_scope, and has a list of sentences."""
    kind, _, name = label.text.partition(".")
    known = {"start": draft.names.flows, "ask": draft.merged.answers}.get(kind)
    if label.text not in {_OUT_OF_SCOPE, _PERSON} and (known is None or not name):
        message = f"examples: '{label.text}' says nothing that a caller may want"
        draft.report.error(label, message, f"allowed: start.<flow>, ask.<answer>, {_PERSON}, {_OUT_OF_SCOPE}")
    elif known is not None and name not in known:
        what = "flow" if kind == "start" else "answer"
        draft.report.unknown(label, what, name, known, "examples: ")
    if not sentences.items or any(item.kind is not Kind.TEXT for item in sentences.items):
        draft.report.error(sentences, f"examples: '{label.text}' must have a list of sentences")


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
