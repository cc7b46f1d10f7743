"""Putting a caller through to a person, and what happens when nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core.actions import HangUp, Transfer
from engine.core.commands import SetSlot, StartFlow, WantPerson
from engine.core.decision import Verdict
from engine.core.events import Failed, Heard, TransferEnded
from engine.core.utterance import Transcript
from tests.core.workshop import (
    DOMAIN,
    Call,
    act,
    at_the_readback,
    with_guard,
    with_policy,
)

AMBULANCE = "I can't breathe, call an ambulance"


def transfers(call: Call) -> list[tuple[str, str]]:
    return [(item.target, item.to) for item in call.actions if isinstance(item, Transfer)]


def hears(call: Call, text: str) -> Call:
    return call.happens(Heard(call.at, Transcript.of(text)))


def test_a_transfer_gives_back_what_was_held_and_tells_the_person_what_is_known() -> None:
    call = at_the_readback().means(WantPerson())
    assert "bench.release" in call.requests
    assert call.state.phase == "transferring"
    action = next(item for item in call.actions if isinstance(item, Transfer))
    assert (action.to, action.number) == ("desk", "+37052000001")
    assert action.summary["slots"]["service"] == "brakes"
    assert action.summary["language"] == "en"


def test_a_secret_is_not_told_to_anybody() -> None:
    call = Call().means(
        StartFlow("open_lock"), SetSlot("lock_code", "1234"), SetSlot("birthday", "1984-03-12")
    )
    action = next(item for item in call.actions if isinstance(item, Transfer))
    assert "lock_code" not in action.summary["slots"]
    assert action.summary["slots"]["birthday"] == "1984-03-12"


def test_an_emergency_is_put_through_in_the_step_in_which_it_is_heard() -> None:
    call = hears(at_the_readback(), AMBULANCE)
    assert transfers(call) == [("emergency", "mobile")]
    assert call.says == ["utter_call_emergency_number"]
    assert "bench.release" in call.requests


def test_an_emergency_that_is_ringing_is_not_dialled_again() -> None:
    call = hears(hears(Call(), AMBULANCE), AMBULANCE)
    assert transfers(call) == []
    assert call.state.phase == "transferring"


def test_an_emergency_takes_over_a_transfer_to_somebody_else() -> None:
    call = hears(Call().means(WantPerson()), AMBULANCE)
    assert transfers(call) == [("emergency", "mobile")]


def test_a_transfer_to_the_emergency_telephone_raises_the_level() -> None:
    call = hears(Call(with_policy(act("transfer", "emergency"))), "hm")
    assert call.state.level.name == "L1"


def test_after_the_end_nobody_is_put_through() -> None:
    call = hears(Call(with_policy(act("hang_up"), act("transfer", "reception"), act("hang_up"))), "hm")
    assert transfers(call) == []
    assert len([item for item in call.actions if isinstance(item, HangUp)]) == 1


def test_a_target_that_the_site_does_not_have_goes_to_the_desk() -> None:
    call = hears(Call(with_policy(act("transfer", "director"))), "hm")
    assert transfers(call) == [("director", "desk")]


def test_without_a_telephone_nobody_is_dialled() -> None:
    domain = replace(with_policy(act("transfer", "director")), transfers={})
    call = hears(Call(domain), "hm")
    assert transfers(call) == []
    assert call.state.phase == "talking"


def test_a_transfer_may_be_forbidden() -> None:
    call = Call(with_guard(act("say", "utter_of_course"), forbids="transfer")).means(WantPerson())
    assert transfers(call) == []
    assert call.state.phase == "talking"


def test_the_next_telephone_is_tried_when_the_first_one_is_not_answered() -> None:
    call = Call().means(WantPerson())
    call.happens(TransferEnded(call.at, "busy"))
    assert call.says == ["utter_transfer_retry"]
    assert transfers(call) == [("reception", "mobile")]


def test_the_next_telephone_is_tried_without_a_word_where_there_is_none() -> None:
    rest = {name: item for name, item in DOMAIN.responses.items() if name != "utter_transfer_retry"}
    call = Call(replace(DOMAIN, responses=rest)).means(WantPerson())
    call.happens(TransferEnded(call.at, "no_answer"))
    assert call.says == []
    assert transfers(call) == [("reception", "mobile")]


def test_when_nobody_answers_the_talk_goes_on() -> None:
    call = Call().means(WantPerson())
    call.happens(TransferEnded(call.at, "busy"))
    call.happens(TransferEnded(call.at, "no_answer"))
    assert call.state.phase == "talking"
    assert call.says == ["utter_nobody_answers", "utter_ask_callback_reason"]


def test_a_transfer_that_the_line_cannot_make_is_one_that_nobody_answered() -> None:
    call = Call().means(WantPerson())
    call.happens(Failed(call.at, "transfer"))
    assert transfers(call) == [("reception", "mobile")]
    call.happens(Failed(call.at, "transfer"))
    assert call.asks == "callback_reason"


def test_an_emergency_that_nobody_answers_is_told_the_number_again() -> None:
    call = hears(Call(), AMBULANCE)
    for _ in range(2):
        call.happens(TransferEnded(call.at, "no_answer"))
    assert "utter_emergency_unanswered" in call.says
    assert "desk.task" in call.requests


@pytest.mark.parametrize(("outcome", "by"), [("answered", "transfer"), ("caller_left", "caller")])
def test_a_transfer_that_succeeded_ends_our_part(outcome: str, by: str) -> None:
    call = Call().means(WantPerson())
    call.happens(TransferEnded(call.at, outcome))
    assert (call.state.phase, call.state.ended_by) == ("ended", by)


def test_a_transfer_that_was_not_under_way_is_stale() -> None:
    call = Call()
    call.happens(TransferEnded(call.at, "answered"))
    assert call.ruled(Verdict.STALE) == ["transfer"]
    assert call.state.phase == "talking"


def test_words_to_somebody_who_is_being_put_through_are_not_understood() -> None:
    call = hears(Call().means(WantPerson()), "hello")
    assert call.actions == []
