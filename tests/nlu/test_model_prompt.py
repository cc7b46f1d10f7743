"""What a model gets to see: what the turn needs, and of private things only that they are known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.core.actions import Expecting, Understand
from engine.core.commands import Affirm, NotUnderstood, SetSlot
from engine.core.model_rules import ModelRules
from engine.core.privacy import REMOVED
from engine.core.state import DialogueState, Mention, Prompt, SlotValue, Status
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Result
from engine.nlu.model import ModelUnderstanding
from engine.nlu.model_prompt import Turn
from tests.nlu.test_model_reading import DOMAIN, MODEL, OPEN, OPENINGS, UNDERSTANDING

NOW = datetime(2026, 11, 23, 9, 15)
NOTHING = Result((NotUnderstood("no_match"),), (), "none", 0.0, None)


def held(value: Any) -> SlotValue:
    return SlotValue(value, Status.PROPOSED, "caller", 1.0, 1)


def turn_of(words: str, state: DialogueState | None = None, expecting: Expecting | None = None) -> Turn:
    action = Understand(
        Utterance(Transcript.of(words), 1, "en"), expecting or Expecting("open", open_slots=OPEN)
    )
    found = UNDERSTANDING.understand(action, NOW)
    return MODEL.turn(action, found, state or DialogueState(language="en"))


def told(
    words: str, state: DialogueState | None = None, expecting: Expecting | None = None
) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(turn_of(words, state, expecting).question.user)
    return data


def test_names_numbers_and_birth_dates_stay_here() -> None:
    turn = turn_of("my name is Tomas Balčiūnas, call me on +370 612 34567 or tomas@example.org, hm")
    sent = turn.question.system + turn.question.user
    for private in ("Tomas", "Balčiūnas", "612", "34567", "example"):
        assert private not in sent
    shown = json.loads(turn.question.user)["words"]
    assert shown.startswith("my name is NAME1, call me on PHONE2")
    assert turn.masked.restored("NAME1") == "Tomas Balčiūnas"
    assert turn.masked.restored("PHONE9") == "PHONE9"


def test_a_name_that_the_call_knows_is_masked_wherever_it_is_said() -> None:
    state = DialogueState(language="en", slots={"full_name": held({"first": "Ona", "last": "Petrė"})})
    assert told("is petre on your gnarf list", state)["words"] == "is NAME1 on your gnarf list"


def test_long_numbers_are_masked_unless_one_is_asked_for() -> None:
    assert told("it is 12 345 678 gnarf")["words"] == "it is NUMBER1 gnarf"
    asked = Expecting("slot", slot="phone_on_file", type="phone", open_slots=OPEN)
    assert "NUMBER" not in told("gnarf 12 345 gnarf", expecting=asked)["words"]


def test_of_what_is_held_only_the_harmless_is_shown() -> None:
    state = DialogueState(
        language="en",
        slots={
            "service": held("wisdom_extraction"), "provider": held("carter"), "date_of_birth": held("1984-03-12"),
            "full_name": held({"first": "Tomas", "last": "Balčiūnas"}), "wish": held({"order": "soonest"}),
        },
    )  # fmt: skip
    filled = ("service", "provider", "date_of_birth", "full_name", "wish", "hold")
    data = told("gnarf", state, Expecting("open", filled=filled, open_slots=("note", "safety_check")))
    assert data["known"] == {
        "service": "known", "provider": "carter", "date_of_birth": "known", "full_name": "known", "wish": {"order": "soonest"},
    }  # fmt: skip
    assert data["missing"] == ["note"]


def test_candidates_above_the_harmless_are_told_by_their_kind() -> None:
    mentions = (
        Mention("name", {"first": "Tomas", "last": "B"}, 1), Mention("service", "hygiene", 1), Mention("provider", "carter", 2),
        Mention("provider", "carter", 3),
    )  # fmt: skip
    data = told("the same gnarf", DialogueState(language="en", mentions=mentions))
    assert data["candidates"] == [
        {"candidate": "c1", "type": "provider", "said_in_turn": 3, "value": "carter"},
        {"candidate": "c2", "type": "service", "said_in_turn": 1},
    ]


def test_options_are_told_by_day_time_and_provider_and_never_by_what_for() -> None:
    expecting = Expecting("offer", slot="opening", type="opening", options=OPENINGS)
    asked = told("gnarf", expecting=expecting)["asked"]
    assert asked["options"][0] == {
        "option": 0,
        "days": ["2026-11-26"],
        "times": ["12:00"],
        "provider": "becker",
    }
    assert "hygiene" not in json.dumps(asked)


def test_readings_of_a_birth_date_or_a_service_are_told_by_number() -> None:
    for slot, options in (
        ("date_of_birth", ("1984-03-12", "1984-12-03")),
        ("service", ("hygiene", "filling")),
    ):
        kind = DOMAIN.slots[slot].type.value
        data = told("gnarf", expecting=Expecting("offer", slot=slot, type=kind, options=options))
        assert data["asked"]["options"] == [{"option": 0}, {"option": 1}]


def test_what_we_said_last_is_shown_only_when_it_says_nothing_of_anybody() -> None:
    for data_class, shown in (("none", True), ("personal", False), ("health", False)):
        state = DialogueState(
            language="en", prompts=(Prompt(1, "utter_x", "To check: hm?", 1, data_class=data_class),)
        )
        assert ("question" in told("gnarf", state)["asked"]) is shown


def test_a_readback_is_told_by_what_it_reads() -> None:
    asked = told("gnarf", expecting=Expecting("confirm", reads=("service", "opening")))["asked"]
    assert asked == {"kind": "confirm", "read_back": ["service", "opening"]}


def test_what_is_fixed_stays_the_same_so_that_it_can_be_cached() -> None:
    one, other = turn_of("gnarf"), turn_of("another gnarf", DialogueState(language="lt"))
    assert one.question.system == other.question.system
    assert one.question.schema == other.question.schema


def test_the_schema_is_closed_all_the_way_down() -> None:
    schema = turn_of("gnarf").question.schema
    assert schema is not None
    command = schema["properties"]["commands"]["items"]
    assert schema["additionalProperties"] is command["additionalProperties"] is False
    assert command["required"] == list(command["properties"])
    names = set(command["properties"]["name"]["enum"])
    assert names.isdisjoint(
        {"hold", "subject", "opening", "safety_check", "identify_patient", "pattern_goodbye"}
    )


# --- when a model is asked --------------------------------------------------------------------------------------


def wanted(
    result: Result,
    words: str = "gnarf gnarf",
    model: ModelUnderstanding = MODEL,
    asked: str | None = None,
    calls: int = 0,
) -> bool:
    expecting = Expecting("slot" if asked else "open", slot=asked, open_slots=OPEN)
    action = Understand(Utterance(Transcript.of(words), 1, "en"), expecting)
    return model.wanted(action, result, DialogueState(language="en", model_calls=calls))


def sure(confidence: float, *commands: Any, doubt: bool = False) -> Result:
    return Result(commands or (Affirm(),), (), "lexical", confidence, None, doubt)


@pytest.mark.parametrize(
    ("reason", "asked"),
    [("no_match", True), ("ambiguous", True), ("empty", False), ("out_of_scope", False), ("unsure", False)],
)
def test_a_model_is_asked_when_the_rules_do_not_understand(reason: str, asked: bool) -> None:
    assert wanted(replace(NOTHING, commands=(NotUnderstood(reason),))) is asked


def test_a_model_is_asked_when_the_local_stages_are_unsure_or_disagree() -> None:
    assert not wanted(sure(0.9))
    assert wanted(sure(0.4))
    assert wanted(sure(0.9, doubt=True))


def test_a_model_is_not_asked_what_only_the_caller_can_tell() -> None:
    assert not wanted(sure(0.4, SetSlot("wish", {}, alternatives=({}, {"order": "any"}))))


def test_a_pack_may_ask_a_model_in_any_case_or_never() -> None:
    rules = ModelRules(always=("note",), never=("provider",), requests_per_call=2)
    model = ModelUnderstanding(replace(DOMAIN, model=rules), UNDERSTANDING)
    assert wanted(sure(0.9, SetSlot("note", "x")), model=model, asked="note")
    assert not wanted(sure(0.9, Affirm()), model=model, asked="note")
    assert not wanted(NOTHING, model=model, asked="provider")
    assert wanted(NOTHING, model=model, calls=1)
    assert not wanted(NOTHING, model=model, calls=2)


def test_words_with_a_secret_or_an_answer_about_danger_never_leave_the_house() -> None:
    assert not wanted(NOTHING, f"my card is {REMOVED}")
    assert not wanted(NOTHING, asked="safety_check")
    assert not wanted(NOTHING, " ")
