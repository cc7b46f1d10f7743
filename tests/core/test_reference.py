"""What points back is what was talked about last; what is not clear is asked, and a record may be waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.core.actions import Expecting
from engine.core.commands import Cancel, Correct, SetSlot, StartFlow
from engine.core.domain import Domain, SlotType, StepKind
from engine.core.events import CallStarted
from engine.core.reference import may_wait, points_back, settle_waiting, settled
from engine.core.slots import put
from engine.core.state import DialogueState, Mention
from engine.core.turn import Turn
from tests.core.workshop import (
    BOOK,
    DOMAIN,
    LATER,
    MORNING,
    START,
    TUESDAY,
    Call,
    a_step,
    at_the_offer,
    at_the_readback,
    with_flow,
)  # fmt: skip

WEDNESDAY = {"days": [["2026-11-25", "2026-11-26"]]}


def a_turn(*mentions: tuple[str, Any], asking: Expecting | None = None, domain: Domain = DOMAIN) -> Turn:
    said = tuple(Mention(kind, value, 1) for kind, value in mentions)
    state = DialogueState(call="c", language="en", phase="talking", mentions=said, asking=asking)
    return Turn(domain, state, CallStarted(START, "c", None, "en"))


@pytest.mark.parametrize(
    ("mention", "wish"),
    [
        (("opening", MORNING), {"days": [["2026-11-24", "2026-11-25"]], "exact": ["2026-11-24T10:00"]}),
        (("record", {"id": "b1", **LATER}), {"days": [["2026-11-25", "2026-11-26"]], "exact": ["2026-11-25T14:00"]}),
        (("when", {"exact": ["2026-12-01T09:30"]}), {"days": [["2026-12-01", "2026-12-02"]], "exact": ["2026-12-01T09:30"]}),
        (
            ("when", {"days": [["2026-12-01", "2026-12-02"]], "times": [["09:30", "09:31"]]}),
            {"days": [["2026-12-01", "2026-12-02"]], "exact": ["2026-12-01T09:30"]},
        ),
    ],
)  # fmt: skip
def test_day_and_time_are_those_of_the_last_thing_that_has_them(mention: tuple[str, Any], wish: Any) -> None:
    turn = a_turn(mention, ("record", "ona"), ("service", "brakes"), ("when", {"order": "soonest"}))
    assert settled(turn, {"same": ["time", "day"]}) == wish


def test_a_time_on_several_days_or_none_is_a_time_of_day() -> None:
    turn = a_turn(("opening", MORNING))
    assert settled(turn, {"same": ["time"]}) == {"times": [["10:00", "10:01"]]}
    for days in (
        [["2026-11-30", "2026-12-07"]],
        [["2026-12-01", None]],
        [*TUESDAY["days"], *WEDNESDAY["days"]],
    ):
        assert settled(turn, {"same": ["time"], "days": days}) == {
            "days": days,
            "times": [["10:00", "10:01"]],
        }


@pytest.mark.parametrize(
    "mentions",
    [
        (),
        (
            (
                "when",
                {"times": [["12:00", "18:00"]], "days": [["2026-11-30", "2026-12-07"], [None, "2026-12-24"]]},
            ),
        ),
        (("when", {"exact": ["2026-12-01T09:30", "2026-12-02T10:30"]}),),
        (("opening", MORNING), ("when", {"exact": ["2026-12-01T09:30", "2026-12-02T10:30"]})),
        (("when", {"either": [{"exact": ["2026-12-01T09:30"]}, {"exact": ["2026-12-02T10:30"]}]}),),
    ],
)
def test_what_was_not_named_or_named_twice_is_not_clear(mentions: tuple[tuple[str, Any], ...]) -> None:
    for part in ("day", "time"):
        assert settled(a_turn(*mentions), {"same": [part]}) is None


def test_what_is_offered_comes_first_and_must_agree() -> None:
    offer = Expecting("offer", slot="opening", type="opening", options=(MORNING, LATER))
    assert settled(a_turn(("opening", MORNING), asking=offer), {"same": ["day"]}) is None
    same_day = replace(offer, options=(MORNING, {**LATER, "start": "2026-11-24T14:00"}))
    assert settled(a_turn(asking=same_day), {"same": ["day"]}) == TUESDAY
    names = replace(offer, options=("vilte", "ona"))
    assert settled(a_turn(("opening", MORNING), asking=names), {"same": ["day"]}) == TUESDAY


def test_in_a_readback_the_time_read_last_is_meant() -> None:
    asking = Expecting("confirm", options=({"id": "b1", **MORNING}, LATER))
    assert settled(a_turn(asking=asking), {"same": ["day"]}) == WEDNESDAY


def test_a_correction_in_the_readback_may_point_back() -> None:
    call = at_the_readback().means(Correct("wish", {"same": ["time"], **WEDNESDAY}))
    assert call.value("wish") == {**WEDNESDAY, "exact": ["2026-11-25T10:00"]}


def test_what_is_not_clear_is_asked_and_the_old_wish_stays() -> None:
    call = at_the_offer().means(SetSlot("wish", {"same": ["day"], "order": "later"}))
    assert call.says[0] == "utter_same_as_what"
    assert call.value("wish") == TUESDAY
    assert call.asks == "opening"


def test_a_part_that_no_wish_has_is_refused() -> None:
    call = at_the_offer().means(SetSlot("wish", {"same": ["colour"]}))
    assert call.value("wish") == TUESDAY
    assert not points_back(call.value("wish"))


@pytest.mark.parametrize(("wish", "taken"), [({"same": ["day"]}, None), (TUESDAY, TUESDAY)])
def test_what_is_said_for_a_later_task_is_taken_when_it_is_clear(wish: Any, taken: Any) -> None:
    call = Call().means(StartFlow("fetch_bike"), StartFlow("book_repair"), SetSlot("wish", wish))
    call.means(Cancel())
    assert [frame.flow for frame in call.state.stack][-1:] == ["book_repair"]
    assert call.value("wish") == taken


def telling() -> Domain:
    """A flow that has to find the record of which callers tell the remark."""
    domain = with_flow(
        "open_lock",
        a_step("look", StepKind.SET, values=(("gears", None),), following="ask"),
        a_step("ask", StepKind.COLLECT, slot="wish", response="utter_ask_wish", following="go_on"),
        a_step("go_on", StepKind.COLLECT, slot="bike", response="utter_ask_bike"),
    )
    slots = {**domain.slots, "gears": replace(domain.slots["gears"], tells="booked")}
    flow = replace(domain.flows["open_lock"], owns=frozenset({"gears", "wish"}))
    return replace(domain, slots=slots, flows={**domain.flows, "open_lock": flow})


def test_a_wish_waits_for_the_record_that_it_may_point_to() -> None:
    domain = telling()
    call = Call(domain).means(StartFlow("open_lock"), SetSlot("wish", {"same": ["time"], **WEDNESDAY}))
    assert points_back(call.value("wish"))
    turn = Turn(domain, call.state, CallStarted(START, "c", None, "en"))
    assert may_wait(turn)
    settle_waiting(turn)
    assert points_back(turn.view.slot("wish"))
    put(turn, "booked", {"id": "b1", **MORNING}, "service")
    assert turn.domain.slots["booked"].type is SlotType.RECORD
    assert not may_wait(turn)
    settle_waiting(turn)
    assert turn.view.slot("wish") == {**WEDNESDAY, "exact": ["2026-11-25T10:00"]}


def test_a_wish_said_anew_no_longer_waits() -> None:
    call = Call(telling()).means(StartFlow("open_lock"), SetSlot("wish", {"same": ["time"], **WEDNESDAY}))
    call.means(Correct("wish", TUESDAY))
    assert call.value("wish") == TUESDAY


def test_nothing_is_waited_for_without_such_a_record() -> None:
    assert not may_wait(Turn(DOMAIN, Call().means(*BOOK).state, CallStarted(START, "c", None, "en")))
