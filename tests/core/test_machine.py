"""The order of a step, and what it does when something cannot be relied on."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from engine.core.actions import HangUp, Listen, Say, Transfer, Understand
from engine.core.commands import Affirm, Choose, NotUnderstood, Repeat, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.domain import FlowStep, StepKind
from engine.core.events import (
    Answered,
    BargedIn,
    CallEnded,
    CallStarted,
    Composed,
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
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from tests.core.workshop import (
    BOOK,
    DOMAIN,
    HOLD,
    START,
    Call,
    act,
    at_the_offer,
    at_the_readback,
    with_flow,
    with_guarantee,
    with_guard,
    with_policy,
)


def test_a_call_opens_with_the_greeting_and_an_open_question() -> None:
    call = Call()
    assert call.says == ["utter_greeting"]
    assert call.asks == "open"


def test_a_call_in_a_language_the_pack_does_not_speak_opens_in_its_first() -> None:
    assert Call(language="lt").state.language == "lt"
    assert Call(language="fr").state.language == "en"


def test_the_state_given_to_step_is_never_changed() -> None:
    call = at_the_readback()
    before = call.state
    copied = copy.deepcopy(before)
    step(DOMAIN, before, Heard(call.at, Transcript.of("hm")))
    step(DOMAIN, before, CallEnded(call.at, "caller"))
    assert before == copied


def test_words_are_sent_to_understanding_with_what_was_asked() -> None:
    call = Call().means(StartFlow("book_repair"))
    call.happens(Heard(call.at, Transcript.of("the brakes")))
    asked = [action for action in call.actions if isinstance(action, Understand)]
    assert [(item.utterance.turn, item.expecting.slot) for item in asked] == [(2, "service")]


def test_words_that_come_while_nothing_is_asked_are_understood_as_an_open_answer() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK)
    call.happens(Heard(call.at, Transcript.of("are you there")))
    assert [action.expecting.kind for action in call.actions if isinstance(action, Understand)] == ["open"]


def test_words_that_are_still_being_spoken_are_not_understood() -> None:
    call = Call()
    call.happens(Heard(call.at, Transcript.of("the br", final=False)))
    assert call.actions == []
    assert call.state.turn == 0


def test_a_stale_understanding_is_dropped() -> None:
    call = Call()
    call.happens(Heard(call.at, Transcript.of("one")), Heard(call.at, Transcript.of("two")))
    call.happens(Understood(call.at, 1, (StartFlow("book_repair"),)))
    assert call.ruled(Verdict.STALE) == ["understanding"]
    assert call.state.stack == ()
    call.happens(Understood(call.at, 2, (StartFlow("book_repair"),)))
    assert call.asks == "service"
    call.happens(Understood(call.at, 2, (SetSlot("service", "brakes"),)))
    assert call.ruled(Verdict.STALE) == ["understanding"]
    assert call.value("service") is None


def test_a_caller_who_changes_the_language_is_asked_again_in_it() -> None:
    call = Call().means(StartFlow("book_repair"))
    call.happens(*call.listened(), Heard(call.at, Transcript.of("stabdžiai")))
    call.happens(Understood(call.at, 2, (NotUnderstood("no_match"),), language="lt"))
    assert call.state.language == "lt"
    assert call.text == "Ką reikia taisyti?"
    assert call.state.failures == 0
    call.happens(Heard(call.at, Transcript.of("brakes")))
    call.happens(Understood(call.at, 3, (SetSlot("service", "brakes"),), language="en"))
    assert call.asks == "bike"
    assert call.text == "What kind of bicycle is it?"


def test_the_model_calls_of_an_understanding_are_counted() -> None:
    call = Call()
    call.happens(Heard(call.at, Transcript.of("hm")), Understood(call.at, 1, (), model_calls=2))
    assert call.state.model_calls == 2


def test_a_failed_understanding_counts_as_not_understood() -> None:
    call = Call().means(StartFlow("book_repair"))
    call.happens(Heard(call.at, Transcript.of("hm")), Failed(call.at, "understand"))
    assert call.says == ["utter_no_match", "utter_ask_service"]
    assert call.text.endswith("Is it the brakes or a whole service?")


def test_a_failure_that_nobody_waits_for_changes_nothing() -> None:
    call = Call()
    before = replace(call.state)
    call.happens(Failed(call.at, "understand"), Failed(call.at, "say"), Failed(call.at, "request:x"))
    assert call.state == before
    call.happens(Failed(call.at, "transfer"), TransferEnded(call.at, "busy"))
    assert call.ruled(Verdict.STALE) == ["transfer", "transfer"]
    assert call.state == before


def test_a_failed_request_goes_on_with_what_the_pack_assumes() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK).happens(Failed(call.at, "request:1", kind="OSError"))
    assert [action.reason for action in call.actions if isinstance(action, Transfer)] == ["bench_unavailable"]


def test_a_request_that_takes_too_long_goes_on_with_what_the_pack_assumes() -> None:
    call = at_the_readback()
    del call.world["bench.commit"]
    call.means(Affirm())
    call.happens(TimedOut(call.at, f"request:{call.waits_for}"))
    assert call.says == ["utter_unsure"]


@pytest.mark.parametrize("timer", ["request:99", "request:x", "request:", "other"])
def test_a_timer_that_nobody_set_changes_nothing(timer: str) -> None:
    call = at_the_offer()
    before = call.state
    call.happens(TimedOut(call.at, timer))
    assert call.actions == []
    assert call.state == before


def test_a_policy_whose_work_in_the_world_fails_hands_over_to_a_person() -> None:
    call = Call()
    call.happens(Failed(call.at, "policy:disclosure", kind="KeyError"))
    assert call.ruled(Verdict.FAILED_CLOSED) == ["policy:disclosure"]
    assert call.state.phase == "transferring"


def test_silence_while_nobody_was_asked_is_stale() -> None:
    call = Call()
    call.happens(Heard(call.at, Transcript.of("hm")), FellSilent(call.at))
    assert call.ruled(Verdict.STALE) == ["silence"]
    assert call.state.failures == 0


def test_an_open_reply_and_a_prompt_over_which_somebody_spoke_change_no_task() -> None:
    call = at_the_offer()
    stack, asking = call.state.stack, call.state.asking
    call.happens(Composed(call.at, 1, "words"), BargedIn(call.at, 99, 0.5), Spoken(call.at, 99))
    assert (call.state.stack, call.state.asking, call.actions) == (stack, asking, [])


def test_pressed_keys_are_an_answer() -> None:
    call = at_the_offer()
    call.happens(Keyed(call.at, "2"))
    assert call.value("opening")["start"] == "2026-11-25T14:00"


def test_a_caller_who_hangs_up_leaves_nothing_held() -> None:
    call = at_the_readback()
    call.happens(CallEnded(call.at, "caller"))
    assert call.requests == ["bench.release"]
    assert call.state.phase == "ended"
    assert call.state.stack == ()
    assert call.state.ended_by == "caller"


@pytest.mark.parametrize("event", [Heard(START, Transcript.of("hi")), FellSilent(START), Keyed(START, "1")])
def test_after_the_end_of_a_call_nothing_happens(event: Heard | FellSilent | Keyed) -> None:
    call = Call()
    call.happens(CallEnded(call.at, "caller"))
    call.happens(event)
    assert call.actions == []
    assert call.ruled(Verdict.STALE) == ["call"]
    assert "ended" in call.decisions[0].why


def test_a_call_begins_only_once() -> None:
    call = at_the_offer()
    call.happens(CallStarted(call.at, "call-2"))
    assert call.state.call == "call-1"
    assert call.ruled(Verdict.STALE) == ["call"]


def test_what_is_still_played_after_the_end_is_no_decision() -> None:
    call = Call()
    call.happens(CallEnded(call.at, "caller"))
    call.happens(Spoken(call.at, 1), CallEnded(call.at, "line"))
    assert call.decisions == []


def test_a_hold_that_comes_after_the_end_is_released() -> None:
    call = at_the_offer()
    del call.world["bench.hold"]
    call.means(Choose(0))
    number = call.waits_for
    call.happens(CallEnded(call.at, "caller"))
    call.happens(Answered(call.at, number, "held", {"hold": HOLD}))
    assert call.requests == ["bench.release"]
    assert call.ruled(Verdict.STALE) == ["bench.hold"]


def test_a_policy_that_raises_hands_over_to_a_person() -> None:
    call = Call(with_policy(act("say", "utter_smalltalk"), when="hours_until(wish) > 1"))
    call.happens(Heard(call.at, Transcript.of("hm")))
    failed = [item for item in call.decisions if item.verdict is Verdict.FAILED_CLOSED]
    assert [(item.by, item.where) for item in failed] == [("rule", "test.yml:1:")]
    assert call.says == ["utter_handover"]
    assert [action.target for action in call.actions if isinstance(action, Transfer)] == ["reception"]
    assert not [action for action in call.actions if isinstance(action, Understand | Listen)]


def test_an_event_of_a_failed_step_still_counts() -> None:
    call = Call(with_policy(act("say", "utter_smalltalk"), when="hours_until(wish) > 1"))
    call.happens(Heard(call.at, Transcript.of("I can't breathe, call an ambulance")))
    assert call.state.turn == 1
    assert call.state.level.name == "L0"


def test_a_flow_in_a_circle_hands_over() -> None:
    round_and_round = FlowStep("a", StepKind.NOOP, "test.yml:3", following="a")
    call = Call(with_flow("book_repair", round_and_round)).means(StartFlow("book_repair"))
    assert [(item.by, item.why) for item in call.decisions if item.verdict is Verdict.FAILED_CLOSED] == [
        ("engine", "EndlessFlowError")
    ]
    assert call.state.phase == "transferring"


def test_a_guarantee_that_would_break_drops_the_step_and_asks_for_a_person() -> None:
    call = Call(with_guarantee('action.name == "utter_ask_service"')).means(StartFlow("book_repair"))
    assert call.ruled(Verdict.BREACHED) == ["of_the_test"]
    assert call.says == ["utter_handover"]
    assert call.state.phase == "transferring"
    assert call.value("service") is None


def test_without_a_person_a_failing_rule_ends_the_call() -> None:
    domain = replace(with_guarantee('action.name == "utter_ask_service"'), transfers={})
    call = Call(domain).means(StartFlow("book_repair"))
    assert [action.reason for action in call.actions if isinstance(action, HangUp)] == ["of_the_test failed"]
    assert call.state.phase == "ended"


def test_a_hand_over_without_words_is_still_a_hand_over() -> None:
    rest = {name: item for name, item in DOMAIN.responses.items() if name != "utter_handover"}
    call = Call(replace(with_guarantee('action.name == "utter_ask_service"'), responses=rest))
    call.means(StartFlow("book_repair"))
    assert not [action for action in call.actions if isinstance(action, Say)]
    assert call.state.phase == "transferring"


def test_a_rule_that_fails_while_the_caller_is_put_through_does_not_dial_again() -> None:
    call = Call()
    call.happens(Failed(call.at, "policy:a"))
    call.happens(Failed(call.at, "policy:b"))
    assert call.ruled(Verdict.FAILED_CLOSED) == ["policy:b"]
    assert call.actions == []


def test_a_word_too_late_does_not_turn_back_the_clock() -> None:
    call = Call().later(10)
    call.happens(Heard(call.at, Transcript.of("hm")))
    call.happens(Heard(START, Transcript.of("hm")))
    assert call.state.at == call.at


def test_nothing_of_a_call_happens_before_it_starts() -> None:
    assert step(DOMAIN, DialogueState(), Keyed(START, "1")).actions == ()


def test_a_caller_whose_words_take_long_to_understand_hears_so() -> None:
    call = Call()
    call.happens(*call.listened(), Heard(call.at, Transcript.of("hm")), TimedOut(call.at, "filler:1"))
    assert call.says == ["utter_one_moment"]
    call.happens(Understood(call.at, 1, (Repeat(),)), TimedOut(call.at, "filler:1"))
    assert "utter_one_moment" not in call.says


def test_a_pack_may_let_a_caller_wait_in_silence() -> None:
    call = Call(replace(DOMAIN, model=replace(DOMAIN.model, filler="")))
    call.happens(*call.listened(), Heard(call.at, Transcript.of("hm")), TimedOut(call.at, "filler:1"))
    assert call.says == []


def test_a_filler_that_a_rule_forbids_is_not_said() -> None:
    call = Call(with_guard(forbids="utter_one_moment", when="true"))
    call.happens(*call.listened(), Heard(call.at, Transcript.of("hm")), TimedOut(call.at, "filler:1"))
    assert call.says == []


def test_what_a_model_could_not_have_is_on_the_tape_as_a_ruling() -> None:
    call = Call()
    call.happens(Heard(call.at, Transcript.of("hm")))
    call.happens(
        Understood(call.at, 1, (Repeat(),), "model", refused=("set hold: only a service fills this slot",))
    )
    assert call.ruled(Verdict.REFUSED)[0] == "model"
