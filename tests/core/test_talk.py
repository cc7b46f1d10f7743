"""Turns that leave the task where it is."""

from __future__ import annotations

from engine.core.actions import Listen, Transfer
from engine.core.commands import Ask, Repeat, SetSlot, SmallTalk, StartFlow, Wait
from engine.core.decision import Verdict
from engine.core.events import FellSilent
from tests.core.workshop import BOOK, Call, at_the_offer, with_guard


def test_a_digression_is_answered_and_the_question_asked_again() -> None:
    call = at_the_offer().means(Ask("opening_hours"))
    assert call.says == ["utter_answer_opening_hours", "utter_offer_openings"]
    assert call.asks == "opening"


def test_a_question_out_of_nowhere_is_answered_and_more_is_offered() -> None:
    call = Call().means(Ask("price", "brakes"))
    assert call.text.startswith("new brakes costs forty euros.")
    assert call.says == ["utter_answer_price", "utter_ask_anything_else"]


def test_a_question_that_only_a_person_may_answer_goes_to_one() -> None:
    call = Call().means(Ask("warranty"))
    assert [item.target for item in call.actions if isinstance(item, Transfer)] == ["reception"]


def test_a_question_may_be_the_beginning_of_a_task() -> None:
    assert Call().means(Ask("fetching")).asks == "email"


def test_an_unknown_question_is_not_understood() -> None:
    assert Call().means(Ask("weather")).says[0] == "utter_no_match"


def test_an_answer_that_cannot_be_worded_hands_over() -> None:
    call = Call().means(Ask("price", "overhaul"))
    assert call.ruled(Verdict.FAILED_CLOSED) == ["rule"]
    assert call.says == ["utter_handover"]


def test_the_last_prompts_are_repeated_and_the_question_asked_once() -> None:
    call = Call().means(StartFlow("book_repair"), *BOOK[1:3]).means(SetSlot("service", "overhaul"))
    assert call.says == ["utter_corrected", "utter_ask_full_name"]
    call.means(Repeat())
    assert call.says == ["utter_of_course", "utter_corrected", "utter_ask_full_name"]


def test_what_is_repeated_is_said_in_the_same_words() -> None:
    call = Call().means(Ask("opening_hours"))
    before = call.text
    call.means(Repeat())
    assert call.text == f"Of course. {before}"


def test_before_anything_was_said_there_is_nothing_to_repeat() -> None:
    call = Call(with_guard(forbids="nothing", prefix="utter_"))
    assert call.says == []
    assert call.means(Repeat()).ruled(Verdict.REFUSED) == ["understanding"]


def test_the_greeting_is_repeated_with_its_question() -> None:
    call = Call().means(Repeat())
    assert call.says[0] == "utter_of_course"
    assert call.asks == "open"


def test_a_moment_is_given_without_asking_again() -> None:
    call = at_the_offer().means(Wait())
    assert call.says == ["utter_take_your_time"]
    assert [item.silence_s for item in call.actions if isinstance(item, Listen)] == [30.0]
    assert call.asks == "opening"


def test_a_moment_asked_for_while_the_world_is_awaited_is_acknowledged() -> None:
    call = Call()
    del call.world["bench.find"]
    call.means(*BOOK).means(Wait())
    assert call.says == ["utter_take_your_time"]
    assert call.asks is None


def test_after_a_long_moment_the_question_is_asked_again() -> None:
    call = at_the_offer().means(Wait())
    call.happens(FellSilent(call.at))
    assert call.says == ["utter_no_input", "utter_offer_openings"]


def test_a_goodbye_ends_a_talk_in_which_nothing_is_open() -> None:
    call = Call().means(SmallTalk("goodbye"))
    assert call.says == ["utter_goodbye"]
    assert call.state.phase == "ended"


def test_a_goodbye_in_the_middle_of_a_task_does_not_end_it() -> None:
    call = at_the_offer().means(SmallTalk("goodbye"))
    assert call.says == ["utter_unfinished", "utter_offer_openings"]


def test_who_takes_leave_twice_in_the_middle_of_a_task_is_let_go() -> None:
    call = at_the_offer().means(SmallTalk("goodbye")).means(SmallTalk("goodbye"))
    assert call.says == ["utter_stopped", "utter_goodbye"]
    assert call.state.phase == "ended"
    assert not call.state.stack


def test_a_task_beneath_is_gone_on_with_when_the_one_in_hand_is_left() -> None:
    call = (
        at_the_offer().means(StartFlow("fetch_bike")).means(SmallTalk("goodbye")).means(SmallTalk("goodbye"))
    )
    assert call.says[0] == "utter_stopped"
    assert call.state.phase == "talking"
    assert call.asks == "opening"


def test_a_greeting_is_returned() -> None:
    call = Call().means(SmallTalk("greeting"))
    assert call.says == ["utter_smalltalk", "utter_how_can_i_help"]
    assert call.text.startswith("Hello.")


def test_how_are_you_is_answered_in_the_middle_of_a_task() -> None:
    assert at_the_offer().means(SmallTalk("how_are_you")).says == ["utter_smalltalk", "utter_offer_openings"]


def test_what_was_said_is_repeated_while_the_world_is_awaited() -> None:
    call = at_the_offer()
    del call.world["bench.find"]
    call.means(SetSlot("wish", {"order": "soonest"})).means(Ask("opening_hours"))
    assert call.asks is None
    call.means(Repeat())
    assert call.says == ["utter_of_course", "utter_answer_opening_hours"]
