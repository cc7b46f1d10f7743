"""The pack: its flows drawn, its rules with cases and proof, its words, and everything wrong with it."""

from __future__ import annotations

from datetime import datetime
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
    part = visit.query.get("part", "")
    return _page(visit, part if part in _PARTS else _PARTS[0])


def run_cases(visit: Visit) -> Response:
    """Run every case of the rules now."""
    visit.hub.run_cases()
    return visit.to("/pack?part=rules")


def _page(visit: Visit, part: str) -> Response:
    domain = visit.hub.domain
    values: dict[str, Any] = {"part": part, "parts": _PARTS}
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
            values |= _rules_values(visit.hub)
        case "responses":
            values["responses"] = domain.responses
            values["languages"] = domain.languages
        case _:
            values["problems"] = problems(visit.hub.site)
    return visit.page("pack.html", **values)


def _rules_values(hub: Hub) -> dict[str, Any]:
    """The rules with what became of their cases, and with what the last proof says of each guarantee."""
    ran = {(case.where, case.name): case for case in hub.ran[1]} if hub.ran is not None else None
    proof = hub.proof() if hub.proof is not None else None
    current = proof is not None and proof["version"] == hub.domain.version
    rules = _rules(hub)
    for rule in rules:
        keys = [(case.where, str(case.data["case"])) for case in rule["cases"]]
        rule["results"] = {key: ran[key] for key in keys if key in ran} if ran is not None else {}
        rule["good"] = sum(case.holds for case in rule["results"].values())
    proved = {item["id"]: item for item in proof["properties"]} if proof is not None and current else {}
    return {
        "rules": rules, "ran": ran, "ran_at": hub.ran[0] if hub.ran is not None else None,
        "can_run": hub.cases is not None, "proof": proof, "current": current, "proved": proved,
        "proved_at": datetime.fromisoformat(proof["at"]) if proof is not None else None,
        "built_in": [item for name, item in proved.items() if name not in {rule["id"] for rule in rules}],
    }  # fmt: skip


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
