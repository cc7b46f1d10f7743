"""Mutants of flows: a step that is skipped, a way on that leads elsewhere, a question asked carelessly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.core.domain import END, StepKind
from engine.pack.source import Entry, Kind, Node
from engine.pack.step_ids import kind_of, step_ids
from engine.proof.mutants import Mutant, fewer, of_assignments, of_condition, text, with_value, without

if TYPE_CHECKING:
    from engine.proof.mutants import Edit

_GOOD = ("confirmed", "chosen")
"""What a read-back and an offer come to when all is well; of a service it is the first outcome written."""
_SKIPPED = "goes on without it"


def of_flow(flow: str, node: Node) -> Iterator[Mutant]:
    """Every mutant of a flow."""
    yield from of_condition("condition", flow, node, "if", "its condition")
    if node.words("called_only") == "true":
        where = node.entries["called_only"].key.where
        yield Mutant("step", where, flow, "can be started by words", (without(node, "called_only"),))
    steps = node.list_of("steps")
    ids = step_ids(node)
    for place, (name, step) in enumerate(zip(ids, steps, strict=True)):
        following = ids[place + 1] if place + 1 < len(ids) else END
        for mutant in _of_step(f"{flow}.{name}", step, name, following):
            yield replace(mutant, flow=flow)


def _of_step(called: str, step: Node, name: str, following: str) -> Iterator[Mutant]:
    kind = kind_of(step)
    if kind is not StepKind.NOOP:
        yield Mutant("step", step.where, called, _SKIPPED, (_skipped(step, name),))
    yield from of_condition("condition", called, step, "if", "its condition")
    yield from of_assignments(called, step)
    yield from _of_question(called, step)
    target = step.get("transfer")
    if target is not None:
        other = "reception" if target.text != "reception" else "emergency"
        what = f"transfers to {other}, not {target.text}"
        yield Mutant("step", target.where, called, what, ((target, "text", other),))
    yield from _of_ways(called, step, following)


def _skipped(step: Node, name: str) -> Edit:
    """A step that does nothing and goes where it would have gone in the good case."""
    ways = step.get("next")
    new = {
        "id": Entry(text(step, "id"), text(step, name)),
        "noop": Entry(text(step, "noop"), text(step, "true")),
    }
    if ways is not None and ways.kind is Kind.MAP:
        good = next((ways.words(key) for key in _GOOD if key in ways.entries), "")
        first = next(iter(ways.entries.values())).value.text
        new["next"] = Entry(text(step, "next"), text(ways, good or first))
    elif ways is not None:
        new["next"] = step.entries["next"]
    return step, "entries", new


def _of_question(called: str, step: Node) -> Iterator[Mutant]:
    for key, words in (("confirm", "does not read back"), ("accepts", "does not take as an answer")):
        items = step.list_of(key)
        for item in items if key == "accepts" or len(items) > 1 else ():
            yield Mutant("question", item.where, called, f"{words} '{item.text}'", (fewer(step, key, item),))
    for key, words in (
        ("unclear_means", "has no meaning for an unclear answer"),
        ("unclear_next", "has no way on from an unclear answer"),
        ("always_ask", "does not ask what is known already"),
    ):
        if key in step.entries:
            yield Mutant("question", step.entries[key].key.where, called, words, (without(step, key),))
    unclear = step.get("unclear_means")
    if unclear is not None and unclear.text in {"true", "false"}:
        other = "false" if unclear.text == "true" else "true"
        what = f"takes an unclear answer for {other}"
        yield Mutant("question", unclear.where, called, what, ((unclear, "text", other),))


def _of_ways(called: str, step: Node, following: str) -> Iterator[Mutant]:
    ways = step.get("next")
    if ways is None:
        return
    if ways.kind is Kind.TEXT:
        other = following if following != ways.text else END
        if other != ways.text:
            yield _goes(called, ways, other, "")
    elif ways.kind is Kind.MAP:
        targets = [value for _, _, value in ways.own_pairs()]
        for outcome, _, value in ways.own_pairs():
            yield _goes(called, value, _another(targets, value), f" after '{outcome}'")
    else:
        yield from _of_branches(called, step, ways)


def _of_branches(called: str, step: Node, ways: Node) -> Iterator[Mutant]:
    targets = [target for item in ways.items if (target := item.get("then") or item.get("else")) is not None]
    for item in ways.items:
        target = item.get("then") or item.get("else")
        if target is not None:
            yield _goes(called, target, _another(targets, target), "")
        if len(ways.items) > 1 and "if" in item.entries:
            rest = tuple(other for other in ways.items if other is not item)
            what = f"has no branch to '{item.words('then')}'"
            yield Mutant(
                "goto", item.where, called, what, (with_value(step, "next", replace(ways, items=rest)),)
            )
        for mutant in of_condition("condition", called, item, "if", f"the branch to '{item.words('then')}'"):
            if not mutant.what.endswith("is gone"):
                yield mutant


def _another(targets: list[Node], target: Node) -> str:
    """The next target written there that is another one; else the end."""
    place = next(number for number, item in enumerate(targets) if item is target)
    for item in (*targets[place + 1 :], *targets[:place]):
        if item.text != target.text:
            return item.text
    return END


def _goes(called: str, target: Node, other: str, when: str) -> Mutant:
    what = f"goes to '{other}', not '{target.text}'{when}"
    return Mutant("goto", target.where, called, what, ((target, "text", other),))
