"""What became of a pack's mutants: to people as a table and a list, to programs as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.proof.mutate import CALL, CASE, GUARANTEE, LOAD
from engine.proof.report import called

if TYPE_CHECKING:
    from engine.proof.mutate import Score

_BY = {
    LOAD: "does not load", CASE: "policy case", CALL: "example call", GUARANTEE: "guarantee", "": "lives",
}  # fmt: skip


def as_text(score: Score) -> str:
    """A score as people read it."""
    return "\n".join(_lines(score))


def _lines(score: Score) -> Iterator[str]:
    tried = len(score.fates)
    drawn = (
        f", a share of {score.share:g} of {score.of:,} drawn with seed {score.seed}"
        if score.share < 1
        else ""
    )
    rate = score.killed / tried if tried else 0.0
    yield f"{called(score.pack)}: {tried:,} mutants{drawn}, {score.killed:,} killed, {rate:.1%}"
    seconds = sum(fate.seconds for fate in score.fates)
    yield (
        f"  {seconds:,.0f} s of the processor; what nothing else found was proved with up to one surprise, "
        f"up to {score.states:,} states a beginning"
    )
    kinds = Counter(mutant.kind for mutant in score.mutants)
    fates = Counter((mutant.kind, fate.by) for mutant, fate in zip(score.mutants, score.fates, strict=True))
    yield "  " + " ".join([f"{'mutant of':<12}", *(f"{name:>13}" for name in _BY.values())])
    for kind, count in kinds.most_common():
        yield "  " + " ".join([f"{kind:<12}", *(f"{fates[kind, by]:>13}" for by in _BY), f"  of {count}"])
    alive = [mutant for mutant, fate in zip(score.mutants, score.fates, strict=True) if not fate.by]
    if alive:
        yield "  these live: nothing tells them from the pack"
    yield from (f"    {mutant}" for mutant in alive)


def as_data(score: Score) -> dict[str, Any]:
    """A score as JSON data."""
    return {
        "pack": score.pack,
        "of": score.of,
        "share": score.share,
        "seed": score.seed,
        "states": score.states,
        "tried": len(score.fates),
        "killed": score.killed,
        "mutants": [
            {
                "kind": mutant.kind,
                "where": mutant.where,
                "name": mutant.name,
                "what": mutant.what,
                "killed_by": fate.by or None,
                "how": fate.how,
                "cpu_seconds": round(fate.seconds, 2),
            }
            for mutant, fate in zip(score.mutants, score.fates, strict=True)
        ],
    }
