"""What a proof says: to people line by line, to programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.codec import Encoder
from engine.pack import locate
from engine.proof.counterexample import caller, conversation

if TYPE_CHECKING:
    from engine.proof.counterexample import Counterexample
    from engine.proof.explore import Explored
    from engine.proof.prove import Proof
    from engine.proof.subject import Beginning

_PLAIN = Encoder({})


def as_text(proof: Proof) -> str:
    """A proof as people read it."""
    return "\n".join(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    yield f"{called(proof.pack)}: {'proved' if proof.holds else 'BROKEN'}, {reach(proof)}"
    for beginning, explored in proof.explored.items():
        yield f"  {beginning!s:<36} {_counts(explored)}"
    if proof.untried:
        yield f"  not tried, for the pack has no words for it: {', '.join(proof.untried)}"
    broken = {example.broken for example in proof.broken}
    for item in proof.properties:
        basis = proof.basis.get(item.id, "")
        if item.id in broken:
            yield f"  BROKEN  {item.id:<32} {item.why}"
        elif proof.holds:
            yield f"  holds   {item.id:<32} {item.why}{f' [{basis}]' if basis else ''}"
    if broken:
        yield f"  the other {len(proof.properties) - len(broken)} held in the calls that were tried"
    for example in proof.broken:
        yield ""
        yield from told(example)
    for example in proof.doubtful:
        yield f"\nnot shown again in the real machine, so not counted: {example.broken} ({example.beginning})"


def called(name: str) -> str:
    """How people call what was proved: a path as it stands below the pack's folder, the same everywhere."""
    return locate.shown(Path(name).resolve()) if Path(name).is_file() else name


def reach(proof: Proof) -> str:
    """How far a proof goes, in words."""
    if proof.broken:
        surprises = proof.broken[0].surprises
        shorter = {0: "", 1: "; no call without a surprise does"}.get(
            surprises, f"; no call with less than {surprises} surprises does"
        )
        return f"calls break it{shorter}"
    if proof.fixed_point:
        return "a fixed point: every call was tried"
    if proof.surprises < 0:
        return "not even every call without a surprise could be tried within the bound"
    count = {0: "without any surprise", 1: "with at most one surprise"}.get(
        proof.surprises, f"with at most {proof.surprises} surprises"
    )
    frontier = sum(item.frontier for item in proof.explored.values())
    return f"every call {count} was tried; what another one leads to from {frontier:,} states is open"


def _counts(explored: Explored) -> str:
    pace = explored.steps / explored.seconds if explored.seconds else 0
    return (
        f"{explored.states:>9,} states {explored.steps:>11,} steps {explored.transitions:>9,} transitions, "
        f"calls of up to {explored.deepest} events, {explored.seconds:.1f} s, {pace:,.0f} steps/s"
    )


def told(example: Counterexample) -> Iterator[str]:
    """A counterexample: what is broken, by which line, and the call that shows it."""
    yield f"BROKEN: {example.broken}: {example.why}"
    surprises = f"{example.surprises} surprise{'' if example.surprises == 1 else 's'}"
    yield f"  the shortest call: {example.events} events, {surprises} ({example.beginning})"
    for where in example.blamed:
        yield f"  {where}"
    if example.saved:
        yield f"  kept as {example.saved}"
    yield from (f"    {line}" for line in conversation(example))


def as_data(proof: Proof) -> dict[str, Any]:
    """A proof as JSON data."""
    return {
        "pack": proof.pack,
        "version": proof.version,
        "holds": proof.holds,
        "fixed_point": proof.fixed_point,
        "surprises": proof.surprises,
        "reach": reach(proof),
        "explored": [_explored(*item) for item in proof.explored.items()],
        "not_tried": list(proof.untried),
        "properties": [
            {
                "id": item.id,
                "why": item.why,
                "where": item.where,
                "holds": item.id not in {example.broken for example in proof.broken},
                "basis": proof.basis.get(item.id, ""),
            }
            for item in proof.properties
        ],
        "counterexamples": [_example(item) for item in proof.broken],
        "doubtful": [item.broken for item in proof.doubtful],
    }


def _explored(beginning: Beginning, explored: Explored) -> dict[str, Any]:
    return {
        "beginning": str(beginning),
        "states": explored.states,
        "steps": explored.steps,
        "transitions": explored.transitions,
        "frontier": explored.frontier,
        "surprises": explored.surprises,
        "fixed_point": explored.fixed_point,
        "deepest": explored.deepest,
        "cpu_seconds": round(explored.seconds, 2),
    }


def _example(example: Counterexample) -> dict[str, Any]:
    return {
        "property": example.broken,
        "why": example.why,
        "beginning": str(example.beginning),
        "events": example.events,
        "surprises": example.surprises,
        "blamed": list(example.blamed),
        "saved": example.saved,
        "call": [
            {
                "caller": caller(line.move),
                "event": _PLAIN.encode(line.event),
                "says": [item.response for item in line.actions if hasattr(item, "response")],
                "actions": [type(item).__name__ for item in line.actions],
                "decisions": [
                    {"by": item.by, "where": item.where, "verdict": item.verdict.value}
                    for item in line.decisions
                ],
            }
            for line in example.lines
        ],
    }
