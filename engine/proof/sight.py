"""What the rules of a pack can tell apart: the basis of every reduction of the proof.

Conditions are the only thing in a pack that looks at a call, and each knows what it reads. So what no
condition reads (the words of a prompt, whether it was said, a value that is only passed on to a service)
cannot change what the machine does next, and two calls that differ in nothing else are one state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.core.condition import Condition
from engine.core.domain import StepKind

if TYPE_CHECKING:
    from engine.core.domain import Domain, FlowStep

_CALLS = re.compile(r"v\.(heard|said|confirmed|filled|slot|live|active|meant)\('([^']+)'\)")
_SIGNAL = re.compile(r"\('([^']+)' in v\.state\.signals\)")
_CONTEXT = re.compile(r"v\.pick\(v\.context, '([^']+)'")
_READS: Mapping[str, str] = {
    "v.state.level.name": "level",
    "v.state.check": "check",
    "v.state.secret": "secret",
    "v.prepared": "prepared",
    "v.state.turn": "turn",
    "v.state.language": "language",
    "v.no_match_slot": "counters",
    "v.no_input_slot": "counters",
    "v.state.row": "counters",
    "v.state.failures": "counters",
    "v.open": "open",
    "v.state.number": "number",
    "v.transfer_target": "target",
    "v.age_on": "age",
    "v.hours_until": "time",
    "v.days_until": "time",
}
"""Python of a compiled name to what of a call it looks at."""
HEARD_ONLY = frozenset({"signals", "secret", "check"})
"""What every final transcript sets anew."""


@dataclass(slots=True)
class Sight:
    """What is looked at, and with which constants it is compared."""

    heard: set[str] = field(default_factory=set)
    """Prompts of which it matters whether they were heard to the end."""
    said: set[str] = field(default_factory=set)
    confirmed: set[str] = field(default_factory=set)
    """Slots of which it matters whether they were agreed to."""
    slots: set[str] = field(default_factory=set)
    """Slots whose value matters, or whether there is one."""
    aged: set[str] = field(default_factory=set)
    """Birth dates from which an age is worked out."""
    timed: set[str] = field(default_factory=set)
    """Slots of which it matters how far away they are."""
    constants: dict[str, set[Any]] = field(default_factory=dict)
    """Dotted name to the literals it is compared with."""
    signals: set[str] = field(default_factory=set)
    context: set[str] = field(default_factory=set)
    """What of a repair flow's context is looked at."""
    named: set[str] = field(default_factory=set)
    """Prompts that a guard or a guarantee calls by name."""
    late: set[str] = field(default_factory=set)
    """What is looked at by rules that do not follow upon the caller's own words."""
    facts: set[str] = field(default_factory=set)
    """level, check, language, counters, open, number, turn, target: whether they are looked at."""


def sight(domain: Domain) -> Sight:
    """Everything that the rules, flows and checks of a pack look at."""
    found = Sight()
    for condition, upon in _conditions(domain):
        _look(found, condition, upon)
    for flow in domain.flows.values():
        for step in flow.steps:
            _needs(found, domain, step)
    for guard in domain.guards:
        found.named |= {name for name in guard.forbids if name in domain.responses}
        for prefix in guard.prefixes:
            found.named |= _few(domain, prefix)
    for guarantee in domain.guarantees:
        found.named |= {
            str(item) for item in guarantee.never.constants.get("action.name", ()) if item in domain.responses
        }
    found.named |= set(domain.success)
    found.slots |= {slot for slot in domain.slots if slot in found.confirmed or slot in found.timed}
    return found


def _few(domain: Domain, prefix: str) -> set[str]:
    """Prompts under a prefix; one that takes in most of them is about their words, not about them."""
    under = {name for name in domain.responses if name.startswith(prefix)}
    return under if 2 * len(under) < len(domain.responses) else set()


def _conditions(domain: Domain) -> Iterator[tuple[Condition, frozenset[str]]]:
    """Every condition that decides, with the events upon which it is asked; empty: at any moment."""
    anywhere: frozenset[str] = frozenset()
    for policy in domain.policies:
        yield policy.when, policy.upon
        yield from ((act.when, policy.upon) for act in policy.do if act.when is not None)
    for guard in domain.guards:
        whens = (guard.when, guard.unless, *(act.when for act in guard.instead))
        yield from ((when, anywhere) for when in whens if when is not None)
    yield from ((guarantee.never, anywhere) for guarantee in domain.guarantees)
    for slot in domain.slots.values():
        yield from ((check.unless, frozenset({"value"})) for check in slot.rejections)
    for flow in domain.flows.values():
        if flow.guard is not None:
            yield flow.guard, anywhere
        for step in flow.steps:
            yield from ((item, anywhere) for item in of_step(step))


def of_step(step: FlowStep) -> Iterator[Condition]:
    """The conditions and expressions written at a step."""
    if step.guard is not None:
        yield step.guard
    yield from (branch.when for branch in step.branches if branch.when is not None)
    yield from (value for _, value in step.values if isinstance(value, Condition))


def _look(found: Sight, condition: Condition, upon: frozenset[str]) -> None:
    python = condition.python
    for kind, name in _CALLS.findall(python):
        {
            "heard": found.heard, "said": found.said, "confirmed": found.confirmed,
        }.get(kind, found.slots if kind in {"filled", "slot", "live"} else set()).add(name)  # fmt: skip
    seen = {fact for text, fact in _READS.items() if text in python}
    signals = set(_SIGNAL.findall(python))
    found.signals |= signals
    found.context |= set(_CONTEXT.findall(python))
    found.facts |= seen
    if not upon or not upon <= {"Heard"}:
        found.late |= seen - ({"prepared"} if upon == {"Partial"} else set())
        found.late |= {"signals"} if signals else set()
    if "age" in seen:
        found.aged |= condition.names_used
    if "time" in seen:
        found.timed |= condition.names_used
    if upon == {"value"}:
        return
    for name, values in condition.constants.items():
        found.constants.setdefault(name, set()).update(values)


def _needs(found: Sight, domain: Domain, step: FlowStep) -> None:
    """Whether a slot is filled decides whether it is asked for, and whether a service can be asked."""
    match step.kind:
        case StepKind.COLLECT:
            found.slots |= {step.slot, *step.accepts}
        case StepKind.OFFER:
            found.slots |= {step.slot, step.into}
        case StepKind.REQUEST:
            service = domain.services[step.service]
            found.slots |= {slot for _, slot in service.needs}
            if service.undo:
                found.slots |= {slot for _, slot in service.gives}
        case StepKind.CONFIRM:
            found.slots |= set(step.reads)
        case _:
            pass


def slots_of(domain: Domain, seen: Sight) -> tuple[str, ...]:
    """The slots whose presence or value the machine can act upon, in the order of the pack."""
    undone = {slot for service in domain.services.values() if service.undo for _, slot in service.gives}
    success = {
        slot
        for service in set(domain.success.values())
        if service in domain.services
        for _, slot in domain.services[service].gives
    }
    kept = seen.slots | undone | success
    return tuple(name for name in domain.slots if name in kept)


def constants_of(seen: Sight, slot: str) -> frozenset[Any]:
    """The literals that a slot's own value is compared with."""
    return frozenset(seen.constants.get(slot, ()))


def numbers_of(seen: Sight, name: str) -> Iterable[int]:
    """The whole numbers that something is compared with."""
    return sorted(
        int(item)
        for item in seen.constants.get(name, ())
        if isinstance(item, int) and not isinstance(item, bool)
    )
