"""What a step asks of a pack again and again, found once.

Which rules are about an event or an action, what a flow fills and which service takes something back follow
from the pack alone; a step would otherwise walk every rule, flow and service of it for each prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from engine.core.safety import Finding, Patterns, assess_all

if TYPE_CHECKING:
    from engine.core.domain import Flow, Service, Slot
    from engine.core.rulebook import Guarantee, Guard, Policy

_CLASSES = ("none", "personal", "health", "secret")


class Undoing(NamedTuple):
    """How something that a slot holds in the world is given back."""

    service: str
    parameters: tuple[str, ...]
    """What the service that gave it calls it."""


class Rules(NamedTuple):
    """All rules of a pack, in its order."""

    policies: tuple[Policy, ...]
    guards: tuple[Guard, ...]
    guarantees: tuple[Guarantee, ...]


class PoliciesByEvent(dict[str, tuple["Policy", ...]]):
    """The policies that are asked after an event, by its name; found when first asked for."""

    def __init__(self, policies: tuple[Policy, ...]) -> None:
        super().__init__()
        self._policies = policies

    def __missing__(self, event: str) -> tuple[Policy, ...]:
        found = self[event] = tuple(policy for policy in self._policies if event in policy.upon)
        return found


class GuardsByAction(dict[str, tuple["Guard", ...]]):
    """The guards that may forbid an action, by its name."""

    def __init__(self, guards: tuple[Guard, ...]) -> None:
        super().__init__()
        self._guards = guards

    def __missing__(self, action: str) -> tuple[Guard, ...]:
        found = self[action] = tuple(
            guard for guard in self._guards if action in guard.forbids or action.startswith(guard.prefixes)
        )
        return found


class GuaranteesByAction(dict[tuple[str, ...], tuple["Guarantee", ...]]):
    """The guarantees that an action could break, by all that conditions may call it."""

    def __init__(self, guarantees: tuple[Guarantee, ...]) -> None:
        super().__init__()
        self._guarantees = guarantees

    def __missing__(self, names: tuple[str, ...]) -> tuple[Guarantee, ...]:
        found = self[names] = tuple(
            item
            for item in self._guarantees
            if item.never.actions is None or not item.never.actions.isdisjoint(names)
        )
        return found


class Lookups:
    """Answers about one pack; what depends on one of its names is remembered by that name."""

    __slots__ = (
        "_classes", "_fills", "_findings", "_flows", "_patterns", "_services", "_slots",
        "fillable", "guarantees", "guards", "kept", "policies", "undoing",
    )  # fmt: skip

    def __init__(
        self,
        rules: Rules,
        flows: Mapping[str, Flow],
        services: Mapping[str, Service],
        slots: Mapping[str, Slot],
        patterns: Mapping[str, Patterns],
    ) -> None:
        self._flows, self._services, self._slots = flows, services, slots
        self.policies = PoliciesByEvent(rules.policies)
        self.guards = GuardsByAction(rules.guards)
        self.guarantees = GuaranteesByAction(rules.guarantees)
        self._fills: dict[str, frozenset[str]] = {}
        self._classes: dict[frozenset[str], str] = {}
        self._patterns = tuple(patterns.values())
        self._findings: dict[tuple[str, ...], Finding] | None = None
        self.fillable = tuple(slot.id for slot in slots.values() if slot.filled_by == "caller")
        """Slots that a caller may fill, in the order of the pack."""
        self.kept = frozenset(slot.id for slot in slots.values() if slot.scope == "call")
        """Slots that no flow owns: they may be filled at any moment."""
        self.undoing: Mapping[str, Undoing] = _undoing(services)
        """By slot, for those that hold something in the world."""

    def fills(self, flow: str) -> frozenset[str]:
        """Every slot that a flow, or one that it calls, asks for or receives."""
        found = self._fills.get(flow)
        if found is None:
            found = self._fills[flow] = self._filled_by(flow, frozenset())
        return found

    def data_class(self, slots: frozenset[str]) -> str:
        """The highest data class among slots; "none" for no slots at all."""
        found = self._classes.get(slots)
        if found is None:
            classes = [_CLASSES.index(self._slots[name].data_class) for name in slots if name in self._slots]
            found = self._classes[slots] = _CLASSES[max(classes, default=0)]
        return found

    def finding(self, texts: tuple[str, ...]) -> Finding:
        """What the safety screens of the pack, all of them, say of the ways to read one transcript."""
        if self._findings is None:
            return assess_all(self._patterns, texts)
        found = self._findings.get(texts)
        if found is None:
            found = self._findings[texts] = assess_all(self._patterns, texts)
        return found

    def remember_words(self) -> None:
        """Screen the same words only once: for a proof, which says the same again and again.

        What callers say is never remembered.
        """
        self._findings = {}

    def _filled_by(self, name: str, seen: frozenset[str]) -> frozenset[str]:
        found: set[str] = set()
        for step in self._flows[name].steps if name not in seen else ():
            if step.kind in {"collect", "offer"}:
                found |= {step.slot, *step.accepts, step.into} - {""}
            elif step.kind == "request":
                found |= {slot for _, slot in self._services[step.service].gives}
            elif step.kind in {"call", "link"}:
                found |= self._filled_by(step.flow, seen | {name})
        return frozenset(found)


def _undoing(services: Mapping[str, Service]) -> dict[str, Undoing]:
    """The first service of the pack that gives a slot, and can take back what it gives, is the one asked."""
    found: dict[str, Undoing] = {}
    for service in services.values():
        if service.undo:
            for slot in dict.fromkeys(slot for _, slot in service.gives if slot not in found):
                found[slot] = Undoing(service.undo, tuple(key for key, name in service.gives if name == slot))
    return found
