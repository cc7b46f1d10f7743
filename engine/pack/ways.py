"""The ways on from a step: outcomes and branches, each leading to a step that exists, none left open."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.domain import END, Branch, StepKind
from engine.pack.draft import Draft
from engine.pack.graph import LEAVING
from engine.pack.source import Kind, Node

Ways = tuple[dict[str, str], tuple[Branch, ...]]
OUTCOMES: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.OFFER: ("chosen", "declined", "other_wish"),
    StepKind.CONFIRM: ("confirmed", "denied", "corrected"),
}
"""Outcomes of a question. The first goes on with the following step unless the flow says otherwise, the
second must be given, and the third has a default: another wish is a refusal, a correction goes back."""


class WaysOn:
    """Compiles `next` of the steps of one flow."""

    def __init__(self, draft: Draft, flow: str, ids: list[str]) -> None:
        self.draft = draft
        self.flow = flow
        self.by = f"flow '{flow}': "
        self.targets = frozenset({*ids, END})

    def compile(self, node: Node, kind: StepKind, following: str, service: str) -> Ways:
        """The outcomes and branches of a step."""
        written = node.get("next")
        known = self._outcomes(kind, service)
        if kind in LEAVING and written is not None:
            self.draft.report.error(node.entries["next"].key, f"{self.by}nothing comes after a {kind.value}")
            return {}, ()
        if written is not None and written.kind is Kind.MAP:
            return self._by_outcome(node, written, kind, known, following)
        branches = self._branches(written)
        always = next((branch.to for branch in branches if branch.when is None), None)
        if kind in OUTCOMES:
            self._uncovered(node, kind, [known[1]])
            return {known[0]: always or following}, branches
        if kind is StepKind.REQUEST and len(known) > 1 and always is None:
            self._uncovered(node, kind, list(known))
        return {}, branches

    def _outcomes(self, kind: StepKind, service: str) -> tuple[str, ...]:
        if kind is StepKind.REQUEST:
            found = self.draft.services.get(service)
            return found.outcomes if found is not None else ()
        return OUTCOMES.get(kind, ())

    def _by_outcome(
        self, node: Node, written: Node, kind: StepKind, known: tuple[str, ...], following: str
    ) -> Ways:
        if not known and kind is not StepKind.REQUEST:
            hint = "write a step, or a list of if/then/else"
            self.draft.report.error(written, f"{self.by}a {kind.value} has no outcomes", hint)
            return {}, ()
        outcomes: dict[str, str] = {}
        otherwise = ""
        for outcome, key, target in written.own_pairs():
            to = self.target(target)
            if outcome == "else":
                otherwise = to
            elif not known or self.draft.known(key, "outcome", frozenset(known), self.by):
                outcomes[outcome] = to
        missing = [name for name in known if name not in outcomes]
        if any(outcome not in known and outcome != "else" for outcome in written.entries):
            missing = []
            self.draft.loose_ends.add(self.flow)
        if otherwise:
            outcomes |= {name: otherwise for name in missing if name != "corrected"}
            return outcomes, (Branch(None, otherwise),)
        if kind is StepKind.REQUEST:
            self._uncovered(node, kind, missing)
            return outcomes, ()
        first, second = known[:2]
        outcomes.setdefault(first, following)
        if second not in outcomes:
            self._uncovered(node, kind, [second])
        elif kind is StepKind.OFFER:
            outcomes.setdefault("other_wish", outcomes[second])
        return outcomes, ()

    def _uncovered(self, node: Node, kind: StepKind, missing: list[str]) -> None:
        if not missing:
            return
        what = node.words("action") or kind.value
        names = ", ".join(f"'{name}'" for name in missing)
        place = node.entries.get("next")
        hint = f"add {missing[0]}: <step>, or else: <step>"
        message = f"{self.by}nothing says what comes after '{what}' when it is {names}"
        self.draft.report.error(place.key if place is not None else node, message, hint)
        self.draft.loose_ends.add(self.flow)

    def _branches(self, written: Node | None) -> tuple[Branch, ...]:
        if written is None:
            return ()
        if written.kind is Kind.TEXT:
            return (Branch(None, self.target(written)),)
        branches: list[Branch] = []
        for item in written.items:
            if branches and branches[-1].when is None:
                self.draft.report.error(
                    item, f"{self.by}this branch comes after `else` and is never looked at"
                )
            branch = self._branch(item)
            if branch is not None:
                branches.append(branch)
        if not any("else" in item.entries for item in written.items):
            message = f"{self.by}no branch says what comes when none of them holds"
            self.draft.report.error(written, message, "add {else: <step>}")
            self.draft.loose_ends.add(self.flow)
        return tuple(branches)

    def _branch(self, item: Node) -> Branch | None:
        condition, then, other = item.get("if"), item.get("then"), item.get("else")
        if other is not None and condition is None and then is None:
            return Branch(None, self.target(other))
        if condition is not None and then is not None and other is None:
            when, target = self.draft.condition(condition), self.target(then)
            return Branch(when, target) if when is not None else None
        if item.kind is Kind.MAP:
            message = f"{self.by}a branch is {{if: ..., then: ...}} or {{else: ...}}"
            self.draft.report.error(item, message)
        self.draft.loose_ends.add(self.flow)
        return None

    def target(self, node: Node) -> str:
        """The step that a node names, or END."""
        found = self.draft.known(node, "step", self.targets, self.by)
        if not found:
            self.draft.loose_ends.add(self.flow)
        return found or END
