"""Policies speak first and last: what they do with a turn, and with an action."""

from __future__ import annotations

import pytest

from engine.core.actions import HangUp, Listen, Prepare, Request, Transfer, Understand
from engine.core.commands import Affirm, Deny, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.events import Heard
from engine.core.utterance import Transcript
from tests.core.workshop import (
    Call,
    act,
    at_the_offer,
    at_the_readback,
    with_guarantee,
    with_guard,
    with_policy,
)


def hears(call: Call, text: str = "hm", *, final: bool = True) -> Call:
    return call.happens(*call.listened(), Heard(call.at, Transcript.of(text, final=final)))


def test_a_policy_takes_the_turn_before_anybody_has_understood_it() -> None:
    call = hears(Call(with_policy(act("say", "utter_smalltalk"))))
    assert call.ruled(Verdict.TOOK_OVER) == ["of_the_test"]
    assert call.says == ["utter_smalltalk"]
    assert not [action for action in call.actions if isinstance(action, Understand)]
    assert call.state.understanding is None


def test_a_policy_may_add_to_a_turn_that_goes_on() -> None:
    call = hears(Call(with_policy(act("say", "utter_smalltalk"), goes_on=True)))
    assert call.ruled(Verdict.JOINED) == ["of_the_test"]
    assert [type(action).__name__ for action in call.actions] == ["Say", "Understand"]


def test_a_policy_is_asked_only_after_its_events() -> None:
    domain = with_policy(act("prepare", "emergency"), upon="Partial", goes_on=True)
    assert [type(item) for item in hears(Call(domain)).actions] == [Understand]
    prepared = hears(Call(domain), final=False).actions
    assert [item.target for item in prepared if isinstance(item, Prepare)] == ["emergency"]


def test_a_policy_that_does_not_hold_leaves_the_turn_alone() -> None:
    call = hears(Call(with_policy(act("say", "utter_smalltalk"), when="turn > 1")))
    assert call.says == []
    assert call.decisions == []


def test_an_act_whose_condition_does_not_hold_is_left_out() -> None:
    domain = with_policy(
        act("say", "utter_smalltalk", "turn > 1"), act("say", "utter_of_course", "turn == 1")
    )
    assert hears(Call(domain)).says == ["utter_of_course"]


def test_a_policy_puts_through() -> None:
    call = hears(Call(with_policy(act("transfer", "locksmith"))))
    assert [(item.target, item.reason) for item in call.actions if isinstance(item, Transfer)] == [
        ("locksmith", "of_the_test")
    ]


def test_a_policy_ends_the_call() -> None:
    call = hears(Call(with_policy(act("hang_up"))))
    assert [item.reason for item in call.actions if isinstance(item, HangUp)] == ["of_the_test"]
    assert call.state.phase == "ended"


def test_a_policy_starts_a_flow_once() -> None:
    call = hears(Call(with_policy(act("start", "open_lock"))))
    assert call.asks == "lock_code"
    hears(call)
    assert [frame.flow for frame in call.state.stack] == ["open_lock"]


def test_a_policy_sets_slots_and_what_was_built_on_them_goes() -> None:
    acts = act("set_slots", (("service", "overhaul"),)), act("action", "bench.find")
    call = at_the_readback(with_policy(*acts, when="turn > 2"))
    hears(call)
    assert call.value("service") == "overhaul"
    assert call.value("opening") is None
    assert call.requests == ["bench.release", "bench.find"]
    assert call.asks == "opening"


def test_a_policy_sends_the_flow_back_to_a_service() -> None:
    call = hears(at_the_offer(with_policy(act("action", "bench.find"), when="turn > 1")))
    assert call.requests == ["bench.find"]
    assert call.says == ["utter_offer_openings"]


def test_a_policy_that_names_a_service_of_no_active_flow_changes_nothing() -> None:
    call = hears(at_the_offer(with_policy(act("action", "desk.task"), when="turn > 1")))
    assert call.requests == []
    assert call.asks == "opening"


def test_a_policy_asks_a_service_beside_the_flow() -> None:
    call = hears(at_the_readback())
    requests = [action for action in call.actions if isinstance(action, Request)]
    assert [(item.service, item.args["seconds"], item.args["paid"]) for item in requests] == [
        ("bench.renew", 180, 20)
    ]
    assert call.ruled(Verdict.JOINED) == ["keep_hold"]


def test_a_service_beside_the_flow_is_not_asked_while_something_that_it_needs_is_missing() -> None:
    call = hears(Call(with_policy(act("request", "bench.renew"))))
    assert call.requests == []


def test_a_policy_waits_for_the_caller() -> None:
    call = hears(Call(with_policy(act("listen"), goes_on=True)))
    assert [item.expecting.kind for item in call.actions if isinstance(item, Listen)] == ["open"]


