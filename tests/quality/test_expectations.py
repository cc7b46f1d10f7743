"""What an example call expects of a turn, and whether it came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.core.commands import Choose, Deny, StartFlow, WantPerson
from engine.pack.shapes_calls import EXPECTED
from engine.quality.expectations import CHECKS, mismatches, same
from engine.text_call import Reply, TextCall
from tests.core.workshop import BOOK, DOMAIN, START
from tests.test_text_call import Scripted


def call_of(*turns: Any) -> Reply:
    call = TextCall(DOMAIN, Scripted(), lambda: START, call="call-1")
    reply = call.open()
    for turn in turns:
        reply = call.say(turn) if isinstance(turn, str) else call.command(turn)
    return reply


READ_BACK = (BOOK, (Choose(0),))
CALLS: Mapping[str, tuple[Any, ...]] = {
    "opening": (),
    "readback": READ_BACK,
    "person": ((WantPerson(),),),
    "goodbye": ((Deny(),),),
    "emergency": ("I can't breathe, call an ambulance",),
    "again": ((StartFlow("book_repair"),), "x"),
}


@pytest.mark.parametrize(
    ("call", "expect"),
    [
        ("opening", {"bot": ["utter_greeting"], "asking": "null", "ended": "false"}),
        ("readback", {"say": "utter_confirm_repair", "not_say": ["utter_booked"], "text": "brakes"}),
        ("readback", {"asking": "confirm", "flow": "book_repair", "safety": "L4", "language": "en"}),
        ("readback", {"slots": {"bike": "city", "full_name": {"first": "Ona"}, "booked": "null"}}),
        ("readback", {"status": {"hold": "given", "bike": "proposed"}, "model_calls": "0"}),
        ("readback", {"actions": [{"request": "bench.hold"}, {"say": "utter_confirm_repair"}]}),
        ("readback", {"decisions": ["book_repair.keep"], "not_decisions": ["ladder"], "takes_over": "false"}),
        ("readback", {"not_actions": [{"request": "bench.commit"}, "hang_up"]}),
        ("person", {"actions": [{"transfer": "reception"}], "ended": "true"}),
        ("person", {"actions": ["transfer"]}),
        ("goodbye", {"actions": [{"hang_up": "true"}], "ended": "true"}),
        ("emergency", {"safety": "L0", "takes_over": "true", "actions": [{"transfer": "mobile"}]}),
        ("again", {"say": ["utter_no_match", "utter_ask_service"], "unheard_of": "x"}),
    ],
)
def test_what_came_about_is_no_mismatch(call: str, expect: Mapping[str, Any]) -> None:
    assert mismatches(expect, call_of(*CALLS[call])) == []


@pytest.mark.parametrize(
    ("call", "expect", "said"),
    [
        (
            "opening",
            {"say": ["utter_booked"]},
            "expected to say ['utter_booked'] in this order, said ['utter_greeting']",
        ),
        ("again", {"say": ["utter_ask_service", "utter_no_match"]}, "in this order"),
        ("opening", {"not_say": "utter_greeting"}, "must not say utter_greeting"),
        ("opening", {"text": ["goodbye"]}, "no /goodbye/ in: "),
        ("readback", {"asking": "bike"}, "expected to ask for bike, asks for confirm"),
        ("readback", {"slots": {"bike": "road"}}, "expected bike = road, it is city"),
        ("opening", {"slots": {"bike": "road"}}, "expected bike = road, it is None"),
        ("readback", {"status": {"bike": "confirmed"}}, "expected bike to be confirmed, it is proposed"),
        ("opening", {"status": {"bike": "confirmed"}}, "it is empty"),
        ("readback", {"flow": "open_lock"}, "expected flow open_lock, it is book_repair"),
        ("emergency", {"safety": "L4"}, "expected level L4, it is L0"),
        (
            "readback",
            {"actions": [{"request": "bench.commit"}]},
            "did ['Understand', 'request bench.hold', 'Wait', 'Listen']",
        ),
        ("readback", {"actions": [{"prepare": "emergency"}]}, "expected action"),
        ("person", {"not_actions": [{"transfer": "true"}]}, "must not do {'transfer': 'true'}"),
        ("opening", {"decisions": "ladder"}, "rule ladder did not decide anything"),
        ("readback", {"not_decisions": "book_repair.keep"}, "must not decide here"),
        ("opening", {"ended": "true"}, "expected ended = true, it is False"),
        ("opening", {"takes_over": "true"}, "expected takes_over = true"),
        ("opening", {"language": "lt"}, "expected language lt, it is en"),
        ("opening", {"model_calls": "1"}, "expected 1 model calls, there were 0"),
    ],
)
def test_a_mismatch_is_said_in_words(call: str, expect: Mapping[str, Any], said: str) -> None:
    found = mismatches(expect, call_of(*CALLS[call]))
    assert len(found) == 1
    assert said in found[0]


def test_every_expectation_can_fail() -> None:
    """A key that nothing checks would make an example pass whatever happens."""
    reply = call_of()
    impossible: Mapping[str, Any] = {
        "slots": {"bike": "x"}, "status": {"bike": "x"}, "not_say": "utter_greeting", "not_actions": [{"say": "utter_greeting"}],
        "not_decisions": [item.by for item in reply.decisions][:1],
    }  # fmt: skip
    for key in CHECKS:
        assert mismatches({key: impossible.get(key, "impossible")}, reply), key


def test_a_partial_prepares() -> None:
    from engine.core.utterance import Transcript

    call = TextCall(DOMAIN, Scripted(), lambda: START, call="call-1")
    call.open()
    reply = call.hear(Transcript.of("I can't breathe, call an ambulance", final=False))
    assert mismatches({"actions": [{"prepare": "emergency"}]}, reply) == []


@pytest.mark.parametrize(
    ("wanted", "actual", "equal"),
    [
        ("3", 3, True),
        ("true", True, True),
        ("true", "true", True),
        ("true", 1, False),
        ("null", None, True),
        ("", None, True),
        ("null", "x", False),
        ({"a": "1"}, {"a": 1, "b": 2}, True),
        ({"a": "1"}, {"b": 2}, False),
        ({"a": "1"}, "a", False),
        (["1", "2"], (1, 2), True),
        (["1"], (1, 2), False),
        (["1"], "1", False),
        ("2026-11-24", "2026-11-24", True),
    ],
)
def test_yaml_text_means_what_it_says(wanted: Any, actual: Any, equal: bool) -> None:
    assert same(wanted, actual) is equal


def test_whatever_a_pack_may_expect_is_checked() -> None:
    assert set(CHECKS) == set(EXPECTED)
