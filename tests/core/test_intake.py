"""Taking over what a caller said: the old value stays until a better one is there."""

from __future__ import annotations

from dataclasses import replace

from engine.core.actions import Transfer
from engine.core.commands import (
    Affirm,
    Command,
    Correct,
    Deny,
    NotUnderstood,
    SetSlot,
    StartFlow,
    WantPerson,
)
from engine.core.decision import Verdict
from engine.core.domain import Domain
from engine.core.state import Status
from tests.core.workshop import BOOK, DOMAIN, HOLD, MORNING, NAME, Call, at_the_offer, at_the_readback

THURSDAY = {"days": [["2026-11-26", "2026-11-27"]]}


def fetching() -> Call:
    """A caller to whom a day and an hour are being read back."""
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
    return call.means(SetSlot("pickup", "2026-12-01")).means(SetSlot("hour", "15:30"))


def fetching_from(domain: Domain, *more: Command) -> Call:
    """The same call in another workshop, with something more said in its first breath."""
    return Call(domain).means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"), *more)


def test_over_answering_fills_several_slots() -> None:
    call = Call().means(*BOOK)
    assert call.asks == "opening"
    assert call.value("bike") == "city"


def test_what_only_a_service_may_fill_cannot_be_said() -> None:
    call = Call().means(*BOOK[:2], SetSlot("hold", HOLD), SetSlot("opening", MORNING), SetSlot("booked", {}))
    assert [call.value(name) for name in ("hold", "opening", "booked")] == [None] * 3
    assert call.ruled(Verdict.REFUSED) == ["understanding"] * 3


def test_what_is_filled_by_an_answer_cannot_be_said_unasked() -> None:
    answered = replace(
        DOMAIN, slots={**DOMAIN.slots, "gears": replace(DOMAIN.slots["gears"], filled_by="answer")}
    )
    call = fetching_from(answered, SetSlot("gears", value=True))
    assert call.ruled(Verdict.REFUSED) == ["understanding"]
    assert (call.value("gears"), call.asks) == (None, "pickup")
    call.means(SetSlot("pickup", "2026-12-01")).means(SetSlot("hour", "15:30")).means(Affirm())
    assert call.asks == "gears"
    assert call.means(SetSlot("gears", value=True)).value("gears") is True


def test_a_slot_that_does_not_exist_is_refused() -> None:
    call = Call().means(SetSlot("wheels", 2))
    assert call.ruled(Verdict.REFUSED) == ["understanding"]
    assert call.says[0] == "utter_no_match"


def test_a_value_that_its_slot_cannot_hold_keeps_the_old_one() -> None:
    call = at_the_offer().means(Correct("service", "juggling"))
    assert call.value("service") == "brakes"
    assert call.value("openings") is not None


def test_an_invalid_new_value_keeps_the_old_valid_one() -> None:
    call = fetching().means(Correct("pickup", "2020-01-01"))
    assert call.value("pickup") == "2026-12-01"
    assert call.says == ["utter_day_is_past", "utter_confirm_pickup"]


def test_each_check_of_a_slot_has_its_own_words() -> None:
    for size, response in ((20, "utter_frame_too_small"), (90, "utter_frame_too_large")):
        call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"), SetSlot("bike", "road"))
        call.means(SetSlot("frame_size", size))
        assert call.says == [response, "utter_ask_frame_size"]
        assert call.value("frame_size") is None


def test_an_invalid_value_again_and_again_ends_with_a_person() -> None:
    call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"), SetSlot("bike", "road"))
    for _ in range(3):
        call.means(SetSlot("frame_size", 20))
    assert call.ruled(Verdict.TOOK_OVER) == ["ladder"]
    assert call.says == ["utter_connecting"]


def asked_for_a_number() -> Call:
    call = Call().means(StartFlow("request_callback"), SetSlot("callback_reason", "a squeak"))
    return call.means(SetSlot("full_name", NAME))


def test_the_rest_of_a_number_is_waited_for_without_a_word() -> None:
    call = asked_for_a_number().means(SetSlot("phone", {"so_far": "370"}))
    assert (call.says, call.asks, call.value("phone")) == ([], "phone", None)
    assert call.state.asking is not None
    assert call.state.asking.so_far == "370"
    call.means(SetSlot("phone", {"so_far": "370612"})).means(SetSlot("phone", "+37061234567"))
    assert call.value("phone") == "+37061234567"
    assert call.says == ["utter_confirm_phone"]


def test_a_part_of_a_number_that_adds_nothing_is_not_understood() -> None:
    call = asked_for_a_number().means(SetSlot("phone", {"so_far": "612"}))
    call.means(SetSlot("phone", {"so_far": "612"}))
    assert call.ruled(Verdict.REFUSED) == ["understanding"]
    assert call.says[0] == "utter_no_match"
    assert call.asks == "phone"
    assert call.state.asking is not None
    assert call.state.asking.so_far == ""


def test_a_part_of_a_number_that_nobody_asked_for_is_not_taken() -> None:
    for part in ({"so_far": "612"}, {"so_far": "six"}, {"so_far": 612}, {}):
        call = Call().means(StartFlow("fetch_bike")).means(SetSlot("phone", part))
        assert call.ruled(Verdict.REFUSED) == ["understanding"]
        assert call.value("phone") is None


def test_a_correction_in_any_turn_withdraws_what_was_built_on_the_old_value() -> None:
    call = at_the_offer().means(Correct("wish", THURSDAY))
    assert call.says == ["utter_offer_openings"]
    assert call.requests == ["bench.find"]
    assert call.state.slots["wish"].status is Status.CORRECTED


