"""What a caller takes back in the same breath: "cancel, no sorry, move it", "I don't want to cancel"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.nlu.heard import Heard
from engine.nlu.phrases import Occurrence
from engine.nlu.rules import Request

REPAIR, NEGATOR, NEGATOR_AFTER = "repair", "negator", "negator_after"
"""Concepts of the language tables: words of repair, negations before and after what they deny."""
_REACH, _REACH_BACK = 4, 2
"""How many words a negation may stand before what it denies, and after it."""
AND = "and_word"
"""The concept of words that join two tasks."""
DENIED = "not_"
"""What stands before the name of a concept that a negation turned round."""


def denied(
    occurrences: Sequence[Occurrence], deniable: frozenset[str], heard: Heard, light: frozenset[str]
) -> list[Occurrence]:
    """Concepts that a negation turns round are another concept: `not_` and its name."""
    before = [item for item in occurrences if item.value == NEGATOR]
    after = [item for item in occurrences if item.value == NEGATOR_AFTER]
    if not before and not after:
        return list(occurrences)
    turned = {place for other in before for place in _denied_by(other, occurrences, deniable, heard, light)}
    turned |= {
        place
        for place, item in enumerate(occurrences)
        if item.value in deniable and any(0 < other.first - item.last <= _REACH_BACK for other in after)
    }
    return [
        replace(item, value=f"{DENIED}{item.value}") if place in turned else item
        for place, item in enumerate(occurrences)
    ]


def _denied_by(
    negation: Occurrence,
    occurrences: Sequence[Occurrence],
    deniable: frozenset[str],
    heard: Heard,
    light: frozenset[str],
) -> Iterator[int]:
    """What a negation turns round: the next thing said in its clause, and the light words before that."""
    reached = sorted(
        (item.first, place)
        for place, item in enumerate(occurrences)
        if item.value in deniable
        and 0 < item.first - negation.last <= _REACH
        and heard.clauses[item.first] == heard.clauses[negation.last]
    )
    until = None
    for first, place in reached:
        if until is not None and first > until:
            return
        yield place
        if occurrences[place].value not in light:
            until = first


def after_repair(requests: Iterable[Request], occurrences: Sequence[Occurrence]) -> list[Request]:
    """Of two tasks with words of repair between them, only the second was meant."""
    marks = [item for item in occurrences if item.value == REPAIR]
    out: list[Request] = []
    for request in requests:
        if request.rule.kind == "start":
            out = [
                item for item in out if not (item.rule.kind == "start" and _repaired(item, request, marks))
            ]
        out.append(request)
    return out


def together(requests: Iterable[Request], occurrences: Sequence[Occurrence], heard: Heard) -> list[Request]:
    """Two tasks in one breath are joined by a word or a pause; without either, the surer one was meant."""
    joints = {item.first for item in occurrences if item.value == AND}
    out: list[Request] = []
    for request in requests:
        rivals = [item for item in out if _is_task(item)] if _is_task(request) else []
        alone = next((item for item in rivals if not _joined(item, request, joints, heard)), None)
        if alone is None:
            out.append(request)
        elif request.score > alone.score:
            out[out.index(alone)] = request
    return out


def uncovered(requests: Iterable[Request], covers: Mapping[str, Sequence[str]]) -> list[Request]:
    """Without a task of which another one, said with it, is a case.

    Who is in pain and wants to be seen wants one visit.
    """
    made = list(requests)
    starts = {request.rule.target for request in made if request.rule.kind == "start"}
    covered = {general for special in starts for general in covers.get(special) or ()}
    return [item for item in made if item.rule.kind != "start" or item.rule.target not in covered]


def _is_task(request: Request) -> bool:
    return request.rule.kind == "start" or (request.rule.kind, request.rule.target) == ("command", "person")


def _joined(earlier: Request, later: Request, joints: set[int], heard: Heard) -> bool:
    paused = heard.clauses[earlier.last] != heard.clauses[later.last]
    return paused or any(earlier.first < place <= later.last for place in joints)


def _repaired(earlier: Request, later: Request, marks: Iterable[Occurrence]) -> bool:
    return any(earlier.last < mark.first and mark.last < later.last for mark in marks)
