"""What `frontdesk prove` does: proves, prints, and keeps the calls that fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.pack import locate
from engine.proof import example_call, kept, report
from engine.proof.prove import Proof
from engine.proof.prove import prove as run
from engine.proof.subject import sites, subject

if TYPE_CHECKING:
    from engine.proof.explore import Bound, Explored
    from engine.proof.subject import Beginning


def prove(names: Sequence[str], bound: Bound, *, as_json: bool = False, save: bool = True) -> int:
    """Prove packs, with every site that they have; 1 when one of them is broken.

    Raises:
        PackError: one of them must not serve calls, or cannot be read.
    """
    proofs: list[Proof] = []
    for site in (site for name in names for site in sites(name)):
        proof = run(site, bound, tell=_progress)
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        if save:
            _keep(proof)
        kept.keep(report.as_data(proof))
        proofs.append(proof)
        if not as_json:
            sys.stdout.write(report.as_text(proof) + "\n")
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps([report.as_data(proof) for proof in proofs], ensure_ascii=False) + "\n")
    return int(any(not proof.holds for proof in proofs))


def _progress(beginning: Beginning, explored: Explored) -> None:
    """Say how far a proof is, to a terminal."""
    if sys.stderr.isatty():
        found = f", {len(explored.found)} broken" if explored.found else ""
        sys.stderr.write(
            f"\r\033[K{beginning}: {explored.states:,} states, {explored.steps:,} steps, "
            f"{explored.seconds:.0f} s{found}"
        )
        sys.stderr.flush()


def _keep(proof: Proof) -> None:
    """Save each failing call among the example calls of its pack, where one can say it."""
    place = locate.find(proof.pack)
    given = subject(proof.pack)
    for example in proof.broken:
        if example_call.is_playable(example):
            path = example_call.write(given, example, place.folder)
            example.saved = str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
