"""Small explorations: one beginning of a pack's calls, in this process."""

from __future__ import annotations

from pathlib import Path

from engine.proof.explore import Bound, Explored
from engine.proof.prove import Proof, explore, judge, properties_of
from engine.proof.subject import Subject

FAULTY = Path(__file__).parent / "faulty"


def proved(given: Subject, bound: Bound, beginning: int = 0) -> Proof:
    """The proof of one beginning."""
    found = Proof("a pack", "", bound, properties=properties_of(given.domain))
    begin = given.beginnings()[beginning]
    found.explored = {begin: explore(given, begin, bound)}
    judge(given, found)
    return found


def explored(found: Proof) -> Explored:
    """The only exploration of a proof."""
    return next(iter(found.explored.values()))
