"""Starting tasks: words that may ask for one task or another are asked about, never guessed."""

from __future__ import annotations

from dataclasses import replace

from engine.core.commands import (
    Affirm,
    Ask,
    Choose,
    Deny,
    NotUnderstood,
    SetSlot,
    StartFlow,
    WantPerson,
)
from tests.core.workshop import DOMAIN, TUESDAY, Call

BOTH = StartFlow("book_repair", ("book_repair", "fetch_bike"))
LIKELY = StartFlow("fetch_bike", ("fetch_bike",))


def test_two_tasks_that_the_words_may_ask_for_are_named_and_asked_about() -> None:
    call = Call().means(BOTH)
    assert call.says == ["utter_which_task"]
    assert call.text == "Just to be sure: is this about your repair or fetching your bicycle?"
    assert (call.asks, call.state.stack) == ("open", ())


def test_the_one_that_is_chosen_begins() -> None:
    call = Call().means(BOTH).means(Choose(1))
    assert call.state.stack[-1].flow == "fetch_bike"
    assert call.state.clarify is None


def test_naming_it_chooses_it_too_and_so_does_asking_for_something_else() -> None:
    for name in ("book_repair", "fetch_bike"):
        call = Call().means(BOTH).means(StartFlow(name))
        assert [frame.flow for frame in call.state.stack] == [name]
    assert Call().means(BOTH).means(WantPerson()).says == ["utter_connecting"]


def test_a_choice_that_was_not_offered_is_none() -> None:
    call = Call().means(BOTH).means(Choose(2))
    assert call.says == ["utter_no_match", "utter_which_task"]


def test_a_task_that_is_only_likely_is_begun_by_a_yes() -> None:
    call = Call().means(LIKELY)
    assert call.text == "Just to be sure: is this about fetching your bicycle?"
    assert call.means(Affirm()).state.stack[-1].flow == "fetch_bike"


def test_a_yes_to_two_tasks_says_nothing_and_they_are_asked_about_again() -> None:
    call = Call().means(BOTH).means(Affirm())
    assert call.says == ["utter_no_match", "utter_which_task"]
    assert call.means(Choose(0)).state.stack[-1].flow == "book_repair"


def test_neither_of_them_asks_openly_and_is_no_goodbye() -> None:
    call = Call().means(BOTH).means(Deny())
    assert call.says == ["utter_how_can_i_help"]
    assert (call.state.clarify, call.state.phase) == (None, "talking")


def test_a_question_meanwhile_is_answered_and_the_choice_let_go() -> None:
    topic = next(name for name, item in DOMAIN.answers.items() if item.transfer is None and item.flow is None)
    call = Call().means(BOTH).means(Ask(topic))
    assert call.state.clarify is None
    assert call.asks == "anything_else"


def test_what_else_was_said_is_kept_for_the_task_that_is_chosen() -> None:
    call = Call().means(BOTH, SetSlot("service", "brakes"), SetSlot("wish", TUESDAY))
    assert call.says == ["utter_which_task"]
    call.means(Choose(0))
    assert (call.value("service"), call.value("wish")) == ("brakes", TUESDAY)
    assert call.asks == "bike"


def test_it_is_asked_again_only_so_often() -> None:
    call = Call().means(BOTH)
    for _ in range(3):
        assert call.asks == "open"
        call.means(BOTH)
    assert call.says == ["utter_connecting"]


def test_words_that_mean_nothing_leave_the_question_open() -> None:
    call = Call().means(BOTH).means(NotUnderstood("no_match"))
    assert call.says == ["utter_no_match", "utter_which_task"]


def test_in_the_middle_of_a_task_the_likeliest_is_begun() -> None:
    call = Call().means(StartFlow("book_repair")).means(LIKELY)
    assert [frame.flow for frame in call.state.stack] == ["book_repair", "fetch_bike"]


def test_asked_whether_there_is_more_a_caller_may_be_as_unclear() -> None:
    topic = next(name for name, item in DOMAIN.answers.items() if item.transfer is None and item.flow is None)
    call = Call().means(Ask(topic)).means(BOTH)
    assert call.says == ["utter_which_task"]
    assert call.means(Deny()).asks == "anything_else"


def test_a_task_that_does_not_exist_is_neither_asked_about_nor_begun() -> None:
    call = Call().means(StartFlow("nothing of the kind", ("nothing of the kind",)))
    assert call.says == ["utter_no_match", "utter_how_can_i_help"]


def test_tasks_without_a_name_cannot_be_asked_about() -> None:
    plain = {name: replace(item, name={}) for name, item in DOMAIN.flows.items()}
    call = Call(replace(DOMAIN, flows=plain)).means(BOTH)
    assert [frame.flow for frame in call.state.stack] == ["book_repair"]
