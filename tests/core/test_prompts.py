"""What is said, what is being asked, and how much of it was heard."""

from __future__ import annotations

from dataclasses import replace

from engine.core.actions import Listen, Say
from engine.core.commands import Ask, Choose, NotUnderstood, Repeat, SetSlot, StartFlow
from engine.core.domain import StepKind
from engine.core.events import BargedIn, FellSilent, Spoken
from tests.core.workshop import (
    BOOK,
    NAME,
    Call,
    a_step,
    act,
    at_the_offer,
    at_the_readback,
    with_flow,
    with_guard,
)


def listens(call: Call) -> list[Listen]:
    return [action for action in call.actions if isinstance(action, Listen)]


def test_a_question_waits_as_long_as_its_slot_allows() -> None:
    call = Call().means(*BOOK[:4])
    assert [(item.expecting.slot, item.silence_s) for item in listens(call)] == [("wish", 5.0)]


def test_a_question_says_what_is_known_and_what_may_be_said_ahead() -> None:
    asking = Call().means(*BOOK[:2]).state.asking
    assert asking is not None
    assert (asking.kind, asking.slot, asking.type, asking.flow) == ("slot", "bike", "choice", "book_repair")
    assert set(asking.filled) == {"service", "deposit"}
    assert {"wish", "full_name", "frame_size"} <= set(asking.open_slots)
    assert not {"lock_code", "hold", "opening"} & set(asking.open_slots)


def test_before_any_task_everything_may_be_said() -> None:
    asking = Call().state.asking
    assert asking is not None
    assert "lock_code" in asking.open_slots


def test_an_offer_carries_its_options_and_a_read_back_its_slots() -> None:
    asking = at_the_offer().state.asking
    assert asking is not None
    assert (asking.kind, asking.slot, len(asking.options)) == ("offer", "opening", 2)
    asking = at_the_readback().state.asking
    assert asking is not None
    assert (asking.kind, asking.reads) == ("confirm", ("service", "opening", "full_name"))


def test_a_question_asked_in_vain_is_asked_in_other_words() -> None:
    call = Call().means(StartFlow("book_repair"))
    assert call.text == "What is to be repaired?"
    assert call.means(NotUnderstood("no_match")).text.endswith("Is it the brakes or a whole service?")
    assert call.means(NotUnderstood("no_match")).text.endswith("Brakes, or a service?")


def test_a_part_that_is_missing_is_asked_for_in_words_of_its_own_where_there_are_any() -> None:
    call = Call().means(*BOOK[:3], SetSlot("full_name", {"first": None, "last": "Petrė"}))
    assert call.says == ["utter_ask_full_name_first"]


def test_the_greeting_asks_the_first_question_and_later_it_is_put_in_words() -> None:
    assert Call().says == ["utter_greeting"]
    call = Call().means(NotUnderstood("no_match"))
    assert call.says == ["utter_no_match", "utter_how_can_i_help"]
    assert "book, move or cancel" in call.text


def test_a_prompt_is_as_private_as_the_slots_in_it() -> None:
    say = next(action for action in at_the_readback().actions if isinstance(action, Say))
    assert say.data_class == "personal"
    say = next(action for action in Call().means(Ask("price", "brakes")).actions if isinstance(action, Say))
    assert say.data_class == "health"
    say = next(action for action in Call().means(Ask("opening_hours")).actions if isinstance(action, Say))
    assert say.data_class == "none"


def test_what_was_heard_to_its_end_counts_as_told() -> None:
    call = Call()
    call.happens(Spoken(call.at, 1, 0.5))
    assert call.state.heard == frozenset()
    call.happens(BargedIn(call.at, 1, 0.2))
    assert call.state.prompts[0].heard_to == 0.5
    call.happens(Spoken(call.at, 1, 7.0))
    assert call.state.heard == {"utter_greeting"}
    assert call.state.prompts[0].heard_to == 1.0


def test_a_readback_counts_as_heard_only_when_it_was_played_to_its_end() -> None:
    call = at_the_readback()
    assert call.state.readback is not None
    number = call.state.readback.say
    for event in (BargedIn(call.at, number, 0.9), Spoken(call.at, number - 1), Spoken(call.at, number, -1.0)):
        call.happens(event)
        assert call.state.readback is not None
        assert not call.state.readback.heard
    call.happens(Spoken(call.at, number))
    assert call.state.readback.heard


def test_a_repetition_of_a_readback_keeps_the_first_one_open() -> None:
    call = at_the_readback().means(Repeat())
    assert call.says == ["utter_of_course", "utter_confirm_repair"]
    assert call.value("full_name") == NAME


def test_only_what_was_said_since_the_last_turn_can_be_repeated() -> None:
    call = at_the_offer().means(Choose(0))
    assert [prompt.response for prompt in call.state.prompts] == ["utter_confirm_repair"]
    call.happens(FellSilent(call.at))
    assert [prompt.response for prompt in call.state.prompts] == ["utter_no_input", "utter_confirm_repair"]


def test_a_prompt_that_a_guard_forbids_is_not_said_and_not_remembered() -> None:
    call = Call(with_guard(forbids="utter_ask_bike")).means(*BOOK[:2])
    assert call.says == []
    assert call.asks == "bike"
    assert "utter_ask_bike" not in call.state.said


def test_a_readback_that_may_not_be_said_hands_over() -> None:
    call = Call(with_guard(forbids="utter_confirm_repair")).means(*BOOK).means(Choose(0))
    assert call.state.readback is None
    assert call.state.phase == "transferring"


def test_what_was_allowed_a_moment_ago_may_be_said_again() -> None:
    """A task that ended has forgotten its record: "booked" would be forbidden now, and was true."""
    call = Call(with_guard(forbids="utter_answer_opening_hours", when="turn > 1")).means(Ask("opening_hours"))
    assert call.means(Repeat()).says == [
        "utter_of_course",
        "utter_answer_opening_hours",
        "utter_ask_anything_else",
    ]


def test_listening_that_a_guard_forbids_asks_nothing() -> None:
    call = Call(with_guard(forbids="listen"))
    assert call.asks is None
    assert listens(call) == []


def test_a_success_that_has_no_record_to_word_is_replaced_by_what_its_guard_says() -> None:
    guards = with_guard(act("say", "utter_unsure"), forbids="utter_booked", unless="filled(booked)").guards
    boast = with_flow("boast", a_step("boasts", StepKind.SAY, response="utter_booked"))
    call = Call(replace(boast, guards=guards)).means(StartFlow("boast"))
    assert call.says[0] == "utter_unsure"
