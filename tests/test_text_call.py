"""A whole call without audio: what the caller does becomes events, what the engine does is collected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from engine.core.actions import Compose, HangUp, Request, Say, Transfer, Understand
from engine.core.commands import Affirm, Choose, Deny, NotUnderstood, SetSlot, StartFlow, WantPerson
from engine.core.decision import Step
from engine.core.events import Answered, Composed, Event, Failed, Heard, Keyed, Understood
from engine.core.privacy import REMOVED
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from engine.text_call import TextCall
from tests.core.workshop import BOOK, DOMAIN, HOLD, LATER, MORNING, START, WORLD


class Scripted:
    """A world that answers from a table, and understands nothing by itself."""

    def __init__(self, **answers: tuple[str, Mapping[str, Any]]) -> None:
        self.answers = {**WORLD, **{name.replace("__", "."): answer for name, answer in answers.items()}}
        self.heard: list[str] = []
        self.asked: list[tuple[str, str]] = []

    def begin(self, action: Understand | Compose, state: DialogueState, at: datetime) -> Event:
        if isinstance(action, Compose):
            return Composed(at, action.turn, "")
        self.heard.append(action.utterance.transcript.text)
        return Understood(at, action.utterance.turn, (NotUnderstood("no_match"),), "none")

    def over(self, call: str) -> None:
        self.ended = call

    def request(self, action: Request, call: str, at: datetime) -> Event:
        self.asked.append((action.service, call))
        if action.service not in self.answers:
            return Failed(at, f"request:{action.id}")
        return Answered(at, action.id, *self.answers[action.service])


class Kept:
    """A tape in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.closed = 0

    def write(self, before: DialogueState, event: Event, outcome: Step) -> None:
        assert outcome.state is not before
        self.events.append(event)

    def close(self) -> None:
        self.closed += 1


def a_call(world: Scripted | None = None, tape: Kept | None = None, **more: Any) -> TextCall:
    call = TextCall(DOMAIN, world or Scripted(), lambda: START, call="call-1", tape=tape, **more)
    call.open()
    return call


def at_the_readback(world: Scripted | None = None) -> TextCall:
    call = a_call(world)
    call.command(BOOK)
    call.command((Choose(0),))
    return call


def test_a_call_opens_with_what_is_known_of_the_line() -> None:
    call = TextCall(DOMAIN, Scripted(), lambda: START, call="call-7", number="+37061234567", language="lt")
    reply = call.open()
    assert [say.response for say in reply.says] == ["utter_greeting"]
    assert (reply.state.call, reply.state.number, reply.state.language) == ("call-7", "+37061234567", "lt")
    assert reply.text.startswith(reply.says[0].text)
    assert not reply.ended


def test_what_the_caller_types_is_understood_by_the_world() -> None:
    world = Scripted()
    reply = a_call(world).say("brakes please")
    assert world.heard == ["brakes please"]
    assert [item.source for item in reply.heard] == ["none"]


def test_commands_that_are_given_are_not_asked_of_the_world() -> None:
    world = Scripted()
    reply = a_call(world).command((StartFlow("book_repair"),), "a repair")
    assert world.heard == []
    assert [item.source for item in reply.heard] == ["pinned"]
    assert reply.state.asking is not None
    assert reply.state.asking.slot == "service"


def test_a_repair_is_booked() -> None:
    world = Scripted()
    reply = at_the_readback(world).command((Affirm(),))
    assert [say.response for say in reply.says] == ["utter_booked", "utter_ask_anything_else"]
    assert world.asked[-1] == ("bench.commit", "call-1")
    assert [type(action) for action in reply.actions if isinstance(action, Say)] == [Say, Say]


def test_the_caller_has_listened_before_speaking() -> None:
    call = a_call()
    assert call.state.heard == frozenset()
    assert "utter_greeting" in call.command((StartFlow("book_repair"),)).state.heard


def test_a_caller_who_speaks_over_a_prompt_has_heard_a_part_of_it() -> None:
    call = a_call()
    reply = call.barge_in(0.5, "brakes")
    assert "utter_greeting" not in reply.state.heard
    call = at_the_readback()
    assert call.state.readback is not None
    for share, heard in ((0.4, False), (1.0, True)):
        call = at_the_readback()
        reply = call.barge_in(share, "hm")
        assert ("utter_confirm_repair" in reply.state.heard) is heard


def test_of_two_prompts_the_first_one_was_heard_first() -> None:
    call = at_the_readback()
    reply = call.command((Affirm(),))
    first, second = reply.says
    share = (len(first.text) + 1) / (len(first.text) + len(second.text))
    state = call.barge_in(share, "hm").state
    assert first.response in state.heard
    assert second.response not in state.heard


