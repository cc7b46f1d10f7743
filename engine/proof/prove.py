"""Proving a pack: every beginning explored, every breach played again, all of it in one verdict."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from engine.proof.certify import certify
from engine.proof.counterexample import Counterexample, replay
from engine.proof.explore import SHORTEST, Bound, Explored, Least
from engine.proof.properties import BUILT_IN, Property
from engine.proof.resume import go_on
from engine.proof.subject import Beginning, Subject, subject
from engine.proof.words import missing

if TYPE_CHECKING:
    from engine.core.domain import Domain

Tell = Callable[[Beginning, Explored], None]


@dataclass(slots=True)
class Proof:
    """What was shown of a pack, and how far."""

    pack: str
    version: str
    bound: Bound
    explored: dict[Beginning, Explored] = field(default_factory=dict)
    broken: list[Counterexample] = field(default_factory=list)
    doubtful: list[Counterexample] = field(default_factory=list)
    """Breaches that did not show again in the real machine: mistakes of the proof."""
    untried: tuple[str, ...] = ()
    """Levels and signals for which the pack has no words."""
    properties: tuple[Property, ...] = ()
    basis: dict[str, str] = field(default_factory=dict)
    """Guarantee to the rules by which it holds in every call, whatever understanding returns."""
    cpus: int = 1

    @property
    def holds(self) -> bool:
        """Whether nothing was found that breaks a property."""
        return not self.broken

    @property
    def fixed_point(self) -> bool:
        """Whether every call whatsoever was tried."""
        return all(item.fixed_point for item in self.explored.values())

    @property
    def surprises(self) -> int:
        """Every call with at most so many surprises was tried."""
        return min((item.surprises for item in self.explored.values()), default=-1)


def properties_of(domain: Domain) -> tuple[Property, ...]:
    """Everything that a pack is held to: its own guarantees first."""
    stated = tuple(Property(item.id, item.why, item.where) for item in domain.guarantees)
    return (*stated, *BUILT_IN)


def prove(
    name: str, bound: Bound, *, cpus: int | None = None, tell: Tell | None = None, resume: bool = False
) -> Proof:
    """Explore every beginning of a pack's calls; with `resume` from where the last exploration stopped.

    A pack that fails is told of at once: all beginnings are explored without a surprise before any of them is
    with one, and no call is tried that holds more of them than one that breaks something.

    Raises:
        PackError: the pack must not serve calls, or cannot be read.
    """
    given = subject(name)
    found = Proof(name, given.domain.version, bound, properties=properties_of(given.domain))
    found.untried = missing(given.domain, given.seen, given.words)
    found.basis = {
        item.guarantee: f"whatever understanding returns, by {', '.join(item.guards)}"
        if item.unconditional
        else "leans on what was tried"
        for item in certify(given.domain)
    }
    found.cpus = cpus or available()
    nearest = [] if resume or bound.surprises == 0 else [replace(bound, surprises=0)]
    for reach in (*nearest, bound):
        found.explored = _explored(
            name, given, replace(reach, until=SHORTEST), found.cpus, tell, resume=resume
        )
        judge(given, found)
        if found.broken or found.fixed_point:
            break
        found.doubtful.clear()
    return found


def available() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _explored(
    name: str, given: Subject, bound: Bound, cpus: int, tell: Tell | None, *, resume: bool
) -> dict[Beginning, Explored]:
    """Explore every beginning, on all processors: no call of one ever comes to where another leads."""
    beginnings = given.beginnings()
    if cpus < 2 or len(beginnings) < 2 or bound.surprises == 0:
        least = Least()
        return {item: explore(given, item, bound, tell, least, resume=resume) for item in beginnings}
    found: dict[Beginning, Explored] = {}
    spawn = get_context("spawn")
    shared = spawn.Array("i", list(Least().cell))
    with ProcessPoolExecutor(min(cpus, len(beginnings)), spawn, _share, (shared,)) as pool:
        jobs = {pool.submit(_apart, name, item, bound, resume): item for item in beginnings}
        for job in as_completed(jobs):
            found[jobs[job]] = job.result()
            if tell is not None:
                tell(jobs[job], job.result())
    return {item: found[item] for item in beginnings}


_LEAST: list[Least] = []
"""What this process shares with those that explore other beginnings."""


def _share(cell: Any) -> None:
    _LEAST[:] = [Least(cell)]


def _apart(name: str, beginning: Beginning, bound: Bound, resume: bool) -> Explored:  # noqa: FBT001 - a job
    """Explore one beginning in a process of its own."""
    return explore(subject(name), beginning, bound, None, _LEAST[0], resume=resume)


def explore(
    given: Subject, beginning: Beginning, bound: Bound, tell: Tell | None = None, least: Least | None = None,
    *, resume: bool = False,
) -> Explored:  # fmt: skip
    """Explore the calls of one beginning."""
    explorer = given.explorer(beginning)
    said = None if tell is None else lambda now: tell(beginning, now)
    if resume:
        return go_on(explorer, given.domain, beginning, bound, time.process_time, said, least)
    return explorer.run(bound, time.process_time, said, least)


def judge(given: Subject, found: Proof) -> None:
    """Play the shortest breach of each property again, over all beginnings."""
    why = {item.id: item.why for item in found.properties}
    best: dict[str, tuple[int, int, Beginning]] = {}
    for beginning, explored in found.explored.items():
        for name, item in explored.found.items():
            place = (item.surprises, item.events, beginning)
            if name not in best or place[:2] < best[name][:2]:
                best[name] = place
    for name, (_, _, beginning) in sorted(best.items(), key=lambda pair: pair[1][:2]):
        item = found.explored[beginning].found[name]
        example = replay(given, beginning, item, why.get(item.broken, ""))
        (found.broken if example.confirmed else found.doubtful).append(example)
