"""Example calls and policy cases: YAML that is documentation and test at once.

An example call runs through the real machine, the real understanding and a real book; nothing is
mocked. A policy case is one moment of a call, and what its policy makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import jsonl
from engine.calls import Desk
from engine.core import flow, slots
from engine.core.command_forms import read
from engine.core.decision import Step
from engine.core.domain import StepKind
from engine.core.errors import ConditionError
from engine.core.events import CallStarted
from engine.core.safety import Level
from engine.core.state import Readback, Ringing, Status
from engine.core.turn import Turn
from engine.nlu.cascade import Understanding
from engine.pack import example_calls, load, policy_cases
from engine.quality.expectations import mismatches, same

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.state import DialogueState
    from engine.model.consultant import Consultant
    from engine.text_call import Reply, TextCall

_INPUTS = {"user": "say", **{name: name for name in jsonl.INPUTS if name != "say"}}
"""Keys of a turn to inputs of a call; `say` is an expectation there."""
_WORDS = frozenset({"say", "partial", "dtmf"})
"""Inputs that are text, even where YAML's "1984" was typed as a number."""
_OF_A_TASK = ("kind", "reason", "number", "subject", "contact", "window", "note")
_READ_BACK = "readback"
DEFAULT_NOW = "2026-11-23T09:15"


@dataclass(frozen=True, slots=True)
class Failure:
    """A turn that did not go as it should."""

    where: str
    """file:line, or the example's name."""
    turn: int
    """From 0, the opening."""
    said: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: turn {self.turn} ({self.said}): {self.what}"


def run_call(
    domain: Domain,
    example: Mapping[str, Any],
    where: str,
    understanding: Understanding | None = None,
    tape: Path | None = None,
    consultant: Consultant | None = None,
) -> list[Failure]:
    """Play an example call against a fresh book; returns everything that differs.

    `understanding` of the domain may be shared by many calls; it keeps nothing of any of them.
    `consultant` asks a language model where one is to help.
    """
    domain = _at_a_site(domain, example)
    desk = Desk.open(domain.id, domain=domain, understanding=understanding, consultant=consultant)
    before = desk.appointments()
    clock = desk.clock(str(example.get("now", DEFAULT_NOW)))
    call = desk.call(
        clock, number=example.get("from"), language=example.get("language"), tape=tape, call="example"
    )
    failures: list[Failure] = []
    reply = call.open()
    for number, turn in enumerate(example.get("turns", ())):
        said = "the opening"
        if any(key in turn for key in _INPUTS):
            said = str(next(turn[key] for key in _INPUTS if key in turn))
            reply = _input(call, turn)
        failures += [Failure(where, number, said, what) for what in mismatches(turn, reply)]
    call.close()
    failures += [
        Failure(where, len(example.get("turns", ())), "the book", what)
        for what in _book(desk, before, example.get("book", {}))
    ]
    return failures


def _at_a_site(domain: Domain, example: Mapping[str, Any]) -> Domain:
    """The pack as at a site that records its calls, where an example says so."""
    if not example.get("records"):
        return domain
    return replace(domain, facts={**domain.facts, "recording": True})


def play_text(domain: Domain, text: str, understanding: Understanding | None = None) -> list[str]:
    """What is wrong with the YAML of an example call: its shape, or a turn that goes otherwise."""
    from engine.pack.examples import read_call  # noqa: PLC0415 - shapes are compiled, and calls need none

    wrong, data = read_call(text)
    return wrong or [
        f"{failure.turn}: {failure.what}" for failure in run_call(domain, data, "example", understanding)
    ]


def check(names: Sequence[str]) -> int:
    """Run the policy cases and example calls of packs and print what fails; 1 when something does."""
    failures: list[Failure] = []
    minds: dict[str, tuple[Domain, Understanding]] = {}

    def mind(site: str) -> tuple[Domain, Understanding]:
        if site not in minds:
            domain = load(site)
            minds[site] = domain, Understanding(domain)
        return minds[site]

    for name in names:
        calls = example_calls(name)
        for item in calls:
            domain, understanding = mind(item.data["site"])
            failures += run_call(domain, item.data, item.where, understanding)
        domain, understanding = mind(name)
        cases = policy_cases(name) if domain.catalogue.offerings else []
        for item in cases:
            failures += run_case(domain, item.data, item.where, understanding)
        print(f"{name}: {len(calls)} example calls, {len(cases)} policy cases")  # noqa: T201
    for failure in failures:
        print(failure)  # noqa: T201
    return 1 if failures else 0


def _input(call: TextCall, turn: Mapping[str, Any]) -> Reply:
    data: dict[str, Any] = {}
    for key, name in _INPUTS.items():
        if key in turn:
            value = _typed(turn[key]) if name == "fault" else turn[key]
            data[name] = str(value) if name in _WORDS else value
    if "commands" in data:
        return call.command(tuple(read(_typed(item)) for item in data["commands"]), str(data.get("say", "")))
    return jsonl.apply(call, data)


