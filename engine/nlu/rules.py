"""What a caller's words ask for, by rules over concepts.

A concept is a list of phrases that mean the same ("cancel", "call off"). A rule says which concepts, near
each other, mean which command. Rules are looked up by the concepts found, so their number does not matter to
the cost of a turn; among those that fit, the most specific wins and the others keep only what it left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from engine.core.frozen import quick
from engine.nlu.phrases import Occurrence

KINDS = ("start", "ask", "set", "say", "command", "language", "ignore")
"""What a rule may do; `say` is small talk, `ignore` is not for us."""
_ASKING = frozenset({"start", "ask", "command", "ignore"})
"""Kinds of rules beside which a fallback has nothing to add, unless it stands apart from them."""
_EXPLAINED = 0.5
"""Share of the words that must mean something to us before a fallback takes them for a task."""
_LONG = 4
"""Letters from which a word counts as one that should mean something."""
WITHIN = 9
"""How many words may lie between the concepts of a rule, unless it says otherwise."""
_UNLESS_NEAR = 7
"""How near a concept under `unless` must be to forbid a rule."""
_HEAVY, _LIGHT = 30, 10
_AND = "and_word"
"""The concept of words that join two wishes."""
_MOST_ANCHORS = 12
"""Occurrences of one concept that are tried; real turns have two or three."""


class RuleError(ValueError):
    """A rule that cannot be read."""


@quick(frozen=True, slots=True)
class Rule:
    """Concepts that together mean a command."""

    kind: str
    target: str
    """The flow, topic, slot, small talk or language."""
    all: tuple[frozenset[str], ...]
    value: Any = None
    """set: the value."""
    unless: frozenset[str] = frozenset()
    idle: bool = False
    """Only while no task is in hand."""
    busy: bool = False
    """Only while a task is in hand."""
    fallback: bool = False
    """Only when no other rule asks for anything."""
    share: float = _EXPLAINED
    """Of a fallback: how much of what was said must mean something to us."""
    alone: bool = False
    """Only when nothing else was said."""
    asked: frozenset[str] = frozenset()
    """Only when one of these slots, or one of this type, is asked for."""
    during: frozenset[str] = frozenset()
    """Only while one of these flows is in hand."""
    takes: frozenset[str] = frozenset()
    """Types of mentions that the rule has used up."""
    within: int = WITHIN
    bonus: int = 0


@quick(frozen=True, slots=True)
class Request:
    """A rule that holds for an utterance, and where."""

    rule: Rule
    score: int
    first: int
    last: int
    heavy: frozenset[int]
    """Words that carry its meaning."""
    words: frozenset[int]
    """All the words of its concepts."""


class RuleBook:
    """The rules of one language, by their first concept."""

    def __init__(self, rules: Iterable[Mapping[str, Any]], light: Iterable[str]) -> None:
        """Compile; raises RuleError for a rule that cannot be read."""
        self._light = frozenset(light)
        self._by_concept: dict[str, list[tuple[int, Rule]]] = {}
        for number, plain in enumerate(rules):
            rule = _compiled(plain)
            for concept in min(rule.all, key=lambda names: (names <= self._light, len(names))):
                self._by_concept.setdefault(concept, []).append((number, rule))

    def match(self, occurrences: Sequence[Occurrence], context: Context) -> list[Request]:
        """The rules that hold and whose words no more specific one has claimed, in the caller's order."""
        places: dict[str, list[Occurrence]] = {}
        for item in occurrences:
            places.setdefault(item.value, []).append(item)
        candidates: list[tuple[int, Request]] = []
        seen: set[int] = set()
        for concept in places:
            for number, rule in self._by_concept.get(concept, ()):
                if number not in seen and context.allows(rule):
                    seen.add(number)
                    candidates += [(number, item) for item in self._holds(rule, places, context)]
        candidates.sort(
            key=lambda item: (-item[1].score, item[1].last - item[1].first, item[1].first, item[0])
        )
        kept = _settled(request for _, request in candidates if not request.rule.fallback)
        asking = [item for item in kept if item.rule.kind in _ASKING]
        joints = [item for item in places.get(_AND, ()) if asking]
        rest = (request for _, request in candidates if request.rule.fallback)
        apart = (item for item in rest if not asking or _stands_apart(item, asking, joints))
        believed = (item for item in apart if self._explains(item, occurrences, context.words))
        kept += islice(believed, 1)
        return sorted(kept, key=lambda item: (item.first, item.last))

    def _explains(self, fallback: Request, occurrences: Sequence[Occurrence], words: Sequence[str]) -> bool:
        """Whether enough of what was said means something to us for a fallback to be believed."""
        known = _covered(occurrences)
        strange = sum(1 for place, word in enumerate(words) if place not in known and len(word) >= _LONG)
        telling = _covered(item for item in occurrences if item.value not in self._light)
        explained = len(telling | fallback.words)
        return explained >= fallback.rule.share * (explained + strange)

    def _holds(
        self, rule: Rule, places: Mapping[str, list[Occurrence]], context: Context
    ) -> Iterable[Request]:
        """Where the concepts of a rule stand together."""
        options: list[list[Occurrence]] = []
        for names in rule.all:
            items = [item for name in names for item in places.get(name, ())]
            if not items:
                return
            options.append(items)
        anchor = 0
        if len(options) > 1:
            anchor = min(
                range(len(options)), key=lambda index: (rule.all[index] <= self._light, len(options[index]))
            )
        for start in options[anchor][:_MOST_ANCHORS]:
            chosen = [start]
            for index, items in enumerate(options):
                if index != anchor:
                    chosen.append(min(items, key=lambda item: _gap(item, start)))
            first, last = min(item.first for item in chosen), max(item.last for item in chosen)
            if any(_gap(item, start) > rule.within for item in chosen):
                continue
            if any(
                _between(item, first, last) <= _UNLESS_NEAR
                for name in rule.unless
                for item in places.get(name, ())
            ):
                continue
            if not rule.alone or len(_covered(chosen)) == len(context.words):
                yield self._request(rule, chosen, first, last)

    def _request(self, rule: Rule, chosen: Sequence[Occurrence], first: int, last: int) -> Request:
        heavy = {
            place
            for item in chosen
            if item.value not in self._light
            for place in range(item.first, item.last + 1)
        }
        weight = sum(_LIGHT if item.value in self._light else _HEAVY for item in chosen)
        words = {place for item in chosen for place in range(item.first, item.last + 1)}
        score = weight + len(words) + rule.bonus
        return Request(rule, score, first, last, frozenset(heavy), frozenset(words))


