"""The shape of every file of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.domain import DataClass, SlotType
from engine.pack.scalars import (
    ANY_TEXT,
    CONDITION,
    DATE,
    DECIMAL,
    FLAG,
    ID,
    IDS,
    LANGUAGE,
    LOCAL,
    NAME,
    PACK,
    SECONDS,
    WHOLE,
)
from engine.pack.schema import Either, Free, ListOf, MapOf, Record, Spec, choice

EVENTS = (
    "CallStarted", "Heard", "Partial", "Understood", "NoMatch", "Answered", "Spoken", "BargedIn",
    "FellSilent", "Keyed", "TimedOut", "Failed", "TransferEnded", "CallEnded",
)  # fmt: skip
"""What a policy may look at; a Partial is a Heard whose words are still spoken, a NoMatch a vain turn."""


PARAMETERS = Either("slots by parameter", text=ID, list=IDS, map=MapOf(ID, ID, "slots by parameter"))
SLOT_VALUES = MapOf(Free('a constant, or "= expression"'), ID, "values by slot")

REJECTION = Record("a rejection", {"unless": CONDITION, "say": NAME}, ("unless", "say"))

SLOT = Record(
    "a slot",
    {
        "type": choice(*(item.value for item in SlotType)),
        "data_class": choice(*(item.value for item in DataClass)),
        "description": ANY_TEXT,
        "ask": NAME,
        "scope": choice("flow", "call"),
        "depends_on": IDS,
        "filled_by": choice("caller", "answer", "service"),
        "silence": SECONDS,
        "rejections": ListOf(REJECTION),
        "values": ListOf(ANY_TEXT, one=False),
        "needs_fields": IDS,
        "initial": Free(),
        "tells": ID,
        "sealed": FLAG,
    },
)

SERVICE = Record(
    "a service",
    {
        "description": ANY_TEXT,
        "needs": PARAMETERS,
        "wants": PARAMETERS,
        "fixed": MapOf(Free(), ID, "constants by parameter"),
        "gives": MapOf(ID, ID, "slots by key of the answer"),
        "outcomes": ListOf(ID, one=False),
        "success": IDS,
        "undo": NAME,
        "effect": choice("read", "hold", "write"),
        "timeout": SECONDS,
        "on_timeout": ID,
        "sealed": FLAG,
    },
    ("outcomes",),
)

LADDER = Record("a ladder", {"per_slot": WHOLE, "yes_no": WHOLE, "in_a_row": WHOLE, "in_all": WHOLE})
WAITS = Record("limits of our silence", {"working": SECONDS, "in_all": SECONDS})
TRANSFERS = MapOf(IDS, ID, "telephones by target")
MODEL = Record(
    "the model's rules",
    {
        "deadline": SECONDS,
        "filler": NAME,
        "sure_from": DECIMAL,
        "always": IDS,
        "never": IDS,
        "requests_per_call": WHOLE,
        "reply_words": WHOLE,
    },
)
MODEL_SOURCE = Record(
    "a model",
    {
        "provider": choice("anthropic", "openai", "recorded"),
        "name": ANY_TEXT,
        "url": ANY_TEXT,
        "key": ANY_TEXT,
        "price": Record("a price", {"input": DECIMAL, "cached": DECIMAL, "output": DECIMAL}),
    },
    ("provider", "name"),
)
MODELS = MapOf(MODEL_SOURCE, ID, "models by name")

DOMAIN = Record(
    "a pack file",
    {
        "pack": PACK,
        "extends": PACK,
        "description": ANY_TEXT,
        "languages": ListOf(LANGUAGE, one=False),
        "subject": ID,
        "required_policies": IDS,
        "policies": IDS,
        "ladder": LADDER,
        "waits": WAITS,
        "model": MODEL,
        "models": MODELS,
        "transfers": TRANSFERS,
        "disclosure": NAME,
        "success_responses": MapOf(NAME, NAME, "services by response"),
        "slots": MapOf(SLOT, ID, "slots by name"),
        "services": MapOf(SERVICE, NAME, "services by name"),
    },
    ("pack",),
)

NEXT = Either(
    "a step, a mapping of outcomes to steps, or a list of if/then/else,",
    text=ANY_TEXT,
    list=ListOf(Record("a branch", {"if": CONDITION, "then": ANY_TEXT, "else": ANY_TEXT}), one=False),
    map=MapOf(ANY_TEXT, ID, "steps by outcome"),
)

STEP_KINDS = (
    "collect", "say", "action", "offer", "confirm", "set_slots", "call", "link", "noop", "transfer",
    "hang_up",
)  # fmt: skip

STEP = Record(
    "a step",
    {
        "id": ID,
        "if": CONDITION,
        "next": NEXT,
        "collect": ID,
        "say": NAME,
        "action": NAME,
        "offer": ID,
        "confirm": IDS,
        "set_slots": SLOT_VALUES,
        "call": NAME,
        "link": NAME,
        "noop": FLAG,
        "transfer": NAME,
        "hang_up": FLAG,
        "ask": NAME,
        "accepts": IDS,
        "unclear_means": Free(),
        "unclear_next": ID,
        "always_ask": FLAG,
        "into": ID,
        "reason": ANY_TEXT,
    },
    tags=STEP_KINDS,
    own={
        "collect": ("ask", "accepts", "unclear_means", "unclear_next", "always_ask"),
        "offer": ("ask", "into"),
        "confirm": ("ask",),
        "transfer": ("reason",),
        "hang_up": ("reason",),
    },
)

FLOW = Record(
    "a flow",
    {
        "description": ANY_TEXT,
        "name": LOCAL,
        "if": CONDITION,
        "pattern": FLAG,
        "called_only": FLAG,
        "sealed": FLAG,
        "steps": ListOf(STEP, one=False),
    },
    ("steps",),
)
FLOWS = Record("a flows file", {"flows": MapOf(FLOW, ID, "flows by name")}, ("flows",))

APPROVAL = Record("an approval", {"by": ANY_TEXT, "version": ANY_TEXT, "at": DATE}, ("by", "at"))
RESPONSE = Either(
    "a text, or a mapping with `text`",
    text=ANY_TEXT,
    map=Record(
        "a response",
        {
            "text": ANY_TEXT,
            "again": ListOf(ANY_TEXT),
            "style": choice("neutral", "bright", "gentle", "calm", "slow"),
            "barge_in": choice("never", "after_words", "at_once"),
            "variants": ListOf(
                Record("a variant", {"if": CONDITION, "text": ANY_TEXT}, ("if", "text")), one=False
            ),
            "approved": APPROVAL,
            "sealed": FLAG,
        },
        ("text",),
    ),
)
RESPONSE_MAP = MapOf(RESPONSE, NAME, "responses by name")
RESPONSES = Record(
    "a responses file", {"language": LANGUAGE, "responses": RESPONSE_MAP}, ("language", "responses")
)

ANSWER = Record(
    "an answer",
    {"say": NAME, "transfer": NAME, "flow": NAME, "about": choice("service", "provider"), "owner": ANY_TEXT,
     "reviewed": DATE, "composed": FLAG, "facts": IDS,
     "questions": MapOf(ListOf(ANY_TEXT), LANGUAGE, "questions for each language")},
)  # fmt: skip
KNOWLEDGE = Record("a knowledge file", {"answers": MapOf(ANSWER, ID, "answers by question")}, ("answers",))

ACT_KINDS = (
    "say",
    "transfer",
    "hang_up",
    "start",
    "set_slots",
    "action",
    "request",
    "read_back",
    "prepare",
    "listen",
)
ACT = Record(
    "an act",
    {
        "say": NAME,
        "transfer": NAME,
        "hang_up": FLAG,
        "start": NAME,
        "set_slots": SLOT_VALUES,
        "action": NAME,
        "request": NAME,
        "read_back": FLAG,
        "prepare": NAME,
        "listen": FLAG,
        "if": CONDITION,
    },
    tags=ACT_KINDS,
)


def kinds(cases: Spec) -> Mapping[str, Record]:
    """The three shapes of a policy, each with its cases."""
    common: Mapping[str, Any] = {"why": ANY_TEXT, "required": FLAG, "sealed": FLAG, "cases": cases}
    acts = ListOf(ACT, one=False)
    return {
        "do": Record(
            "a policy",
            {
                **common,
                "policy": ID,
                "upon": ListOf(choice(*EVENTS)),
                "when": CONDITION,
                "do": acts,
                "goes_on": FLAG,
            },
            ("policy", "why", "when", "do"),
        ),
        "forbid": Record(
            "a policy with 'forbid'",
            {
                **common,
                "policy": ID,
                "forbid": ListOf(ANY_TEXT),
                "if": CONDITION,
                "unless": CONDITION,
                "instead": acts,
            },
            ("policy", "why", "forbid", "instead"),
        ),
        "guarantee": Record(
            "a guarantee", {**common, "guarantee": ID, "never": CONDITION}, ("guarantee", "never")
        ),
    }


TABLE = MapOf(Free(), ANY_TEXT, "a table")
