"""Flows: every step resolved, with every way on from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.core.domain import END, Flow, FlowStep, StepKind
from engine.pack.draft import Draft, Saying
from engine.pack.merge import Definition
from engine.pack.source import Kind, Node
from engine.pack.step_ids import kind_of, step_ids
from engine.pack.ways import WaysOn


def compile_flows(draft: Draft) -> None:
    """Compile every flow, then what each of them owns."""
    for name, definition in draft.merged.flows.items():
        if definition.node.kind is Kind.MAP:
            draft.flows[name] = _Compiler(draft, name, definition).flow()
    owned = _owned(draft)
    for name, flow in draft.flows.items():
        draft.flows[name] = replace(flow, owns=owned[name])


class _Compiler:
    """Compiles one flow."""

    def __init__(self, draft: Draft, name: str, definition: Definition) -> None:
        self.draft = draft
        self.name = name
        self.definition = definition
        self.by = f"flow '{name}': "
        written = definition.node.list_of("steps")
        pairs = zip(step_ids(definition.node), written, strict=True)
        self.steps = [(step_id, node) for step_id, node in pairs if node.kind is Kind.MAP]
        self.ids = [step_id for step_id, _ in self.steps]
        self.ways = WaysOn(draft, name, self.ids)

    def flow(self) -> Flow:
        """The flow."""
        node = self.definition.node
        self._unique()
        steps = tuple(step for place, _ in enumerate(self.steps) if (step := self._step(place)) is not None)
        if not self.steps:
            self.draft.report.error(self.definition.key, f"flow '{self.name}' has no steps")
        return Flow(
            id=self.name,
            where=self.definition.key.where,
            description=node.words("description"),
            steps=steps,
            index={step.id: place for place, step in enumerate(steps)},
            guard=self.draft.condition(node.get("if")),
            pattern=node.words("pattern") == "true",
            called_only=node.words("called_only") == "true",
            name={language: text.text for language, _, text in node.pairs("name")},
        )

    def _unique(self) -> None:
        seen: dict[str, Node] = {}
        for name, step in self.steps:
            if name in seen:
                hint = f"in line {seen[name].line}"
                self.draft.report.error(
                    step.get("id") or step, f"{self.by}step '{name}' exists already", hint
                )
                self.draft.loose_ends.add(self.name)
            seen[name] = step

    def _step(self, place: int) -> FlowStep | None:
        name, node = self.steps[place]
        kind = kind_of(node)
        if kind is None:
            self.draft.loose_ends.add(self.name)
            return None
        self.draft.steps[self.name, name] = node
        following = self.ids[place + 1] if place + 1 < len(self.ids) else END
        special = _SPECIAL[kind](self, node)
        if kind is StepKind.NOOP and "next" not in node.entries:
            self.draft.report.warning(node, f"{self.by}a noop without `next` does nothing")
        outcomes, branches = self.ways.compile(node, kind, following, special.get("service", ""))
        again = node.get("unclear_next")
        if again is not None and kind is StepKind.COLLECT:
            special["unclear_next"] = self.ways.target(again)
        return FlowStep(
            id=name,
            kind=kind,
            where=node.where,
            guard=self.draft.condition(node.get("if")),
            outcomes=outcomes,
            branches=branches,
            following=following,
            **special,
        )

    # --- what each kind needs ----------------------------------------------------------------------------

    def _slot(self, node: Node | None, verb: str = "uses") -> str:
        return self.draft.known(node, "slot", self.draft.names.slots, f"flow '{self.name}' {verb} ")

    def _collect(self, node: Node) -> dict[str, Any]:
        slot = self._slot(node.get("collect"), "asks for")
        unclear = node.get("unclear_means")
        if unclear is not None and "unclear_next" in node.entries:
            message = f"{self.by}an unclear answer cannot have a meaning and a way on"
            self.draft.report.error(node.entries["unclear_next"].key, message, "keep one of the two")
        definition = self.draft.slots.get(slot)
        if definition is not None and definition.filled_by == "service":
            hint = "only a service or a step can fill it"
            self.draft.report.error(
                node.entries["collect"].value, f"{self.by}slot '{slot}' cannot be asked for", hint
            )
            definition = None
        return {
            "slot": slot,
            "accepts": tuple(filter(None, (self._slot(item) for item in node.list_of("accepts")))),
            "response": self._question(node, definition.ask if definition is not None else "", "collect"),
            "unclear_means": self.draft.constant(unclear, slot) if unclear is not None and slot else None,
            "always_ask": node.words("always_ask") == "true",
        }

    def _question(self, node: Node, default: str, key: str) -> str:
        written = node.get("ask")
        if written is not None:
            return self.draft.response(written, self.by)
        if not default:
            return ""
        place = (
            node.entries[key].value if node.entries[key].value.kind is Kind.TEXT else node.entries[key].key
        )
        if default not in self.draft.names.responses:
            hint = "write it in responses/<language>.yml, or name another with `ask`"
            self.draft.report.error(place, f"{self.by}there is no response '{default}' to ask with", hint)
            return ""
        self.draft.sayings.append(Saying(default, place, self.by))
        return default

    def _say(self, node: Node) -> dict[str, Any]:
        return {"response": self.draft.response(node.get("say") or node.get("action"), self.by)}

    def _request(self, node: Node) -> dict[str, Any]:
        return {
            "service": self.draft.known(node.get("action"), "service", self.draft.names.services, self.by)
        }

    def _offer(self, node: Node) -> dict[str, Any]:
        slot = self._slot(node.get("offer"), "offers")
        into = self._slot(node.get("into"), "fills")
        if slot and self.draft.names.slots[slot] != "list":
            kind = self.draft.names.slots[slot]
            self.draft.report.error(
                node.entries["offer"].value,
                f"{self.by}slot '{slot}' of type {kind} cannot be offered",
                "only a list",
            )
        if node.get("into") is None:
            self.draft.report.error(node, f"{self.by}an offer needs `into`, the slot that the choice fills")
        return {
            "slot": slot,
            "into": into,
            "response": self._question(node, f"utter_offer_{slot}" if slot else "", "offer"),
        }

    def _confirm(self, node: Node) -> dict[str, Any]:
        reads = tuple(filter(None, (self._slot(item, "reads back") for item in node.list_of("confirm"))))
        name = next(name for name, step in self.steps if step is node)
        return {"reads": reads, "response": self._question(node, f"utter_confirm_{name}", "confirm")}

    def _set(self, node: Node) -> dict[str, Any]:
        return {"values": slot_values(self.draft, node, self.by)}

    def _call(self, node: Node) -> dict[str, Any]:
        key = "call" if "call" in node.entries else "link"
        return {"flow": self.draft.known(node.get(key), "flow", self.draft.names.flows, self.by)}

    def _transfer(self, node: Node) -> dict[str, Any]:
        targets = self.draft.merged.transfers
        return {
            "target": self.draft.known(node.get("transfer"), "transfer target", targets, self.by),
            "reason": node.words("reason"),
        }

    def _reason(self, node: Node) -> dict[str, Any]:
        return {"reason": node.words("reason")}


_SPECIAL: Mapping[StepKind, Callable[[_Compiler, Node], dict[str, Any]]] = {
    StepKind.COLLECT: _Compiler._collect,  # noqa: SLF001 - the table of the class above
    StepKind.SAY: _Compiler._say,  # noqa: SLF001
    StepKind.REQUEST: _Compiler._request,  # noqa: SLF001
    StepKind.OFFER: _Compiler._offer,  # noqa: SLF001
    StepKind.CONFIRM: _Compiler._confirm,  # noqa: SLF001
    StepKind.SET: _Compiler._set,  # noqa: SLF001
    StepKind.CALL: _Compiler._call,  # noqa: SLF001
    StepKind.LINK: _Compiler._call,  # noqa: SLF001
    StepKind.NOOP: lambda *_: {},
    StepKind.TRANSFER: _Compiler._transfer,  # noqa: SLF001
    StepKind.HANG_UP: _Compiler._reason,  # noqa: SLF001
}


def slot_values(draft: Draft, node: Node, by: str) -> tuple[tuple[str, Any], ...]:
    """The assignments of a step or act: a constant, or a Condition that computes the value."""
    found: list[tuple[str, Any]] = []
    for _, key, value in node.pairs("set_slots"):
        slot = draft.known(key, "slot", draft.names.slots, by)
        if not slot:
            continue
        if value.kind is Kind.TEXT and value.text.startswith("="):
            expression = draft.expression(value)
            if expression is not None:
                found.append((slot, expression))
        else:
            found.append((slot, draft.constant(value, slot)))
    return tuple(found)


def _owned(draft: Draft) -> dict[str, frozenset[str]]:
    """Flow to the flow-scoped slots that it, or a flow that it calls, asks for, receives or tells by."""
    own: dict[str, set[str]] = {}
    calls: dict[str, set[str]] = {}
    for flow in draft.flows.values():
        mine = own.setdefault(flow.id, set())
        called = calls.setdefault(flow.id, set())
        for step in flow.steps:
            mine |= {step.slot, step.into, *step.accepts} | {name for name, _ in step.values}
            service = draft.services.get(step.service)
            if service is not None:
                mine |= {slot for _, slot in service.gives}
                mine |= {slot for _, slot in service.wants if slot in draft.slots and draft.slots[slot].tells}
            if step.kind is StepKind.CALL:
                called.add(step.flow)
    changed = True
    while changed:
        changed = False
        for name, called in calls.items():
            gained = set().union(*(own.get(other, set()) for other in called)) - own[name]
            own[name] |= gained
            changed = changed or bool(gained)
    scoped = {name for name, slot in draft.slots.items() if slot.scope != "call"}
    return {name: frozenset(slots & scoped) for name, slots in own.items()}
