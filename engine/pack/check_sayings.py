"""Checks of what is said where: a slot that cannot be set yet, a success that has not happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.domain import END, FlowStep, StepKind
from engine.pack import graph
from engine.pack.draft import Draft
from engine.pack.wording import needed_slots

Point = tuple[str, str]
"""A flow and a step of it."""


def check_sayings(draft: Draft) -> None:
    """Report prompts that say what cannot be known, or claim what has not happened, where they are said."""
    _unset_slots(draft)
    for response, definition in draft.merged.success_responses.items():
        known = draft.known(definition.key, "response", draft.names.responses)
        service = draft.known(definition.node, "service", draft.names.services)
        if known and service:
            _early_success(draft, response, service)


# --- slots that cannot be set yet ------------------------------------------------------------------------


def _unset_slots(draft: Draft) -> None:
    slots = frozenset(draft.slots)
    needed = {name: needed_slots(response, slots) for name, response in draft.responses.items()}
    always = _always(draft)
    by_words = _by_words(draft)
    at_entry = _entries(draft, by_words)
    for flow in draft.flows.values():
        if flow.pattern or not flow.steps or flow.id in draft.loose_ends:
            continue
        may = _forward(draft, flow.id, at_entry[flow.id])
        for step in flow.steps:
            if step.id not in may:
                continue
            known = always | may[step.id] | frozenset(step.reads) | {step.slot}
            for slot in sorted(needed.get(step.response, frozenset()) - known - by_words[flow.id]):
                where = draft.slots[slot].where
                message = (
                    f"flow '{flow.id}': '{step.response}' says slot '{slot}', which nothing has set by then"
                )
                draft.report.error(draft.steps[flow.id, step.id], message, f"the slot is defined in {where}")


def _always(draft: Draft) -> frozenset[str]:
    """Slots that may hold a value anywhere: kept for the call, set by a policy, or filled from the start."""
    kept = {name for name, slot in draft.slots.items() if slot.scope == "call" or slot.initial is not None}
    return frozenset(kept | {name for act in draft.acts() if act.kind == "set_slots" for name, _ in act.arg})


def _by_words(draft: Draft) -> dict[str, frozenset[str]]:
    """Flow to its slots that a caller may fill at any time by saying more than was asked."""
    steps = [step for flow in draft.flows.values() for step in flow.steps]
    asked = {name for step in steps for name in (step.slot, *step.accepts)}
    fillable = {name for name, slot in draft.slots.items() if slot.filled_by == "caller" and name in asked}
    return {name: flow.owns & fillable for name, flow in draft.flows.items()}


def _entries(draft: Draft, by_words: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """What may be set when a flow begins: whatever may be set where it is called from or linked to."""
    entry: dict[str, frozenset[str]] = {name: frozenset() for name in draft.flows}
    changed = True
    while changed:
        changed = False
        for name, flow in draft.flows.items():
            places = _forward(draft, name, entry[name])
            for step in flow.steps:
                if step.kind in {StepKind.CALL, StepKind.LINK} and step.flow in entry and step.id in places:
                    inherited = places[step.id] | entry[step.flow] | by_words[name]
                    changed = changed or inherited != entry[step.flow]
                    entry[step.flow] = inherited
    return entry


def _forward(draft: Draft, flow: str, entry: frozenset[str]) -> dict[str, frozenset[str]]:
    """Reachable step to the slots that some path to it may have set."""
    steps = {step.id: step for step in draft.flows[flow].steps}
    if not steps:
        return {}
    first = draft.flows[flow].steps[0].id
    followers = graph.successors(draft.flows[flow])
    found: dict[str, frozenset[str]] = {first: entry}
    waiting = [first]
    while waiting:
        name = waiting.pop()
        after = _after(draft, steps[name], found[name])
        for other in followers[name]:
            if other in steps and (other not in found or not after <= found[other]):
                found[other] = found.get(other, frozenset()) | after
                waiting.append(other)
    return found


def _after(draft: Draft, step: FlowStep, before: frozenset[str]) -> frozenset[str]:
    match step.kind:
        case StepKind.COLLECT:
            return before | {step.slot, *step.accepts}
        case StepKind.OFFER:
            return before | {step.into}
        case StepKind.REQUEST:
            service = draft.services.get(step.service)
            return before | {slot for _, slot in service.gives} if service is not None else before
        case StepKind.SET:
            cleared = {name for name, value in step.values if value is None}
            given = {name for name, value in step.values if value is not None}
            return before - cleared | given if step.guard is None else before | given
        case StepKind.CALL:
            return before | _given_by(draft, step.flow)
        case _:
            return before


def _given_by(draft: Draft, flow: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Every slot that a flow, or one that it calls, may set."""
    if flow in seen or flow not in draft.flows:
        return frozenset()
    found: set[str] = set()
    for step in draft.flows[flow].steps:
        if step.kind is StepKind.CALL:
            found |= _given_by(draft, step.flow, seen | {flow})
        else:
            found |= _after(draft, step, frozenset())
    return frozenset(found)


