"""Replaying tapes: proof that a call was decided by its pack alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core import trace
from engine.core.errors import FrontdeskError
from engine.pack import load
from engine.traces import Tape, read_tape, sealing_key

if TYPE_CHECKING:
    from engine.core.domain import Domain


_UNSHOWN = frozenset({"Understand", "Wait"})
"""Actions that a reader of a trace takes for granted."""
_UNSAID = frozenset({"is", "at", "id", "data_class", "style", "barge_in", "confidence", "key"})
"""Fields that are on the tape, but not in its readable form."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one tape."""

    tape: str
    same: bool
    steps: int
    why: str = ""
    divergence: trace.Divergence | None = None

    def plain(self) -> dict[str, Any]:
        """JSON data."""
        out: dict[str, Any] = {"tape": self.tape, "same": self.same, "steps": self.steps}
        if self.why:
            out["why"] = self.why
        if self.divergence is not None:
            out["entry"], out["what"] = self.divergence.entry, self.divergence.what
        return out


def run(paths: Sequence[Path], pack: str | None, *, as_json: bool, show: bool) -> int:
    """Replay tapes and print the verdicts; the exit code is 1 when one of them differs."""
    domains: dict[str, Domain] = {}
    verdicts = []
    for path in _files(paths):
        verdict = _replayed(path, pack, domains)
        verdicts.append(verdict)
        if as_json:
            continue
        if show:
            _show(path)
        state = "identical" if verdict.same else "DIFFERS"
        print(f"{path.name}: {state}, {verdict.steps} steps{': ' + verdict.why if verdict.why else ''}")  # noqa: T201
    if as_json:
        print(json.dumps([verdict.plain() for verdict in verdicts], ensure_ascii=False))  # noqa: T201
    return 0 if verdicts and all(verdict.same for verdict in verdicts) else 1


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def _replayed(path: Path, pack: str | None, domains: dict[str, Domain]) -> Verdict:
    steps = 0
    try:
        tape = read_tape(path)
        steps = len(tape.entries)
        name = pack or str(tape.header.get("domain"))
        if name not in domains:
            domains[name] = load(name)
        found = trace.replay(domains[name], tape.steps(sealing_key()))
    except (FrontdeskError, OSError) as error:
        return Verdict(path.name, same=False, steps=steps, why=str(error))
    if found is None:
        return Verdict(path.name, same=True, steps=steps)
    return Verdict(
        path.name, same=False, steps=steps, why=_explained(tape, domains[name], found), divergence=found
    )


def _explained(tape: Tape, domain: Domain, found: trace.Divergence) -> str:
    versions = "" if tape.header.get("version") == domain.version else " (the pack is another version)"
    decided = found.what == "decisions"
    rules = f": {_rules(found.taped)} on the tape, {_rules(found.now)} now" if decided else ""
    return f"entry {found.entry}: other {found.what}{rules}{versions}"


def _rules(decisions: Any) -> str:
    return ", ".join(f"{item['by']} ({item['where']})" for item in decisions) or "no rule"


def _show(path: Path) -> None:
    """Print the redacted layer as people read it."""
    try:
        tape = read_tape(path)
    except (FrontdeskError, OSError):
        return
    for entry in tape.entries:
        print("\n".join(lines(entry)))  # noqa: T201


def lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """One step as people read it: what happened, who decided what from which line, what changed."""
    event = entry["event"]
    yield f"{entry['n']:>4} {event.get('at', '')[11:19]} {_named(event)}".rstrip()
    for item in entry["decisions"]:
        yield f"        {item['verdict']:<12} {item['by']:<36} {item['where']}  {item['why']}".rstrip()
    for item in entry["actions"]:
        if item["is"] not in _UNSHOWN:
            yield f"        -> {_named(item)}"
    for name, value in entry["changes"].get("slots", {}).items():
        yield f"        {name} = {_brief(value.get('value'))} [{value.get('status')}, {value.get('source')}]"


def _named(item: Mapping[str, Any]) -> str:
    """An event, a command or an action in one line."""
    kind = str(item["is"]).removeprefix("command.")
    if kind == "Listen":
        return f"Listen {item['kind']} {item.get('slot') or ''}".rstrip()
    fields = " ".join(f"{key}={_brief(value)}" for key, value in item.items() if key not in _UNSAID)
    return f"{kind} {fields}".rstrip()


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        if trace.SEALED in value:
            return f"‹{value['class']}›"
        if "is" in value:
            return _named(value)
        return " ".join(f"{key}={_brief(item)}" for key, item in value.items() if key != "id")
    if isinstance(value, list):
        return "[" + ", ".join(_brief(item) for item in value) + "]"
    return str(value)
