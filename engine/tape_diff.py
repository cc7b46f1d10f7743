"""A tape before another version of its pack: what would be decided otherwise, and by which line.

A recorded caller answered what was really said. As soon as the other pack would say, ask or request something
else, what the caller and the world did next is no answer to it: there the tape stops being valid, and nothing
after that is guessed. Line numbers, wordings and explanations may change without ending it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.core import trace
from engine.core.frozen import quick
from engine.core.machine import step
from engine.core.state import DialogueState

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.events import Event

_EXPLAINED = frozenset({"took_over", "joined", "allowed", "forbade", "breached", "failed_closed"})
"""Verdicts whose `why` is a sentence of the rule's author; of the others it says which way a flow went."""


@quick(frozen=True, slots=True)
class Rule:
    """A rule as a decision names it."""

    by: str
    where: str
    """file:line of the version that it belongs to."""
    verdict: str
    why: str = ""
    """Which way a flow went."""

    def __str__(self) -> str:
        return f"{self.by} {self.verdict}{': ' if self.why else ''}{self.why} ({self.where})"


@quick(frozen=True, slots=True)
class Departure:
    """The first step that the other version decides otherwise."""

    entry: int
    """Which step, from 1."""
    turn: int
    """The caller turn it belongs to, from 0 for the greeting."""
    what: str
    """decisions | actions | changes"""
    taped: Rule | None
    """Who decided so when the call happened; None when nobody did."""
    now: Rule | None
    """Who decides otherwise now; None when a rule is gone."""
    where: str
    """The line that caused it: of the rule that decides now, or of the one that is gone."""


@quick(frozen=True, slots=True)
class End:
    """Where a tape stops being valid."""

    entry: int
    turn: int
    taped: str
    """What the caller or the world was given."""
    now: str
    """What it would have been given."""


@quick(frozen=True, slots=True)
class Difference:
    """What another version makes of a tape."""

    steps: int
    """Entries that were folded: all of them, or up to the end of the tape's validity."""
    departure: Departure | None = None
    end: End | None = None
    reworded: int = 0
    """Prompts that are said in other words, to the same effect."""


def differ(domain: Domain, taped: Iterable[tuple[Event, Mapping[str, Any]]]) -> Difference:
    """Fold a tape over another version for as long as its events still answer what that version does."""
    state = DialogueState()
    departure: Departure | None = None
    reworded = number = 0
    for number, (event, entry) in enumerate(taped, 1):
        outcome = step(domain, state, event)
        now = trace.consequences(state, outcome)
        if trace.canonical(now) != trace.canonical({part: entry[part] for part in trace.PARTS}):
            turn = outcome.state.turn
            departure = departure or _departure(domain, number, turn, entry, now)
            end = _end(number, turn, entry["actions"], now["actions"])
            if end is not None:
                departure = departure or _caused_by_a_text(domain, number, turn, entry, now)
                return Difference(number, departure, end, reworded)
            reworded += _reworded(entry["actions"], now["actions"])
        state = outcome.state
    return Difference(number, departure, None, reworded)


def _departure(
    domain: Domain, number: int, turn: int, entry: Mapping[str, Any], now: Mapping[str, Any]
) -> Departure | None:
    """The first decision, or else change of the state, that differs by more than its line or wording."""
    pair = _first_other(entry["decisions"], now["decisions"])
    if pair is not None:
        taped, decided = (_rule(item) for item in pair)
        return Departure(number, turn, "decisions", taped, decided, _cause(domain, *pair))
    if trace.canonical(now["changes"]) == trace.canonical(entry["changes"]):
        return None
    slots, was = now["changes"].get("slots", {}), entry["changes"].get("slots", {})
    changed = next((name for name in {**slots, **was} if slots.get(name) != was.get(name)), "")
    slot = domain.slots.get(changed)
    last = _rule(now["decisions"][-1]) if now["decisions"] else None
    where = last.where if last is not None else slot.where if slot is not None else ""
    return Departure(number, turn, "changes", last, last, where)


def _cause(domain: Domain, taped: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    """The line behind a decision that differs.

    A step without outcomes simply goes on to what is written below it: when it goes on to another step, it is
    that step which is new there, not the one that went on.
    """
    if now is None:
        return str(taped["where"]) if taped is not None else ""
    if taped is not None and (taped["by"], taped["verdict"]) == (now["by"], now["verdict"]):
        flow = domain.flows.get(now["by"].partition(".")[0])
        if flow is not None and now["why"] in flow.index:
            return flow.steps[flow.index[now["why"]]].where
    return str(now["where"])


def _caused_by_a_text(
    domain: Domain, number: int, turn: int, entry: Mapping[str, Any], now: Mapping[str, Any]
) -> Departure:
    """When the same rules led to other actions, the line is that of the response or of the last decision."""
    last = _rule(now["decisions"][-1]) if now["decisions"] else None
    where = last.where if last is not None else ""
    for was, item in zip(entry["actions"], now["actions"], strict=False):
        if was != item and item["is"] == "Say":
            variants = (
                domain.responses[item["response"]].variants if item["response"] in domain.responses else {}
            )
            where = next((kind.template.where for kinds in variants.values() for kind in kinds), where)
            break
    return Departure(number, turn, "actions", last, last, where)


def _first_other(
    taped: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] | None:
    for place in range(max(len(taped), len(now))):
        was = taped[place] if place < len(taped) else None
        item = now[place] if place < len(now) else None
        if was is None or item is None or _meant(was) != _meant(item):
            return was, item
    return None


def _meant(decision: Mapping[str, Any]) -> tuple[Any, ...]:
    """A decision without its line and without sentences."""
    why = "" if decision["verdict"] in _EXPLAINED else decision["why"]
    return decision["by"], decision["verdict"], why, decision.get("actions")


def _rule(decision: Mapping[str, Any] | None) -> Rule | None:
    if decision is None:
        return None
    why = decision["why"] if decision["verdict"] == "advanced" else ""
    return Rule(decision["by"], decision["where"], decision["verdict"], why)


def _end(
    number: int, turn: int, taped: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> End | None:
    """Where what the caller or the world was given parts from what it would have been given."""
    was = [item for item in map(_given, taped) if item is not None]
    given = [item for item in map(_given, now) if item is not None]
    if was == given:
        return None
    place = next((at for at, pair in enumerate(zip(was, given, strict=False)) if pair[0] != pair[1]), None)
    first = min(len(was), len(given)) if place is None else place
    return End(number, turn, _named(was, first), _named(given, first))


def _named(given: Sequence[tuple[Any, ...]], place: int) -> str:
    return " ".join(str(part) for part in given[place][:3] if part) if place < len(given) else "nothing"


def _given(action: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """An action as the caller or the world meets it; None for what neither notices."""
    match action["is"]:
        case "Say":
            return "say", action["response"], "", action["id"]
        case "Listen":
            return "ask", action["kind"], action.get("slot"), action.get("options")
        case "Request":
            return "request", action["service"], "", action["id"], trace.canonical(action.get("args"))
        case "Transfer":
            return "transfer", action["target"], action["to"]
        case "HangUp":
            return ("hang_up",)
        case "Compose":
            return "compose", action["topic"], "", action["turn"]
        case "Understand":
            return "understand", "", "", action["turn"]
        case "Wait":
            return "wait", action["timer"], ""
        case _:
            return None


def _reworded(taped: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> int:
    was = [item["text"] for item in taped if item["is"] == "Say"]
    said = [item["text"] for item in now if item["is"] == "Say"]
    return sum(one != other for one, other in zip(was, said, strict=False))
