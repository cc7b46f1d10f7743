"""What `frontdesk prove` does: proves, prints, and keeps the calls that fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import proved
from engine.core.errors import FrontdeskError
from engine.pack import load, locate
from engine.proof import example_call, report
from engine.proof.prove import prove as run
from engine.proof.subject import sites, subject

if TYPE_CHECKING:
    from engine.proof.compare import Comparison
    from engine.proof.explore import Bound, Explored
    from engine.proof.mutate import Score
    from engine.proof.prove import Proof
    from engine.proof.subject import Beginning


class NothingInCommonError(FrontdeskError):
    """Two packs of which no site is the same."""


def prove(
    names: Sequence[str],
    bound: Bound,
    *,
    as_json: bool = False,
    save: bool = True,
    known: bool = False,
    resume: bool = False,
) -> int:
    """Prove packs, with every site that they have; 1 when one of them is broken.

    With `known`, a pack that was proved as far before, by this engine and without a change, is not again;
    with `resume`, an exploration goes on where the last one stopped.

    Raises:
        PackError: one of them must not serve calls, or cannot be read.
    """
    proofs: list[Mapping[str, Any]] = []
    for site in (site for name in names for site in sites(name)):
        before = proved.stamp(load(site)) if known else None
        if before is not None and (proved.reaches(before, bound.surprises) or not before["holds"]):
            proofs.append(before)
            if not as_json:
                verdict = "proved" if before["holds"] else "BROKEN"
                sys.stdout.write(f"{report.called(site)}: {verdict} on {before['at']}, {before['reach']}\n")
            continue
        proof = run(site, bound, tell=_progress, resume=resume)
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        if save:
            _keep(proof)
        proofs.append(report.as_data(proof))
        proved.keep(proofs[-1])
        if not as_json:
            sys.stdout.write(report.as_text(proof) + "\n")
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps(proofs, ensure_ascii=False) + "\n")
    return int(any(not proof["holds"] for proof in proofs))


def mutate(names: Sequence[str], *, share: float, seed: int, states: int, as_json: bool = False) -> int:
    """Make small mistakes in packs, with every site that they have, and say who finds them; 0 when it could.

    Raises:
        PackError: one of them must not serve calls, or cannot be read.
        NotSoundError: one of them fails as it is.
    """
    from engine.proof import mutation_report  # noqa: PLC0415 - only mutants need example calls
    from engine.proof.mutate import score  # noqa: PLC0415

    scores: list[Score] = []
    for site in (site for name in names for site in sites(name)):
        scores.append(score(site, share=share, seed=seed, states=states, tell=_judged))
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        if not as_json:
            sys.stdout.write(mutation_report.as_text(scores[-1]) + "\n")
            sys.stdout.flush()
    if as_json:
        data = [mutation_report.as_data(item) for item in scores]
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    return 0


def compare(old: str, new: str, bound: Bound, tapes: Sequence[Path] = (), *, as_json: bool = False) -> int:
    """Compare two versions of a pack, site by site; 1 when the new one breaks what the old one held.

    Raises:
        PackError: one of them must not serve calls, or cannot be read.
    """
    from engine.proof import comparison_text  # noqa: PLC0415 - nothing else tells versions apart
    from engine.proof.compare import compare as run  # noqa: PLC0415
    from engine.replaying import replay_all  # noqa: PLC0415
    from engine.tape_sources import files  # noqa: PLC0415

    found: list[Comparison] = []
    for before, after in _pairs(list(sites(old)), list(sites(new))):
        one = run(before, after, bound)
        one.tapes = list(replay_all(files(tapes), after)) if tapes else []
        found.append(one)
        if not as_json:
            sys.stdout.write(comparison_text.as_text(one) + "\n")
            sys.stdout.flush()
    if as_json:
        data = [comparison_text.as_data(one) for one in found]
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    return int(any(one.old.holds and not one.new.holds for one in found))


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """The sites of two versions that are one and the same: by name, or each the only one."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    by_name = {Path(name).stem: name for name in old}
    both = [(by_name[Path(name).stem], name) for name in new if Path(name).stem in by_name]
    if not both:
        message = f"no site is in both: {', '.join(old)} and {', '.join(new)}"
        raise NothingInCommonError(message)
    yield from both


def _judged(score: Score) -> None:
    """Say how many mutants are judged, to a terminal."""
    if sys.stderr.isatty():
        chosen = round(score.of * score.share)
        sys.stderr.write(f"\r\033[K{len(score.fates):,} of {chosen:,} mutants, {score.killed:,} killed")
        sys.stderr.flush()


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
