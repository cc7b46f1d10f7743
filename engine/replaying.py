"""Replaying tapes: proof that a call was decided by its pack alone, and what another pack would decide."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine import tape_diff
from engine.core import trace
from engine.core.errors import FrontdeskError, PackError, TapeError
from engine.core.frozen import quick
from engine.pack import load, locate
from engine.tape_summary import summarised
from engine.tape_understanding import Anew, understood_anew
from engine.trace_text import lines
from engine.traces import Tape, parse_tape, sealing_key

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.nlu.cascade import Understanding
    from engine.tape_sources import Source

_ALONE = 200
"""Up to so many tapes one process is done before others have started."""
_AT_ONCE, _MOST_AT_ONCE = 50, 1000
"""Tapes handed to a process at a time: it loads its packs for each batch anew."""
_ROUNDS = 4
"""Batches that each process should get, so that none of them waits long for the last."""
_SHOWN_CALLS = 3
"""Tapes that the summary names for each rule."""


@quick(frozen=True, slots=True)
class Verdict:
    """What became of one tape."""

    tape: str
    same: bool
    """Byte for byte; over another pack: nothing is decided otherwise, whatever the lines and words."""
    steps: int
    why: str = ""
    divergence: trace.Divergence | None = None
    difference: tape_diff.Difference | None = None
    """Over another pack only."""
    outcome: str = ""
    """How the call ended, as the tape says."""
    anew: Anew | None = None
    """What understanding makes of the words now, where that was asked for; it changes no verdict."""
    folded: bool = True
    """False for a tape that could not be folded at all: it says nothing about the pack."""

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        out: dict[str, Any] = {"tape": self.tape, "same": self.same, "steps": self.steps}
        if self.outcome:
            out["outcome"] = self.outcome
        if self.why:
            out["why"] = self.why
        if not self.folded:
            out["folded"] = False
        if self.divergence is not None:
            out["entry"], out["what"] = self.divergence.entry, self.divergence.what
        if self.difference is not None:
            out |= _plain_difference(self.difference)
        if self.anew is not None:
            out["understood_anew"] = self.anew.plain()
        return out


def _plain_difference(found: tape_diff.Difference) -> dict[str, Any]:
    out: dict[str, Any] = {"reworded": found.reworded, "valid": found.end is None}
    if found.departure is not None:
        first = found.departure
        out |= {"entry": first.entry, "turn": first.turn, "what": first.what, "where": first.where}
        out["taped"] = None if first.taped is None else str(first.taped)
        out["now"] = None if first.now is None else str(first.now)
    if found.end is not None:
        out["valid_to"] = found.end.entry
        out["instead"] = {"taped": found.end.taped, "now": found.end.now}
    return out


@dataclass(slots=True)
class _Group:
    """The tapes that one line decides otherwise."""

    rule: str
    tapes: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def run(
    tapes: Sequence[Source], pack: str | None, *, as_json: bool, show: bool, understand: bool = False
) -> int:
    """Replay tapes and print the verdicts; the exit code is 1 when one of them differs."""
    verdicts = []
    for verdict, tape in zip(replay_all(tapes, pack, understand=understand), tapes, strict=True):
        verdicts.append(verdict)
        if as_json:
            continue
        if show:
            _show(tape)
        state = "identical" if verdict.same else "DIFFERS" if verdict.folded else "NOT FOLDED"
        print(f"{verdict.tape}: {state}, {verdict.steps} steps{': ' + verdict.why if verdict.why else ''}")  # noqa: T201
        for item in verdict.anew.otherwise if verdict.anew is not None else ():
            told = (
                f"    entry {item.entry}, turn {item.turn}, understood anew: {item.now}; then: {item.taped}"
            )
            print(told)  # noqa: T201
    if as_json:
        print(json.dumps([verdict.plain() for verdict in verdicts], ensure_ascii=False))  # noqa: T201
    elif len(verdicts) > 1:
        print("\n".join(summary(verdicts)))  # noqa: T201
    return 0 if verdicts and all(verdict.same for verdict in verdicts) else 1


def replay_all(tapes: Sequence[Source], pack: str | None, *, understand: bool = False) -> Iterator[Verdict]:
    """The verdicts of all tapes, in order; many of them are shared among all cores."""
    cores = os.cpu_count() or 1
    if len(tapes) <= _ALONE or cores == 1:
        yield from _replayed_batch(tapes, pack, understand=understand)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only many tapes need it
    from functools import partial  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    size = min(_MOST_AT_ONCE, max(_AT_ONCE, len(tapes) // (cores * _ROUNDS)))
    batches = [tapes[at : at + size] for at in range(0, len(tapes), size)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for found in pool.map(partial(_replayed_batch, pack=pack, understand=understand), batches):
            yield from found


def summary(verdicts: Sequence[Verdict]) -> list[str]:
    """Which calls would have gone otherwise, how they ended, and which line did it."""
    same = sum(verdict.same for verdict in verdicts)
    reworded = sum(verdict.same and _difference(verdict).reworded > 0 for verdict in verdicts)
    groups: dict[str, _Group] = {}
    for verdict in verdicts:
        departure = _difference(verdict).departure
        if departure is not None:
            who = departure.now or departure.taped
            name = f"{departure.where}  {who.by if who else departure.what}"
            group = groups.setdefault(name, _Group(name))
            group.tapes.append(verdict.tape)
            group.outcomes[verdict.outcome] += 1
    broken = sum(not verdict.same and verdict.folded and verdict.difference is None for verdict in verdicts)
    unfolded = sum(not verdict.folded for verdict in verdicts)
    invalid = sum(_difference(verdict).end is not None for verdict in verdicts)
    out = [f"{len(verdicts)} tapes: {same} the same, {len(verdicts) - same} not"]
    out += [f"  {reworded} of the same are worded otherwise"] if reworded else []
    out += (
        [f"  {invalid} are valid only up to where the caller would have met something else"]
        if invalid
        else []
    )
    out += [f"  {broken} differ byte for byte"] if broken else []
    out += [f"  {unfolded} could not be folded, which says nothing of the pack"] if unfolded else []
    out += _anew_in_all(verdicts)
    for group in sorted(groups.values(), key=lambda item: (-len(item.tapes), item.rule)):
        ends = ", ".join(f"{name} {count}" for name, count in sorted(group.outcomes.items()))
        more = ", ..." if len(group.tapes) > _SHOWN_CALLS else ""
        out.append(
            f"  {len(group.tapes):>5}  {group.rule}  [{ends}]  {', '.join(group.tapes[:_SHOWN_CALLS])}{more}"
        )
    return out


def _anew_in_all(verdicts: Sequence[Verdict]) -> list[str]:
    """How many turns are understood otherwise now; nothing where that was not asked for."""
    anew = [verdict.anew for verdict in verdicts if verdict.anew is not None]
    if not anew:
        return []
    turns, calls = sum(item.turns for item in anew), sum(bool(item.otherwise) for item in anew)
    other = sum(len(item.otherwise) for item in anew)
    return [
        f"  {other} of {turns} turns, in {calls} calls, are understood otherwise now (apart from the above)"
    ]


def _difference(verdict: Verdict) -> tape_diff.Difference:
    return verdict.difference or tape_diff.Difference(verdict.steps)


def _replayed_batch(tapes: Sequence[Source], pack: str | None, *, understand: bool) -> list[Verdict]:
    minds: dict[str, Understanding] | None = {} if understand else None
    domains: dict[str, Domain] = {}
    found = []
    for tape in tapes:
        try:
            text = tape.read()
        except (OSError, FrontdeskError) as error:
            found.append(Verdict(tape.name, same=False, steps=0, why=str(error), folded=False))
        else:
            found.append(replayed(tape.name, text, pack, domains, minds))
    return found


def replayed(
    name: str,
    text: bytes,
    pack: str | None,
    domains: dict[str, Domain],
    minds: dict[str, Understanding] | None = None,
) -> Verdict:
    """The verdict on one tape; `domains` keeps the packs that were loaded, `minds` their understanding.

    Without `minds` nothing is understood anew.
    """
    steps = 0
    try:
        tape = parse_tape(text, name)
        steps = len(tape.entries)
        wanted = pack or str(tape.header.get("domain"))
        if wanted not in domains:
            domains[wanted] = _pack(wanted, given=pack is not None)
        if pack is not None and domains[wanted].version != tape.header.get("version"):
            verdict = _before_another(name, tape, domains[wanted])
            return replace(verdict, anew=_anew(tape, wanted, domains, minds, verdict.difference))
        found = tape.replay(domains[wanted], sealing_key())
        anew = _anew(tape, wanted, domains, minds, None)
    except FrontdeskError as error:
        return Verdict(name, same=False, steps=steps, why=str(error), folded=False)
    outcome = summarised(tape, domains[wanted]).outcome
    if found is None:
        return Verdict(name, same=True, steps=steps, outcome=outcome, anew=anew)
    why = _explained(tape, domains[wanted], found)
    return Verdict(name, same=False, steps=steps, why=why, divergence=found, outcome=outcome, anew=anew)


def _anew(
    tape: Tape,
    wanted: str,
    domains: dict[str, Domain],
    minds: dict[str, Understanding] | None,
    difference: tape_diff.Difference | None,
) -> Anew | None:
    """Understand a tape's words anew, as far as the tape is valid."""
    if minds is None:
        return None
    from engine.calls import understanding_of  # noqa: PLC0415 - a plain replay understands nothing

    if wanted not in minds:
        minds[wanted] = understanding_of(domains[wanted])
    ends = difference is not None and difference.end is not None
    steps = difference.steps if difference is not None and ends else None
    return understood_anew(domains[wanted], minds[wanted], tape.steps(sealing_key()), steps)


