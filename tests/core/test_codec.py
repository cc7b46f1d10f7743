"""Events and commands as JSON data and back; private values are put apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import commands, events
from engine.core.actions import Request, Say
from engine.core.codec import Encoder, decode
from engine.core.safety import Level
from engine.core.state import SlotValue, Status
from engine.core.utterance import Hypothesis, Transcript, Word

moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
texts = st.text(max_size=8)
shares = st.floats(0, 1)
data = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=5,
)
command = st.one_of(
    st.builds(commands.StartFlow, texts),
    st.builds(commands.SetSlot, texts, data, shares, texts, st.lists(data, max_size=2).map(tuple)),
    st.builds(commands.Correct, texts, data, shares, texts, st.lists(data, max_size=2).map(tuple)),
    st.builds(commands.Cancel, st.none() | texts),
    st.just(commands.Affirm()),
    st.builds(commands.Deny, st.none() | texts),
    st.builds(commands.Choose, st.integers(-1, 9), texts),
    st.builds(commands.Ask, texts, st.none() | texts),
    st.sampled_from([commands.Repeat(), commands.Wait(), commands.WantPerson()]),
    st.builds(commands.SmallTalk, texts),
    st.builds(commands.NotUnderstood, texts),
)
words = st.builds(Word, texts, shares, shares, shares)
transcripts = st.builds(
    Transcript,
    st.lists(st.builds(Hypothesis, texts, shares, st.lists(words, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    st.booleans(),
)
uses = st.lists(
    st.builds(
        events.ModelUse, texts, texts, texts, texts, texts, st.integers(0, 9), st.integers(0, 9),
        st.integers(0, 9), st.integers(0, 9), shares,
    ),
    max_size=2,
).map(tuple)  # fmt: skip
mappings = st.dictionaries(st.sampled_from("abc"), data, max_size=2)
event = st.one_of(
    st.builds(events.CallStarted, moments, texts, st.none() | texts, st.none() | texts),
    st.builds(events.Heard, moments, transcripts),
    st.builds(
        events.Understood, moments, st.integers(0, 9), st.lists(command, max_size=3).map(tuple), texts, shares,
        st.none() | texts, st.integers(0, 3), st.lists(texts, max_size=2).map(tuple), uses,
    ),
    st.builds(events.Answered, moments, st.integers(0, 9), texts, mappings),
    st.builds(events.Composed, moments, st.integers(0, 9), texts, st.integers(0, 1), uses),
    st.builds(events.Spoken, moments, st.integers(0, 9), shares),
    st.builds(events.BargedIn, moments, st.integers(0, 9), shares),
    st.builds(events.FellSilent, moments),
    st.builds(events.Keyed, moments, texts),
    st.builds(events.TimedOut, moments, texts),
    st.builds(events.Failed, moments, texts, st.booleans(), texts),
    st.builds(events.TransferEnded, moments, texts),
    st.builds(events.CallEnded, moments, texts),
)  # fmt: skip
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@given(event)
def test_every_event_comes_back_from_its_json(happened: events.Event) -> None:
    written = json.loads(json.dumps(Encoder({}).encode(happened)))
    assert decode(written) == happened


@given(command)
def test_every_command_comes_back_from_its_json(meant: commands.Command) -> None:
    assert decode(json.loads(json.dumps(Encoder({}).encode(meant)))) == meant


def test_every_event_and_command_is_tried() -> None:
    from typing import get_args

    built = {item.__name__ for item in (*get_args(events.Event), *get_args(commands.Command))}
    assert len(built) == 26


def put_apart(encoder_classes: dict[str, str]) -> tuple[Encoder, list[tuple[str, Any]]]:
    kept: list[tuple[str, Any]] = []

    def private(data_class: str, value: Any) -> str:
        kept.append((data_class, value))
        return "(private)"

    return Encoder(encoder_classes, private), kept


def test_what_a_caller_says_and_presses_is_put_apart() -> None:
    encoder, kept = put_apart({})
    heard = encoder.encode(events.Heard(AT, Transcript.of("my name is Ona")))
    keyed = encoder.encode(events.Keyed(AT, "1984"))
    assert (heard["transcript"], keyed["digits"]) == ("(private)", "(private)")
    assert kept == [
        ("health", {"is": "Transcript", "hypotheses": [{"is": "Hypothesis", "text": "my name is Ona"}]}),
        ("personal", "1984"),
    ]


def test_a_value_is_as_private_as_its_slot() -> None:
    encoder, kept = put_apart({"bike": "none", "email": "personal"})
    assert encoder.encode(commands.SetSlot("bike", "road"))["value"] == "road"
    assert (
        encoder.encode(commands.Correct("email", "a@b.lt", alternatives=("c@d.lt",)))["value"] == "(private)"
    )
    assert encoder.encode(commands.SetSlot("unknown", "x"))["value"] == "(private)"
    assert kept == [("personal", "a@b.lt"), ("personal", ("c@d.lt",)), ("health", "x")]


def test_a_prompt_is_as_private_as_what_it_says() -> None:
    encoder, kept = put_apart({})
    assert encoder.encode(Say(1, "utter_x", "hello"))["text"] == "hello"
    assert encoder.encode(Say(1, "utter_x", "Ona Petrė", data_class="personal"))["text"] == "(private)"
    assert encoder.encode(Request(1, "bench.find", {"name": "Ona"}, "k"))["args"] == "(private)"
    assert [item[0] for item in kept] == ["personal", "health"]


def test_a_slot_is_written_with_where_it_comes_from() -> None:
    held = SlotValue("road", Status.PROPOSED, "caller", 0.5, 3, "a road bike")
    encoder, kept = put_apart({"bike": "none"})
    assert encoder.slot("bike", held) == {
        "value": "road", "evidence": "(private)", "status": "proposed", "source": "caller", "turn": 3, "confidence": 0.5,
    }  # fmt: skip
    assert kept == [("health", "a road bike")]
    sure = SlotValue("road", Status.GIVEN, "flow", 1.0, 3)
    assert encoder.slot("bike", sure) == {"value": "road", "status": "given", "source": "flow", "turn": 3}


def test_closed_sets_are_written_by_name_and_open_ones_in_order() -> None:
    class Colour(Enum):
        RED = "red"

    encode = Encoder({}).encode
    assert encode(Level.L1) == "L1"
    assert encode(Colour.RED) == "red"
    assert encode(frozenset({"b", "a"})) == ["a", "b"]
    assert encode({1: (AT,)}) == {"1": ["2026-11-23T08:00:00+00:00"]}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"is": "Exploded"}, "unknown kind 'Exploded'"),
        ({"is": "Heard", "at": "2026-11-23T08:00"}, "Heard lacks a field"),
    ],
)
def test_json_that_is_no_event_is_refused(written: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode(written)


def test_plain_data_is_left_as_it_is() -> None:
    assert decode([1, {"a": 2}]) == [1, {"a": 2}]
