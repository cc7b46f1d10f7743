"""From step to step, until the caller or the world has to be awaited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core import flow
from engine.core.actions import HangUp, Request, Transfer
from engine.core.commands import Affirm, Cancel, Choose, Deny, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.domain import Branch, StepKind
from engine.core.events import FellSilent
from engine.core.turn import Turn
from tests.core.workshop import (
    BOOK,
    DOMAIN,
    MORNING,
    NAME,
    Call,
    a_step,
    at_the_offer,
    at_the_readback,
    condition,
    with_flow,
)


def test_a_repair_is_booked_from_the_first_word_to_the_book() -> None:
    call = Call()
    for command, asks in zip(BOOK, ("service", "bike", "full_name", "wish", "opening"), strict=True):
        assert call.means(command).asks == asks
    assert call.means(Choose(0)).asks == "confirm"
    call.means(Affirm())
    assert call.requests == ["bench.renew", "bench.commit"]
    assert call.says == ["utter_booked", "utter_ask_anything_else"]
    assert call.value("hold") is None
    call.means(Deny())
    assert call.says == ["utter_goodbye"]
    assert [item.reason for item in call.actions if isinstance(item, HangUp)] == ["completed"]


def test_more_after_a_task_is_another_task() -> None:
    call = at_the_readback().means(Affirm()).means(Affirm())
    assert call.says == ["utter_how_can_i_help"]
    assert call.value("full_name") == NAME
    assert call.value("service") is None


def test_a_called_flow_comes_back_to_where_it_was_called_from() -> None:
    call = Call().means(*BOOK[:2], SetSlot("bike", "road"))
    assert [(frame.flow, frame.called) for frame in call.state.stack] == [
        ("book_repair", False),
        ("describe_bike", True),
    ]
    call.means(SetSlot("frame_size", "56"), SetSlot("gears", "true"))
    assert call.asks == "full_name"
    assert (call.value("frame_size"), call.value("gears")) == (56, True)


def test_a_step_whose_condition_does_not_hold_is_skipped() -> None:
    assert Call().means(*BOOK[:3]).asks == "full_name"


def test_a_link_goes_to_another_flow_and_does_not_come_back() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "a@b.lt"), SetSlot("pickup", "2026-12-01"))
    call.means(SetSlot("hour", "15:30")).means(Affirm()).means(Affirm())
    assert [frame.flow for frame in call.state.stack] == ["book_repair"]
    assert call.asks == "service"


def test_a_question_that_is_always_asked_forgets_the_old_answer() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "a@b.lt"), SetSlot("gears", value=False))
    call.means(SetSlot("pickup", "2026-12-01"), SetSlot("hour", "15:30")).means(Affirm())
    assert call.asks == "gears"
    assert call.value("gears") is None


def test_an_expression_sets_a_slot_to_what_another_holds() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "a@b.lt"), SetSlot("pickup", "2026-12-01"))
    call.means(SetSlot("hour", "15:30")).means(Affirm())
    assert call.value("remark") == "2026-12-01"
    assert call.state.slots["remark"].source == "flow"
    assert call.value("task_kind") == "callback"


def test_a_flow_transfers() -> None:
    call = Call().means(
        StartFlow("open_lock"), SetSlot("lock_code", "1234"), SetSlot("birthday", "1984-03-12")
    )
    assert [(item.to, item.reason) for item in call.actions if isinstance(item, Transfer)] == [
        ("locksmith", "open_lock.person")
    ]


def test_a_flow_hangs_up_for_a_reason() -> None:
    call = Call(with_flow("open_lock", a_step("bye", StepKind.HANG_UP))).means(StartFlow("open_lock"))
    assert [item.reason for item in call.actions if isinstance(item, HangUp)] == ["open_lock.bye"]


def test_what_is_refused_by_the_world_goes_its_own_way() -> None:
    call = at_the_offer()
    call.world["bench.hold"] = ("taken", {})
    call.means(Choose(0))
    assert call.says == ["utter_taken", "utter_offer_openings"]
    call = Call()
    call.world["bench.find"] = ("none_found", {})
    assert call.means(*BOOK).says == ["utter_nothing_free", "utter_ask_wish"]


def test_an_offer_of_nothing_is_declined() -> None:
    call = Call()
    call.world["bench.find"] = ("found", {"openings": []})
    assert call.means(*BOOK).asks == "wish"


def test_an_offer_is_passed_when_the_choice_is_made_already() -> None:
    into = a_step("pick", StepKind.OFFER, slot="openings", into="bike", response="utter_offer_openings")
    call = Call(with_flow("open_lock", into)).means(SetSlot("bike", "road"), StartFlow("open_lock"))
    assert call.says == ["utter_ask_anything_else"]


def test_a_request_under_way_is_not_made_twice() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK)
    assert call.requests == ["bench.find"]
    call.means(SetSlot("birthday", "1984-03-12"))
    assert call.requests == []


def test_a_flow_without_steps_ends_at_once() -> None:
    call = Call(with_flow("open_lock")).means(StartFlow("open_lock"))
    assert call.says == ["utter_ask_anything_else"]


def test_the_first_branch_that_holds_is_taken() -> None:
    branches = (
        Branch(condition("turn > 5"), "END"),
        Branch(condition("turn == 1"), "two"),
        Branch(None, "END"),
    )
    steps = (
        a_step("one", StepKind.NOOP, branches=branches, following="END"),
        a_step("two", StepKind.SAY, response="utter_see_you"),
    )
    assert Call(with_flow("open_lock", *steps)).means(StartFlow("open_lock")).says[0] == "utter_see_you"


def test_a_branch_may_look_at_the_outcome_of_a_request() -> None:
    branches = (Branch(condition('outcome == "none_found"'), "two"),)
    steps = (
        a_step("one", StepKind.REQUEST, service="desk.task", branches=branches, following="END"),
        a_step("two", StepKind.SAY, response="utter_see_you"),
    )
    service = replace(DOMAIN.services["desk.task"], needs=(), outcomes=("filed", "none_found"))
    domain = with_flow("open_lock", *steps)
    call = Call(replace(domain, services={**domain.services, service.id: service}))
    call.world["desk.task"] = ("none_found", {})
    assert call.means(StartFlow("open_lock")).says[0] == "utter_see_you"


def test_a_service_without_what_it_needs_hands_over() -> None:
    steps = (a_step("one", StepKind.REQUEST, service="bench.hold"),)
    call = Call(with_flow("open_lock", *steps)).means(StartFlow("open_lock"))
    assert [(item.by, item.why) for item in call.decisions if item.verdict is Verdict.FAILED_CLOSED] == [
        ("engine", "ValueError")
    ]


def test_when_a_task_ends_the_interrupted_one_is_taken_up_with_words() -> None:
    steps = (a_step("one", StepKind.SAY, response="utter_see_you"),)
    call = Call(with_flow("open_lock", *steps)).means(*BOOK[:2]).means(StartFlow("open_lock"))
    assert call.says == ["utter_see_you", "utter_continue", "utter_ask_bike"]


def test_a_slot_that_a_task_beneath_still_needs_survives_the_end_of_another() -> None:
    call = Call().means(*BOOK[:2]).means(StartFlow("open_lock"), SetSlot("lock_code", "1")).means(Cancel())
    assert call.value("service") == "brakes"
    assert call.value("lock_code") is None


def test_repair_flows_give_way_to_a_new_task() -> None:
    call = at_the_readback().means(Affirm()).means(StartFlow("open_lock"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock"]


def test_a_repair_flow_may_ask_and_is_not_run_through() -> None:
    ask = a_step("one", StepKind.COLLECT, slot="gears", response="utter_ask_gears")
    from engine.core.commands import Wait

    call = Call(with_flow("pattern_wait", ask, pattern=True)).means(*BOOK[:2]).means(Wait())
    assert call.says == ["utter_ask_gears"]


def test_a_repair_flow_that_waits_for_the_world_is_left_there() -> None:
    from engine.core.commands import Wait

    request = a_step("one", StepKind.REQUEST, service="bench.find")
    call = Call(with_flow("pattern_wait", request, pattern=True))
    del call.world["bench.find"]
    call.means(*BOOK[:2]).means(Wait())
    assert call.requests == ["bench.find"]


def test_the_same_deed_has_the_same_key_however_often_it_is_asked() -> None:
    call = at_the_readback()
    call.world["bench.commit"] = ("conflict", {})
    call.world["bench.find"] = ("found", {"openings": [MORNING]})
    call.means(Affirm())
    first = keys(call)
    call.means(Choose(0)).means(Affirm())
    assert keys(call) == first


def test_another_task_has_another_key() -> None:
    call = at_the_readback().means(Affirm())
    first = keys(call)
    call.means(*BOOK).means(Choose(0)).means(Affirm())
    assert keys(call) != first


def keys(call: Call) -> list[str]:
    return [item.key for item in call.actions if isinstance(item, Request) and item.service == "bench.commit"]


@pytest.mark.parametrize("language", ["en", "lt"])
def test_a_question_is_put_in_the_language_of_the_call(language: str) -> None:
    call = Call(language=language).means(StartFlow("book_repair"))
    assert call.text == {"en": "What is to be repaired?", "lt": "Ką reikia taisyti?"}[language]


def test_a_repair_flow_in_a_circle_hands_over() -> None:
    from engine.core.commands import Wait

    circle = a_step("one", StepKind.NOOP, following="one")
    call = Call(with_flow("pattern_wait", circle, pattern=True)).means(*BOOK[:2]).means(Wait())
    assert [item.why for item in call.decisions if item.verdict is Verdict.FAILED_CLOSED] == [
        "EndlessFlowError"
    ]
    assert call.state.phase == "transferring"


def test_a_task_that_was_interrupted_for_another_is_gone_on_with_and_not_begun_twice() -> None:
    domain = with_flow("aside", a_step("go", StepKind.LINK, flow="book_repair"))
    call = at_the_readback(domain).means(StartFlow("aside"))
    assert [frame.flow for frame in call.state.stack] == ["book_repair"]
    assert call.asks == "confirm"


def test_a_step_of_a_repair_knows_what_the_repair_is_about() -> None:
    ladder = condition('context.reason == "ladder"')
    which = a_step("which", StepKind.NOOP, branches=(Branch(ladder, "told"), Branch(None, "END")))
    told = a_step("told", StepKind.HANG_UP, reason="nobody_to_help")
    call = Call(with_flow("pattern_human_handoff", which, told, pattern=True)).means(*BOOK[:1])
    for _ in range(3):
        call.happens(FellSilent(call.at))
    assert [item.reason for item in call.actions if isinstance(item, HangUp)] == ["nobody_to_help"]


def test_what_was_agreed_to_holds_for_the_rest_of_the_task_after_a_detour() -> None:
    call = at_the_readback(with_flow("open_lock", a_step("one", StepKind.SAY, response="utter_goodbye")))
    del call.world["bench.commit"]
    call.means(Affirm())
    turn = Turn(call.domain, call.state, FellSilent(call.at))
    turn.push("open_lock")
    flow.advance(turn)
    assert turn.state.readback is not None
    assert turn.state.readback.step == "readback"
    assert turn.state.readback.heard
    assert not [item for item in turn.actions if isinstance(item, Request)]


def test_what_was_not_agreed_to_is_read_back_anew_after_a_detour() -> None:
    call = at_the_readback(with_flow("open_lock", a_step("one", StepKind.SAY, response="utter_goodbye")))
    turn = Turn(call.domain, call.state, FellSilent(call.at))
    turn.push("open_lock")
    flow.advance(turn)
    assert turn.state.readback is not None
    assert call.state.readback is not None
    assert turn.state.readback.say > call.state.readback.say