def _pack(name: str, *, given: bool) -> Domain:
    """The pack to fold over; a tape knows its own by name only, which finds none that lies elsewhere."""
    try:
        return load(name)
    except PackError as error:
        if given or name in locate.shipped_names():
            raise
        raise TapeError(
            f"its pack '{name}' is none of those that come with Frontdesk: say with --pack where it is"
        ) from error


def _before_another(name: str, tape: Tape, domain: Domain) -> Verdict:
    found = tape_diff.differ(domain, tape.steps(sealing_key()))
    why = []
    if found.departure is not None:
        first = found.departure
        why.append(
            f"entry {first.entry}: other {first.what}{_otherwise(first)} (the pack is another version)"
        )
    if found.end is not None:
        why.append(f"the tape is valid up to there: then {found.end.now} instead of {found.end.taped}")
    if found.reworded:
        why.append(f"{found.reworded} prompts in other words")
    same = found.departure is None
    steps = len(tape.entries)
    return Verdict(name, same, steps, "; ".join(why), None, found, summarised(tape, domain).outcome)


def _otherwise(first: tape_diff.Departure) -> str:
    if first.what != "decisions":
        return f", by {first.where}" if first.where else ""
    return f": {first.taped or 'no rule'} on the tape, {first.now or 'no rule'} now, by {first.where}"


def _explained(tape: Tape, domain: Domain, found: trace.Divergence) -> str:
    versions = "" if tape.header.get("version") == domain.version else " (the pack is another version)"
    decided = found.what == "decisions"
    rules = f": {_rules(found.taped)} on the tape, {_rules(found.now)} now" if decided else ""
    return f"entry {found.entry}: other {found.what}{rules}{versions}"


def _rules(decisions: Any) -> str:
    return ", ".join(f"{item['by']} ({item['where']})" for item in decisions) or "no rule"


def _show(source: Source) -> None:
    """Print the redacted layer as people read it."""
    try:
        tape = parse_tape(source.read(), source.name)
    except (FrontdeskError, OSError):
        return
    for entry in tape.entries:
        print("\n".join(lines(entry)))  # noqa: T201
