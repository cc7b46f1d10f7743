"""A tape turn by turn."""

from __future__ import annotations

from typing import Any

from engine.console.timeline import slots_at_end, timeline

START = "2026-11-23T09:15:0"


def entry(number: int, event: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"n": number, "event": event, "decisions": [], "actions": [], "changes": {}, **parts}


def at(second: float, name: str, /, **fields: Any) -> dict[str, Any]:
    return {"is": name, "at": f"{START}{second:.3f}+00:00", **fields}


def heard(second: float, *texts: str, final: bool = True) -> dict[str, Any]:
    hypotheses = [{"is": "Hypothesis", "text": text, "confidence": 0.5} for text in texts]
    fields = {} if final else {"final": False}
    return at(second, "Heard", transcript={"is": "Transcript", "hypotheses": hypotheses, **fields})


CALL = [
    entry(
        1,
        at(0, "CallStarted", call="c"),
        actions=[{"is": "Say", "id": 1, "response": "utter_hello", "text": "Hello"}],
    ),
    entry(2, at(1, "BargedIn", say=1, heard_to=0.4)),
    entry(3, heard(1.2, "a time", final=False)),
    entry(4, heard(1.5, "a time", "a dime"), actions=[{"is": "Understand", "turn": 1}], changes={"turn": 1}),
    entry(
        5,
        at(1.7, "Understood", turn=1, commands=[], source="model", model_calls=1, refused=["Pay"]),
        actions=[{"is": "Request", "id": 1, "service": "book.find", "key": "k"}],
        changes={"level": "L2", "slots": {"wish": {"value": "now", "status": "proposed"}}},
    ),
    entry(
        6,
        at(2.5, "Answered", request=1, outcome="found"),
        decisions=[{"by": "rule", "where": "a.yml:1", "verdict": "forbade", "why": ""}],
        actions=[{"is": "Say", "id": 2, "response": "utter_offer", "text": {"sealed": 0, "class": "health"}}],
        changes={"slots": {"wish": {"value": "later", "status": "corrected"}}},
    ),
    entry(7, at(3, "Failed", what="say", kind="Broken")),
    entry(8, at(4, "FellSilent")),
    entry(9, at(5, "Keyed", digits="1")),
    entry(10, at(6, "CallEnded", by="caller")),
]


def test_turns_begin_with_the_callers_words_and_hold_what_came_of_them() -> None:
    greeting, turn = timeline(CALL)
    assert (greeting.number, turn.number, turn.offset_s) == (0, 1, 1.5)
    assert (greeting.said[0].heard_to, greeting.said[0].cut) == (0.4, True)
    assert [item.kind for item in greeting.heard] == ["partial"]
    assert [item.kind for item in turn.heard] == ["speech", "silence", "keys"]
    assert turn.heard[0].hypotheses == [("a time", 0.5), ("a dime", 0.5)]
    assert (turn.understanding[0].source, turn.understanding[0].refused) == ("model", ["Pay"])
    assert turn.levels == ["L2"]
    assert [item["by"] for item in turn.ruled] == ["rule"]
    assert turn.failures == ["say Broken"]


def test_times_are_taken_from_the_callers_words() -> None:
    turn = timeline(CALL)[1]
    assert (turn.understood_ms, turn.service_ms, turn.latency_ms) == (200, 800, 1000)
    assert (turn.calls[0].outcome, turn.calls[0].ms) == ("found", 800)


def test_a_slot_shows_what_it_held_before() -> None:
    held, history = slots_at_end(timeline(CALL))["wish"]
    assert held["value"] == "later"
    assert [item["value"] for item in history] == ["now", "later"]


def test_an_answer_nobody_waits_for_and_a_prompt_nobody_said_change_nothing() -> None:
    [turn] = timeline([entry(1, at(0, "Answered", request=9, outcome="x")), entry(2, at(0, "Spoken", say=9))])
    assert (turn.calls, turn.said) == ([], [])


def test_the_bar_of_a_turn_has_every_part_of_the_wait() -> None:
    use = {"is": "ModelUse", "source": "small", "model": "m", "outcome": "answered", "latency_ms": 300}
    entries = [
        entry(1, at(0, "CallStarted", call="c")),
        entry(2, heard(5, "hello"), changes={"turn": 1}),
        entry(3, at(5.4, "Understood", turn=1, source="model", uses=[use], model_calls=1),
              actions=[{"is": "Request", "id": 1, "service": "book.find", "key": "k"}]),
        entry(4, at(5.6, "Answered", request=1, outcome="found"),
              actions=[{"is": "Say", "id": 2, "response": "utter_x", "text": "There."}]),
    ]  # fmt: skip
    [_, turn] = timeline(entries)
    assert [part for part in turn.parts if part[1]] == [("understood", 100), ("model", 300), ("service", 200)]
    assert turn.whole_ms == turn.latency_ms == 600
    assert [use.source for use in turn.uses] == ["small"]
    measured = [
        {"ended_ms": 4_950, "waited_ms": 480, "sound_ms": 140},
        {"ended_ms": 60_000, "waited_ms": 1, "sound_ms": 1},
    ]
    [_, turn] = timeline(entries, measured)
    assert (turn.parts[0], turn.parts[-1], turn.whole_ms) == (("waited", 480), ("sound", 140), 1220)
    [_, turn] = timeline(entries, measured[1:])
    assert turn.waited_ms is None  # another turn's times are not taken for this one's