# --- success that has not happened -----------------------------------------------------------------------


def _early_success(draft: Draft, response: str, service: str) -> None:
    """Report every place that can say a response without a success of the service before it."""
    ends = _ends_without(draft, service)
    reached = _reached_without(draft, service, ends)
    success = ", ".join(draft.services[service].success) if service in draft.services else ""
    hint = f"let it follow only {success} of '{service}'"
    for flow in draft.flows.values():
        for step in flow.steps:
            if step.response == response and (flow.id, step.id) in reached:
                message = f"flow '{flow.id}' can say '{response}' without a success of '{service}'"
                draft.report.error(draft.steps[flow.id, step.id], message, hint)
    for saying in draft.sayings:
        if saying.response == response and not saying.by.startswith("flow "):
            draft.report.error(
                saying.node, f"'{response}' is said here without a success of '{service}'", hint
            )


def _without(draft: Draft, flow: str, service: str) -> dict[str, list[str]]:
    """Step to followers, without the ways that a success of the service opens."""
    found = {}
    for step in draft.flows[flow].steps:
        succeeds = (
            set(draft.services[service].success)
            if step.service == service and service in draft.services
            else set()
        )
        ways = [edge.target for edge in graph.ways_on(step) if edge.label not in succeeds]
        found[step.id] = ways
    return found


def _ends_without(draft: Draft, service: str) -> frozenset[str]:
    """Flows that can end, from their beginning, without a success of the service."""
    ends: set[str] = set()
    changed = True
    while changed:
        changed = False
        for name, flow in draft.flows.items():
            if (
                name not in ends
                and flow.steps
                and END in _local(draft, name, service, frozenset(ends), flow.steps[0].id)
            ):
                ends.add(name)
                changed = True
    return frozenset(ends)


def _local(draft: Draft, flow: str, service: str, ends: frozenset[str], start: str) -> frozenset[str]:
    """Steps reached within a flow; a call is passed only when the called flow can end without success."""
    ways: Mapping[str, Iterable[str]] = {
        name: targets
        for name, targets in _without(draft, flow, service).items()
        if (step := draft.flows[flow].steps[draft.flows[flow].index[name]]).kind is not StepKind.CALL
        or step.guard is not None
        or step.flow in ends
    }
    return graph.closure(ways, [start])


def _reached_without(draft: Draft, service: str, ends: frozenset[str]) -> frozenset[Point]:
    """Every step of every flow that can be reached without a success of the service."""
    waiting = [name for name, flow in draft.flows.items() if flow.steps and not flow.called_only]
    begun: set[str] = set()
    found: set[Point] = set()
    while waiting:
        name = waiting.pop()
        flow = draft.flows.get(name)
        if name in begun or flow is None or not flow.steps:
            continue
        begun.add(name)
        reached = _local(draft, name, service, ends, flow.steps[0].id)
        found |= {(name, step) for step in reached}
        waiting += [step.flow for step in flow.steps if step.id in reached and step.flow]
    return frozenset(found)
