"""What is no answer to a question means what the author of the flow says it means."""

from __future__ import annotations

import pytest

from engine.core.commands import (
    Affirm,
    Cancel,
    Command,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)
from engine.core.domain import END, Branch, StepKind
from engine.core.events import FellSilent
from tests.core.workshop import Call, a_step, condition, with_flow

FETCH = (StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"), SetSlot("pickup", "2026-12-01"))
BRANCHES = (Branch(condition("gears"), "bye"), Branch(None, END))
TWICE = with_flow(
    "open_lock",
    a_step("once", StepKind.COLLECT, slot="gears", response="utter_ask_gears", unclear_next="more", branches=BRANCHES),
    a_step("more", StepKind.COLLECT, slot="gears", response="utter_ask_hour", unclear_next="bye", branches=BRANCHES),
    a_step("bye", StepKind.SAY, response="utter_see_you", following="gone"),
    a_step("gone", StepKind.TRANSFER, target="reception", reason="unclear"),
)  # fmt: skip


def a_question_that_takes_doubt_for_yes() -> Call:
    call = Call().means(*FETCH).means(SetSlot("hour", "15:30")).means(Affirm())
    assert call.asks == "gears"
    return call


def a_question_that_is_put_twice() -> Call:
    call = Call(TWICE).means(StartFlow("open_lock"))
    assert call.says == ["utter_ask_gears"]
    return call


def test_an_unclear_answer_has_the_meaning_that_the_question_gives_it() -> None:
    for reply in ((NotUnderstood("no_match"),), (SmallTalk("thanks"),), (Wait(),), ()):
        call = a_question_that_takes_doubt_for_yes().means(*reply)
        assert call.value("gears") is True
        assert call.asks == "service"


def test_silence_has_the_meaning_that_the_question_gives_it() -> None:
    call = a_question_that_takes_doubt_for_yes()
    call.happens(FellSilent(call.at))
    assert call.asks == "service"


def test_a_clear_answer_keeps_its_own_meaning() -> None:
    call = a_question_that_takes_doubt_for_yes().means(SetSlot("gears", "false"))
    assert call.says == ["utter_see_you"]
    assert call.state.phase == "ended"


def test_to_ask_what_was_said_is_granted_once() -> None:
    call = a_question_that_takes_doubt_for_yes().means(Repeat())
    assert call.asks == "gears"
    assert call.means(Repeat()).asks == "service"


@pytest.mark.parametrize(
    "reply", [(NotUnderstood("no_match"),), (Cancel(),), (StartFlow("book_repair"),), ()]
)
def test_what_is_no_answer_leads_to_the_step_that_the_question_names(reply: tuple[Command, ...]) -> None:
    call = a_question_that_is_put_twice().means(*reply)
    assert call.says == ["utter_ask_hour"]
    assert call.asks == "gears"
    assert call.state.failures == 0
    assert "open_lock.once" in [item.by for item in call.decisions]
    call.means(*reply)
    assert call.says == ["utter_see_you"]
    assert call.state.phase == "transferring"


def test_what_else_was_said_is_kept() -> None:
    call = a_question_that_is_put_twice().means(SetSlot("pickup", "2026-12-01"), SmallTalk("thanks"))
    assert call.value("pickup") == "2026-12-01"
    assert call.says == ["utter_ask_hour"]


def test_silence_leads_there_too() -> None:
    call = a_question_that_is_put_twice()
    call.happens(FellSilent(call.at))
    assert call.says == ["utter_ask_hour"]


def test_an_answer_goes_its_own_way() -> None:
    assert a_question_that_is_put_twice().means(Affirm()).says == ["utter_see_you"]
    assert a_question_that_is_put_twice().means(Deny()).asks != "gears"


@pytest.mark.parametrize("reply", [Wait(), WantPerson()])
def test_a_wish_about_the_talk_itself_is_granted(reply: Command) -> None:
    call = a_question_that_is_put_twice().means(reply)
    assert "utter_ask_hour" not in call.says


def test_what_only_a_model_heard_stays_unclear() -> None:
    for reply in (SetSlot("gears", "false"), Deny(), Affirm()):
        call = a_question_that_takes_doubt_for_yes().means(reply, source="model")
        assert call.value("gears") is True
        assert call.asks == "service"
        call = a_question_that_is_put_twice().means(reply, source="model")
        assert call.value("gears") is None
        assert "utter_ask_hour" in call.says


def test_a_yes_to_danger_goes_on_before_anything_else_that_was_said() -> None:
    danger = with_flow(
        "open_lock",
        a_step("asks", StepKind.COLLECT, slot="gears", response="utter_ask_gears", unclear_means="true", branches=BRANCHES),
        a_step("bye", StepKind.SAY, response="utter_see_you", following="gone"),
        a_step("gone", StepKind.TRANSFER, target="reception", reason="danger"),
    )  # fmt: skip
    for said in (
        (Affirm(), *FETCH),
        (*FETCH, Affirm()),
        (StartFlow("fetch_bike"), Affirm(), StartFlow("close_account")),
    ):
        call = Call(danger).means(StartFlow("open_lock")).means(*said)
        assert call.says == ["utter_see_you"], said
        assert call.state.phase == "transferring"


def test_after_a_no_to_danger_what_else_was_said_is_done() -> None:
    call = Call(TWICE).means(StartFlow("open_lock")).means(*FETCH, Deny())
    assert call.value("gears") is False
    assert call.value("email") == "ona@example.org"
    assert call.asks == "hour"
