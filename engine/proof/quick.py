"""A quick proof: what `check` looks at, and servers before they take calls of a pack that was never proved.

A second of exploring finds what every plain call would run into. It is kept as the pack's stamp until a
longer proof takes its place, so an unchanged pack is not looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine import proved
from engine.core.errors import Problem
from engine.pack import load
from engine.proof import report
from engine.proof.explore import Bound
from engine.proof.prove import prove
from engine.proof.subject import sites

if TYPE_CHECKING:
    from engine.core.domain import Domain

BOUND = Bound(0, states=1_500, seconds=1.0)
"""Calls without a surprise, as far as a second of the processor goes for each way in which one begins."""


def look(name: str, domain: Domain) -> Mapping[str, Any]:
    """What is known of a pack; explored quickly, in this process, when it is nothing."""
    known = proved.stamp(domain)
    if known is not None:
        return known
    found = report.as_data(prove(name, BOUND, cpus=1))
    proved.keep(found)
    return found


def admit(name: str, *, unproved: bool, say: Callable[[str], object]) -> None:
    """Let a site take calls of others, after a quick look when nothing is known of it.

    Raises:
        PackError: it must not serve calls, or cannot be read.
        UnprovedError: a call is known that breaks it, and nobody has allowed it to serve all the same.
    """
    domain = load(name)
    found = look(name, domain)
    said = proved.allow(domain) if unproved else ""
    proved.admit(domain)
    say(said or _told(domain, found))


def problems(name: str) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """What a quick proof of a pack that loads finds wrong, site by site, and what it found to hold."""
    wrong: list[Problem] = []
    well: list[str] = []
    for site in sites(name):
        domain = load(site)
        found = look(site, domain)
        if found["holds"]:
            well.append(_told(domain, found))
        wrong += [_problem(item, domain.id) for item in found["counterexamples"]]
    return tuple(wrong), tuple(well)


def _told(domain: Domain, found: Mapping[str, Any]) -> str:
    return f"{domain.id}: no call breaks a guarantee: {found['reach']}"


def _problem(example: Mapping[str, Any], name: str) -> Problem:
    file, _, line = next(iter(example["blamed"]), name).rpartition(":")
    place = (file, int(line)) if line.isdecimal() else (name, 1)
    message = f"a call can break '{example['property']}': {example['why']}"
    return Problem(*place, 1, message, f"`frontdesk prove {name}` shows the shortest one")
