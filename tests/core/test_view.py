"""What a condition or a template sees of a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.core.actions import HangUp, Request, Say
from engine.core.commands import Affirm
from engine.core.events import Heard
from engine.core.safety import Level
from engine.core.state import DialogueState, SlotValue, Status
from engine.core.utterance import Transcript
from engine.core.view import View, event_name, snake
from tests.core.workshop import DOMAIN, HOLD, START, Call, at_the_readback


def view_of(call: Call, **changes: object) -> View:
    return View(DOMAIN, replace(call.state, **changes))  # type: ignore[arg-type]


def holding(hold: object) -> View:
    held = SlotValue(hold, Status.GIVEN, "service", 1.0, 1)
    return View(DOMAIN, replace(Call().state, slots={"hold": held}))


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-23T07:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T16:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-28T12:00", False),
        ("2026-12-25T12:00", False),
    ],
)
def test_the_business_is_open_by_its_own_clock(local: str, is_open: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=DOMAIN.catalogue.zone)
    assert view_of(Call(), at=at).open is is_open


def test_before_a_call_there_is_no_clock() -> None:
    with pytest.raises(ValueError, match="not started"):
        View(DOMAIN, DialogueState()).today()


@pytest.mark.parametrize(
    ("hold", "live"),
    [
        (HOLD, True),
        ({**HOLD, "expires": START.isoformat()}, False),
        ({"id": "h1"}, False),
        ("h1", False),
        (None, False),
    ],
)
def test_a_hold_lives_until_it_expires(hold: object, live: bool) -> None:
    assert holding(hold).live("hold") is live


def test_a_hold_of_a_call_that_has_not_begun_does_not_live() -> None:
    held = SlotValue(HOLD, Status.GIVEN, "service", 1.0, 1)
    assert not View(DOMAIN, DialogueState(slots={"hold": held})).live("hold")


def test_hours_are_counted_through_a_change_of_the_clock() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=DOMAIN.catalogue.zone)
    view = view_of(Call(), at=before)
    assert view.hours_until("2026-10-25T12:00") == 25.0
    assert view.hours_until("2026-10-25T12:00:00+02:00") == 25.0
    assert view.hours_until((before - timedelta(hours=1)).isoformat()) == -1.0
    assert view.days_until("2026-10-25T12:00") == 1


def test_an_age_counts_full_years() -> None:
    view = view_of(Call())
    assert view.age_on("2026-03-11", "1984-03-12") == 41
    assert view.age_on("2026-03-12T10:00", "1984-03-12") == 42


def test_a_prompt_is_heard_when_it_was_played_to_its_end() -> None:
    call = at_the_readback()
    view = View(DOMAIN, call.state)
    assert not view.heard("readback")
    assert not view.heard("utter_confirm_repair")
    call.happens(*call.listened())
    view = View(DOMAIN, call.state)
    assert view.heard("readback")
    assert view.heard("utter_confirm_repair")


def test_what_was_read_back_by_another_step_is_not_this_one() -> None:
    call = at_the_readback()
    call.happens(*call.listened())
    assert not View(DOMAIN, call.state).heard("check")


def test_a_value_is_confirmed_only_while_it_stands() -> None:
    call = at_the_readback().means(Affirm())
    assert not View(DOMAIN, call.state).confirmed("hold")
    assert not View(DOMAIN, call.state).confirmed("email")


def test_the_task_in_hand_is_the_topmost_that_is_no_repair() -> None:
    call = at_the_readback().means(Affirm())
    assert [frame.flow for frame in call.state.stack] == ["pattern_completed"]
    assert View(DOMAIN, call.state).flow is None
    assert View(DOMAIN, at_the_readback().state).flow == "book_repair"


def test_an_action_is_known_by_its_name_its_kind_and_the_last_part_of_its_service() -> None:
    view = View(DOMAIN, Call().state)
    view.look_at(Request(1, "bench.commit", {}, "k"))
    assert (view.action_name, view.action_kind) == ("bench.commit", "request")
    assert view.acts("commit")
    assert view.acts("request")
    view.look_at(Say(1, "utter_booked", "x"))
    assert view.acts("utter_booked")
    assert view.acts("say")
    view.look_at(HangUp("x"))
    assert view.acts("hang_up")
    assert not view.acts("say")


def test_the_level_that_a_partial_prepared_for_is_told_by_name() -> None:
    assert view_of(Call()).prepared is None
    assert view_of(Call(), prepared=Level.L1).prepared == "L1"


def test_an_event_is_called_by_its_name() -> None:
    assert event_name(None) == ""
    assert event_name(Heard(START, Transcript.of("x", final=False))) == "Partial"
    assert event_name(Heard(START, Transcript.of("x"))) == "Heard"
    assert snake("WantPerson") == "want_person"


def test_a_field_that_is_not_there_is_none() -> None:
    view = view_of(Call())
    assert view.pick({"a": {"b": 1}}, "a", "b") == 1
    assert view.pick({"a": 1}, "a", "b") is None
    assert view.pick(None, "a") is None
    assert view.pick(3) == 3
