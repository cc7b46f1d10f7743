"""Whatever a model answers: only what stands in the caller's words, in the vocabulary and in our grammars is kept."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.actions import Expecting, Understand
from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Command,
    Correct,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)  # fmt: skip
from engine.core.domain import Domain
from engine.core.state import DialogueState, Mention
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.nlu.model import Helped, ModelUnderstanding
from engine.pack import load

NOW = datetime(2026, 11, 23, 9, 15)
DOMAIN: Domain = load("gedimino")
UNDERSTANDING = Understanding(DOMAIN)
MODEL = ModelUnderstanding(DOMAIN, UNDERSTANDING)
OPEN = tuple(slot.id for slot in DOMAIN.fillable)
OPENINGS = (
    {"start": "2026-11-26T12:00", "service": "hygiene", "provider": "becker"},
    {"start": "2026-11-26T13:00", "service": "hygiene", "provider": "sakalauskaite"},
)


def helped(
    words: str,
    *claims: Any,
    expecting: Expecting | None = None,
    state: DialogueState | None = None,
    raw: str | None = None,
) -> Helped:
    """What is left of a model's claims about a caller's words."""
    action = Understand(
        Utterance(Transcript.of(words), 1, "en"), expecting or Expecting("open", open_slots=OPEN)
    )
    found = UNDERSTANDING.understand(action, NOW)
    turn = MODEL.turn(action, found, state or DialogueState(language="en"))
    text = raw if raw is not None else json.dumps({"commands": list(claims)})
    return MODEL.read(text, turn, action, found, NOW)


def claim(do: str, words: str, name: str = "", value: str = "") -> dict[str, str]:
    return {"do": do, "name": name, "value": value, "words": words}


def commands(words: str, *claims: Any, **more: Any) -> tuple[Command, ...]:
    found = helped(words, *claims, **more).result
    assert found.source == "model"
    return found.commands


def refusal(words: str, *claims: Any, **more: Any) -> str:
    """The one reason for which a claim was refused; nothing else came of it."""
    found = helped(words, *claims, **more)
    assert found.result.source != "model"
    (why,) = found.refused
    return why.rpartition(": ")[2]


def test_a_task_and_a_value_that_the_rules_missed_are_understood() -> None:
    words = "so my gums look like a quarry and somebody should blast the stones off"
    assert commands(
        words,
        claim("start", "somebody should", "book_appointment"),
        claim("set", "blast the stones off", "service", "hygiene"),
    ) == (StartFlow("book_appointment"), SetSlot("service", "hygiene", 0.7, "blast the stones off"))


def test_a_model_points_and_the_grammar_reads() -> None:
    words = "whenever the post comes, which is the twelfth of December, that would do"
    expecting = Expecting("slot", slot="wish", type="when", open_slots=OPEN, flow="book_appointment")
    (found,) = commands(words, claim("set", "the twelfth of December", "wish"), expecting=expecting)
    assert isinstance(found, SetSlot)
    assert found.value == {"days": [["2026-12-12", "2026-12-13"]]}


def test_a_mark_is_turned_back_into_the_words_and_two_readings_are_still_a_question() -> None:
    expecting = Expecting("slot", slot="date_of_birth", type="birth_date", open_slots=OPEN)
    (found,) = commands("well 03/04/85", claim("set", "BIRTHDATE1", "date_of_birth"), expecting=expecting)
    assert isinstance(found, SetSlot)
    assert found.evidence == "03/04/85"
    assert set(found.alternatives) == {"1985-04-03", "1985-03-04"}


def test_what_is_held_already_is_corrected() -> None:
    expecting = Expecting("slot", slot="full_name", type="name", filled=("wish",), open_slots=("full_name",))
    (found,) = commands("make that Friday", claim("set", "Friday", "wish"), expecting=expecting)
    assert isinstance(found, Correct)


def test_the_same_points_only_to_what_was_offered() -> None:
    state = DialogueState(
        language="en", mentions=(Mention("provider", "carter", 1), Mention("service", "hygiene", 1))
    )
    (found,) = commands("with her, like she had it", claim("same", "her", "provider", "c2"), state=state)
    assert found == SetSlot("provider", "carter", 0.7, "her")
    assert (
        refusal("with her", claim("same", "her", "provider", "c1"), state=state)
        == "the candidate is of another kind"
    )
    assert (
        refusal("with her", claim("same", "her", "provider", "c3"), state=state)
        == "no such candidate was offered"
    )
    assert (
        refusal("with her", claim("same", "her", "provider", "carter"), state=state)
        == "no such candidate was offered"
    )


def test_an_option_is_chosen_only_among_those_offered() -> None:
    expecting = Expecting("offer", slot="opening", type="opening", options=OPENINGS, flow="book_appointment")
    words = "the one that leaves me time for lunch"
    assert commands(words, claim("choose", "time for lunch", value="1"), expecting=expecting) == (
        Choose(1, "time for lunch"),
    )
    for value in ("2", "-1", "x", ""):
        assert (
            refusal(words, claim("choose", "lunch", value=value), expecting=expecting)
            == "no such option was offered"
        )
    assert refusal(words, claim("choose", "lunch", value="1")) == "no such option was offered"


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (claim("cancel", "forget it all"), Cancel()),
        (claim("repeat", "forget it all"), Repeat()),
        (claim("wait", "forget it all"), Wait()),
        (claim("person", "forget it all"), WantPerson()),
        (claim("small_talk", "forget it all", value="thanks"), SmallTalk("thanks")),
        (claim("ask", "forget it all", "parking"), Ask("parking")),
        (claim("ask", "forget it all", "price", "hygiene"), Ask("price", "hygiene")),
        (claim("ask", "forget it all", "parking", "hygiene"), Ask("parking")),
    ],
)
def test_every_kind_of_command_may_be_claimed(claimed: Any, expected: Command) -> None:
    assert commands("hm hm forget it all gnarf", claimed) == (expected,)


def test_yes_and_no_are_read_by_the_grammar() -> None:
    expecting = Expecting("slot", slot="been_before", type="bool", open_slots=OPEN)
    words = "my wife keeps asking me that and the thing is yes we were there in spring and such"
    assert commands(words, claim("yes", "yes we were"), expecting=expecting) == (Affirm(),)
    assert commands("not that I could say so no", claim("no", "no"), expecting=expecting) == (Deny(),)
    assert (
        refusal(words, claim("yes", "in spring"), expecting=expecting)
        == "the grammar reads no such answer in the words"
    )
    assert (
        refusal(words, claim("no", "yes we were"), expecting=expecting)
        == "the grammar reads no such answer in the words"
    )


def test_a_bool_slot_is_read_the_same_way() -> None:
    expecting = Expecting("slot", slot="been_before", type="bool", open_slots=OPEN)
    assert commands("gnarf yes gnarf", claim("set", "yes", "been_before"), expecting=expecting) == (
        SetSlot("been_before", True, 0.7, "yes"),
    )


def test_a_yes_to_a_readback_is_never_a_models_to_say() -> None:
    expecting = Expecting("confirm", reads=("service", "opening"))
    assert refusal("oh yes yes indeed gnarf", claim("yes", "oh yes"), expecting=expecting) == (
        "a yes that only a model heard is not consent"
    )


@pytest.mark.parametrize(
    ("claimed", "why"),
    [
        (claim("start", "forget it", "rob_the_bank"), "outside the vocabulary"),
        (claim("start", "forget it", "pattern_goodbye"), "outside the vocabulary"),
        (claim("start", "forget it", "identify_patient"), "outside the vocabulary"),
        (claim("set", "forget it", "hold"), "only a service fills this slot"),
        (claim("set", "forget it", "subject"), "only a service fills this slot"),
        (claim("set", "forget it", "nonsense"), "outside the vocabulary"),
        (claim("set", "forget it", "safety_check"), "outside the vocabulary"),
        (claim("set", "forget it", "service", "lobotomy"), "outside the vocabulary"),
        (claim("set", "forget it", "wish"), "the grammar cannot read the words"),
        (claim("set", "forget it", "wish", "2026-12-01"), "a value where only words are allowed"),
        (claim("set", "", "wish"), "the caller did not say these words"),
        (claim("set", "tomorrow", "wish"), "the caller did not say these words"),
        (claim("ask", "forget it", "weather"), "outside the vocabulary"),
        (claim("ask", "forget it", "price", "carter"), "outside the vocabulary"),
        (claim("small_talk", "forget it", value="flirting"), "outside the vocabulary"),
        (claim("transfer", "forget it", "emergency"), "outside the vocabulary"),
        ({"do": "start"}, "not of the form that was asked for"),
        (
            {**claim("start", "forget it", "book_appointment"), "extra": "x"},
            "not of the form that was asked for",
        ),
        (
            claim("start", "forget it", "book_appointment") | {"words": 5},
            "not of the form that was asked for",
        ),
        ("start", "not of the form that was asked for"),
        (None, "not of the form that was asked for"),
    ],
)
def test_whatever_is_outside_is_refused_and_recorded(claimed: Any, why: str) -> None:
    assert refusal("hm hm forget it all gnarf", claimed) == why


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", '"yes"', '{"commands": {}}', '{"commands": [], "say": "hi"}', "null", "1e999"]
)
def test_what_is_no_answer_at_all_is_refused_as_a_whole(raw: str) -> None:
    found = helped("hm hm gnarf", raw=raw)
    assert found.result.source != "model"
    assert found.refused in {("no JSON",), ("not of the form that was asked for",)}


def test_without_an_answer_the_local_result_stands() -> None:
    action = Understand(Utterance(Transcript.of("gnarf gnarf"), 1, "en"), Expecting("open"))
    found = UNDERSTANDING.understand(action, NOW)
    turn = MODEL.turn(action, found, DialogueState(language="en"))
    assert MODEL.read(None, turn, action, found, NOW) == Helped(found)
    assert any(isinstance(item, NotUnderstood) for item in found.commands)


def test_no_answer_holds_more_commands_than_a_turn() -> None:
    words = "one two three four five six seven eight"
    found = helped(words, *(claim("small_talk", word, value="thanks") for word in words.split()))
    assert found.result.commands == (SmallTalk("thanks"),)
    assert found.refused == ("more commands than a turn can hold",)


def test_the_same_words_say_one_value() -> None:
    expecting = Expecting("slot", slot="note", type="text", open_slots=OPEN)
    found = helped(
        "gnarf hygiene",
        claim("set", "gnarf", "note"),
        claim("set", "gnarf hygiene", "callback_reason"),
        expecting=expecting,
    )
    assert found.result.commands == (SetSlot("note", "gnarf", 0.7, "gnarf"),)
    assert found.refused == ("set callback_reason: these words say another value already",)


def test_a_grammar_that_reads_another_value_wins() -> None:
    assert refusal("gnarf a filling gnarf", claim("set", "a filling", "service", "hygiene")) == (
        "the grammar reads the words as another value"
    )


def test_a_slot_that_is_not_talked_about_stays_as_it_is() -> None:
    expecting = Expecting("slot", slot="full_name", type="name", open_slots=("full_name",))
    assert (
        refusal("gnarf Friday", claim("set", "Friday", "wish"), expecting=expecting)
        == "this slot is not talked about"
    )


def test_no_word_of_the_caller_or_the_model_gets_into_what_is_recorded() -> None:
    found = helped(
        "my number is secret gnarf",
        claim("Tomas", "gnarf", "Balčiūnas", "1984"),
        claim("set", "gnarf", "Tomas"),
    )
    assert found.refused == ("? ?: outside the vocabulary", "set ?: outside the vocabulary")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["", "hold", "service", "wish", "full_name", "book_appointment", "price", "c1", "a1", "x"]
)
claims = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["start", "set", "same", "choose", "yes", "no", "ask", "person", "fly"])
        | st.text(max_size=4),
        "name": names,
        "value": names | st.sampled_from(["0", "1", "hygiene", "carter", "self"]),
        "words": st.sampled_from(["book me", "on Friday", "Tomas", "yes", "", "[NAME1]", "PHONE2"])
        | st.text(max_size=5),
    }
)


@given(
    st.one_of(
        st.text(max_size=40),
        json_values.map(json.dumps),
        st.lists(claims, max_size=8).map(lambda found: json.dumps({"commands": found})),
    )
)
def test_any_answer_at_all_is_weighed(raw: str) -> None:
    words = "book me on Friday for Tomas, yes"
    found = helped(words, raw=raw)
    for command in found.result.commands if found.result.source == "model" else ():
        if isinstance(command, SetSlot | Correct):
            assert DOMAIN.slots[command.slot].filled_by == "caller"
            assert command.evidence.casefold() in words.casefold()
        assert not (isinstance(command, StartFlow) and DOMAIN.flows[command.flow].called_only)
