"""Checks of how flows go: steps that nothing leads to, circles that wait for nobody, outcomes ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.domain import END, Flow, FlowStep, StepKind
from engine.pack import graph
from engine.pack.check_start import FLOWS_OF_THE_CORE
from engine.pack.draft import Draft
from engine.pack.source import Node


def check_flows(draft: Draft) -> None:
    """Report what is wrong with the way that flows go."""
    for flow in draft.flows.values():
        if flow.steps and flow.id not in draft.loose_ends:
            _unreachable_steps(draft, flow)
            _endless_loops(draft, flow)
            _ignored_outcomes(draft, flow)
    _unreachable_flows(draft)
    _endless_calls(draft)


def _unreachable_steps(draft: Draft, flow: Flow) -> None:
    reached = graph.reachable(flow)
    before: FlowStep | None = None
    for step in flow.steps:
        if step.id not in reached and (before is None or before.id in reached):
            hint = ""
            if before is not None and before.kind in graph.LEAVING:
                hint = f"a {before.kind.value} ends the flow: put it last, or lead another step here"
            elif before is not None:
                hint = f"no step before it leads here: '{before.id}' goes elsewhere"
            message = f"flow '{flow.id}': step '{step.id}' can never be reached"
            draft.report.error(draft.steps[flow.id, step.id], message, hint)
        before = step


def _endless_loops(draft: Draft, flow: Flow) -> None:
    """Report circles in which no step waits for the caller.

    Without a request they never stop within a turn; with one they hammer a service.
    """
    waiting = graph.ASKING | graph.LEAVING
    followers = graph.successors(flow)
    steps = {step.id: step for step in flow.steps}
    idle = {
        name: [
            other for other in followers[name] if other != END and not _waits(draft, steps[other], waiting)
        ]
        for name, step in steps.items()
        if not _waits(draft, step, waiting)
    }
    reported: set[str] = set()
    for name in idle:
        circle = _circle(idle, name)
        if not circle or reported & set(circle):
            continue
        reported |= set(circle)
        shown = " -> ".join([*circle, circle[0]])
        message = f"flow '{flow.id}' goes in a circle without asking the caller: {shown}"
        requests = any(steps[item].kind is StepKind.REQUEST for item in circle)
        report = draft.report.warning if requests else draft.report.error
        report(
            draft.steps[flow.id, name], message, "let one of these steps collect, offer or confirm something"
        )


def _waits(draft: Draft, step: FlowStep, waiting: frozenset[StepKind]) -> bool:
    if step.kind is StepKind.CALL:
        called = draft.flows.get(step.flow)
        return called is None or any(item.kind in waiting for item in called.steps)
    return step.kind in waiting and step.guard is None


def _circle(followers: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """A shortest circle through a step; empty if there is none."""
    paths: list[list[str]] = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        for other in followers.get(path[-1], ()):
            if other == start:
                return path
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return []


def _ignored_outcomes(draft: Draft, flow: Flow) -> None:
    """An effect whose success and failure lead to the same step was never looked at."""
    for step in flow.steps:
        service = draft.services.get(step.service)
        if step.kind is not StepKind.REQUEST or service is None or service.effect == "read":
            continue
        failures = [name for name in service.outcomes if name not in service.success]
        targets = {name: step.outcomes.get(name, _default(step)) for name in service.outcomes}
        same = [name for name in failures if targets[name] in {targets[other] for other in service.success}]
        if same and service.success and _matters(draft, flow, targets[same[0]]):
            node = draft.steps[flow.id, step.id]
            message = f"flow '{flow.id}': '{service.id}' goes on as if it had worked when it is '{same[0]}'"
            draft.report.error(node, message, f"give '{same[0]}' a step of its own")


def _matters(draft: Draft, flow: Flow, target: str) -> bool:
    """Going on to an end is the same for everybody; going on with the task is not."""
    place = flow.index.get(target)
    return place is not None and flow.steps[place].kind not in graph.LEAVING


def _default(step: FlowStep) -> str:
    return next((branch.to for branch in step.branches if branch.when is None), step.following)


def _unreachable_flows(draft: Draft) -> None:
    used: set[str] = {answer.flow for answer in draft.answers.values() if answer.flow}
    for flow in draft.flows.values():
        used |= {step.flow for step in flow.steps if step.flow and step.flow != flow.id}
    used |= {str(act.arg) for act in draft.acts() if act.kind == "start"}
    for flow in draft.flows.values():
        key = draft.merged.flows[flow.id].key
        if flow.id in used or flow.id in FLOWS_OF_THE_CORE:
            continue
        if flow.called_only:
            draft.report.warning(key, f"flow '{flow.id}' is `called_only` and nothing calls it")
        elif flow.pattern and draft.merged.flows[flow.id].layer in _own_layers(draft):
            hint = "a rule may `start` it, a step may `call` it or `link` to it"
            draft.report.warning(key, f"repair flow '{flow.id}' is never started", hint)


def _own_layers(draft: Draft) -> range:
    """The layers above the root pack: what the root offers is for its children to use."""
    return range(1, len(draft.merged.layers))


def _endless_calls(draft: Draft) -> None:
    """Flows that call themselves, at once or through others: the stack would grow without end."""
    calls: dict[str, list[str]] = {}
    places: dict[tuple[str, str], Node] = {}
    for flow in draft.flows.values():
        for step in flow.steps:
            if step.kind is StepKind.CALL and step.flow:
                calls.setdefault(flow.id, []).append(step.flow)
                places.setdefault((flow.id, step.flow), draft.steps[flow.id, step.id])
    reported: set[str] = set()
    for name in calls:
        circle = _circle(calls, name)
        if circle and not reported & set(circle):
            reported |= set(circle)
            other = circle[1] if len(circle) > 1 else name
            shown = " -> ".join([*circle, name])
            draft.report.error(
                places[name, other], f"flow '{name}' calls itself: {shown}", "go there with `link`"
            )