def _typed(value: Any) -> Any:
    """YAML text as the values that commands hold."""
    if isinstance(value, Mapping):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return {"true": True, "false": False, "null": None}.get(value, value) if isinstance(value, str) else value


def _book(desk: Desk, before: list[dict[str, str]], expect: Mapping[str, Any]) -> list[str]:
    if not expect:
        return []
    after = desk.appointments()
    old = {row["id"]: row for row in before}
    added = [row for row in after if row["id"] not in old]
    cancelled = [row["id"] for row in after if row["id"] in old and row["status"] != old[row["id"]]["status"]]
    found: list[str] = []
    if "unchanged" in expect and not same(expect["unchanged"], not (added or cancelled)):
        found.append(f"expected unchanged = {expect['unchanged']}: added {added}, cancelled {cancelled}")
    if "added" in expect:
        wanted = expect["added"]
        if len(wanted) != len(added) or not all(any(same(item, row) for row in added) for item in wanted):
            found.append(f"expected to add {wanted}, added {added}")
    if "cancelled" in expect and sorted(expect["cancelled"]) != sorted(cancelled):
        found.append(f"expected to cancel {expect['cancelled']}, cancelled {cancelled}")
    if "tasks" in expect:
        tasks = [{name: getattr(task, name) for name in _OF_A_TASK} for task in desk.booking.tasks()]
        if len(tasks) != len(expect["tasks"]) or not all(
            any(same(item, task) for task in tasks) for item in expect["tasks"]
        ):
            found.append(f"expected tasks {expect['tasks']}, there are {[task['kind'] for task in tasks]}")
    return found


def run_case(
    domain: Domain, case: Mapping[str, Any], where: str, understanding: Understanding | None = None
) -> list[Failure]:
    """Put a call into the moment that a policy case describes, and see what its policy makes of it."""
    domain = _at_a_site(domain, case)
    desk = Desk.open(domain.id, domain=domain, understanding=understanding)
    clock = desk.clock(str(case.get("now", DEFAULT_NOW)))
    call = desk.call(clock, number=case.get("from"), language=case.get("language"), call="case")
    reply = call.open()
    name = str(case.get("case", ""))
    if case.get("state"):
        try:
            reply = call.resume(arrange(domain, call.state, case["state"]))
        except ConditionError as error:
            return [Failure(where, 0, name, f"the call cannot stand there: {error}")]
    if any(key in case for key in _INPUTS):
        reply = _input(call, case)
    return [Failure(where, 1, name, what) for what in mismatches(case.get("expect", {}), reply)]


def arrange(domain: Domain, state: DialogueState, moment: Mapping[str, Any]) -> Step:
    """The state of a call in which a flow is under way, slots are filled, and a question was asked."""
    turn = Turn(domain, state, CallStarted(state.at, state.call)) if state.at is not None else None
    if turn is None:
        raise ValueError("the call has not started")
    turn.change(asking=None)
    for name, value in moment.get("slots", {}).items():
        slot = domain.slots[name]
        typed = _typed(value)
        coerced = slots.coerce(domain, slot, typed) if slot.filled_by == "caller" else typed
        status = Status.CONFIRMED if name in moment.get("confirmed", ()) else Status.GIVEN
        slots.put(turn, name, coerced, "caller" if slot.filled_by == "caller" else "service", status)
    _heard_so_far(turn, moment)
    if "flow" in moment:
        turn.push(str(moment["flow"]))
        _stand_on(turn, moment)
    if "ringing" in moment:
        turn.change(phase="transferring", transfer=Ringing(str(moment["ringing"]), 0, "case"), asking=None)
    flow.advance(turn)
    return turn.done()


def _heard_so_far(turn: Turn, moment: Mapping[str, Any]) -> None:
    """What was heard to its end before, the read-back of what is confirmed included, and how urgent it is."""
    heard = frozenset(moment.get("heard", ()))
    turn.change(heard=turn.state.heard | heard - {_READ_BACK})
    turn.change(said=turn.state.said | turn.state.heard | frozenset(moment.get("said", ())))
    if _READ_BACK in heard:
        turn.change(readback=Readback("", 0, tuple(moment.get("confirmed", ())), heard=True))
    if "safety" in moment:
        turn.change(level=Level[moment["safety"]])


def _stand_on(turn: Turn, moment: Mapping[str, Any]) -> None:
    """Put the flow on the step that is named, or on the one that asks for the slot named."""
    frame = turn.frame
    if frame is None:
        return
    wanted = moment.get("step"), moment.get("asking")
    for step in turn.flow(frame).steps:
        if step.id == wanted[0] or (wanted[1] is not None and wanted[1] in {step.slot, step.into}):
            turn.at(-1, step=step.id)
            return
        if step.kind is StepKind.CALL and wanted[1] in turn.domain.lookups.fills(step.flow):
            turn.at(-1, step=step.following)
            turn.push(step.flow, called=True)
            _stand_on(turn, moment)
            return
