"""Checks of results that nobody looks at: a computed answer that decides nothing is a missing guard."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.condition import Condition
from engine.core.domain import StepKind
from engine.pack.draft import Draft


def check_unused(draft: Draft) -> None:
    """Warn of every slot that a service or a step fills and that nothing reads."""
    if "reading" in draft.report.unsure:
        return
    read = _read(draft)
    for service in draft.services.values():
        for key, slot in service.gives:
            if slot not in read:
                node = draft.merged.services[service.id].key
                message = f"service '{service.id}' gives '{key}' to slot '{slot}', which nothing reads"
                draft.report.warning(node, message, "branch on it, say it, or leave it out")
    for flow in draft.flows.values():
        for step in flow.steps:
            for slot, value in step.values:
                if slot not in read and value is not None:
                    message = f"flow '{flow.id}' sets slot '{slot}', which nothing reads"
                    draft.report.warning(draft.steps[flow.id, step.id], message)


def _read(draft: Draft) -> frozenset[str]:
    """Every slot that a condition, a text, a service or a question to the caller reads."""
    found: set[str] = set()
    for condition in _conditions(draft):
        found |= condition.names_used
    for response in draft.responses.values():
        for variants in response.variants.values():
            for variant in variants:
                found |= variant.template.names_used
                found |= variant.when.names_used if variant.when is not None else frozenset()
        for wordings in response.again.values():
            found |= {name for template in wordings for name in template.names_used}
    for service in draft.services.values():
        found |= {slot for _, slot in (*service.needs, *service.wants)}
    for flow in draft.flows.values():
        for step in flow.steps:
            found |= set(step.reads)
            if step.kind in {StepKind.OFFER, StepKind.COLLECT}:
                found.add(step.slot)
    return frozenset(found)


def _conditions(draft: Draft) -> Iterable[Condition]:
    """Every condition of the pack outside its responses."""
    for flow in draft.flows.values():
        yield from filter(None, (flow.guard,))
        for step in flow.steps:
            yield from filter(None, (step.guard, *(branch.when for branch in step.branches)))
            yield from (value for _, value in step.values if isinstance(value, Condition))
    for policy in draft.policies:
        yield policy.when
        yield from (act.when for act in policy.do if act.when is not None)
    for guard in draft.guards:
        yield from filter(None, (guard.when, guard.unless, *(act.when for act in guard.instead)))
    yield from (guarantee.never for guarantee in draft.guarantees)
    for slot in draft.slots.values():
        yield from (rejection.unless for rejection in slot.rejections)
