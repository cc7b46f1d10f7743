"""Example calls and policy cases: they fail when something differs, and say where."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.state import DialogueState
from engine.nlu.cascade import Understanding
from engine.pack import load
from engine.quality import examples
from engine.quality.examples import Failure, arrange, run_call, run_case
from tests.core import workshop

DOMAIN = load("crossroads")
MIND = Understanding(DOMAIN)
BOOKING: list[dict[str, Any]] = [
    {"bot": ["utter_greeting"]},
    {"user": "I'd like to book a driving lesson", "asking": "full_name"},
    {"user": "Emma Berg"},
    {"user": "the fourth of May 2005"},
    {"user": "612 34 567"},
    {"user": "Wednesday morning"},
    {"commands": [{"choose": "0"}], "asking": "confirm"},
    {"user": "yes", "say": ["utter_booked"]},
]


def failures(*turns: dict[str, Any], book: dict[str, Any] | None = None, **more: Any) -> list[str]:
    found = run_call(DOMAIN, {"turns": turns, "book": book or {}, **more}, "x.yml:1", MIND)
    return [str(failure) for failure in found]


def test_a_call_that_goes_as_written_has_no_failures() -> None:
    assert failures(*BOOKING, book={"added": [{"service": "lesson"}], "cancelled": [], "tasks": []}) == []


def test_a_turn_that_differs_is_named_with_what_was_said() -> None:
    found = failures({"user": "I'd like to book a driving lesson", "asking": "service"})
    assert found == [
        "x.yml:1: turn 0 (I'd like to book a driving lesson): expected to ask for service, asks for full_name"
    ]


@pytest.mark.parametrize(
    ("book", "said"),
    [
        ({"unchanged": True}, "expected unchanged = True: added"),
        ({"added": []}, "expected to add []"),
        ({"added": [{"service": "motorway"}]}, "expected to add"),
        ({"cancelled": ["a01"]}, "expected to cancel ['a01'], cancelled []"),
        ({"tasks": [{"kind": "callback"}]}, "expected tasks"),
    ],
)
def test_a_book_that_differs_is_a_failure(book: dict[str, Any], said: str) -> None:
    found = failures(*BOOKING, book=book)
    assert len(found) == 1
    assert "(the book)" in found[0]
    assert said in found[0]


def test_an_untouched_book_is_unchanged() -> None:
    assert failures({"user": "hello"}, book={"unchanged": True, "added": [], "cancelled": []}) == []
    assert "unchanged = False" in failures({"user": "hello"}, book={"unchanged": False})[0]


def test_every_input_of_a_call_may_stand_in_an_example() -> None:
    found = failures(
        {"partial": "hel"}, {"dtmf": 5, "asking": None}, {"silence": True}, {"nbest": [{"text": "hello"}]},
        {"fault": {"service": "booking.find", "outcome": "none_found"}}, {"after": "10s"},
        {"barge_in": {"heard": "0.4", "say": "a driving lesson please"}, "asking": "full_name"},
        {"user": "no", "commands": [{"cancel": None}], "flow": None}, {"hangup": True, "ended": True},
    )  # fmt: skip
    assert found == []


def test_a_call_may_begin_at_another_time_and_in_another_language() -> None:
    assert (
        failures({"bot": ["utter_greeting"], "language": "en"}, now="2026-12-01T10:00", language="fr") == []
    )


def case(**parts: Any) -> list[Failure]:
    return run_case(DOMAIN, {"case": "a case", **parts}, "p.yml:3", MIND)


def test_a_case_puts_a_call_into_its_moment() -> None:
    assert case(state={"flow": "book_lesson", "asking": "wish"}, expect={}) == []
    slots = {
        "service": "lesson",
        "full_name": {"first": "Emma", "last": "Berg"},
        "date_of_birth": "2005-05-04",
    }
    moment = {"flow": "book_lesson", "asking": "phone", "slots": slots}
    assert case(state=moment, user="612 34 567", expect={"asking": "wish"}) == []
    found = case(state=moment, user="612 34 567", expect={"asking": "service"})
    assert [str(item) for item in found] == [
        "p.yml:3: turn 1 (a case): expected to ask for service, asks for wish"
    ]


def test_a_case_may_stand_on_a_step() -> None:
    moment = {"flow": "book_lesson", "step": "nothing"}
    assert case(state=moment, silence=True, expect={"flow": "book_lesson"}) == []


def test_a_case_without_an_input_judges_the_opening() -> None:
    assert case(expect={"say": ["utter_greeting"]}) == []


def test_a_moment_of_a_call_that_has_not_begun_cannot_be_arranged() -> None:
    with pytest.raises(ValueError, match="not started"):
        arrange(DOMAIN, DialogueState(), {})


def test_packs_are_checked_with_their_examples(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examples.check(["_template"]) == 0
    assert "_template: 1 example calls" in capsys.readouterr().out
    monkeypatch.setattr(examples, "mismatches", lambda *_: ["it differs"])
    assert examples.check(["_template"]) == 1
    assert "it differs" in capsys.readouterr().out


def test_a_case_may_ask_for_what_a_called_flow_asks_for() -> None:
    opened = workshop.Call()
    slots = {"service": "brakes", "bike": "road", "opening": workshop.MORNING}
    moment = {"flow": "book_repair", "asking": "frame_size", "slots": slots}
    state = arrange(workshop.DOMAIN, opened.state, moment).state
    assert [frame.flow for frame in state.stack] == ["book_repair", "describe_bike"]
    assert state.asking is not None
    assert state.asking.slot == "frame_size"
    assert state.slots["opening"].source == "service"