def test_a_correction_of_an_earlier_answer_is_acknowledged_and_the_question_asked_again() -> None:
    call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"))
    call.means(Correct("service", "overhaul"))
    assert call.says == ["utter_corrected", "utter_ask_bike"]
    assert call.value("service") == "overhaul"
    assert call.state.slots["service"].history == (("brakes", "proposed", 1),)


def test_a_correction_inside_a_readback_goes_back_to_the_search() -> None:
    call = at_the_readback().means(Correct("wish", THURSDAY))
    assert call.requests == ["bench.renew", "bench.release", "bench.find"]
    assert call.value("hold") is None
    assert call.says == ["utter_corrected", "utter_offer_openings"]


def test_a_correction_inside_a_readback_may_have_a_way_of_its_own() -> None:
    call = fetching().means(Correct("hour", "16:00"))
    assert call.says == ["utter_corrected", "utter_changed", "utter_confirm_pickup"]
    assert call.value("hour") == "16:00"


def test_a_correction_of_what_was_not_read_back_reads_back_again() -> None:
    call = fetching().means(Correct("email", "jonas@example.org"))
    assert call.says == ["utter_corrected", "utter_confirm_pickup"]


def test_a_new_wish_during_an_offer_is_searched_for() -> None:
    call = at_the_offer().means(SetSlot("mechanic", "vilte"))
    assert call.requests == ["bench.find"]
    assert call.asks == "opening"


def test_a_slot_that_the_offer_does_not_rest_on_leaves_the_offer() -> None:
    call = at_the_offer().means(SetSlot("birthday", "1984-03-12"))
    assert call.requests == []
    assert call.asks == "opening"


def test_an_answer_that_says_the_same_again_moves_on() -> None:
    call = fetching().means(Deny())
    assert call.asks == "hour"
    call.means(SetSlot("hour", "15:30"))
    assert call.says == ["utter_confirm_pickup"]


def test_a_value_that_is_known_already_is_no_answer_to_another_question() -> None:
    call = (
        Call()
        .means(StartFlow("book_repair"), SetSlot("service", "brakes"))
        .means(SetSlot("service", "brakes"))
    )
    assert call.says == ["utter_no_match", "utter_ask_bike"]


def test_the_parts_of_a_name_add_up_over_turns() -> None:
    call = (
        Call()
        .means(StartFlow("book_repair"), *BOOK[1:3])
        .means(SetSlot("full_name", {"first": "Ona", "last": None}))
    )
    assert call.says == ["utter_ask_full_name_last"]
    assert call.state.asking is not None
    assert call.state.asking.missing == "last"
    call.means(SetSlot("full_name", {"first": None, "last": "Petrė"}))
    assert call.value("full_name") == NAME
    assert call.says == ["utter_ask_wish"]


def test_what_a_model_proposed_is_marked_as_its() -> None:
    call = Call().means(*BOOK[:2], source="model")
    assert call.state.slots["service"].source == "model"
    assert Call().means(*BOOK[:2]).state.slots["service"].source == "caller"


def test_another_slot_may_answer_the_question() -> None:
    call = Call().means(StartFlow("fetch_bike")).means(SetSlot("phone", "+37061234567"))
    assert call.asks == "pickup"


def test_several_readings_of_the_same_words_are_asked_about() -> None:
    call = fetching().means(Deny())
    call.means(Correct("pickup", "2026-12-01", alternatives=("2026-12-02", "2026-12-03")))
    assert call.says == ["utter_clarify"]
    assert "the second of December" in call.text
    assert call.value("pickup") == "2026-12-01"


def test_several_readings_are_asked_about_before_any_task() -> None:
    call = Call().means(SetSlot("pickup", "x", alternatives=("2026-12-02", "2026-12-03")))
    assert call.says == ["utter_clarify"]


def test_what_is_not_understood_between_two_readings_is_said_once_and_before_the_question() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
    call.means(SetSlot("pickup", "x", alternatives=("2026-12-02", "2026-12-03")))
    call.means(NotUnderstood("no_match"))
    assert call.says == ["utter_no_match", "utter_clarify"]
    call.means(SetSlot("pickup", "2026-12-03"))
    assert call.says == ["utter_ask_hour"]


def test_a_reading_that_cannot_be_is_not_asked_about() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
    call.means(SetSlot("pickup", "x", alternatives=("2020-01-01", "nonsense", "2026-12-02", "2026-12-02")))
    assert call.value("pickup") == "2026-12-02"
    assert call.says == ["utter_ask_hour"]


def test_readings_none_of_which_can_be_are_not_understood() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
    call.means(SetSlot("pickup", "x", alternatives=("2020-01-01", "nonsense")))
    assert call.says == ["utter_no_match", "utter_ask_pickup"]


def test_readings_that_are_asked_about_again_and_again_end_with_a_person() -> None:
    call = Call().means(StartFlow("fetch_bike"), SetSlot("email", "ona@example.org"))
    for _ in range(5):
        if call.state.phase == "talking":
            call.means(SetSlot("pickup", "x", alternatives=("2026-12-02", "2026-12-03")))
    assert call.state.phase == "transferring"
    assert call.ruled(Verdict.TOOK_OVER) == ["ladder"]


def test_a_correction_of_what_is_read_back_does_again_what_was_built_on_it() -> None:
    call = at_the_readback().means(Correct("service", "overhaul"))
    assert call.requests == ["bench.renew", "bench.release", "bench.find"]
    assert call.asks == "opening"


def test_a_wish_for_a_person_does_not_wait_for_which_reading_was_meant() -> None:
    call = Call().means(SetSlot("pickup", "x", alternatives=("2026-12-02", "2026-12-03")))
    call.means(WantPerson())
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["reception"]