def test_an_act_that_is_none_fails_closed() -> None:
    call = hears(Call(with_policy(act("dance"))))
    assert [(item.by, item.why) for item in call.decisions if item.verdict is Verdict.FAILED_CLOSED] == [
        ("engine", "ValueError")
    ]


def test_a_guard_replaces_what_it_forbids() -> None:
    domain = with_guard(act("say", "utter_of_course"), forbids="utter_ask_service")
    call = Call(domain).means(StartFlow("book_repair"))
    assert call.says == ["utter_of_course"]
    assert call.ruled(Verdict.FORBADE) == ["of_the_test"]
    assert call.asks == "service"


def test_a_guard_forbids_by_the_beginning_of_a_name() -> None:
    domain = with_guard(forbids="nothing", prefix="utter_ask_")
    assert Call(domain).means(StartFlow("book_repair")).says == []


def test_a_guard_forbids_only_while_its_condition_holds() -> None:
    domain = with_guard(forbids="utter_ask_service", when="turn > 1")
    call = Call(domain).means(StartFlow("book_repair"))
    assert call.says == ["utter_ask_service"]
    assert call.means().says == ["utter_no_match"]


def test_what_a_guard_lets_pass_is_recorded() -> None:
    domain = with_guard(forbids="utter_ask_service", unless='phase == "talking"')
    call = Call(domain).means(StartFlow("book_repair"))
    assert call.ruled(Verdict.ALLOWED) == ["of_the_test"]
    assert call.says == ["utter_ask_service"]


def test_what_a_guard_puts_in_the_place_of_something_is_not_ruled_on_again() -> None:
    domain = with_guard(act("say", "utter_ask_service"), forbids="utter_ask_service")
    assert Call(domain).means(StartFlow("book_repair")).says == ["utter_ask_service"]


def test_what_a_guard_puts_in_the_place_of_something_is_still_monitored() -> None:
    from dataclasses import replace

    guarded = with_guard(act("transfer", "locksmith"), forbids="utter_ask_service")
    never = with_guarantee('action.kind == "transfer" and transfer.target == ""')
    call = Call(replace(guarded, guarantees=never.guarantees)).means(StartFlow("book_repair"))
    assert call.ruled(Verdict.BREACHED) == ["of_the_test"]
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["reception"]


def test_a_hang_up_may_be_forbidden() -> None:
    call = Call(with_guard(act("say", "utter_of_course"), forbids="hang_up")).means(Deny())
    assert call.says == ["utter_goodbye", "utter_of_course", "utter_how_can_i_help"]
    assert call.state.phase == "talking"


def test_a_read_back_is_repeated_before_a_yes_counts() -> None:
    call = at_the_readback()
    call.means(Affirm(), listened=False)
    assert call.says == ["utter_confirm_repair"]
    assert "bench.commit" not in call.requests
    assert call.means(Affirm()).requests[-1] == "bench.commit"


def test_a_hold_that_ran_out_under_the_readback_is_sought_anew() -> None:
    call = at_the_readback().later(600)
    call.means(Affirm())
    assert call.ruled(Verdict.FORBADE) == ["hold_first"]
    assert call.says == ["utter_taken", "utter_offer_openings"]
    assert call.requests == ["bench.find", "bench.release"]


@pytest.mark.parametrize("kind", ["read_back", "transfer"])
def test_acts_without_anything_to_act_on_change_nothing(kind: str) -> None:
    call = hears(Call(with_policy(act(kind, "nobody" if kind == "transfer" else None))))
    assert call.ruled(Verdict.TOOK_OVER) == ["of_the_test"]


def test_a_read_back_of_a_flow_that_has_none_changes_nothing() -> None:
    call = Call(with_policy(act("read_back"), when="turn > 1")).means(StartFlow("book_repair"))
    hears(call)
    assert call.asks == "service"


def test_understanding_may_be_forbidden() -> None:
    call = hears(Call(with_guard(act("transfer", "reception"), forbids="understand")))
    assert not [action for action in call.actions if isinstance(action, Understand)]
    assert call.state.phase == "transferring"


def test_a_service_beside_the_flow_is_asked_without_what_it_could_do_without() -> None:
    call = Call(with_policy(act("request", "bench.find"), when="turn == 2")).means(StartFlow("book_repair"))
    call.means(SetSlot("service", "brakes"))
    assert call.requests == []
    call = Call(with_policy(act("request", "bench.find"), when="turn == 2")).means(
        StartFlow("book_repair"), SetSlot("service", "brakes")
    )
    hears(call)
    assert [item.args for item in call.actions if isinstance(item, Request)] == [
        {"urgent": False, "service": "brakes"}
    ]
