"""What a comparison says: in words that whoever runs the place reads, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.core.domain import END, StepKind
from engine.proof.compare import CHANGED, GAINED, LOST
from engine.proof.report import reach
from engine.replaying import summary

if TYPE_CHECKING:
    from engine.core.domain import Domain, FlowStep
    from engine.proof.compare import Change, Comparison
    from engine.proof.prove import Proof

_MOST = 40
"""Lines of each list; the JSON has all of them."""
_HEADINGS = {
    "rule": "Rules", "guarantee": "What is guaranteed", "order": "The order of things", "limit": "Limits",
    "task": "Tasks", "step": "Steps of tasks", "prompt": "What is said", "question": "Answers to questions",
    "slot": "What is known", "service": "What the world is asked",
}  # fmt: skip
_FIELDS = {
    "when": "the condition",
    "unless": "the exception",
    "never": "what must never be",
    "guard": "the condition",
    "do": "what it does",
    "instead": "what happens instead",
    "forbids": "what it forbids",
    "prefixes": "what it forbids",
    "upon": "when it is asked",
    "goes_on": "whether the turn goes on",
    "sealed": "whether a site is kept from replacing it",
    "required": "whether it must be there",
    "why": "the reason given",
    "branches": "the ways on",
    "outcomes": "the way on",
    "reads": "what is read back",
    "response": "what is said",
    "accepts": "what else is an answer",
    "values": "what is set",
    "barge_in": "whether it can be talked over",
    "style": "the tone",
    "per_slot": "attempts at one question",
    "yes_no": "attempts at a yes or no",
    "in_a_row": "vain turns in a row",
    "in_all": "vain turns in all",
}
"""Fields of a pack in words; any other is called by its name."""


def as_text(found: Comparison) -> str:
    """A comparison as people read it."""
    return "\n".join(_lines(found))


def _lines(found: Comparison) -> Iterator[str]:
    old, new = found.old, found.new
    yield f"{old.pack} ({old.version}) -> {new.pack} ({new.version})"
    if not (found.changes or any(found.ways) or _verdicts(found)):
        yield "nothing is different that could change a call"
    yield from _guaranteed(found)
    for kind, heading in _HEADINGS.items():
        those = [change for change in found.changes if change.kind == kind]
        those = [change for change in those if kind != "guarantee" or change.how == CHANGED]
        yield from _listed(heading, [_told(change) for change in those])
    gained, lost = found.ways
    yield from _listed("Calls can newly go", _ways(found.domains[1], gained))
    yield from _listed("Calls no longer go", _ways(found.domains[0], lost))
    yield ""
    yield f"explored: {reach(new)}"
    before, now = found.states
    places = [len(part) for part in found.places]
    yield (
        f"  states {before:,} -> {now:,}; places where a call can stand: {places[0]} gained, "
        f"{places[1]} lost; ways between them: {len(gained)} gained, {len(lost)} lost"
    )
    if found.tapes:
        otherwise, of = sum(not item.same for item in found.tapes), len(found.tapes)
        yield f"\n{otherwise} of {of} recorded calls would have gone differently, {otherwise / of:.0%}"
        yield from (f"  {line}" for line in summary(found.tapes)[1:])


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{heading}:"
        yield from (f"  {line}" for line in lines[:_MOST])
        if lines[_MOST:]:
            yield f"  ... and {len(lines) - _MOST} more (--json lists all)"


# --- what holds ------------------------------------------------------------------------------------------


def _verdicts(found: Comparison) -> list[tuple[str, str, str]]:
    """What every call is held to, what it was worth and what it is worth now; only where that differs."""
    was, now = (_standing(proof) for proof in (found.old, found.new))
    names = dict.fromkeys([*was, *now])
    return [(name, was.get(name, ""), now.get(name, "")) for name in names if was.get(name) != now.get(name)]


def _standing(proof: Proof) -> dict[str, str]:
    broken = {item.broken for item in proof.broken}
    return {
        item.id: "broken" if item.id in broken else _basis(proof.basis.get(item.id, ""))
        for item in proof.properties
    }


def _basis(basis: str) -> str:
    return "certain in every call" if basis.startswith("whatever") else "true of every call that was tried"


def _guaranteed(found: Comparison) -> Iterator[str]:
    lines = []
    why = {item.id: item.why for item in (*found.old.properties, *found.new.properties)}
    for name, was, now in _verdicts(found):
        if not was:
            lines.append(f"+ {name}: {why[name]} (now {now})")
        elif not now:
            lines.append(f"- {name}: {why[name]} (was {was}, is promised no longer)")
        else:
            mark = "!" if now == "broken" else "~"
            lines.append(f"{mark} {name}: {why[name]} (was {was}, is {now})")
    yield from _listed("What holds of every call", lines)


# --- what is written -------------------------------------------------------------------------------------


def _told(change: Change) -> str:
    where = f"  [{change.where}]" if change.where else ""
    why = f": {change.why}" if change.why else ""
    if change.kind == "prompt":
        return _worded(change) + where
    if change.how != CHANGED:
        return f"{'+' if change.how == GAINED else '-'} {change.name}{why}{where}"
    return f"~ {change.name}: {_called(change.field)} {_from_to(change)}{where}"


def _worded(change: Change) -> str:
    mark = {GAINED: "+", LOST: "-", CHANGED: "~"}[change.how]
    called = _FIELDS.get(change.field, change.field)
    return f"{mark} {change.name}, {called} {_from_to(change)}"


def _from_to(change: Change) -> str:
    if not change.was:
        return f"is now “{change.now}”"
    if not change.now:
        return f"was “{change.was}” and is gone"
    return f"was “{change.was}”, is “{change.now}”"


def _called(path: str) -> str:
    first, _, rest = path.partition(".")
    words = _FIELDS.get(first, first.replace("_", " "))
    return f"{words} ({rest.replace('.', ' ').replace('_', ' ')})" if rest else words


# --- where calls go --------------------------------------------------------------------------------------


def _ways(domain: Domain, ways: Iterable[tuple[str, str]]) -> list[str]:
    return [f"from {place(domain, here)} to {place(domain, there)}" for here, there in sorted(ways)]


def place(domain: Domain, name: str) -> str:
    """Where a call stands, in words: "asking for the birth date (who is it)"."""
    if name == "open question":
        return "the open question"
    if name == "ended":
        return "the end of the call"
    phase, _, target = name.partition(" ")
    if phase == "transferring":
        return f"being put through to {target or 'a person'}"
    flow_id, _, step_id = name.partition(".")
    flow = domain.flows.get(flow_id)
    if flow is None:
        return name
    if step_id in flow.index:
        what = _doing(domain, flow.steps[flow.index[step_id]])
    else:
        what = "the end" if step_id == END else step_id.replace("_", " ")
    return f"{what} ({flow_id.replace('_', ' ')})"


def _doing(domain: Domain, step: FlowStep) -> str:
    match step.kind:
        case StepKind.COLLECT:
            return f"the question {_known(domain, step.slot)}"
        case StepKind.OFFER:
            return f"the choice among {_known(domain, step.slot)}"
        case StepKind.CONFIRM:
            return f"the read-back of {', '.join(step.reads)}"
        case StepKind.REQUEST:
            return f"the answer of {step.service}"
        case StepKind.SAY:
            return f"saying {step.response}"
        case _:
            return step.id.replace("_", " ")


def _known(domain: Domain, slot: str) -> str:
    found = domain.slots.get(slot)
    return found.description if found is not None and found.description else slot.replace("_", " ")


def as_data(found: Comparison) -> dict[str, Any]:
    """A comparison as JSON data."""
    gained, lost = ([list(way) for way in sorted(part)] for part in found.ways)
    new, gone = (sorted(part) for part in found.places)
    return {
        "old": {"pack": found.old.pack, "version": found.old.version, "states": found.states[0]},
        "new": {"pack": found.new.pack, "version": found.new.version, "states": found.states[1]},
        "reach": reach(found.new),
        "guarantees": [{"id": name, "was": was, "now": now} for name, was, now in _verdicts(found)],
        "changes": [asdict(change) for change in found.changes],
        "places": {"gained": new, "lost": gone},
        "ways": {"gained": gained, "lost": lost},
        "tapes": {
            "calls": len(found.tapes),
            "otherwise": sum(not item.same for item in found.tapes),
            "each": [item.plain() for item in found.tapes],
        },
    }
