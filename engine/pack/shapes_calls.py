"""The shape of example calls and of the cases of policies."""

from __future__ import annotations

from engine.pack.scalars import (
    ANY_TEXT,
    DECIMAL,
    FLAG,
    ID,
    LANGUAGE,
    MOMENT,
    NAME,
    NAMES,
    PHONE,
    SECONDS,
    WHOLE,
)
from engine.pack.schema import Either, Free, ListOf, MapOf, Record, Scalar, Spec, choice

INPUTS: dict[str, Spec] = {
    "user": ANY_TEXT,
    "nbest": ListOf(Record("a hypothesis", {"text": ANY_TEXT, "confidence": DECIMAL}, ("text",)), one=False),
    "partial": ANY_TEXT,
    "dtmf": ANY_TEXT,
    "silence": FLAG,
    "barge_in": Record("a barge-in", {"heard": DECIMAL, "say": ANY_TEXT}, ("heard",)),
    "commands": ListOf(Free("a command"), one=False),
    "hangup": FLAG,
    "fault": Record(
        "a fault",
        {"service": NAME, "outcome": ID, "data": MapOf(Free(), ID, "values by key")},
        ("service", "outcome"),
    ),
    "after": Scalar(SECONDS.what, lambda text: (SECONDS.read(text), text)[1], SECONDS.example, SECONDS.json),
}
"""What a caller or the world does in a turn."""

_SLOT = Either("a slot, or nothing", text=ID, nullable=True)
_ACTIONS = ListOf(MapOf(ANY_TEXT, ID, "an action with its object"))
LEVEL = choice("L0", "L1", "L2", "L3", "L4")
EXPECTED: dict[str, Spec] = {
    "bot": NAMES,
    "say": NAMES,
    "not_say": NAMES,
    "text": ListOf(ANY_TEXT),
    "asking": _SLOT,
    "slots": MapOf(Free(), ID, "values by slot"),
    "status": MapOf(choice("proposed", "confirmed", "corrected", "given", "void"), ID, "status by slot"),
    "flow": _SLOT,
    "safety": LEVEL,
    "actions": _ACTIONS,
    "not_actions": _ACTIONS,
    "decisions": NAMES,
    "not_decisions": NAMES,
    "ended": FLAG,
    "model_calls": WHOLE,
    "takes_over": FLAG,
    "language": LANGUAGE,
}
"""What is expected of the reply."""

TURN = Record("a turn", {**INPUTS, **EXPECTED})
BOOK = Record(
    "what is expected of the book",
    {
        "added": ListOf(MapOf(ANY_TEXT, ID, "a booking"), one=False),
        "cancelled": NAMES,
        "unchanged": FLAG,
        "tasks": ListOf(MapOf(ANY_TEXT, ID, "a task"), one=False),
    },
)
CALL = Record(
    "an example call",
    {
        "call": ANY_TEXT,
        "site": ID,
        "now": MOMENT,
        "from": PHONE,
        "language": LANGUAGE,
        "records": FLAG,
        "turns": ListOf(TURN, one=False),
        "book": BOOK,
    },
    ("call", "site", "now", "turns"),
)

STATE = Record(
    "a moment of a call",
    {
        "flow": ID,
        "step": NAME,
        "asking": ID,
        "slots": MapOf(Free(), ID, "values by slot"),
        "confirmed": NAMES,
        "said": NAMES,
        "heard": NAMES,
        "safety": LEVEL,
        "ringing": ID,
    },
)
CASE = Record(
    "a case",
    {
        "case": ANY_TEXT,
        "packs": NAMES,
        "now": MOMENT,
        "from": PHONE,
        "language": LANGUAGE,
        "records": FLAG,
        "state": STATE,
        "expect": Record("what is expected", EXPECTED, ()),
        **INPUTS,
    },
    ("case", "expect"),
)
CASES = ListOf(CASE, one=False)
