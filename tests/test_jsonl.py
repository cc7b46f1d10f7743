"""The line protocol: whatever comes in, one JSON object goes out and the call goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import jsonl
from engine.calls import Desk
from engine.core.command_forms import KINDS, CommandFormError, plain, read
from engine.core.commands import Affirm, Choose, SetSlot, StartFlow
from engine.text_call import TextCall

KEYS = {"say", "asking", "slots", "flow", "safety", "actions", "decisions", "model_calls", "ended"}


@pytest.fixture(scope="session")
def desk() -> Desk:
    return Desk.open("gedimino")


@pytest.fixture
def call(desk: Desk) -> TextCall:
    opened = desk.call(desk.clock("2026-11-23T09:15"))
    opened.open()
    return opened


def answer(call: TextCall, line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(jsonl.output(jsonl.apply(call, jsonl.parse(line))))))
    except jsonl.LineError as error:
        return dict(json.loads(json.dumps(jsonl.error(str(error), call.state))))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 5_000, "not JSON"),
        ("[1]", "is an object, not list"),
        ('"say"', "is an object, not str"),
        ("{}", "exactly one of"),
        ('{"sai": "x"}', "exactly one of"),
        ('{"say": "x", "dtmf": "1"}', "exactly one of"),
        ('{"say": 3}', "'say' is not of the form"),
        ('{"nbest": "x"}', "'nbest' is not of the form"),
        ('{"nbest": [{"txt": "x"}]}', "'nbest' is not of the form"),
        ('{"barge_in": {"heard": "much", "say": "x"}}', "'barge_in' is not of the form"),
        ('{"fault": {"service": "x"}}', "'fault' is not of the form"),
        ('{"commands": ["afirm"]}', "did you mean 'affirm'"),
        ('{"commands": [{"set_slot": {"slot": "x"}}]}', "needs: slot, value"),
        ('{"commands": [{"affirm": {"x": 1}}]}', "has no 'x'"),
        ('{"commands": [3]}', "a command is a name"),
    ],
)
def test_a_line_that_says_nothing_gets_an_error_and_the_call_goes_on(
    call: TextCall, line: str, why: str
) -> None:
    out = answer(call, line)
    assert why in str(out["error"])
    assert out.keys() >= KEYS
    assert out["ended"] is False
    assert answer(call, '{"commands": [{"start_flow": "book_appointment"}]}')["flow"] == "book_appointment"


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_protocol(text: str) -> None:
    try:
        jsonl.parse(text)
    except jsonl.LineError:
        return


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=5), x), max_leaves=8))  # fmt: skip
def test_no_command_form_breaks_the_protocol(data: object) -> None:
    try:
        read(data)
    except CommandFormError:
        return


def test_an_output_line_has_every_key_of_the_interface(call: TextCall) -> None:
    out = answer(call, '{"commands": [{"start_flow": {"flow": "book_appointment"}}]}')
    assert out.keys() >= KEYS
    assert out["asking"] == "service"
    assert [item["response"] for item in out["say"]] == ["utter_ask_service"]


def test_a_partial_only_prepares(call: TextCall) -> None:
    out = answer(call, '{"partial": "my face is swelling and I can\'t breathe"}')
    assert out["safety"] == "L4"
    assert out["prepared"] == "L0"
    assert [item["type"] for item in out["actions"]] == ["prepare"]


def test_an_emergency_is_transferred_in_the_same_line(call: TextCall) -> None:
    out = answer(call, '{"say": "my face is swelling and I can\'t breathe"}')
    assert out["safety"] == "L0"
    assert out["ended"] is True
    transfers = [item for item in out["actions"] if item["type"] == "transfer"]
    assert [item["to"] for item in transfers] == ["emergency_dentist"]
    assert out["say"][0]["response"] == "utter_call_emergency_number"


def test_a_fault_makes_the_next_request_answer_so(call: TextCall) -> None:
    answer(call, '{"fault": {"service": "transfer", "outcome": "busy"}}')
    out = answer(call, '{"say": "my face is swelling and I can\'t breathe"}')
    assert [item["to"] for item in out["actions"] if item["type"] == "transfer"] == [
        "emergency_dentist",
        "reception",
    ]


def test_keys_silence_waiting_and_hanging_up_are_inputs(call: TextCall) -> None:
    assert answer(call, '{"silence": true}')["ended"] is False
    assert answer(call, '{"after": "30s"}')["say"] == []
    assert answer(call, '{"dtmf": "9"}')["ended"] is False
    assert answer(call, '{"hangup": true}')["ended"] is True
    after = answer(call, '{"say": "hello?"}')
    assert after["ended"] is True
    assert after["say"] == []


def test_a_yes_over_an_unheard_readback_is_not_consent(desk: Desk) -> None:
    call = desk.call(desk.clock("2026-11-23T09:15"))
    call.open()
    call.command((StartFlow("book_appointment"), SetSlot("service", "hygiene")))
    call.command((SetSlot("full_name", {"first": "Tomas", "last": "Balčiūnas"}),))
    call.command((SetSlot("date_of_birth", "1984-03-12"),))
    call.command((SetSlot("wish", {"days": [["2026-11-26", "2026-11-27"]]}),))
    call.command((Choose(0),))
    out = answer(call, '{"barge_in": {"heard": 0.4, "say": "yes"}}')
    assert out["asking"] == "confirm"
    assert "booking.commit" not in [item.get("service") for item in out["actions"]]
    assert any("unheard read-back" in item["why"] for item in out["decisions"])
    booked = answer(call, '{"commands": ["affirm"]}')
    assert "booking.commit" in [item.get("service") for item in booked["actions"]]
    assert Affirm() == read("affirm")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_command_has_a_form_that_reads_back(name: str) -> None:
    values: dict[str, Any] = {
        "flow": "x",
        "slot": "s",
        "value": {"days": []},
        "option": 1,
        "topic": "t",
        "kind": "k",
        "reason": "r",
    }
    wanted = {item: value for item, value in values.items() if item in KINDS[name].__slots__}
    command = KINDS[name](**wanted)
    assert read(plain(command)) == command
    assert read({"type": KINDS[name].__name__, **wanted}) == command
