"""The tape of a call: what an entry says, and folding it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.core import trace
from engine.core.commands import Affirm, Choose, Command, Deny, StartFlow
from engine.core.domain import FlowStep, StepKind
from engine.core.events import CallStarted, Event, Heard, Understood
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from tests.core.workshop import BOOK, DOMAIN, START, Call, with_flow


def taped(call: Call) -> list[tuple[DialogueState, Event, Any]]:
    """Let a call happen again with every step kept."""
    kept: list[tuple[DialogueState, Event, Any]] = []
    fold = call._fold

    def keep(event: Event) -> None:
        before = call.state
        fold(event)
        kept.append((before, event, step(call.domain, before, event)))

    call._fold = keep  # type: ignore[method-assign]
    turns: tuple[tuple[Command, ...], ...] = (BOOK, (Deny(),), (BOOK[-1],), (Choose(0),), (Affirm(),))
    call.happens(CallStarted(START, "call-1", "+37061234567"))
    for turn in turns:
        call.means(*turn)
    return kept


def test_a_call_folds_to_the_same_entries() -> None:
    entries: list[tuple[Event, dict[str, Any]]] = []
    events: list[Event] = [CallStarted(START, "call-1")]
    events += [Heard(START, Transcript.of("book")), Understood(START, 1, BOOK)]
    for before, event, outcome in trace.fold(DOMAIN, events):
        entries.append((event, trace.plain(before, event, outcome)))
    assert trace.replay(DOMAIN, entries) is None
    changed = [(event, {**entry, "changes": {}}) for event, entry in entries]
    found = trace.replay(DOMAIN, changed)
    assert found is not None
    assert (found.entry, found.what, found.taped) == (1, "changes", {})
    assert found.now["phase"] == "talking"


def test_a_pack_that_decides_otherwise_diverges_at_the_first_decision() -> None:
    events: list[Event] = [
        CallStarted(START, "call-1"),
        Heard(START, Transcript.of("book")),
        Understood(START, 1, BOOK),
    ]
    entries = [
        (event, trace.plain(before, event, outcome)) for before, event, outcome in trace.fold(DOMAIN, events)
    ]
    found = trace.replay(
        replace(DOMAIN, flows={**DOMAIN.flows, "book_repair": DOMAIN.flows["open_lock"]}), entries
    )
    assert found is not None
    assert (found.entry, found.what) == (3, "decisions")


def test_an_entry_says_what_happened_who_decided_what_was_done_and_what_changed() -> None:
    kept = taped(Call(begin=False))
    entries = [trace.plain(*item) for item in kept]
    assert all(entry.keys() == {"event", "decisions", "actions", "changes"} for entry in entries)
    understood = next(entry for entry in entries if entry["event"]["is"] == "Understood")
    assert understood["changes"]["stack"] == ["book_repair.search"]
    assert understood["changes"]["slots"]["bike"]["value"] == "city"
    assert {"by", "where", "verdict", "why"} <= understood["decisions"][0].keys()
    kinds = {action["is"] for entry in entries for action in entry["actions"]}
    assert {"Say", "Listen", "Understand", "Request", "Wait"} <= kinds
    assert any("refused" in entry["changes"] for entry in entries)


def test_private_values_are_put_apart_and_put_back() -> None:
    kept = taped(Call(begin=False))
    classes = trace.data_classes(DOMAIN)
    for before, event, outcome in kept:
        entry = trace.record(classes, before, event, outcome)
        text = trace.canonical(entry.redacted).decode()
        assert "Petrė" not in text
        assert "+37061234567" not in text
        restored = trace.unsealed(entry.redacted, entry.sealed)
        assert trace.canonical(restored) == trace.canonical(trace.plain(before, event, outcome))


def test_a_chain_depends_on_everything_before() -> None:
    first = trace.chained("0", b"a")
    assert trace.chained(first, b"b") != trace.chained(trace.chained("0", b"x"), b"b")
    assert trace.data_classes(DOMAIN)["lock_code"] == "secret"


def test_slots_that_were_looked_at_and_left_are_no_change() -> None:
    ask = FlowStep(
        "one",
        StepKind.CONFIRM,
        "test.yml:3",
        response="utter_see_you",
        outcomes={"confirmed": "END", "denied": "END"},
    )
    call = Call(with_flow("open_lock", ask)).means(StartFlow("open_lock"))
    call.happens(*call.listened(), Heard(call.at, Transcript.of("yes")))
    event = Understood(call.at, call.state.turn, (Affirm(),))
    assert "slots" not in trace.plain(call.state, event, step(call.domain, call.state, event))["changes"]
