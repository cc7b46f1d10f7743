"""What a slot can hold, how new words join old ones, and what is kept of the past."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core import slots
from engine.core.commands import Correct, SetSlot, StartFlow
from engine.core.domain import Slot, SlotType
from engine.core.events import Heard
from engine.core.state import Status
from engine.core.turn import Turn
from engine.core.utterance import Transcript
from tests.core.workshop import DOMAIN, START, Call, at_the_readback


def coerced(kind: str, value: Any) -> Any:
    return slots.coerce(DOMAIN, Slot("x", SlotType(kind), "test.yml:1", values=("red", "blue")), value)


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("text", "  two   words ", "two words"),
        ("text", "x" * 600, "x" * 500),
        ("bool", True, True),
        ("bool", "false", False),
        ("number", "56", 56),
        ("number", 56.5, 56.5),
        ("choice", "red", "red"),
        ("date", "2026-12-01", "2026-12-01"),
        ("birth_date", "19840312", "1984-03-12"),
        ("time", "15:30:00", "15:30"),
        ("phone", "+37061234567", "+37061234567"),
        ("email", "ona@example.org", "ona@example.org"),
        ("name", {"first": " Ona ", "last": None}, {"first": "Ona", "last": None}),
        ("service", "brakes", "brakes"),
        ("provider", "vilte", "vilte"),
        ("provider", "same", "same"),
        (
            "when",
            {"days": [["2026-12-01", None]], "order": "later"},
            {"days": [["2026-12-01", None]], "order": "later"},
        ),
        ("when", {"times": [["9:00".zfill(5), "12:00:00"]]}, {"times": [["09:00", "12:00"]]}),
        (
            "when",
            {"exact": ["2026-12-01T10:00:00"], "around": "10:00"},
            {"exact": ["2026-12-01T10:00"], "around": "10:00"},
        ),
        ("record", {"id": 1}, {"id": 1}),
    ],
)
def test_a_value_takes_the_form_of_its_slot(kind: str, value: Any, held: Any) -> None:
    assert coerced(kind, value) == held


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "  "),
        ("text", None),
        ("bool", "perhaps"),
        ("number", True),
        ("number", "much"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("choice", "green"),
        ("choice", ["red"]),
        ("date", "2026-13-01"),
        ("time", "noon"),
        ("phone", "612"),
        ("email", "ona at example"),
        ("name", "Ona Petrė"),
        ("name", {"first": "", "last": None}),
        ("name", {"first": None}),
        ("name", {"first": 3}),
        ("service", "juggling"),
        ("service", ["brakes"]),
        ("provider", "nobody"),
        ("when", {}),
        ("when", {"order": "whenever"}),
        ("when", {"days": [["2026-12-01"]]}),
        ("when", "Tuesday"),
    ],
)
def test_what_a_slot_cannot_hold_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(slots.InvalidValueError):
        coerced(kind, value)


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["first", "last", "days", "times", "not_days", "exact", "around", "order", "either", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SlotType)), json_data)
def test_any_json_data_is_taken_or_refused(kind: str, value: Any) -> None:
    try:
        held = coerced(kind, value)
    except slots.InvalidValueError:
        return
    if kind != "number":
        assert coerced(kind, held) == held, "what was taken is taken again as it is"


WISH = {"days": [["2026-12-01", "2026-12-02"]], "times": [["09:00", "12:00"]]}


EITHER = {
    "either": [
        {"exact": ["2026-12-01T10:00"]},
        {"days": [["2026-12-02", "2026-12-03"]], "times": [["16:00", None]]},
    ]
}
EITHER_DAYS = [["2026-12-01", "2026-12-02"], ["2026-12-02", "2026-12-03"]]


@pytest.mark.parametrize(
    ("held", "said", "wish"),
    [
        (WISH, {"days": [["2026-12-03", "2026-12-04"]]}, {**WISH, "days": [["2026-12-03", "2026-12-04"]]}),
        (WISH, {"times": [["14:00", "17:00"]]}, {**WISH, "times": [["14:00", "17:00"]]}),
        (WISH, {"around": "15:00"}, {"days": WISH["days"], "around": "15:00"}),
        (WISH, {"order": "soonest"}, {"order": "soonest"}),
        (WISH, {"order": "later"}, {**WISH, "order": "later"}),
        (WISH, {"exact": ["2026-12-05T10:00"]}, {"exact": ["2026-12-05T10:00"]}),
        (
            {"exact": ["2026-12-05T10:00"]},
            {"days": [["2026-12-06", "2026-12-07"]]},
            {"around": "10:00", "days": [["2026-12-06", "2026-12-07"]]},
        ),
        (
            {"exact": ["2026-12-05T10:00"]},
            {"around": "11:00"},
            {"days": [["2026-12-05", "2026-12-06"]], "around": "11:00"},
        ),
        ({"not_days": [["2026-12-01", None]]}, {"days": WISH["days"]}, {"days": WISH["days"]}),
        (WISH, EITHER, EITHER),
        (EITHER, {"days": WISH["days"]}, {"days": WISH["days"]}),
        (EITHER, {"times": [["12:00", "14:00"]]}, {"days": EITHER_DAYS, "times": [["12:00", "14:00"]]}),
        (EITHER, {"order": "later"}, {**EITHER, "order": "later"}),
    ],
)
def test_a_new_wish_keeps_what_is_not_said_anew(held: Any, said: Any, wish: Any) -> None:
    assert slots.joined(SlotType.WHEN, held, said) == wish


def test_days_with_times_of_their_own_stand_alone() -> None:
    assert coerced("when", {**EITHER, **WISH, "not_days": [["2026-12-05", None]]}) == {
        **EITHER,
        "not_days": [["2026-12-05", None]],
    }
    with pytest.raises(slots.InvalidValueError):
        coerced("when", {"either": [{"not_days": [["2026-12-05", None]]}]})


def test_a_whole_new_name_replaces_the_old_one_and_a_part_completes_it() -> None:
    held = {"first": "Ona", "last": "Petrė"}
    assert slots.joined(SlotType.NAME, held, {"first": "Jonė", "last": None}) == {
        "first": "Jonė",
        "last": "Petrė",
    }
    assert slots.joined(SlotType.NAME, held, {"first": "Rasa", "last": "Kalnė"}) == {
        "first": "Rasa",
        "last": "Kalnė",
    }
    assert slots.joined(SlotType.TEXT, "old", "new") == "new"
    assert slots.joined(SlotType.TEXT, None, "new") == "new"


def test_a_check_that_cannot_be_evaluated_rejects() -> None:
    from dataclasses import replace

    from engine.core.domain import Rejection
    from tests.core.workshop import condition

    checked = replace(
        DOMAIN.slots["frame_size"],
        rejections=(Rejection(condition("hours_until(value) > 1"), "utter_frame_too_large"),),
    )
    domain = replace(DOMAIN, slots={**DOMAIN.slots, "frame_size": checked})
    call = Call(domain).means(StartFlow("book_repair"), SetSlot("frame_size", 56))
    assert call.value("frame_size") is None
    assert call.says[0] == "utter_frame_too_large"


def test_a_name_is_complete_when_it_has_the_parts_that_are_needed() -> None:
    name = DOMAIN.slots["full_name"]
    assert not slots.complete(name, None)
    assert not slots.complete(name, {"first": "Ona", "last": None})
    assert slots.complete(name, {"first": "Ona", "last": "Petrė"})
    assert slots.complete(DOMAIN.slots["bike"], "road")
    assert slots.missing_field(name, {"first": "Ona", "last": None}) == "last"
    assert slots.missing_field(name, None) is None


def test_a_slot_remembers_what_it_held_before() -> None:
    call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes", 0.7, "the brakes"))
    assert call.state.slots["service"].confidence == 0.7
    assert call.state.slots["service"].evidence == "the brakes"
    for turn in range(30):
        call.means(Correct("service", ("overhaul", "brakes")[turn % 2]))
    assert len(call.state.slots["service"].history) == 20


def test_a_call_remembers_only_the_last_things_it_talked_about() -> None:
    call = Call().means(StartFlow("book_repair"), SetSlot("service", "brakes"))
    for turn in range(15):
        call.means(Correct("service", ("overhaul", "brakes")[turn % 2]))
    assert len(call.state.mentions) == 12
    assert (call.state.mentions[-1].type, call.state.mentions[-1].value) == ("service", "overhaul")


def test_a_slot_that_the_pack_fills_is_filled_when_the_call_begins() -> None:
    held = Call().state.slots["deposit"]
    assert (held.value, held.status, held.source) == (20, Status.GIVEN, "flow")


def test_what_was_read_back_is_no_longer_confirmed_when_a_part_of_it_changes() -> None:
    call = at_the_readback()
    turn = Turn(DOMAIN, call.state, Heard(START, Transcript.of("hm")))
    slots.mark(turn, ("service", "opening", "full_name", "email"), Status.CONFIRMED)
    assert "email" not in turn.state.slots
    slots.put(turn, "service", "overhaul", "caller")
    assert turn.state.readback is None
    assert turn.state.slots["opening"].status is Status.PROPOSED
    assert turn.state.slots["service"].status is Status.PROPOSED


def test_voiding_gives_back_what_a_slot_holds_in_the_world_once() -> None:
    call = at_the_readback()
    turn = Turn(DOMAIN, call.state, Heard(START, Transcript.of("hm")))
    assert slots.void(turn, frozenset({"hold", "wish", "email"})) == {"hold", "wish"}
    assert slots.void(turn, frozenset({"hold"})) == frozenset()
    assert [(action.service, action.compensates) for action in turn.actions] == [("bench.release", True)]  # type: ignore[union-attr]
