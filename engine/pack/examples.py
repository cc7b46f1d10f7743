"""Example calls and the cases of policies: typed plain data for their runner, checked against the pack."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.core.frozen import quick
from engine.pack import locate
from engine.pack.draft import Draft
from engine.pack.layers import Layer
from engine.pack.report import Report
from engine.pack.schema import Spec
from engine.pack.shapes_calls import CALL, CASES
from engine.pack.source import Kind, Node, SourceFile, Sources, parse

_QUESTIONS = dict.fromkeys(("confirm", "offer", "open"), "")
"""What is being asked when it is no slot."""

_NO_ANSWER = "no_answer"
"""What a fault may make of any service, beside its own outcomes."""


@quick(frozen=True, slots=True)
class Example:
    """An example call or a policy case."""

    where: str
    """file:line."""
    data: dict[str, Any]
    """As written, typed: flags, numbers and null are such, all else is text. A case also holds the id of its
    rule under `policy` or `guarantee`."""


def read_calls(folder: Path, sources: Sources, report: Report) -> list[Node]:
    """The example calls of a pack folder, checked for shape."""
    found = []
    for path in sorted(folder.glob("calls/**/*.yml")):
        for document in sources.read(path, locate.shown(path)):
            CALL.check(document, report)
            if document.kind is Kind.MAP:
                found.append(document)
    return found


def read_call(text: str) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with the shape of one example call, and the call as its runner takes it."""
    report = Report()
    documents = parse(SourceFile("example", Path("example"), text), report.problems)
    for document in documents:
        CALL.check(document, report)
    wrong = [f"{item.line}: {item.message}" for item in report.problems if item.level == "error"]
    if not wrong and len(documents) != 1:
        wrong = [f"an example call is one document, not {len(documents)}"]
    return wrong, {} if wrong else CALL.plain(documents[0])


def as_examples(nodes: Iterable[Node], spec: Spec) -> list[Example]:
    """Nodes as typed plain data."""
    return [Example(node.where, spec.plain(node)) for node in nodes]


def cases_of(layers: Iterable[Layer]) -> list[Example]:
    """The cases of a pack's rules, each with the id of its rule.

    Left out are those for other `packs`, and those of shared rules that happen in a flow or with a slot that
    this pack does not have.
    """
    layers = list(layers)
    packs = {layer.id for layer in layers}
    flows = {name for layer in layers for document in layer.flows for name, _, _ in document.pairs("flows")}
    slots = {name for layer in layers for name, _, _ in layer.domain.pairs("slots")}
    found: list[Example] = []
    for rule in (rule for layer in layers for rule in layer.policies):
        name: dict[str, Any] = {
            key: rule.words(key) for key in ("policy", "guarantee") if key in rule.entries
        }
        found += [
            Example(case.where, {**CASES.item.plain(case), **name})
            for case in rule.list_of("cases")
            if case.kind is Kind.MAP and _is_for(case, packs) and _happens(case.get("state"), flows, slots)
        ]
    return found


def _is_for(case: Node, packs: set[str]) -> bool:
    """Whether a case is for one of these packs; one that names none is for every pack."""
    return case.get("packs") is None or any(name.text in packs for name in case.list_of("packs"))


def _happens(state: Node | None, flows: set[str], slots: set[str]) -> bool:
    """Whether a moment of a call can come about in a pack with these flows and slots."""
    if state is None:
        return True
    named = {name for name, _, _ in state.pairs("slots")}
    if state.words("asking"):
        named.add(state.words("asking"))
    return named <= slots and (not state.words("flow") or state.words("flow") in flows)


def check_cases(draft: Draft) -> None:
    """Report cases of wrong shape, and those of the pack's own policies that expect what does not exist.

    A shared policy's cases may speak of flows that only some of its packs have.
    """
    shared = locate.root() / "policies"
    for definition in draft.merged.policies.values():
        cases = definition.node.get("cases")
        if cases is None:
            continue
        CASES.check(cases, draft.report)
        for case in () if definition.node.file.path.parent == shared else cases.each():
            expect, state = case.get("expect"), case.get("state")
            _expected(draft, expect)
            if state is not None:
                draft.known(state.get("flow"), "flow", draft.names.flows, "case: ")
                _slots(draft, state, ("asking",), ("slots",))
            _fault(draft, case)


def check_calls(draft: Draft, calls: Iterable[Node]) -> None:
    """Report calls that expect what the pack does not have: such an expectation could never fail."""
    sites = frozenset(locate.shipped_names()) | {path.stem for layer in draft.merged.layers
                                                 for path in layer.folder.glob("sites/*.yml")}  # fmt: skip
    for call in calls:
        draft.known(call.get("site"), "site", sites, "call: ")
        for turn in call.list_of("turns"):
            if turn.kind is Kind.MAP:
                _expected(draft, turn)
                _fault(draft, turn)


def _expected(draft: Draft, node: Node | None) -> None:
    if node is None or node.kind is not Kind.MAP:
        return
    for key in ("bot", "say", "not_say"):
        for item in node.list_of(key):
            draft.known(item, "response", draft.names.responses, "expected ")
    for key in ("decisions", "not_decisions"):
        for item in node.list_of(key):
            if "." not in item.text:
                draft.known(item, "rule", _rules(draft), "expected ")
    draft.known(node.get("flow"), "flow", draft.names.flows, "expected ")
    _slots(draft, node, ("asking",), ("slots", "status"))
    for key in ("actions", "not_actions"):
        for item in node.list_of(key):
            _action(draft, item)


def _rules(draft: Draft) -> frozenset[str]:
    return frozenset(draft.merged.policies) | draft.names.services | draft.names.flows


def _slots(draft: Draft, node: Node, single: tuple[str, ...], keyed: tuple[str, ...]) -> None:
    for key in single:
        draft.known(node.get(key), "slot", {**draft.names.slots, **_QUESTIONS}, "expected ")
    for key in keyed:
        for _, name, _ in node.pairs(key):
            draft.known(name, "slot", draft.names.slots, "expected ")


def _action(draft: Draft, item: Node) -> None:
    for kind, key, value in item.own_pairs():
        if value.text == "true":
            continue
        if kind in {"transfer", "prepare"}:
            draft.known(value, "transfer target", draft.merged.transfers, "expected ")
        elif kind == "request":
            draft.known(value, "service", draft.names.services, "expected ")
        elif kind == "say":
            draft.known(value, "response", draft.names.responses, "expected ")
        elif kind != "hang_up":
            draft.report.unknown(
                key, "action", kind, ("transfer", "prepare", "request", "say", "hang_up"), "expected "
            )


def _fault(draft: Draft, node: Node) -> None:
    fault = node.get("fault")
    service = fault.get("service") if fault is not None else None
    if fault is None or service is None or service.text == "transfer":
        return
    name = draft.known(service, "service", draft.names.services, "fault: ")
    if name and name in draft.services:
        outcomes = frozenset({*draft.services[name].outcomes, _NO_ANSWER})
        draft.known(fault.get("outcome"), "outcome", outcomes, f"'{name}': ")
