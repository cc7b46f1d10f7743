"""What a change of one slot means for the steps that were built on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.core import rewind, slots
from engine.core.actions import Request
from engine.core.commands import Affirm, Choose, Correct, Deny, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.domain import Domain, StepKind
from engine.core.events import Answered, FellSilent, Heard
from engine.core.turn import Turn
from engine.core.utterance import Transcript
from tests.core.workshop import (
    BOOK,
    BOOKED,
    DOMAIN,
    MORNING,
    TUESDAY,
    Call,
    a_step,
    act,
    at_the_offer,
    at_the_readback,
    with_flow,
    with_policy,
)

THURSDAY = {"days": [["2026-11-26", "2026-11-27"]]}


def test_a_changed_choice_asks_only_what_the_new_one_needs() -> None:
    call = at_the_readback().means(Correct("bike", "road"))
    assert call.says == ["utter_corrected", "utter_confirm_repair"]
    assert call.value("opening") == MORNING


def test_a_change_in_a_called_flow_goes_back_through_the_task() -> None:
    call = Call().means(
        *BOOK[:2], SetSlot("bike", "road"), SetSlot("frame_size", 56), SetSlot("gears", value=True)
    )
    call.means(SetSlot("full_name", {"first": "Ona", "last": "Petrė"}), SetSlot("wish", TUESDAY))
    call.means(Correct("frame_size", 60))
    assert call.requests == ["bench.find"]
    assert call.asks == "opening"


def test_a_value_taken_back_inside_a_called_flow_returns_to_it() -> None:
    steps = (
        a_step("call", StepKind.CALL, flow="describe_bike", following="check"),
        a_step(
            "check", StepKind.CONFIRM, reads=("frame_size",), response="utter_see_you",
            outcomes={"confirmed": "END", "denied": "END"},
        ),
    )  # fmt: skip
    call = Call(with_flow("open_lock", *steps)).means(StartFlow("open_lock"))
    call.means(SetSlot("frame_size", 56), SetSlot("gears", value=True))
    assert call.asks == "confirm"
    call.means(Deny("frame_size"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock", "describe_bike"]
    assert call.asks == "frame_size"


def test_an_interrupted_task_goes_back_when_a_later_one_changes_what_it_rests_on() -> None:
    call = (
        at_the_offer()
        .means(StartFlow("open_lock"))
        .means(SetSlot("wish", {"days": [["2026-11-26", "2026-11-27"]]}))
    )
    assert call.value("openings") is None
    assert call.state.stack[0].step == "search"
    assert call.asks == "lock_code"


def test_a_change_beneath_ends_the_flows_that_were_called_from_there() -> None:
    steps = (
        a_step("ask", StepKind.COLLECT, slot="pickup", response="utter_ask_pickup", following="at"),
        a_step("at", StepKind.COLLECT, slot="hour", response="utter_ask_hour", following="call"),
        a_step("call", StepKind.CALL, flow="describe_bike"),
    )
    call = Call(with_flow("open_lock", *steps)).means(StartFlow("open_lock"))
    call.means(SetSlot("pickup", "2026-12-01"), SetSlot("hour", "15:30"))
    assert call.asks == "frame_size"
    call.means(Correct("pickup", "2026-12-02"))
    assert [frame.flow for frame in call.state.stack] == ["open_lock"]
    assert call.asks == "hour"


def test_what_a_flow_sets_from_a_slot_is_set_anew() -> None:
    steps = (
        a_step("one", StepKind.COLLECT, slot="pickup", response="utter_ask_pickup", following="two"),
        a_step("two", StepKind.SET, values=(("hour", "15:30"),), following="three"),
        a_step("three", StepKind.COLLECT, slot="gears", response="utter_ask_gears"),
    )
    call = (
        Call(with_flow("open_lock", *steps))
        .means(StartFlow("open_lock"))
        .means(SetSlot("pickup", "2026-12-01"))
    )
    assert call.value("hour") == "15:30"
    call.means(Correct("pickup", "2026-12-02"))
    assert call.value("hour") == "15:30"
    assert call.asks == "gears"


def test_setting_a_slot_to_what_it_holds_changes_nothing() -> None:
    steps = (a_step("one", StepKind.SET, values=(("wish", TUESDAY), ("hour", None))),)
    call = at_the_offer(with_flow("open_lock", *steps)).means(StartFlow("open_lock"))
    assert call.value("openings") is not None
    assert call.asks == "opening"


@pytest.mark.parametrize("change", [Correct("service", "overhaul"), Correct("wish", THURSDAY)])
def test_a_time_that_is_kept_too_late_for_a_caller_who_changed_their_mind_is_released(
    change: Correct,
) -> None:
    call = at_the_offer()
    del call.world["bench.hold"]
    call.means(Choose(0))
    number = call.waits_for
    call.means(change)
    late = {"hold": {"id": "h2", "expires": "2030-01-01T00:00:00+00:00"}}
    call.happens(Answered(call.at, number, "held", late))
    assert call.ruled(Verdict.STALE) == ["bench.hold"]
    assert call.requests == ["bench.release"]
    assert call.value("hold") is None


def test_an_answer_to_a_search_with_the_old_wish_is_not_offered() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK)
    old = call.waits_for
    call.means(Correct("wish", THURSDAY))
    call.happens(Answered(call.at, old, "found", {"openings": [MORNING]}))
    assert call.says == []
    assert call.value("openings") is None
    call.happens(Answered(call.at, call.waits_for, "found", {"openings": [MORNING]}))
    assert call.says == ["utter_offer_openings"]


def test_a_flow_that_links_to_itself_has_an_end() -> None:
    domain = with_flow(
        "open_lock",
        a_step("one", StepKind.COLLECT, slot="gears", accepts=("bike",)),
        a_step("two", StepKind.REQUEST, service="bench.find"),
        a_step("three", StepKind.OFFER, slot="openings", into="opening"),
        a_step("four", StepKind.LINK, flow="open_lock"),
    )
    assert domain.lookups.fills("open_lock") == {"gears", "bike", "openings", "opening"}


def test_a_policy_puts_the_flow_back_on_the_read_back_before_it() -> None:
    call = at_the_readback(with_policy(act("read_back"), when="turn == 3"))
    call.world["bench.commit"] = ("conflict", {})
    call.happens(*call.listened(), Heard(call.at, Transcript.of("hm")))
    assert call.asks == "confirm"


def test_a_yes_that_no_longer_counts_is_asked_for_again() -> None:
    from tests.core.workshop import with_guard

    call = at_the_readback(with_guard(act("read_back"), forbids="bench.commit", when="turn < 4"))
    call.means(Affirm())
    assert call.says == ["utter_confirm_repair"]
    call.means(Affirm())
    assert call.requests[-1] == "bench.commit"


def test_a_policy_that_reads_back_outside_of_any_flow_changes_nothing() -> None:
    call = Call(with_policy(act("read_back"), when="turn == 1"))
    call.happens(Heard(call.at, Transcript.of("hm")))
    assert call.says == []


def test_a_service_without_parameters_is_asked_with_none() -> None:
    service = replace(DOMAIN.services["bench.find"], needs=(), wants=(), fixed=())
    domain = with_flow("open_lock", a_step("one", StepKind.REQUEST, service="bench.find"))
    call = Call(replace(domain, services={**domain.services, service.id: service})).means(
        StartFlow("open_lock")
    )
    asked = next(action for action in call.actions if getattr(action, "service", "") == "bench.find")
    assert asked.args == {}  # type: ignore[union-attr]


def listing() -> Domain:
    """The search also gives the one repair that is meant, as a list of what exists does."""
    search = DOMAIN.services["bench.find"]
    gives = (*search.gives, ("booked", "booked"))
    return replace(DOMAIN, services={**DOMAIN.services, "bench.find": replace(search, gives=gives)})


def test_a_list_of_records_is_asked_for_with_the_one_that_was_spoken_of() -> None:
    call = Call(listing()).means(*BOOK)
    assert "spoken" not in searched(call)
    call.means(Choose(0)).means(Affirm())
    assert call.value("booked") is None
    call.means(*BOOK)
    assert searched(call)["spoken"] == BOOKED


def test_a_record_that_is_denied_is_no_longer_spoken_of() -> None:
    call = Call(listing()).means(*BOOK).means(Choose(0)).means(Affirm()).means(*BOOK[:2])
    turn = Turn(call.domain, call.state, FellSilent(call.at))
    slots.put(turn, "booked", BOOKED, "service")
    rewind.taken_back(turn, "booked")
    assert all(item.value != BOOKED for item in turn.state.mentions)


def searched(call: Call) -> dict[str, Any]:
    asked = [item for item in call.actions if isinstance(item, Request) and item.service == "bench.find"]
    return dict(asked[-1].args)


def test_what_was_written_is_not_done_again_because_a_fact_changes_later() -> None:
    steps = DOMAIN.flows["book_repair"].steps
    more = [
        replace(item, kind=StepKind.COLLECT, slot="gears", response="utter_ask_gears")
        if item.id == "done"
        else item
        for item in steps
    ]
    call = at_the_readback(with_flow("book_repair", *more)).means(Affirm())
    assert call.asks == "gears"
    call.means(Correct("wish", THURSDAY))
    assert call.asks == "gears"
    assert "bench.find" not in call.requests
    assert call.value("booked") is not None
