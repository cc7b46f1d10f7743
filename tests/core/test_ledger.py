"""What an event changes before anybody decides, and how often is too often."""

from __future__ import annotations

import pytest

from engine.core.commands import Affirm, NotUnderstood, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.events import FellSilent, Heard
from engine.core.privacy import REMOVED
from engine.core.safety import Level
from engine.core.utterance import Hypothesis, Transcript
from tests.core.workshop import BOOK, Call, act, at_the_offer, at_the_readback, with_policy

AMBULANCE = "I can't breathe, call an ambulance"


def hears(call: Call, *texts: str, final: bool = True) -> Call:
    readings = tuple(Hypothesis(text, 0.5) for text in texts)
    return call.happens(Heard(call.at, Transcript(readings, final)))


def silent(call: Call) -> Call:
    return call.happens(*call.listened(), FellSilent(call.at))


def test_a_partial_prepares_and_a_final_commits() -> None:
    call = hears(Call(), AMBULANCE, final=False)
    assert call.state.level is Level.L4
    assert call.state.prepared is Level.L0
    hears(call, "hm", final=False)
    assert call.state.prepared is Level.L0
    hears(call, "it is nothing")
    assert [call.state.level, call.state.prepared] == [Level.L4, None]


def test_a_safety_level_never_falls() -> None:
    call = hears(Call(), AMBULANCE)
    hears(call, "no, I am fine")
    assert call.state.level is Level.L0


def test_every_reading_of_what_was_said_is_looked_at_for_danger() -> None:
    assert hears(Call(), "I cant reed", AMBULANCE).state.level is Level.L0


def test_words_without_a_reading_change_nothing_but_the_turn() -> None:
    call = hears(Call())
    assert (call.state.turn, call.state.level) == (1, Level.L4)


def test_a_rule_that_saw_something_says_on_which_line_it_stands() -> None:
    hits = [item for item in hears(Call(), AMBULANCE).decisions if "hypothesis" in item.why]
    assert hits
    assert all("safety/" in item.where for item in hits)
    assert all("breathe" not in item.why for item in hits)


def test_what_a_caller_must_not_tell_is_noticed() -> None:
    call = hears(Call(), f"my card is {REMOVED}")
    assert call.state.secret
    assert hears(call, "hm").state.secret is False


def test_silence_is_answered_by_the_question_in_other_words() -> None:
    call = silent(Call().means(StartFlow("book_repair")))
    assert call.says == ["utter_no_input", "utter_ask_service"]
    assert (call.state.no_input["service"], call.state.row, call.state.failures) == (1, 1, 1)


def test_silence_to_the_open_question_is_counted_too() -> None:
    call = silent(Call())
    assert call.says == ["utter_no_input", "utter_how_can_i_help"]
    assert call.state.no_input == {"": 1}


@pytest.mark.parametrize("how", ["silence", "nonsense"])
def test_a_question_asked_in_vain_three_times_ends_with_a_person(how: str) -> None:
    call = Call().means(StartFlow("book_repair"))
    for _ in range(2):
        silent(call) if how == "silence" else call.means(NotUnderstood("no_match"))
        assert call.state.phase == "talking"
    silent(call) if how == "silence" else call.means(NotUnderstood("no_match"))
    assert call.ruled(Verdict.TOOK_OVER) == ["ladder"]
    assert (
        next(item.where for item in call.decisions if item.by == "ladder")
        .split("/")[-1]
        .startswith("bench.yml:")
    )
    assert call.state.phase == "transferring"
    assert "colleague who can help you" in call.text


def test_a_question_of_yes_or_no_is_asked_once_more() -> None:
    call = at_the_readback()
    for _ in range(3):
        assert call.means(NotUnderstood("no_match")).says == ["utter_no_match", "utter_confirm_repair"]
    assert call.means(NotUnderstood("no_match")).state.phase == "transferring"


def test_too_much_in_a_whole_call_ends_with_a_person() -> None:
    call = Call().means(StartFlow("book_repair"))
    answers = (*BOOK[1:], SetSlot("mechanic", "vilte"))
    for place, answer in enumerate(answers):
        assert call.state.phase == "talking"
        call.means(NotUnderstood("no_match")).means(answer)
        assert call.state.failures == place + 1
    call.means(NotUnderstood("no_match"))
    assert call.ruled(Verdict.TOOK_OVER) == ["ladder"]


def test_silence_while_understanding_works_is_not_counted() -> None:
    call = hears(Call(), "hm")
    call.happens(FellSilent(call.at))
    assert call.state.failures == 0


def test_a_question_without_a_flow_ends_with_a_person_as_well() -> None:
    call = Call()
    for _ in range(3):
        call.means(NotUnderstood("no_match"))
    assert call.state.phase == "transferring"
    assert [item.where for item in call.decisions if item.by == "ladder"] == ["engine/core/ledger.py"]


def test_a_policy_may_take_over_before_the_ladder_ends() -> None:
    call = Call(with_policy(act("transfer", "locksmith"), upon="NoMatch")).means(StartFlow("book_repair"))
    call.means(NotUnderstood("no_match"))
    assert call.ruled(Verdict.TOOK_OVER) == ["of_the_test"]
    assert call.state.phase == "transferring"


def test_a_yes_that_is_no_answer_counts_as_in_vain() -> None:
    call = at_the_offer().means(Affirm())
    assert call.state.no_match == {"service": 0, "bike": 0, "full_name": 0, "wish": 0, "opening": 1}


def test_what_is_said_not_to_be_so_is_no_danger_and_no_decision() -> None:
    call = hears(Call(), "I do not need an ambulance")
    assert call.state.level is Level.L4
    assert not [item for item in call.decisions if "hypothesis" in item.why]
