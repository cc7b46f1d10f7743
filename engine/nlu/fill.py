"""Mentions become slot values: each goes to one slot of the task it was said for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.core.commands import Correct, SetSlot
from engine.core.domain import SlotType
from engine.nlu.assign import Target
from engine.nlu.entity import Entity
from engine.nlu.repair import NEGATOR, REPAIR
from engine.nlu.rules import Request
from engine.nlu.scene import Scene
from engine.nlu.told import in_any_reading, told_apart
from engine.nlu.wishes import TEMPORAL, wish_of

_SINGLE = ("service", "provider", "person_name", "date_of_birth", "phone", "email", "number")
_OF_A_TASK = frozenset({"when", "service", "provider", "number"})
"""Mentions that say nothing while no task is in hand and none is asked for."""
_DENIED_WITHIN = 3
"""Words between a negation and the name it denies."""
_INTRODUCED = 0.85
"""How sure the grammar is of a name that was announced as one."""
_NO_PREFERENCE, _SOONEST = "no_preference", "soonest"

Filled = SetSlot | Correct


def fills(scene: Scene, skip: frozenset[str]) -> list[tuple[int, Filled]]:
    """Values for slots, each with the place of its words; mentions of types in `skip` mean something else."""
    out: list[tuple[int, Filled]] = []
    if not scene.entities:
        return out
    if scene.idle and not scene.tasks():
        skip |= _OF_A_TASK
    for task, group in _by_task(scene, skip):
        if not group:
            continue
        used: set[str] = set()
        flow = task.rule.target if task is not None else _assumed(scene)
        days = [item for item in group if item.type in TEMPORAL]
        days, told = _of_a_record(scene, days, "wish", flow)
        out += [*told, *_wish(scene, days, scene.slotting.target("wish", scene.expecting, flow), used)]
        for kind in _SINGLE:
            named, told = _of_a_record(scene, [item for item in group if item.type == kind], kind, flow)
            filled = _single(scene, named, kind, flow, used)
            out += [*told, *([filled] if filled is not None else [])]
    return out


def _of_a_record(
    scene: Scene, said: list[Entity], kind: str, flow: str | None
) -> tuple[list[Entity], list[tuple[int, Filled]]]:
    """The mentions that wish something, and the value of those that tell a record which exists already."""
    slot = scene.slotting.telling(kind, scene.expecting, flow) if said else None
    if slot is None:
        return said, []
    wished: list[Entity] = []
    told = said
    if scene.slotting.wishes(kind, flow or scene.expecting.flow):
        wished, told = told_apart(scene, said)
    target = Target(slot, corrects=flow is None and slot in scene.expecting.filled)
    if kind == "wish":
        return wished, [
            (place, in_any_reading(filled)) for place, filled in _wish(scene, told, target, set())
        ]
    item = _meant(scene, told) if told else None
    if item is None or item.value is None:
        return wished, []
    filled = _filled(target, item.value, item.alternatives, item.confidence, item.text)
    return wished, [(scene.place(item)[0], filled)]


def rule_values(scene: Scene) -> list[tuple[int, Filled]]:
    """Values that rules give ("for my son")."""
    out: list[tuple[int, Filled]] = []
    for request in scene.requests:
        rule = request.rule
        if rule.kind != "set" or rule.target not in scene.domain.slots:
            continue
        corrects = rule.target in scene.expecting.filled and rule.target != scene.expecting.slot
        evidence = scene.heard.said(request.first, request.last)
        out.append((request.first, _filled(Target(rule.target, corrects), rule.value, (), 0.9, evidence)))
    return out


def _filled(target: Target, value: Any, others: tuple[Any, ...], confidence: float, evidence: str) -> Filled:
    made = Correct if target.corrects else SetSlot
    return made(target.slot, value, confidence, evidence, others)


def _assumed(scene: Scene) -> str | None:
    """The task that words are about when none is named and none is in hand."""
    asking = scene.expecting
    idle = asking.flow is None and (asking.kind == "open" or asking.type == SlotType.BOOL)
    return scene.vocabulary.default_flow or None if idle else None


def _by_task(scene: Scene, skip: frozenset[str]) -> Iterator[tuple[Request | None, list[Entity]]]:
    """Mentions with the task they were said for: the one named last before them, else the first."""
    tasks = scene.tasks()
    groups: list[tuple[Request | None, list[Entity]]] = [(task, []) for task in tasks] or [(None, [])]
    for item in scene.entities:
        if (
            item.type in skip
            or (item.type in TEMPORAL and "when" in skip)
            or dict(item.attributes).get("past")
        ):
            continue
        first, _ = scene.place(item)
        owner = max((place for place, task in enumerate(tasks) if task.first <= first), default=0)
        groups[owner][1].append(item)
    yield from groups


def _wish(
    scene: Scene, said: Sequence[Entity], target: Target | None, used: set[str]
) -> list[tuple[int, Filled]]:
    if not said or target is None:
        return []
    if scene.says(_SOONEST):
        said = [replace(item, value="soonest") if item.type == "order" else item for item in said]
    kind = scene.domain.slots[target.slot].type
    if kind is SlotType.WHEN:
        value, others = wish_of(said)
    else:
        value, others = _point(said, kind)
    if value is None:
        return []
    used.add(target.slot)
    evidence = scene.heard.text[said[0].span[0] : said[-1].span[1]]
    confidence = min(item.confidence for item in said)
    return [(scene.place(said[0])[0], _filled(target, value, others, confidence, evidence))]


def _point(said: Sequence[Entity], kind: SlotType) -> tuple[Any, tuple[Any, ...]]:
    """A day or a time for a slot that holds just that."""
    at, length = (0, 10) if kind is SlotType.DATE else (11, 5)
    wanted = {"date", "datetime"} if kind is SlotType.DATE else {"time", "datetime"}
    for item in said:
        if item.type in wanted and item.value and not item.excluded:
            points = [value for value in item.alternatives if not isinstance(value, Mapping)]
            values = [str(value) for value in points or (item.value,)]
            cut = [value if item.type == "time" else value[at : at + length] for value in values]
            distinct = tuple(dict.fromkeys(cut))
            return distinct[0], distinct if len(distinct) > 1 else ()
    return None, ()


def _single(
    scene: Scene, found: Sequence[Entity], kind: str, flow: str | None, used: set[str]
) -> tuple[int, Filled] | None:
    """One value of a kind; of several the last when the earlier was taken back, else the first."""
    if not found:
        return None
    target = scene.slotting.target(kind, scene.expecting, flow)
    if target is None or target.slot in used or _is_doubtful(scene, found[0]):
        return None
    item = _meant(scene, found)
    if item is None or (item.value is None and not item.alternatives):
        return None
    used.add(target.slot)
    value = item.value if item.value is not None else item.alternatives[0]
    if dict(item.attributes).get("partial") and target.slot == scene.expecting.slot:
        value = {"so_far": value}  # the rest of the number is still to come
    return scene.place(item)[0], _filled(target, value, item.alternatives, item.confidence, item.text)


def _is_doubtful(scene: Scene, item: Entity) -> bool:
    """Whether a name that nobody asked for is none: it must be introduced, or said with something clear."""
    if item.type != "person_name" or scene.expecting.type == SlotType.NAME or item.confidence >= _INTRODUCED:
        return False
    return not any(request.rule.kind in {"start", "say", "set"} for request in scene.requests)


def _meant(scene: Scene, found: Sequence[Entity]) -> Entity | None:
    """Of several, the first that was neither taken back nor denied ("this, not that")."""
    plain = {(mark.first, mark.last) for mark in scene.occurrences if mark.value == NEGATOR}
    repairs = [
        mark for mark in scene.occurrences if mark.value == REPAIR and (mark.first, mark.last) not in plain
    ]
    for place in range(len(found) - 1, 0, -1):
        after, before = scene.place(found[place - 1])[1], scene.place(found[place])[0]
        if any(after < mark.first and mark.last < before for mark in repairs):
            return found[place]
    said = [item for place, item in enumerate(found) if not _is_denied(scene, found, place)]
    if said:
        return said[0]
    first = scene.place(found[0])[0]
    # "No, with X" answers and then names; "not with X" names what is not wanted.
    answered = any(
        mark.value == "=no" and mark.first == 0 and mark.last < first for mark in scene.occurrences
    )
    return found[0] if answered or len(found) > 1 else None


def _is_denied(scene: Scene, found: Sequence[Entity], place: int) -> bool:
    """Whether a negation stands before a mention, and no other mention in between."""
    first = scene.place(found[place])[0]
    nearer = scene.place(found[place - 1])[1] if place else -1
    reach = min(_DENIED_WITHIN, first - nearer - 1)
    return scene.before(first, {NEGATOR}, reach)


def without_preference(scene: Scene, taken: Iterable[str]) -> Iterator[tuple[int, Filled]]:
    """ "I don't mind" and "the sooner the better" answer a question about time."""
    asked = scene.expecting
    if asked.kind != "slot" or asked.slot is None or set(taken) & {asked.slot, *asked.accepts}:
        return
    if asked.type == SlotType.WHEN and scene.says(_SOONEST):
        yield 0, SetSlot(asked.slot, {"order": "soonest"}, 0.9, scene.heard.text)
        return
    if not scene.says(_NO_PREFERENCE):
        return
    if asked.type == SlotType.WHEN:
        yield 0, SetSlot(asked.slot, {"order": "soonest"}, 0.9, scene.heard.text)
    elif asked.type == SlotType.PROVIDER:
        yield 0, SetSlot(asked.slot, "any", 0.9, scene.heard.text)
