"""Mutants: a pack with one small mistake in its rules, steps or limits, as an author might make it.

A mutant is an edit of the nodes that were read from the files, so it has a line, passes through the same
compiler and checks as any pack, and is taken back when it has been judged. Guarantees, cases and calls are
what judges, so they stay as they are; words (prompts, vocabulary, the safety screen) and the facts of a
site are data and not rules, and are measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.pack.source import Entry, Kind, Node
from engine.proof.mutant_conditions import changed, weaker

if TYPE_CHECKING:
    from engine.pack.merge import Definition, Merged

Edit = tuple[Any, str, Any]
"""A node or layer, the name of its field, and what it holds instead."""


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One mistake."""

    kind: str
    """rule | act | condition | mark | step | goto | question | limit | service | slot | pack"""
    where: str
    """file:line."""
    name: str
    """What is mutated: a rule, a flow and its step, a slot, a service."""
    what: str
    """What is wrong with it, in words."""
    edits: tuple[Edit, ...]
    flow: str = ""
    """The flow outside which it can make no difference, if there is one."""

    def __str__(self) -> str:
        return f"{self.where}: {self.name} {self.what}"


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """The pack with a mistake in it, for as long as this lasts."""
    before = [(place, name, getattr(place, name)) for place, name, _ in mutant.edits]
    for place, name, value in mutant.edits:
        setattr(place, name, value)
    try:
        yield
    finally:
        for place, name, value in before:
            setattr(place, name, value)


def mutants_of(merged: Merged) -> list[Mutant]:
    """Every mutant of a pack, in the order of its files; the same for the same files."""
    from engine.proof.mutant_steps import of_flow  # noqa: PLC0415 - it is made of what stands here

    found: list[Mutant] = []
    for name, item in merged.policies.items():
        if "guarantee" not in item.node.entries:
            found += _of_rule(merged, name, item)
    for name, item in merged.flows.items():
        found += of_flow(name, item.node)
    for name, item in merged.slots.items():
        found += _of_slot(name, item.node)
    for name, item in merged.services.items():
        found += _of_service(name, item.node)
    for response in dict.fromkeys(name for texts in merged.responses.values() for name in texts):
        found += _of_response(merged, response)
    return [*found, *_of_pack(merged)]


# --- edits -----------------------------------------------------------------------------------------------


def without(node: Node, key: str) -> Edit:
    """A mapping without one of its keys."""
    return node, "entries", {name: entry for name, entry in node.entries.items() if name != key}


def with_value(node: Node, key: str, value: Node) -> Edit:
    """A mapping with another value under a key, or a new one."""
    entry = node.entries.get(key)
    named = entry.key if entry is not None else text(value, key)
    return node, "entries", {**node.entries, key: Entry(named, value)}


def text(near: Node, words: str) -> Node:
    """A text that stands where another node does."""
    return replace(near, kind=Kind.TEXT, text=words, plain=True, items=(), entries={})


def fewer(node: Node, key: str, gone: Node) -> Edit:
    """A list under a key without one of its items."""
    items = tuple(item for item in node.list_of(key) if item is not gone)
    held = node.entries[key].value
    return with_value(node, key, replace(held, kind=Kind.LIST, text="", items=items))


def of_condition(kind: str, name: str, node: Node, key: str, called: str) -> Iterator[Mutant]:
    """A condition gone, or changed in one place."""
    condition = node.get(key)
    if condition is None or condition.kind is not Kind.TEXT:
        return
    if key != "when":
        yield Mutant(kind, condition.where, name, f"{called} is gone", (without(node, key),))
    for new, words in changed(condition.text):
        yield Mutant(kind, condition.where, name, f"{called}: {words}", ((condition, "text", new),))


def of_assignments(name: str, node: Node) -> Iterator[Mutant]:
    """A value that is not set, or one that is worked out differently."""
    held = node.get("set_slots")
    for slot, _, value in node.pairs("set_slots"):
        if held is not None and len(held.entries) > 1:
            yield Mutant("step", value.where, name, f"does not set '{slot}'", (without(held, slot),))
        if value.text.startswith("="):
            for new, words in weaker(value.text[1:]):
                yield Mutant(
                    "condition", value.where, name, f"'{slot}': {words}", ((value, "text", f"= {new}"),)
                )


# --- rules -----------------------------------------------------------------------------------------------


def _of_rule(merged: Merged, name: str, item: Definition) -> Iterator[Mutant]:
    node = item.node
    layer = merged.layers[item.layer]
    rest = [rule for rule in layer.policies if rule is not node]
    yield Mutant("rule", node.where, name, "is gone", ((layer, "policies", rest),))
    for key, called in (("when", "its condition"), ("if", "its condition"), ("unless", "its exception")):
        yield from of_condition("condition", name, node, key, called)
    for key in ("do", "instead"):
        acts = node.list_of(key)
        for act in acts:
            kind = next(iter(act.entries))
            if len(acts) > 1:
                yield Mutant("act", act.where, name, f"does not {_told(act, kind)}", (fewer(node, key, act),))
            yield from of_condition("condition", name, act, "if", f"the condition of '{_told(act, kind)}'")
        if len(acts) > 1:
            held = node.entries[key].value
            turned = replace(held, items=held.items[::-1])
            yield Mutant(
                "act", held.where, name, "acts in the opposite order", (with_value(node, key, turned),)
            )
    forbids = node.list_of("forbid")
    for action in forbids if len(forbids) > 1 else ():
        yield Mutant("rule", action.where, name, f"lets {action.text} pass", (fewer(node, "forbid", action),))
    for event in node.list_of("upon"):
        other = text(event, "Heard" if event.text != "Heard" else "FellSilent")
        yield Mutant(
            "rule", event.where, name, f"is asked upon {other.text}, not {event.text}",
            (with_value(node, "upon", other),),
        )  # fmt: skip
    if "do" in node.entries:
        goes_on = node.words("goes_on") == "true"
        what = "ends the turn" if goes_on else "does not end the turn"
        edit = without(node, "goes_on") if goes_on else with_value(node, "goes_on", text(node, "true"))
        yield Mutant("rule", node.where, name, what, (edit,))
    yield from _of_marks(name, node, ("sealed", "required"))


