"""What each step of a flow is called: the author's name for it, or its kind and object, made unique."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.domain import StepKind
from engine.pack.merge import Definition
from engine.pack.source import Kind, Node

SAY_PREFIX = "utter_"
_KEYS: Mapping[str, StepKind] = {kind.value: kind for kind in StepKind if kind is not StepKind.REQUEST}


def kind_of(node: Node) -> StepKind | None:
    """What a step does, by the key that says so; `action: utter_...` is a `say`."""
    if "action" in node.entries:
        return StepKind.SAY if node.words("action").startswith(SAY_PREFIX) else StepKind.REQUEST
    return next((_KEYS[key] for key in node.entries if key in _KEYS), None)


def step_ids(flow: Node) -> list[str]:
    """The id of every step of a flow, in their order."""
    written = {step.words("id") for step in flow.list_of("steps")}
    ids: list[str] = []
    for step in flow.list_of("steps"):
        name = step.words("id") or _default_id(step)
        number = 2
        unique = name
        while not step.words("id") and (unique in ids or unique in written):
            unique = f"{name}_{number}"
            number += 1
        ids.append(unique)
    return ids


def _default_id(step: Node) -> str:
    kind = kind_of(step)
    if kind is None:
        return "step"
    value = step.get("action" if "action" in step.entries else kind.value)
    if kind in {StepKind.NOOP, StepKind.HANG_UP} or value is None:
        return kind.value
    named = list(value.entries) if value.kind is Kind.MAP else [item.text for item in value.each()]
    return "_".join([kind.value, *named[:1]])


def readbacks(flows: Iterable[Definition]) -> frozenset[str]:
    """The ids of every confirm step: conditions may ask whether they were heard."""
    return frozenset(
        name
        for flow in flows
        for name, step in zip(step_ids(flow.node), flow.node.list_of("steps"), strict=True)
        if "confirm" in step.entries
    )
