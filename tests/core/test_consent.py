"""Yes, no and "the second one"."""

from __future__ import annotations

from dataclasses import replace

from engine.core.commands import Affirm, Choose, Deny, SetSlot, StartFlow
from engine.core.decision import Verdict
from engine.core.events import BargedIn, Heard, Understood
from engine.core.state import Status
from engine.core.utterance import Transcript
from tests.core.workshop import LATER, MORNING, Call, at_the_offer, at_the_readback


def test_a_yes_to_what_was_read_back_confirms_it_and_the_flow_goes_on() -> None:
    call = at_the_readback().means(Affirm())
    assert call.requests[-1] == "bench.commit"
    assert call.says[0] == "utter_booked"


def test_what_was_agreed_to_is_confirmed() -> None:
    call = at_the_readback()
    del call.world["bench.commit"]
    call.means(Affirm())
    assert {name: call.state.slots[name].status for name in ("service", "opening", "full_name")} == {
        "service": Status.CONFIRMED,
        "opening": Status.CONFIRMED,
        "full_name": Status.CONFIRMED,
    }


def test_a_yes_over_an_unheard_readback_is_not_consent() -> None:
    call = at_the_readback()
    call.happens(BargedIn(call.at, call.state.says, 0.6))
    call.means(Affirm(), listened=False)
    assert "readback" in call.ruled(Verdict.REFUSED)
    assert call.says == ["utter_confirm_repair"]
    assert call.state.slots["opening"].status is Status.PROPOSED


def test_a_yes_to_an_open_question_asks_what_it_is_about() -> None:
    call = Call().means(Affirm())
    assert call.says == ["utter_how_can_i_help"]
    assert call.state.failures == 0


def test_a_yes_to_one_offered_time_takes_it() -> None:
    call = at_the_offer()
    call.world["bench.find"] = ("found", {"openings": [MORNING]})
    call.means(SetSlot("wish", {"days": [["2026-11-24", "2026-11-24"]]})).means(Affirm())
    assert call.value("opening") == MORNING


def test_a_yes_to_two_offered_times_takes_neither() -> None:
    call = at_the_offer().means(Affirm())
    assert call.value("opening") is None
    assert call.says == ["utter_no_match", "utter_offer_openings"]


def test_yes_and_no_answer_a_question_of_yes_or_no_and_no_other() -> None:
    for command, value in ((Affirm(), True), (Deny(), False)):
        call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"), SetSlot("bike", "road"))
        call.means(command)
        assert call.asks == "frame_size"
        assert call.says[0] == "utter_no_match"
        call.means(SetSlot("frame_size", 56)).means(command)
        assert call.value("gears") is value


def test_yes_no_and_a_choice_while_nothing_is_asked_have_no_effect() -> None:
    call = at_the_offer()
    del call.world["bench.hold"]
    call.means(Choose(0))
    for command in (Affirm(), Deny(), Choose(0)):
        call.happens(Heard(call.at, Transcript.of("hm")))
        call.happens(Understood(call.at, call.state.turn, (command,)))
        assert call.ruled(Verdict.REFUSED) == ["understanding"]
        assert call.actions == []


def test_a_no_to_an_open_question_says_goodbye() -> None:
    call = Call().means(Deny())
    assert call.says == ["utter_goodbye"]
    assert call.state.phase == "ended"


def test_a_no_to_what_was_read_back_goes_the_way_of_the_flow() -> None:
    call = at_the_readback().means(Deny())
    assert call.asks == "wish"
    assert call.value("hold") is None
    assert call.state.readback is None


def test_a_no_that_names_what_is_wrong_asks_for_that_again() -> None:
    call = at_the_readback().means(Deny("full_name"))
    assert call.asks == "full_name"
    assert call.value("full_name") is None
    assert call.value("opening") == MORNING
    assert "bench.release" not in call.requests


def test_a_no_to_the_offered_times_never_offers_them_again() -> None:
    call = at_the_offer().means(Deny())
    assert call.state.refused == (MORNING, LATER)
    assert call.value("openings") is None
    assert call.asks == "wish"
    call.means(SetSlot("wish", {"order": "soonest"}))
    asked = next(action for action in call.actions if getattr(action, "service", "") == "bench.find")
    assert asked.args["refused"] == (MORNING, LATER)  # type: ignore[union-attr]


def test_a_time_refused_twice_is_remembered_once() -> None:
    call = at_the_offer().means(Deny()).means(SetSlot("wish", {"order": "soonest"})).means(Deny())
    assert call.state.refused == (MORNING, LATER)


def test_a_choice_takes_the_time_that_was_said() -> None:
    call = at_the_offer().means(Choose(1))
    assert call.value("opening") == LATER
    assert call.says == ["utter_confirm_repair"]


def test_a_choice_that_was_not_offered_has_no_effect() -> None:
    for option in (-1, 2):
        call = at_the_offer().means(Choose(option))
        assert call.value("opening") is None
        assert call.says[0] == "utter_no_match"


def test_a_choice_while_a_slot_is_asked_for_has_no_effect() -> None:
    call = Call().means(StartFlow("book_repair")).means(Choose(0))
    assert call.says[0] == "utter_no_match"


def test_which_of_two_readings_is_meant_is_chosen_or_denied() -> None:
    readings = ("2026-12-01", "2026-12-02")
    for command, value in ((Choose(1), "2026-12-02"), (Deny(), None)):
        call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
        call.means(SetSlot("pickup", readings[0], alternatives=readings))
        assert call.state.asking is not None
        assert call.state.asking.options == readings
        call.means(command)
        assert call.value("pickup") == value
        assert call.asks == ("hour" if value else "pickup")


def test_an_answer_to_a_question_whose_task_is_gone_moves_nothing() -> None:
    for call, command in (
        (at_the_readback(), Affirm()),
        (at_the_readback(), Deny()),
        (at_the_offer(), Choose(0)),
    ):
        call.state = replace(call.state, stack=())
        slots = call.state.slots
        call.means(command)
        assert call.state.slots["service"] is slots["service"]
        assert "bench.commit" not in call.requests
        assert call.asks == "open"


def test_a_yes_that_only_a_model_heard_is_not_consent() -> None:
    call = at_the_readback().means(Affirm(), source="model")
    assert "readback" in call.ruled(Verdict.REFUSED)
    assert call.says == ["utter_no_match", "utter_confirm_repair"]
    assert "bench.commit" not in call.requests


def test_a_no_that_a_model_heard_is_heeded() -> None:
    call = at_the_readback().means(Deny(), source="model")
    assert "bench.commit" not in call.requests
    assert "utter_no_match" not in call.says


def test_a_model_may_answer_a_question_that_is_no_consent() -> None:
    call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"), SetSlot("bike", "road"))
    call.means(SetSlot("frame_size", 55)).means(Affirm(), source="model")
    held = call.state.slots["gears"]
    assert (held.value, held.source) == (True, "model")