def _told(act: Node, kind: str) -> str:
    value = act.entries[kind].value
    return f"{kind} {value.text}".replace(" true", "") if value.kind is Kind.TEXT else kind


def _of_marks(name: str, node: Node, marks: Iterable[str]) -> Iterator[Mutant]:
    for mark in marks:
        if node.words(mark) == "true":
            yield Mutant("mark", node.entries[mark].key.where, name, f"is not {mark}", (without(node, mark),))


# --- what is known, and what the world does --------------------------------------------------------------


def _of_slot(name: str, node: Node) -> Iterator[Mutant]:
    called = f"slot {name}"
    if node.words("filled_by") == "service":
        where = node.entries["filled_by"].key.where
        yield Mutant("slot", where, called, "can be filled by words", (without(node, "filled_by"),))
    if node.words("scope") == "call":
        where = node.entries["scope"].key.where
        yield Mutant("slot", where, called, "is forgotten with its flow", (without(node, "scope"),))
    for key, words in (("depends_on", "does not depend on"), ("needs_fields", "does without the field")):
        for item in node.list_of(key):
            yield Mutant("slot", item.where, called, f"{words} '{item.text}'", (fewer(node, key, item),))
    if node.words("tells"):
        yield Mutant(
            "slot", node.entries["tells"].key.where, called, "tells nothing", (without(node, "tells"),)
        )
    for item in node.list_of("rejections"):
        yield Mutant(
            "slot", item.where, called, "takes what should be refused", (fewer(node, "rejections", item),)
        )
        condition = item.get("unless")
        for new, words in weaker(condition.text) if condition is not None else ():
            yield Mutant(
                "limit", item.where, called, f"a check of its value: {words}", ((condition, "text", new),)
            )


def _of_service(name: str, node: Node) -> Iterator[Mutant]:
    called = f"service {name}"
    for key, words in (("needs", "does without"), ("wants", "is not told"), ("gives", "does not bring")):
        held = node.get(key)
        for parameter, named, _ in node.pairs(key):
            if held is not None:
                yield Mutant(
                    "service", named.where, called, f"{words} '{parameter}'", (without(held, parameter),)
                )
    for item in node.list_of("success"):
        yield Mutant(
            "service", item.where, called, f"'{item.text}' is no success", (fewer(node, "success", item),)
        )
    if node.words("undo"):
        yield Mutant(
            "service", node.entries["undo"].key.where, called, "is never undone", (without(node, "undo"),)
        )
    if node.words("effect") in {"write", "hold"}:
        effect = node.entries["effect"].value
        yield Mutant("service", effect.where, called, "counts as reading", ((effect, "text", "read"),))
    assumed = node.get("on_timeout")
    for outcome in node.list_of("outcomes") if assumed is not None else ():
        if assumed is not None and outcome.text != assumed.text:
            what = f"without an answer counts as '{outcome.text}'"
            yield Mutant("service", assumed.where, called, what, ((assumed, "text", outcome.text),))


# --- how it is said, and limits --------------------------------------------------------------------------


def _of_response(merged: Merged, name: str) -> Iterator[Mutant]:
    """A prompt that may be talked over where it must not."""
    nodes = [texts[name].node for texts in merged.responses.values() if name in texts]
    never = [node for node in nodes if node.words("barge_in") == "never"]
    if never:
        edits = tuple(without(node, "barge_in") for node in never)
        where = never[0].entries["barge_in"].key.where
        yield Mutant("question", where, f"prompt {name}", "may be talked over", edits)


def _of_pack(merged: Merged) -> Iterator[Mutant]:
    for name, item in merged.ladder.items():
        for step in (1, -1):
            new = str(int(item.node.text) + step)
            yield Mutant("limit", item.key.where, f"ladder {name}", f"is {new}, not {item.node.text}",
                         ((item.node, "text", new),))  # fmt: skip
    for name, item in merged.transfers.items():
        items = item.node.each()
        for telephone in items if len(items) > 1 else ():
            rest = tuple(other for other in items if other is not telephone)
            what = f"does not try '{telephone.text}'"
            yield Mutant("pack", telephone.where, f"transfer {name}", what, ((item.node, "items", rest),))
    for name, item in merged.success_responses.items():
        holder = merged.layers[item.layer].domain.entries["success_responses"].value
        what = "may be said of anything"
        yield Mutant("pack", item.key.where, f"prompt {name}", what, (without(holder, name),))
    for name, named in merged.required.items():
        layer = next(item for item in merged.layers if named in item.domain.list_of("required_policies"))
        edit = fewer(layer.domain, "required_policies", named)
        yield Mutant("mark", named.where, name, "is not required of the pack", (edit,))
