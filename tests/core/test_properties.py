"""What no sequence of events can bring about, whatever the caller, the world and understanding do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core import trace
from engine.core.actions import Request, Say, Transfer
from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Correct,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)
from engine.core.decision import Verdict
from engine.core.events import (
    Answered,
    BargedIn,
    CallEnded,
    CallStarted,
    Failed,
    FellSilent,
    Heard,
    Keyed,
    Spoken,
    TimedOut,
    TransferEnded,
    Understood,
)
from engine.core.machine import step
from engine.core.safety import Level, assess_all
from engine.core.state import DialogueState, Status
from engine.core.utterance import Transcript
from engine.pack import load

START = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
EMERGENCIES = (
    "my face is swelling and I can't breathe",
    "it has been bleeding for hours and it won't stop",
    "my son's front tooth got knocked out",
)
ROUTINE = (
    "I'd like a check-up",
    "yes",
    "no",
    "the second one",
    "Thursday",
    "hello?",
    "",
    "what does it cost",
)
OPENING = {
    "start": "2026-11-24T10:00", "end": "2026-11-24T11:00", "service": "hygiene",
    "provider": "sakalauskaite", "room": "r3", "utc": "2026-11-24T08:00:00+00:00",
}  # fmt: skip
LATER = {
    **OPENING,
    "start": "2026-11-25T14:00",
    "end": "2026-11-25T15:00",
    "utc": "2026-11-25T12:00:00+00:00",
}
APPOINTMENT = {**OPENING, "id": "a01", "version": 1, "status": "booked", "late": False}
SUBJECT = {"id": "p01", "name": "Tomas Balčiūnas", "born": "1984-03-12", "age": 42, "language": "lt"}
VALUES: dict[str, list[Any]] = {
    "service": ["hygiene", "check_up", "root_canal", "nonsense"],
    "wish": [{"days": [["2026-11-24", "2026-11-25"]]}, {"order": "soonest"}, {"days": "no"}],
    "provider": ["carter", "same", "nobody"],
    "full_name": [{"first": "Tomas", "last": "Balčiūnas"}, {"first": "Tomas", "last": None}, "x"],
    "date_of_birth": ["1984-03-12", "2084-03-12", "1984-13-12"],
    "phone": ["+37061234567", "12"],
    "hold": [{"id": "forged", "expires": "2030-01-01T00:00:00+00:00"}],
    "opening": [OPENING],
    "subject": [SUBJECT],
    "anything_else": [True, False],
    "safety_check": [True, False],
    "unknown_slot": ["x"],
}
DATA: dict[str, dict[str, Any]] = {
    "people.find": {"subject": SUBJECT},
    "booking.find": {"openings": [OPENING, LATER], "nearest": False},
    "booking.hold": {"hold": {"id": "h1", "expires": "2026-11-23T07:18:00+00:00"}},
    "booking.commit": {"appointment": APPOINTMENT},
    "booking.list": {"appointments": [APPOINTMENT], "appointment": APPOINTMENT},
    "booking.cancel": {"appointment": {**APPOINTMENT, "status": "cancelled"}},
    "booking.notice": {"late_fee": 30},
    "desk.task": {"task": {"id": "t1", "kind": "callback"}},
}
DOMAIN = load("gedimino")
FLOWS = sorted(DOMAIN.flows)

slot_values = st.sampled_from([(slot, value) for slot, values in VALUES.items() for value in values])
commands = st.one_of(
    st.sampled_from([Affirm(), Deny(), Deny("opening"), Cancel(), Repeat(), Wait(), WantPerson()]),
    st.sampled_from([NotUnderstood("no_match"), SmallTalk("goodbye"), SmallTalk("thanks")]),
    st.sampled_from(FLOWS).map(StartFlow),
    st.sampled_from([*DOMAIN.answers, "nothing"]).map(Ask),
    st.integers(-1, 3).map(Choose),
    slot_values.map(lambda pair: SetSlot(*pair)),
    slot_values.map(lambda pair: Correct(*pair)),
)
moves = st.one_of(
    st.tuples(st.just("understood"), st.lists(commands, max_size=3)),
    st.tuples(st.just("helpful"), st.booleans()),
    st.tuples(st.just("helpful"), st.just(True)),
    st.tuples(st.just("say"), st.sampled_from(ROUTINE)),
    st.tuples(st.just("emergency"), st.sampled_from(EMERGENCIES)),
    st.tuples(st.just("partial"), st.sampled_from(EMERGENCIES + ROUTINE)),
    st.tuples(st.just("answered"), st.integers(0, 5)),
    st.tuples(st.just("again"), st.integers(1, 9)),
    st.tuples(st.just("spoken"), st.floats(0, 1)),
    st.tuples(st.just("spoken"), st.just(1.0)),
    st.tuples(st.just("barged"), st.floats(0, 1)),
    st.tuples(st.just("silence"), st.just(None)),
    st.tuples(st.just("keys"), st.sampled_from(["0", "1", "2", "12031984", "37061234567", "#"])),
    st.tuples(st.just("timed_out"), st.integers(1, 9)),
    st.tuples(
        st.just("failed"), st.sampled_from(["understand", "request:1", "request:3", "transfer", "say"])
    ),
    st.tuples(st.just("transfer_ended"), st.sampled_from(["answered", "busy", "no_answer", "failed"])),
    st.tuples(st.just("later"), st.integers(1, 400)),
    st.tuples(st.just("ended"), st.just(None)),
)


class World:
    """A world that may answer anything, and a caller who may say anything."""

    def __init__(self) -> None:
        self.state = DialogueState()
        self.at = START
        self.says: list[int] = []
        self.taped: list[tuple[Any, dict[str, Any]]] = []

    def happen(self, event: Any) -> None:
        before = self.state
        outcome = step(DOMAIN, before, event)
        self.taped.append((event, trace.plain(before, event, outcome)))
        self.state = outcome.state
        check(before, event, outcome)
        for action in outcome.actions:
            if isinstance(action, Say):
                self.says.append(action.id)

    def move(self, kind: str, what: Any) -> None:
        for event in self.events(kind, what):
            self.happen(event)

    def events(self, kind: str, what: Any) -> list[Any]:
        at, state = self.at, self.state
        last = self.says[-1] if self.says else 0
        match kind:
            case "say" | "emergency":
                return [Heard(at, Transcript.of(what))]
            case "partial":
                return [Heard(at, Transcript.of(what, final=False))]
            case "understood":
                self.happen(Heard(at, Transcript.of("hm")))
                return [Understood(at, self.state.turn, tuple(what), "model")]
            case "helpful":
                return self.helpful(heard=bool(what))
            case "answered":
                return self.answers(what)
            case "again":
                return [Answered(at, what, "held", DATA["booking.hold"])]
            case "spoken":
                return [Spoken(at, last, what)]
            case "barged":
                return [BargedIn(at, last, what)]
            case "silence":
                return [FellSilent(at)]
            case "keys":
                return [Keyed(at, what)]
            case "timed_out":
                return [TimedOut(at, f"request:{what}")]
            case "failed":
                return [Failed(at, what)]
            case "transfer_ended":
                return [TransferEnded(at, what)]
            case "later":
                self.at = at + timedelta(seconds=what)
                return []
            case _:
                assert state is self.state
                return [CallEnded(at, "caller")]

    def answers(self, place: int) -> list[Any]:
        for number, item in sorted(self.state.pending.items()):
            outcomes = DOMAIN.services[item.service].outcomes
            outcome = outcomes[place % len(outcomes)]
            return [Answered(self.at, number, outcome, DATA.get(item.service, {}))]
        return []

    def helpful(self, *, heard: bool) -> list[Any]:
        """A caller and a world that co-operate, so that deep states are reached."""
        if self.state.pending and any(not item.abandoned for item in self.state.pending.values()):
            return self.answers(0)
        played: list[Any] = [Spoken(self.at, number) for number in self.says[-3:]] if heard else []
        asking = self.state.asking
        if asking is None:
            return played
        for event in played:
            self.happen(event)
        if asking.kind == "open":
            command: Any = StartFlow("book_appointment")
        elif asking.kind == "confirm":
            command = Affirm()
        elif asking.kind == "offer":
            command = Choose(0)
        elif asking.slot in VALUES:
            command = SetSlot(asking.slot, VALUES[asking.slot][0])
        else:
            command = Affirm()
        self.happen(Heard(self.at, Transcript.of("well")))
        return [Understood(self.at, self.state.turn, (command,), "lexical")]


def check(before: DialogueState, event: Any, outcome: Any) -> None:
    after = outcome.state
    assert after.level <= before.level, "a safety level never falls"
    assert not [item for item in outcome.decisions if item.by == "engine"], outcome.decisions
    assert not [item for item in outcome.decisions if item.verdict is Verdict.FAILED_CLOSED], (
        outcome.decisions
    )
    assert not [item for item in outcome.decisions if item.verdict is Verdict.BREACHED], outcome.decisions
    for action in outcome.actions:
        if isinstance(action, Request) and action.service == "booking.commit":
            hold = before.slots["hold"].value
            assert datetime.fromisoformat(str(hold["expires"])) > event.at, "no commit without a live hold"
            assert hold["id"] != "forged"
            assert after.readback is not None, "no commit without a read-back"
            assert after.readback.heard, "no commit without a heard read-back"
            assert after.slots["opening"].status is Status.CONFIRMED, "no commit without consent"
    if isinstance(event, Heard) and event.transcript.final and before.phase in {"talking", "transferring"}:
        finding = assess_all(DOMAIN.patterns.values(), event.transcript.texts)
        if finding.level is not None and finding.level <= Level.L1:
            ringing = before.transfer
            under_way = (
                before.phase == "transferring" and ringing is not None and ringing.target == "emergency"
            )
            transfers = [item for item in outcome.actions if isinstance(item, Transfer)]
            assert under_way or [item.target for item in transfers] == ["emergency"], (
                "transferred in the same step"
            )
    if after.phase in {"transferring", "ended"}:
        assert "hold" not in after.slots or after.slots["hold"].value is None, "nothing is held any more"
    if after.phase == "talking":
        waits = after.asking is not None or after.understanding is not None or after.composing is not None
        assert waits or any(not item.abandoned for item in after.pending.values()), "nothing is awaited"


@settings(max_examples=300, stateful_step_count=60)
@given(st.lists(moves, max_size=45))
def test_no_sequence_of_events_breaks_a_promise(sequence: list[tuple[str, Any]]) -> None:
    world = World()
    world.happen(CallStarted(START, "call-1", "+37061234567"))
    for kind, what in sequence:
        world.move(kind, what)
    assert trace.replay(DOMAIN, world.taped) is None


def test_the_cooperative_world_reaches_a_commit() -> None:
    """Without this the property above could be true of calls that never get anywhere."""
    world = World()
    world.happen(CallStarted(START, "call-1"))
    for _ in range(60):
        world.move("helpful", what=True)
    assert any(
        isinstance(entry, dict) and any(item.get("service") == "booking.commit" for item in entry["actions"])
        for _, entry in world.taped
    )


@pytest.mark.parametrize(
    "event", [Heard(START, Transcript.of("hi")), FellSilent(START), CallEnded(START, "caller")]
)
def test_nothing_happens_before_a_call_starts(event: Any) -> None:
    outcome = step(DOMAIN, DialogueState(), event)
    assert outcome.state == DialogueState()
    assert not outcome.actions
