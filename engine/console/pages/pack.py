"""The pack: its flows drawn, its rules with cases and proof, its words, and everything wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.console.flowchart import flowchart
from engine.console.web import Visit
from engine.pack import problems

if TYPE_CHECKING:
    from starlette.responses import Response

    from engine.console.hub import Hub

_PARTS = ("flows", "rules", "responses", "problems")


def overview(visit: Visit) -> Response:
    """One part of the pack."""
    return _page(visit, None)


def run_cases(visit: Visit) -> Response:
    """The rules, with every case run now."""
    cases = visit.hub.cases() if visit.hub.cases is not None else []
    return _page(visit, {(case.where, case.name): case for case in cases}, "rules")


def _page(visit: Visit, ran: dict[tuple[str, str], Any] | None, part: str = "") -> Response:
    domain = visit.hub.domain
    part = part or visit.query.get("part", "")
    part = part if part in _PARTS else _PARTS[0]
    values: dict[str, Any] = {
        "part": part,
        "parts": _PARTS,
        "ran": ran,
        "can_run": visit.hub.cases is not None,
    }
    match part:
        case "flows":
            flow = domain.flows.get(visit.query.get("flow", "")) or next(
                (item for item in domain.flows.values() if not item.pattern), None
            )
            # What callers come for first, repairs after it.
            values["flows"] = dict(sorted(domain.flows.items(), key=lambda item: item[1].pattern))
            values["flow"] = flow
            values["chart"] = None if flow is None or not flow.steps else flowchart(flow, flow.id)
        case "rules":
            values["rules"] = _rules(visit.hub)
            values["proof"] = visit.hub.proof() if visit.hub.proof is not None else None
        case "responses":
            values["responses"] = domain.responses
            values["languages"] = domain.languages
        case _:
            values["problems"] = problems(visit.hub.site)
    return visit.page("pack.html", **values)


def _rules(hub: Hub) -> list[dict[str, Any]]:
    """Every rule with what it does and its cases."""
    cases: dict[str, list[Any]] = {}
    for case in hub.policy_cases():
        cases.setdefault(str(case.data.get("policy") or case.data.get("guarantee")), []).append(case)
    domain = hub.domain
    found = [("policy", item) for item in domain.policies]
    every: list[tuple[str, Any]] = [*found, *(("guard", item) for item in domain.guards)]
    every += [("guarantee", item) for item in domain.guarantees]
    return [
        {
            "kind": kind, "id": item.id, "why": item.why, "where": item.where, "sealed": item.sealed,
            "required": item.required, "cases": cases.get(item.id, []),
        }
        for kind, item in every
    ]  # fmt: skip
