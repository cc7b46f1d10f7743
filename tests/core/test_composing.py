"""Open replies: a model's wording where it says only what the facts say, the pack's own everywhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core import trace
from engine.core.actions import Compose, Say, Transfer
from engine.core.actions import Wait as Timer
from engine.core.commands import Affirm, Ask, NotUnderstood, SetSlot, StartFlow, WantPerson
from engine.core.decision import Verdict
from engine.core.domain import Domain
from engine.core.events import (
    CallEnded,
    CallStarted,
    Composed,
    Event,
    Failed,
    Heard,
    Keyed,
    TimedOut,
    TransferEnded,
    Understood,
)
from engine.core.model_rules import ModelRules
from engine.core.utterance import Transcript
from tests.core.workshop import DOMAIN, START, Call, act, at_the_offer, with_guarantee, with_guard

HOURS = "opening_hours"
OWN = "We are open from eight to five."
SHORTER = "Open from eight to five."
SHORT = 'contains(action.text, ["open from"]) and not contains(action.text, ["we are"])'
EMERGENCY = "I can't breathe, call an ambulance"


def composing(domain: Domain = DOMAIN, **changes: object) -> Domain:
    answers = dict(domain.answers)
    answers[HOURS] = replace(answers[HOURS], composed=True, **changes)  # type: ignore[arg-type]
    return replace(domain, answers=answers)


def asked(domain: Domain | None = None) -> Call:
    return Call(domain or composing()).means(Ask(HOURS), text="when are you open?")


def request(call: Call) -> Compose:
    return next(item for item in call.actions if isinstance(item, Compose))


def test_a_wording_is_asked_for_with_the_words_of_the_question_and_the_facts() -> None:
    call = asked()
    assert call.says == []
    assert call.asks is None
    action = request(call)
    assert (action.topic, action.question, action.language) == (HOURS, "when are you open?", "en")
    assert action.facts == {HOURS: OWN}
    assert [item.timer for item in call.actions if isinstance(item, Timer)] == ["compose:1"]


def test_a_wording_that_says_what_the_facts_say_is_said_and_the_talk_goes_on() -> None:
    call = asked()
    call.happens(Composed(call.at, 1, SHORTER, 1))
    assert call.says == ["utter_answer_opening_hours", "utter_ask_anything_else"]
    assert call.text.startswith(SHORTER)
    assert call.state.model_calls == 1
    assert next(item for item in call.actions if isinstance(item, Say)).data_class == "health"


def test_the_tape_says_what_was_asked_for_without_the_words() -> None:
    domain = composing()
    events: list[Event] = [
        CallStarted(START, "call-1"),
        Heard(START, Transcript.of("when?")),
        Understood(START, 1, (Ask(HOURS),)),
    ]
    *_, (before, event, outcome) = trace.fold(domain, events)
    entry = trace.record(trace.data_classes(domain), before, event, outcome).redacted
    assert {"is": "Compose", "turn": 1, "topic": HOURS, "facts": [HOURS]} in entry["actions"]


def test_a_wording_can_be_repeated() -> None:
    from engine.core.commands import Repeat

    call = asked()
    call.happens(Composed(call.at, 1, SHORTER))
    assert SHORTER in call.means(Repeat()).text


@pytest.mark.parametrize("text", ["", "Open from nine to five.", "Open from eight to five, I promise."])
def test_a_wording_that_says_more_is_replaced_by_the_packs_own(text: str) -> None:
    call = asked()
    call.happens(Composed(call.at, 1, text))
    assert call.text.startswith(OWN)
    assert call.ruled(Verdict.REFUSED) == (["compose"] if text else [])


def test_a_rule_over_words_holds_for_a_wording_as_well() -> None:
    domain = composing(
        with_guard(act("say", "utter_see_you"), forbids="utter_answer_opening_hours",
                   when=SHORT)
    )  # fmt: skip
    call = asked(domain)
    call.happens(Composed(call.at, 1, SHORTER))
    assert call.ruled(Verdict.REFUSED) == ["of_the_test"]
    assert call.text.startswith(OWN)


def test_a_wording_that_would_break_a_guarantee_hands_over() -> None:
    call = asked(composing(with_guarantee(SHORT)))
    call.happens(Composed(call.at, 1, SHORTER))
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["reception"]


def test_in_the_middle_of_a_task_the_question_is_asked_again() -> None:
    call = at_the_offer(composing()).means(Ask(HOURS))
    call.happens(Composed(call.at, call.state.turn, SHORTER))
    assert call.says == ["utter_answer_opening_hours", "utter_offer_openings"]


def test_other_answers_may_be_drawn_on_and_those_without_a_value_are_left_out() -> None:
    call = asked(composing(facts=("price", "warranty", "gone", HOURS)))
    assert request(call).facts == {HOURS: OWN}


def test_an_answer_without_a_value_fails_closed_as_ever() -> None:
    answers = {**DOMAIN.answers, "price": replace(DOMAIN.answers["price"], composed=True)}
    call = Call(replace(DOMAIN, answers=answers)).means(Ask("price", "overhaul"))
    assert call.ruled(Verdict.FAILED_CLOSED) == ["rule"]


def test_where_a_model_has_helped_to_understand_none_words_the_reply() -> None:
    call = Call(composing())
    call.happens(*call.listened(), Heard(call.at, Transcript.of("hm")))
    call.happens(Understood(call.at, 1, (Ask(HOURS),), "model", model_calls=1))
    assert call.says[0] == "utter_answer_opening_hours"


def test_without_a_model_or_against_a_rule_the_packs_own_is_said_at_once() -> None:
    assert asked(replace(composing(), model=ModelRules())).says[0] == "utter_answer_opening_hours"
    forbidden = composing(with_guard(forbids="compose", when="true"))
    assert asked(forbidden).says[0] == "utter_answer_opening_hours"


def test_one_wording_at_a_time() -> None:
    call = Call(composing()).means(Ask(HOURS), Ask(HOURS))
    assert call.says == ["utter_answer_opening_hours"]
    assert sum(isinstance(item, Compose) for item in call.actions) == 1


@pytest.mark.parametrize("late", ["failed", "timed_out"])
def test_what_does_not_come_is_replaced_by_the_packs_own(late: str) -> None:
    call = asked()
    call.happens(Failed(call.at, "compose") if late == "failed" else TimedOut(call.at, "compose:1"))
    assert call.text.startswith(OWN)
    call.happens(Composed(call.at, 1, SHORTER))
    assert call.ruled(Verdict.STALE) == ["compose"]


def test_a_failure_that_nobody_waits_for_changes_nothing() -> None:
    call = Call()
    call.happens(Failed(call.at, "compose"), TimedOut(call.at, "compose:1"), TimedOut(call.at, "compose:x"))
    assert call.actions == []


def test_a_wording_of_another_turn_is_stale() -> None:
    call = asked()
    call.happens(Composed(call.at, 7, SHORTER, 1), TimedOut(call.at, "compose:7"))
    assert call.ruled(Verdict.STALE) == ["compose"]
    assert call.says == []
    assert call.state.model_calls == 1


def test_a_caller_who_speaks_meanwhile_still_gets_the_answer() -> None:
    call = asked().means(NotUnderstood("no_match"), text="hello?")
    assert call.says == []
    call.happens(Composed(call.at, 1, SHORTER))
    assert call.says == ["utter_answer_opening_hours", "utter_ask_anything_else"]


def test_what_else_was_asked_for_waits_for_the_answer() -> None:
    call = Call(composing()).means(Ask(HOURS), StartFlow("book_repair"), SetSlot("service", "brakes"))
    assert call.says == []
    call.happens(Composed(call.at, 1, SHORTER))
    assert call.says == ["utter_answer_opening_hours", "utter_ask_bike"]


def test_keys_and_a_yes_mean_nothing_meanwhile() -> None:
    call = asked()
    call.happens(Keyed(call.at, "5"))
    call.means(Affirm())
    assert call.says == []


def test_an_emergency_waits_for_no_wording() -> None:
    call = asked()
    call.happens(Heard(call.at, Transcript.of(EMERGENCY)))
    assert any(isinstance(item, Transfer) for item in call.actions)
    assert call.state.composing is None
    call.happens(Composed(call.at, 1, SHORTER))
    assert call.ruled(Verdict.STALE) == ["compose"]
    call.happens(TransferEnded(call.at, "busy"))
    assert call.actions


def test_whoever_wants_a_person_waits_for_no_wording() -> None:
    call = asked().means(WantPerson())
    assert any(isinstance(item, Transfer) for item in call.actions)


def test_a_call_may_end_meanwhile() -> None:
    call = asked()
    call.happens(CallEnded(call.at, "caller"), Composed(call.at, 1, SHORTER))
    assert call.state.composing is None
    assert call.says == []


def test_a_caller_who_waits_hears_so_once_a_timer_says_it() -> None:
    call = asked()
    call.happens(TimedOut(call.at, "filler:1"))
    assert call.says == ["utter_one_moment"]
    call.happens(TimedOut(call.at, "filler:9"), TimedOut(call.at, "other:1"))
    assert call.says == []