def test_a_partial_plays_nothing_to_its_end() -> None:
    call = a_call()
    state = call.hear(Transcript.of("bra", final=False)).state
    assert (state.turn, state.heard) == (0, frozenset())


def test_several_readings_are_heard_as_one_turn() -> None:
    world = Scripted()
    reply = a_call(world).nbest([("breaks", 0.6), ("brakes", 0.4)])
    assert world.heard == ["breaks"]
    assert reply.state.turn == 1


def test_a_secret_never_becomes_an_event() -> None:
    tape, world = Kept(), Scripted()
    call = a_call(world, tape)
    call.say("my card is 4111 1111 1111 1111")
    call.keys("4111111111111111")
    call.barge_in(0.5, "it is 4111 1111 1111 1111 again")
    assert "4111" not in str(tape.events)
    texts = [event.transcript.text for event in tape.events if isinstance(event, Heard)]
    assert all(REMOVED in text for text in texts)
    assert [event.digits for event in tape.events if isinstance(event, Keyed)] == [REMOVED]


def test_keys_and_silence_are_inputs() -> None:
    call = a_call()
    assert "utter_no_input" in [say.response for say in call.silence().says]
    call.command(BOOK)
    assert call.keys("2").state.slots["opening"].value == LATER


def test_time_passes_only_when_it_is_let() -> None:
    call = at_the_readback()
    assert call.state.at == START
    call.wait(600)
    reply = call.command((Affirm(),))
    assert reply.state.at is not None
    assert (reply.state.at - START).total_seconds() == 600
    assert [say.response for say in reply.says] == ["utter_taken", "utter_offer_openings"]


def test_a_transfer_is_answered_and_ends_the_call() -> None:
    reply = a_call().command((WantPerson(),))
    assert [action.to for action in reply.actions if isinstance(action, Transfer)] == ["desk"]
    assert reply.ended
    assert reply.state.ended_by == "transfer"


def test_hanging_up_ends_the_call() -> None:
    reply = a_call().command((Deny(),))
    assert [action.reason for action in reply.actions if isinstance(action, HangUp)] == ["goodbye"]
    assert reply.ended
    call = at_the_readback()
    reply = call.hang_up()
    assert reply.state.ended_by == "caller"
    assert [action.service for action in reply.actions if isinstance(action, Request)] == ["bench.release"]


def test_a_fault_is_what_the_next_request_answers_and_only_that() -> None:
    world = Scripted()
    call = a_call(world)
    assert call.fault("bench.find", "none_found").actions == []
    assert [say.response for say in call.command(BOOK).says] == ["utter_nothing_free", "utter_ask_wish"]
    assert world.asked == []
    reply = call.command((SetSlot("wish", {"order": "soonest"}),))
    assert [say.response for say in reply.says] == ["utter_offer_openings"]


def test_an_answer_may_get_lost_after_the_deed_was_done() -> None:
    world = Scripted()
    call = at_the_readback(world)
    call.fault("bench.commit", "unknown_written")
    reply = call.command((Affirm(),))
    assert [say.response for say in reply.says] == ["utter_unsure"]
    assert ("bench.commit", "call-1") in world.asked


def test_faults_of_other_services_wait_for_theirs() -> None:
    call = a_call()
    call.fault("transfer", "busy")
    call.fault("transfer", "no_answer")
    call.command(BOOK)
    reply = call.command((WantPerson(),))
    assert [action.to for action in reply.actions if isinstance(action, Transfer)] == ["desk", "mobile"]
    assert not reply.ended


def test_a_service_that_fails_is_what_the_pack_assumes() -> None:
    world = Scripted()
    del world.answers["bench.find"]
    reply = a_call(world).command(BOOK)
    assert [action.reason for action in reply.actions if isinstance(action, Transfer)] == [
        "bench_unavailable"
    ]


def test_any_event_may_be_fed() -> None:
    reply = at_the_readback().feed(Answered(START, 99, "held", {"hold": HOLD}))
    assert [item.verdict.value for item in reply.decisions] == ["stale"]
    assert reply.state.slots["opening"].value == MORNING


def test_every_step_is_on_the_tape_which_is_closed_once() -> None:
    tape = Kept()
    call = a_call(tape=tape)
    call.say("hm")
    assert [type(event).__name__ for event in tape.events] == ["CallStarted", "Spoken", "Heard", "Understood"]
    call.hang_up()
    assert tape.closed == 1
    call.close()
    call.say("still there?")
    assert tape.closed == 1


def test_a_world_that_never_comes_to_rest_is_noticed() -> None:
    class Restless(Scripted):
        def begin(self, action: Understand | Compose, state: DialogueState, at: datetime) -> Event:
            return Heard(at, Transcript.of("again"))

    with pytest.raises(RuntimeError, match="does not come to rest"):
        a_call(Restless()).say("hm")
