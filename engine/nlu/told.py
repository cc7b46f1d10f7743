"""Which mentions tell a booking that exists, and which are wished: "move my Thursday visit to Monday".

A pack says by `tells` which of its slots callers tell a record by. In a flow that wishes nothing of the
kind, as a cancellation, every mention tells; in one that does, the words around it decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from engine.core.commands import Correct, SetSlot
from engine.nlu.entity import Entity
from engine.nlu.scene import Scene

FROM, TO = "from_word", "to_word"
"""Concepts that tell the day of the booking that exists from the day it shall have."""
_NEAR = 3
"""Words between a booking and the day that it is on."""


def told_apart(scene: Scene, said: Sequence[Entity]) -> tuple[list[Entity], list[Entity]]:
    """What is wished, and what tells the booking that exists."""
    # "Sooner" and "at the same time" are said of no visit, only wished.
    orders = [item for item in said if item.type in {"order", "same"}]
    said = [part for item in said if item not in orders for part in _ends(scene, item)]
    aims = [item for item in said if _is_aim(scene, item)]
    away = [item for item in aims if not _is_beside(scene, item)]
    rest = [item for item in said if item not in aims and not _is_told(scene, item)]
    if away:  # "move Tuesday to Friday": what comes before the aim is what is moved
        first = away[0].span[0]
        wished = [item for item in said if item in away or (item in rest and item.span[0] > first)]
    else:  # "an appointment for Friday, but I need Monday": a "for" beside the booking is no aim of its own
        wished = rest or aims
    told = [replace(item, excluded=False) for item in said if item not in wished]
    return sorted([*orders, *wished], key=lambda item: item.span), told


def in_any_reading(filled: SetSlot | Correct) -> SetSlot | Correct:
    """ "The Monday one" may be today's or the next: the book knows, so all readings are told at once."""
    readings = filled.alternatives
    if len({frozenset(reading) for reading in readings}) != 1:
        return filled
    first = readings[0]
    lists = [key for key, value in first.items() if isinstance(value, list)]
    if any(reading[key] != first[key] for reading in readings for key in first if key not in lists):
        return filled
    told = {key: [item for reading in readings for item in reading[key]] for key in lists}
    distinct = {
        key: [item for place, item in enumerate(said) if item not in said[:place]]
        for key, said in told.items()
    }
    return replace(filled, value={**first, **distinct}, alternatives=())


def _ends(scene: Scene, item: Entity) -> list[Entity]:
    """ "From Wednesday to Thursday" read as one stretch: its two ends."""
    if item.type != "daterange" or not item.start or not item.end or not _inner(scene, item) & {TO}:
        return [item]
    last = (date.fromisoformat(item.end) - timedelta(days=1)).isoformat()
    middle = item.span[0] + len(item.text) // 2
    return [
        replace(item, type="date", value=value, start=None, end=None, span=span)
        for value, span in ((item.start, (item.span[0], middle)), (last, (middle, item.span[1])))
    ]


def _inner(scene: Scene, item: Entity) -> set[str]:
    """Concepts within the words of a mention."""
    first, last = scene.place(item)
    return {mark.value for mark in scene.occurrences if first <= mark.first and mark.last <= last}


def _is_aim(scene: Scene, item: Entity) -> bool:
    first, _ = scene.place(item)
    return scene.before(first, {TO})


def _is_beside(scene: Scene, item: Entity) -> bool:
    """Whether a booking is named next to it."""
    first, last = scene.place(item)
    marks = scene.vocabulary.old_marks
    return scene.before(first, marks, _NEAR) or scene.after(last, marks)


def _is_told(scene: Scene, item: Entity) -> bool:
    first, _ = scene.place(item)
    if scene.before(first, scene.vocabulary.done_to):
        return True
    return scene.before(first, {FROM}) or FROM in _inner(scene, item) or _is_beside(scene, item)
