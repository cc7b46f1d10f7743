"""Flows as graphs: the machine, the walk over it and the picture agree."""

from __future__ import annotations

import re

import pytest

from engine.core.domain import END, Flow
from engine.pack import graph, load, mermaid

DOMAIN = load("crossroads", cache=False)


@pytest.mark.parametrize("flow", DOMAIN.flows.values(), ids=lambda flow: flow.id)
def test_the_machine_has_every_step_and_every_way(flow: Flow) -> None:
    machine = graph.machine(flow)
    assert set(machine.states) == {step.id for step in flow.steps} | {END}
    ways = {
        (str(item.source), str(item.dest))
        for event in machine.events.values()
        for items in event.transitions.values()
        for item in items
    }
    assert ways == {(edge.source, edge.target) for edge in graph.edges(flow)}


@pytest.mark.parametrize("flow", DOMAIN.flows.values(), ids=lambda flow: flow.id)
def test_every_step_of_a_good_pack_is_reached_and_the_end_too(flow: Flow) -> None:
    assert graph.reachable(flow) == {step.id for step in flow.steps} | {END}


def test_the_chart_shows_every_flow_step_and_outcome() -> None:
    chart = mermaid(DOMAIN)
    assert chart.startswith("flowchart TD\n")
    assert chart.count("subgraph ") == len(DOMAIN.flows)
    assert 'book_lesson__commit -->|"conflict"| book_lesson__taken' in chart
    assert 'book_lesson__commit[["request booking.commit"]]' in chart
    assert not re.search(r"^\s*\S*\.\S* -->", chart, re.MULTILINE)


def test_a_chart_is_drawn_of_a_name_as_well() -> None:
    assert mermaid("_template") == mermaid(load("_template", cache=False))
