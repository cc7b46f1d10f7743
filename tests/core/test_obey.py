"""Commands are weighed one by one, in the caller's order."""

from __future__ import annotations

import pytest

from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Command,
    Correct,
    NotUnderstood,
    SetSlot,
    StartFlow,
    WantPerson,
)
from engine.core.decision import Verdict
from engine.core.events import Heard, Understood
from engine.core.utterance import Transcript
from tests.core.workshop import BOOK, START, Call, at_the_offer, at_the_readback

FETCH = (StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"), SetSlot("pickup", "2026-12-01"))


def test_a_task_is_started_and_its_first_question_asked() -> None:
    call = Call().means(StartFlow("book_repair"))
    assert call.asks == "service"
    assert call.ruled(Verdict.ACCEPTED) == ["understanding"]


@pytest.mark.parametrize("flow", ["nothing", "describe_bike", "pattern_no_match"])
def test_what_is_no_task_of_a_caller_is_not_started(flow: str) -> None:
    call = Call().means(StartFlow(flow))
    assert call.state.stack == ()
    assert call.says[0] == "utter_no_match"


def test_a_task_is_not_started_while_its_condition_does_not_hold() -> None:
    assert Call().means(StartFlow("fetch_bike")).asks == "email"
    call = Call().later(12 * 3600)
    assert call.means(StartFlow("fetch_bike")).asks == "open"


def test_a_task_under_way_is_not_started_twice() -> None:
    call = Call().means(StartFlow("book_repair")).means(StartFlow("book_repair"))
    assert [frame.flow for frame in call.state.stack] == ["book_repair"]
    assert call.says == ["utter_no_match", "utter_ask_service"]


def test_the_task_under_way_named_again_with_an_answer_is_no_mistake() -> None:
    call = (
        Call().means(StartFlow("book_repair")).means(SetSlot("service", "brakes"), StartFlow("book_repair"))
    )
    assert call.asks == "bike"
    assert call.ruled(Verdict.ACCEPTED) == ["understanding", "understanding"]


def test_another_task_interrupts_and_the_first_one_is_resumed() -> None:
    call = Call().means(*BOOK[:2]).means(StartFlow("open_lock"))
    assert call.asks == "lock_code"
    assert [frame.flow for frame in call.state.stack] == ["book_repair", "open_lock"]
    call.means(Cancel())
    assert call.says == ["utter_stopped", "utter_ask_bike"]


def test_two_tasks_in_one_breath_are_done_in_order() -> None:
    call = Call().means(*BOOK, *FETCH)
    assert call.asks == "opening"
    assert call.value("email") is None
    call.means(Choose(0)).means(Affirm())
    assert call.says == ["utter_booked", "utter_continue", "utter_ask_hour"]
    assert call.value("email") == "ona@example.org"
    assert call.asks == "hour"


def test_three_tasks_in_one_breath_keep_their_order_and_their_words() -> None:
    call = Call().means(*BOOK, *FETCH, StartFlow("open_lock"), SetSlot("lock_code", "1234"))
    assert [(frame.flow, frame.queued, len(frame.given)) for frame in call.state.stack] == [
        ("open_lock", True, 1),
        ("fetch_bike", True, 2),
        ("book_repair", False, 0),
    ]


def test_a_queued_task_takes_only_what_may_be_said_for_it() -> None:
    given: tuple[Command, ...] = (
        SetSlot("email", "no address"),
        SetSlot("pickup", "2020-01-01"),
        SetSlot("booked", {}),
        SetSlot("wheels", 2),
        Affirm(),
        SetSlot("phone", "+37061234567"),
    )
    call = Call().means(*BOOK, StartFlow("fetch_bike"), *given).means(Choose(0)).means(Affirm())
    assert call.asks == "pickup"
    assert call.value("phone") == "+37061234567"
    assert [call.value(name) for name in ("email", "pickup")] == [None, None]


def test_a_second_task_that_cannot_be_started_is_left_out() -> None:
    call = Call().means(StartFlow("open_lock"), StartFlow("describe_bike"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock"]


def test_a_cancelled_task_is_forgotten_and_what_it_held_given_back() -> None:
    call = at_the_readback().means(Cancel())
    assert "bench.release" in call.requests
    assert call.says == ["utter_stopped", "utter_how_can_i_help"]
    assert call.value("service") is None
    assert call.value("full_name") is not None


def test_a_task_is_cancelled_by_its_name_beneath_another() -> None:
    call = Call().means(*BOOK[:2]).means(StartFlow("open_lock")).means(Cancel("book_repair"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock"]
    assert call.says == ["utter_stopped", "utter_ask_lock_code"]


def test_a_called_flow_goes_with_the_task_that_called_it() -> None:
    call = Call().means(*BOOK[:2], SetSlot("bike", "road"))
    assert call.asks == "frame_size"
    call.means(Cancel())
    assert call.state.stack == ()


def test_without_a_task_there_is_nothing_to_cancel() -> None:
    call = Call().means(Cancel())
    assert call.ruled(Verdict.REFUSED) == ["understanding"]
    assert call.says == ["utter_no_match", "utter_how_can_i_help"]


def test_an_answer_for_a_cancelled_task_is_undone() -> None:
    from engine.core.events import Answered

    call = at_the_offer()
    del call.world["bench.hold"]
    call.means(Choose(0))
    number = call.waits_for
    call.means(Cancel())
    call.happens(
        Answered(call.at, number, "held", {"hold": {"id": "h2", "expires": "2030-01-01T00:00:00+00:00"}})
    )
    assert call.requests == ["bench.release"]
    assert call.value("hold") is None


def test_whoever_wants_a_person_gets_one() -> None:
    call = at_the_offer().means(WantPerson())
    assert call.says == ["utter_connecting"]
    assert call.state.phase == "transferring"


def test_what_comes_after_the_wish_for_a_person_is_still_weighed() -> None:
    call = Call().means(WantPerson(), SetSlot("service", "brakes"))
    assert call.value("service") == "brakes"


def test_after_a_goodbye_nothing_more_is_weighed() -> None:
    call = Call().means(
        SetSlot("frame_size", 20), SetSlot("frame_size", 20), SetSlot("frame_size", 20), Affirm()
    )
    assert call.state.phase == "transferring"


def test_what_the_business_does_not_do_is_said_to_be_so() -> None:
    call = Call().means(NotUnderstood("out_of_scope"))
    assert call.says == ["utter_cannot_do_that", "utter_ask_connect_me"]


def test_nothing_at_all_counts_as_not_understood() -> None:
    call = Call().means()
    assert call.says == ["utter_no_match", "utter_how_can_i_help"]
    assert call.state.failures == 1


def test_an_effect_ends_the_row_of_what_was_not_understood() -> None:
    call = Call().means(NotUnderstood("no_match")).means(NotUnderstood("no_match"))
    assert call.state.row == 2
    call.means(StartFlow("book_repair"))
    assert (call.state.row, call.state.failures) == (0, 2)


def test_what_is_not_understood_while_the_world_is_awaited_is_let_pass() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK)
    call.means(NotUnderstood("no_match"))
    assert call.says == []
    assert call.state.failures == 0


def test_a_decision_names_the_line_that_it_is_about() -> None:
    call = Call().means(
        StartFlow("book_repair"),
        SetSlot("service", "brakes"),
        Correct("bike", "tandem"),
        Ask("opening_hours"),
    )
    where = [item.where for item in call.decisions if item.by == "understanding"]
    assert [place.rsplit("/", 1)[1].split(":")[0] for place in where] == [
        "bench.yml", "domain.yml", "domain.yml", "knowledge.yml",
    ]  # fmt: skip
    call = Call().means(StartFlow("book_repair")).means(Ask("nothing"), StartFlow("nothing"), SetSlot("x", 1))
    places = {item.where for item in call.decisions if item.by == "understanding"}
    assert all("bench.yml" in place for place in places)
    assert [item.where for item in Call().means(Affirm()).decisions] == ["engine/core/obey.py"]


def test_a_trace_does_not_hold_what_the_caller_said() -> None:
    call = Call().means(StartFlow("open_lock")).means(SetSlot("lock_code", "1234", evidence="it is 1234"))
    assert not [item for item in call.decisions if "1234" in item.why]
    assert [item.why for item in call.decisions if item.by == "understanding"] == ["SetSlot(lock_code)"]


def test_commands_of_a_call_that_is_being_put_through_are_stale() -> None:
    call = Call()
    call.happens(Heard(START, Transcript.of("I can't breathe, call an ambulance")))
    call.happens(Understood(START, 1, (StartFlow("book_repair"),)))
    assert call.ruled(Verdict.STALE) == ["understanding"]


def test_a_second_task_that_is_under_way_already_is_not_queued() -> None:
    call = Call().means(StartFlow("open_lock")).means(StartFlow("book_repair"), StartFlow("open_lock"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock", "book_repair"]
