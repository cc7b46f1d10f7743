"""Two versions of a pack side by side: what calls can newly do, what they no longer can, by which lines.

What is written is compared part by part, whatever line it stands on. What calls can do is not read off the
files but explored, both versions as far as the same bound, since one changed line may open a way elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.core.condition import Condition
from engine.core.reply import Template
from engine.pack import load
from engine.proof.prove import Proof, prove

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.proof.explore import Bound
    from engine.replaying import Verdict

GAINED, LOST, CHANGED = "gained", "lost", "changed"
_NOT_MEANT = frozenset({"id", "where", "index", "following", "owns", "required_fields"})
"""Fields that only say where something stands, or follow from others."""
Facts = dict[str, str]
"""Dotted field to its value as text."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different."""

    kind: str
    """rule | guarantee | task | step | prompt | question | slot | service | limit | order"""
    how: str
    """gained | lost | changed"""
    name: str
    where: str
    """file:line in the new version, or in the old one for what is lost."""
    why: str = ""
    """What its author says it is for."""
    field: str = ""
    """What of it is different."""
    was: str = ""
    now: str = ""


@dataclass(slots=True)
class Comparison:
    """Two versions of a pack."""

    old: Proof
    new: Proof
    domains: tuple[Domain, Domain]
    changes: list[Change] = field(default_factory=list)
    tapes: list[Verdict] = field(default_factory=list)
    """What became of recorded calls over the new version."""

    @property
    def ways(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Ways from one place of a call to another that are gained, and those that are lost."""
        old, new = _ways(self.old), _ways(self.new)
        return new - old, old - new

    @property
    def places(self) -> tuple[set[str], set[str]]:
        """Places where a call can stand that are gained, and those that are lost."""
        old, new = ({place for way in _ways(proof) for place in way} for proof in (self.old, self.new))
        return new - old, old - new

    @property
    def states(self) -> tuple[int, int]:
        """How many different states were explored, before and now."""
        old, new = (sum(item.states for item in proof.explored.values()) for proof in (self.old, self.new))
        return old, new


def compare(old: str, new: str, bound: Bound, cpus: int | None = None) -> Comparison:
    """Compare two versions of a pack or site.

    Raises:
        PackError: one of them must not serve calls, or cannot be read.
    """
    before, after = load(old), load(new)
    found = Comparison(prove(old, bound, cpus=cpus), prove(new, bound, cpus=cpus), (before, after))
    found.changes = list(changes(before, after))
    return found


def _ways(proof: Proof) -> set[tuple[str, str]]:
    return {
        (here, there)
        for explored in proof.explored.values()
        for here, after in explored.controls.items()
        for there in after
    }


def changes(old: Domain, new: Domain) -> Iterator[Change]:
    """What is written differently in two versions, part by part."""
    yield from _parts("rule", _rules(old), _rules(new))
    yield from _order(old, new)
    yield from _parts("guarantee", _by_id(old.guarantees), _by_id(new.guarantees))
    for kind, name in (("slot", "slots"), ("service", "services"), ("question", "answers")):
        yield from _parts(kind, getattr(old, name), getattr(new, name))
    yield from _tasks(old, new)
    yield from _prompts(old, new)
    yield from _limits(old, new)


def _by_id(items: Sequence[Any]) -> dict[str, Any]:
    return {item.id: item for item in items}


def _rules(domain: Domain) -> dict[str, Any]:
    return _by_id((*domain.policies, *domain.guards))


def _parts(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, item in old.items():
        if name not in new:
            yield Change(kind, LOST, name, item.where, _why(item))
    for name, item in new.items():
        if name not in old:
            yield Change(kind, GAINED, name, item.where, _why(item))
        else:
            yield from _different(kind, name, item.where, facts(old[name]), facts(item), _why(item))


def _why(item: Any) -> str:
    return str(getattr(item, "why", "") or getattr(item, "description", ""))


def _different(kind: str, name: str, where: str, old: Facts, new: Facts, why: str = "") -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key, ""), new.get(key, "")
        if was != now:
            yield Change(kind, CHANGED, name, where, why, key, was, now)


def _order(old: Domain, new: Domain) -> Iterator[Change]:
    """The order in which rules are asked decides who comes first."""
    both = {rule.id for rule in old.policies} & {rule.id for rule in new.policies}
    was, now = ([rule.id for rule in one.policies if rule.id in both] for one in (old, new))
    if was != now:
        first = next(name for name, other in zip(now, was, strict=True) if name != other)
        where = next(rule.where for rule in new.policies if rule.id == first)
        yield Change("order", CHANGED, first, where, "", "order", ", ".join(was), ", ".join(now))


def _tasks(old: Domain, new: Domain) -> Iterator[Change]:
    for name, flow in old.flows.items():
        if name not in new.flows:
            yield Change("task", LOST, name, flow.where, flow.description)
    for name, flow in new.flows.items():
        if name not in old.flows:
            yield Change("task", GAINED, name, flow.where, flow.description)
            continue
        before = old.flows[name]
        was, now = (facts(dataclasses.replace(item, steps=())) for item in (before, flow))
        yield from _different("task", name, flow.where, was, now, flow.description)
        steps = [{f"{name}.{step.id}": step for step in item.steps} for item in (before, flow)]
        yield from _parts("step", *steps)
        order = [[step.id for step in item.steps] for item in (before, flow)]
        if order[0] != order[1] and set(order[0]) == set(order[1]):
            yield Change("order", CHANGED, name, flow.where, "", "order", *map(", ".join, order))


def _prompts(old: Domain, new: Domain) -> Iterator[Change]:
    for name in dict.fromkeys([*old.responses, *new.responses]):
        was, now = (_wordings(domain, name) for domain in (old, new))
        how = GAINED if not was else LOST if not now else CHANGED
        for change in _different("prompt", name, _said_at(new if now else old, name), was, now):
            yield dataclasses.replace(change, how=how)


def _wordings(domain: Domain, name: str) -> Facts:
    response = domain.responses.get(name)
    if response is None:
        return {}
    found = {"barge_in": response.barge_in, "style": response.style}
    for language, variants in response.variants.items():
        found[language] = " / ".join(variant.template.text for variant in variants)
    for language, again in response.again.items():
        found[f"{language} again"] = " / ".join(item.text for item in again)
    return found


def _said_at(domain: Domain, name: str) -> str:
    variants = domain.responses[name].variants.values()
    return next((variant.template.where for items in variants for variant in items), "")


def _limits(old: Domain, new: Domain) -> Iterator[Change]:
    for called, was, now in (
        ("ladder", old.ladder, new.ladder),
        ("booking rules", old.catalogue.rules, new.catalogue.rules),
        ("transfers", old.transfers, new.transfers),
        ("success", old.success, new.success),
    ):
        yield from _different("limit", called, "", facts(was), facts(now))


def facts(value: Any, path: str = "") -> Facts:
    """What is written of something, field by field, without where it is written."""
    if isinstance(value, Condition | Template):
        return {path: value.text}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
        return _joined({key: item for key, item in named.items() if key not in _NOT_MEANT}, path)
    if isinstance(value, Mapping):
        return _joined(value, path)
    if isinstance(value, frozenset):
        return {path: ", ".join(sorted(map(str, value)))} if value else {}
    if isinstance(value, tuple | list):
        if all(isinstance(item, str | int) for item in value):
            return {path: ", ".join(map(str, value))} if value else {}
        return _joined({str(place): item for place, item in enumerate(value, 1)}, path)
    return {path: _text(value)} if value is not None and value != "" else {}


def _joined(parts: Mapping[Any, Any], path: str) -> Facts:
    found: Facts = {}
    for key, item in parts.items():
        found |= facts(item, f"{path}.{key}" if path else str(key))
    return found


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