@quick(frozen=True, slots=True)
class Context:
    """What of the call decides whether a rule may hold."""

    idle: bool
    asked: frozenset[str]
    """The slot asked for, its type, and the kind of question."""
    flow: str | None = None
    """The flow in hand."""
    words: Sequence[str] = ()
    """What was said, folded."""

    def allows(self, rule: Rule) -> bool:
        """Whether the rule may hold now."""
        if (rule.idle and not self.idle) or (rule.busy and self.idle):
            return False
        if rule.during and self.flow not in rule.during:
            return False
        return not rule.asked or bool(rule.asked & self.asked)


def _stands_apart(fallback: Request, others: Sequence[Request], joints: Sequence[Occurrence]) -> bool:
    """ "I'd like that, and where do I park": whether a wish is joined to all else by an "and".

    A mention alone after an "and" goes on with the question ("how much is this and that").
    """
    return len(fallback.rule.all) > 1 and all(
        any(
            fallback.last < joint.first <= other.first or other.last < joint.first <= fallback.first
            for joint in joints
        )
        for other in others
    )


def _settled(candidates: Iterable[Request]) -> list[Request]:
    """Accept the most specific first; what it means by a word, no other rule may mean."""
    kept: list[Request] = []
    for item in candidates:
        if not any(_conflict(item, other) for other in kept):
            kept.append(item)
    return kept


def _conflict(item: Request, other: Request) -> bool:
    if "language" in {item.rule.kind, other.rule.kind} and item.rule.kind != other.rule.kind:
        return False
    if (item.rule.kind == "set") != (other.rule.kind == "set") and other.rule.kind != "ignore":
        return False
    if item.rule.kind == "set" and other.rule.kind == "set" and item.rule.target != other.rule.target:
        return False
    if item.rule.kind == other.rule.kind == "ask" and item.first <= other.last and item.last >= other.first:
        return True
    same = (item.rule.kind, item.rule.target) == (other.rule.kind, other.rule.target)
    if same or item.heavy & other.heavy:
        return True
    if not item.heavy:
        return item.first <= other.last and item.last >= other.first
    inside = all(other.first <= place <= other.last for place in item.heavy)
    return inside and item.rule.kind == other.rule.kind


def _covered(chosen: Iterable[Occurrence]) -> set[int]:
    return {place for item in chosen for place in range(item.first, item.last + 1)}


def _gap(item: Occurrence, start: Occurrence) -> int:
    if item.last < start.first:
        return start.first - item.last - 1
    return max(0, item.first - start.last - 1)


def _between(item: Occurrence, first: int, last: int) -> int:
    if item.last < first:
        return first - item.last
    return max(0, item.first - last)


def _compiled(plain: Mapping[str, Any]) -> Rule:
    kinds = [kind for kind in KINDS if kind in plain]
    if len(kinds) != 1:
        raise RuleError(f"rule {dict(plain)!r}: needs exactly one of {', '.join(KINDS)}")
    kind, target, value = kinds[0], plain[kinds[0]], None
    if isinstance(target, Mapping):
        ((target, value),) = target.items()
    needed = tuple(frozenset(str(name).split("|")) for name in _listed(plain.get("all")))
    if not needed:
        raise RuleError(f"rule {dict(plain)!r}: `all` names no concept")
    return Rule(
        kind=kind,
        target=str(target),
        all=needed,
        value=_typed(value),
        unless=frozenset(_listed(plain.get("unless"))),
        idle=plain.get("idle") == "true",
        busy=plain.get("busy") == "true",
        fallback=plain.get("fallback") == "true",
        share=float(plain.get("share", _EXPLAINED)),
        alone=plain.get("alone") == "true",
        asked=frozenset(_listed(plain.get("asked"))),
        during=frozenset(_listed(plain.get("during"))),
        takes=frozenset(_listed(plain.get("takes"))),
        within=int(plain.get("within", WITHIN)),
        bonus=int(plain.get("bonus", 0)),
    )


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _typed(value: Any) -> Any:
    """Tables hold texts only; a slot's value may be a truth."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
