"""Flows as graphs: what leads where, what can be reached, and pictures of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from engine.core.domain import END, Domain, Flow, FlowStep, StepKind
from engine.core.frozen import quick

if TYPE_CHECKING:
    from transitions import Machine

LEAVING = frozenset({StepKind.LINK, StepKind.TRANSFER, StepKind.HANG_UP})
"""Steps after which the flow does not go on."""
ASKING = frozenset({StepKind.COLLECT, StepKind.OFFER, StepKind.CONFIRM})
"""Steps that wait for the caller."""


@quick(frozen=True, slots=True)
class Edge:
    """One way from a step to another."""

    source: str
    target: str
    label: str
    """The outcome, the condition, or empty for the plain way on."""


def ways_on(step: FlowStep) -> list[Edge]:
    """Every way on from a step, END included."""
    found = [Edge(step.id, target, outcome) for outcome, target in step.outcomes.items()]
    always = False
    if not step.outcomes:
        for branch in step.branches:
            found.append(Edge(step.id, branch.to, branch.when.text if branch.when is not None else "else"))
            always = always or branch.when is None
    if step.kind in LEAVING:
        found.append(Edge(step.id, END, step.kind.value))
        always = True
    if not step.outcomes and not always:
        found.append(Edge(step.id, step.following, ""))
    if step.unclear_next:
        found.append(Edge(step.id, step.unclear_next, "unclear"))
    if step.guard is not None:
        found.append(Edge(step.id, step.following, "skipped"))
    return found


def edges(flow: Flow) -> list[Edge]:
    """Every way in a flow, in the order of its steps."""
    return [edge for step in flow.steps for edge in ways_on(step)]


def reachable(flow: Flow) -> frozenset[str]:
    """The steps that some path from the first one reaches, and END if one does."""
    if not flow.steps:
        return frozenset({END})
    return closure(successors(flow), [flow.steps[0].id])


def successors(flow: Flow) -> dict[str, list[str]]:
    """Step to the steps that may follow it."""
    found: dict[str, list[str]] = {step.id: [] for step in flow.steps}
    for edge in edges(flow):
        found[edge.source].append(edge.target)
    return found


def closure(graph: Mapping[str, Iterable[str]], start: Iterable[str]) -> frozenset[str]:
    """Everything that can be reached from the start, the start included."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return frozenset(seen)


def machine(flow: Flow) -> Machine:
    """A flow as a flat machine of `transitions`: for drawing and for tools, never for a call."""
    from transitions import Machine  # noqa: PLC0415 - only diagrams need it

    states = [step.id for step in flow.steps] + [END]
    built = Machine(model=None, states=states, initial=states[0], auto_transitions=False)
    for number, edge in enumerate(edges(flow)):
        built.add_transition(edge.label or f"next_{number}", edge.source, edge.target)
    return built


def mermaid(domain: Domain) -> str:
    """Every flow of a pack as a Mermaid chart."""
    parts = ["flowchart TD"]
    for flow in domain.flows.values():
        parts += _chart(flow)
    return "\n".join(parts) + "\n"


def _chart(flow: Flow) -> list[str]:
    lines = [f"  subgraph {flow.id}"]
    lines += [f"    {_key(flow, step.id)}{_box(step)}" for step in flow.steps]
    lines.append(f'    {_key(flow, END)}(["END"])')
    lines += [f"    {arrow}" for arrow in _arrows(flow)]
    return [*lines, "  end"]


def _arrows(flow: Flow) -> list[str]:
    """The arrows, as the machine knows them."""
    arrows = []
    for trigger, event in machine(flow).events.items():
        label = "" if re.fullmatch(r"next_\d+", trigger) else f'|"{_quoted(trigger)}"|'
        for transitions in event.transitions.values():
            arrows += [
                f"{_key(flow, str(item.source))} -->{label} {_key(flow, str(item.dest))}"
                for item in transitions
            ]
    return arrows


def _key(flow: Flow, name: str) -> str:
    return f"{flow.id}__{re.sub(r'[^A-Za-z0-9_]', '_', name)}"


def _box(step: FlowStep) -> str:
    what = step.service or step.response or step.flow or step.target or step.slot
    text = _quoted(f"{step.kind.value} {step.slot or what}".strip())
    if step.kind in ASKING:
        return f'[/"{text}"/]'
    if step.kind is StepKind.REQUEST:
        return f'[["request {_quoted(step.service)}"]]'
    return f'{{"{text}"}}' if step.kind is StepKind.NOOP else f'["{text}"]'


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", " ")
