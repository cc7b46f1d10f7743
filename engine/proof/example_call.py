"""A counterexample as an example call: it fails until the fault is gone, and guards against it afterwards.

What services answered is scripted by faults, so that the call needs no particular book.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.actions import Request, Say
from engine.core.command_forms import plain
from engine.core.decision import Verdict
from engine.core.events import Answered
from engine.proof.explore import CLIMB
from engine.proof.values import plain as data_of
from engine.proof.words import NEUTRAL

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.proof.counterexample import Counterexample, Line
    from engine.proof.subject import Subject

FOLDER = "proof"
"""Under the calls of a pack: the class of behaviour that the proof found wanting."""


def write(subject: Subject, example: Counterexample, folder: Path) -> Path:
    """Save a counterexample under the example calls of a pack folder."""
    import yaml  # noqa: PLC0415 - only a broken pack needs it

    path = folder / "calls" / FOLDER / f"{example.broken}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(as_call(subject, example), allow_unicode=True, sort_keys=False, width=110)
    path.write_text(f"# Found by `frontdesk prove`; it fails until {example.why}.\n{text}", encoding="utf-8")
    return path


def as_call(subject: Subject, example: Counterexample) -> dict[str, Any]:
    """The data of an example call."""
    domain = subject.domain
    at = subject.at(example.beginning)
    call: dict[str, Any] = {
        "call": f"{example.broken.replace('_', ' ')}: {example.why}",
        "site": domain.id,
        "now": at.strftime("%Y-%m-%dT%H:%M"),
        "language": example.beginning.language,
    }
    number = example.lines[0].move.what[0]
    if number:
        call["from"] = number
    turns = [turn for turn in _turns(domain, example.lines) if turn]
    if not turns:
        turns = [{}]
    turns[-1] |= expected(domain, example)
    call["turns"] = turns
    return call


def _turns(domain: Domain, lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Turns of the caller; what the world answers in a turn is scripted before it."""
    waiting: dict[str, Any] | None = None
    cut = False
    scripted: list[dict[str, Any]] = []
    for line in lines[1:]:
        move = line.move
        fault = _fault(domain, line)
        if fault is not None:
            scripted.append({"fault": fault})
            continue
        if move.kind == "cut_off":
            cut = True
        turn = _turn(line, cut=cut)
        if turn is None:
            continue
        if move.kind in {"heard", "second"} and move.what == NEUTRAL:
            continue
        if waiting is not None:
            yield from scripted
            yield waiting
        waiting, scripted, cut = turn, [], False
    yield from scripted
    if waiting is not None:
        yield waiting


def _fault(domain: Domain, line: Line) -> dict[str, Any] | None:
    move = line.move
    if move.kind == "answered" and isinstance(line.event, Answered):
        (service, _, _), outcome, _ = move.what
        return {"service": service, "outcome": outcome, "data": data_of(line.event.data)}
    if move.kind in {"timed_out", "failed"}:
        service = domain.services[move.what[0][0]]
        return {"service": service.id, "outcome": service.on_timeout or service.outcomes[-1]}
    if move.kind == "transfer":
        return {"service": "transfer", "outcome": move.what}
    return None


def _turn(line: Line, *, cut: bool) -> dict[str, Any] | None:
    """One turn as an example call says it; None for what is no turn of the caller."""
    what = line.move.what
    match line.move.kind:
        case "heard":
            return {"barge_in": {"heard": 0.3, "say": what}} if cut else {"user": what}
        case "second":
            return {"nbest": [{"text": NEUTRAL, "confidence": 0.7}, {"text": what, "confidence": 0.3}]}
        case "partial":
            return {"partial": what}
        case "understood":
            return {"commands": [data_of(plain(item)) for item in what[0]]}
        case "silence":
            return {"silence": True}
        case "keys":
            return {"dtmf": what}
        case "clock":
            return {"after": f"{what:.0f}s"}
        case "hang_up":
            return {"hangup": True}
        case _:
            return None


def expected(domain: Domain, example: Counterexample) -> dict[str, Any]:
    """What the last turn of the call must show, and does not."""
    last = example.lines[-1]
    says = [item.response for item in last.actions if isinstance(item, Say)]
    match example.broken:
        case "emergency_in_its_step":
            return {"actions": [{"transfer": "emergency"}]}
        case "held_and_agreed" | "written_once":
            writes = [
                item.service for item in last.actions if isinstance(item, Request) and not item.compensates
            ]
            return {"not_actions": [{"request": name} for name in writes]}
        case "success_only_of_a_record":
            return {"not_say": [name for name in says if name in domain.success]}
        case "identity_first":
            return {"not_say": says}
        case "no_early_goodbye":
            return {"ended": False}
        case "loops_end" | "silence_ends":
            return {"ended": True}
        case _:
            return {"not_decisions": sorted(_failing(last))}


def _failing(line: Line) -> set[str]:
    bad = {Verdict.BREACHED, Verdict.FAILED_CLOSED}
    return {item.by for item in line.decisions if item.verdict in bad}


def is_playable(example: Counterexample) -> bool:
    """Whether an example call can say all of it: late and doubled answers it cannot."""
    odd = {"stale", "again", "composed", "not_understood"}
    return (
        not any(
            line.move.kind in odd or (line.move.kind == "answered" and line.move.what[0][2])
            for line in example.lines
        )
        and len(example.lines) < 8 * CLIMB
    )
