"""What is said of a visit that exists is told apart from what is wished."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.core.commands import SetSlot
from engine.nlu.told import in_any_reading

Meant = Callable[..., list[str]]
WED, THU, FRI = (f"{{'days': [['2026-11-{day}', '2026-11-{day + 1}']]}}" for day in (25, 26, 27))
MOVE = "reschedule_appointment"
IN_HAND = {"flow": "cancel_appointment", "reads": ("appointment",), "filled": ("full_name", "date_of_birth")}


@pytest.mark.parametrize(
    ("said", "told", "wished"),
    [
        ("move Wednesday to Friday", WED, FRI),
        ("change my appointment from Wednesday to Friday", WED, FRI),
        ("I have an appointment for Wednesday but I'd like to move it to Friday", WED, FRI),
        ("I can't come on Wednesday, can I come on Friday instead", WED, FRI),
        ("can I move my visit on Wednesday", WED, None),
        ("I'd like to rearrange Wednesday", WED, None),
        ("can I move my visit to Friday", None, FRI),
        ("move it to Thursday or Friday", None, f"{THU[:-2]}, {FRI[10:]}"),
    ],
)
def test_of_two_days_of_a_move_one_is_the_old_one(
    meant: Meant, said: str, told: str | None, wished: str | None
):
    expected = [f"StartFlow {MOVE}"]
    expected += [f"SetSlot visit_when={told}"] if told else []
    expected += [f"SetSlot wish={wished}"] if wished else []
    assert meant(said) == expected


def test_a_treatment_or_colleague_of_the_visit_is_not_a_wish(meant: Meant):
    assert meant("cancel my cleaning with Becker") == [
        "StartFlow cancel_appointment",
        "SetSlot visit_service=hygiene",
        "SetSlot visit_provider=becker",
    ]
    assert meant("move my appointment with Doctor Carter to Friday") == [
        f"StartFlow {MOVE}",
        "SetSlot visit_provider=carter",
        f"SetSlot wish={FRI}",
    ]


def test_a_day_said_later_tells_the_visit_until_it_is_found(meant: Meant):
    said = "it's on Wednesday"
    assert meant(said, "full_name", flow="cancel_appointment") == [f"SetSlot visit_when={WED}"]
    assert meant(said, "wish", flow=MOVE) == [f"SetSlot wish={WED}"]


def test_another_day_in_the_readback_tells_another_visit(meant: Meant):
    assert meant("no, the one on Friday", "confirm", **IN_HAND) == [f"SetSlot visit_when={FRI}"]
    held = (*IN_HAND["filled"], "visit_when")
    corrected = meant("no, the one on Friday", "confirm", **{**IN_HAND, "filled": held})
    assert corrected == [f"Correct visit_when={FRI}"]


def test_the_day_said_again_with_a_yes_is_a_yes(meant: Meant):
    assert meant("yes, the one on Friday", "confirm", **IN_HAND) == ["Affirm"]


def test_a_day_with_two_readings_tells_both(meant: Meant):
    monday = "{'days': [['2026-11-23', '2026-11-24'], ['2026-11-30', '2026-12-01']]}"
    assert meant("cancel my appointment on Monday") == [
        "StartFlow cancel_appointment",
        f"SetSlot visit_when={monday}",
    ]


def test_readings_that_differ_in_more_than_their_days_stay_a_question():
    others: list[dict[str, Any]] = [{"times": []}, {"days": [], "order": "later"}]
    for other in others:
        readings: tuple[dict[str, Any], ...] = ({"days": [], "order": "soonest"}, other)
        filled = SetSlot("visit_when", readings[0], alternatives=readings)
        assert in_any_reading(filled) is filled
    plain = SetSlot("visit_when", {"order": "soonest"})
    assert in_any_reading(plain) is plain
