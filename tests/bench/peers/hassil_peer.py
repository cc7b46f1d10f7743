"""hassil, the sentence matcher of Home Assistant, in front of the floor's slot filling. It keeps no history."""

from __future__ import annotations

from typing import Any

from hassil import Intents, recognize

from tests.bench.peers import slots

SENTENCES = {
    "book": (["[hello] I'd like to book a check-up [please]"], {"intent": "book", "service": "check_up"}),
    "name": (["(my name is|this is|I am) {name}"], {}),
    "born": (["[the] twenty-ninth of February two thousand"], {"born": "2000-02-29"}),
    "price": (["how much (is|does|are) [a] check-up [cost]"], {"question": "price"}),
    "day": (
        ["thursday [(morning|afternoon)] [with] [doctor] petraitis"],
        {"day": "2026-11-26", "provider": "petraitis"},
    ),
    "choice": (["[the] second one [please]"], {"choice": "1"}),
    "affirm": (["(yes|yeah)[,] [that's right]"], {"affirm": "yes"}),
    "bye": (["[no][,] [that's all][,] (goodbye|bye)"], {"intent": "bye"}),
}


class Matcher:
    """The parsed sentences, one for all calls."""

    intents: Any


def setup() -> None:
    """Parse the sentences."""
    Matcher.intents = Intents.from_dict(
        {
            "language": "en",
            "intents": {
                name: {"data": [{"sentences": list(forms)}]} for name, (forms, _) in SENTENCES.items()
            },
            "lists": {"name": {"wildcard": True}},
        }
    )


def open(number: int) -> dict[str, Any]:
    """A call is a dict."""
    return {"slots": {}}


def turn(call: dict[str, Any], text: str) -> str:
    """The first sentence that matches."""
    found = recognize(text, Matcher.intents)
    if found is None:
        return slots.REPLIES["ask_service"]
    heard = {name: str(entity.value).strip() for name, entity in found.entities.items()}
    call["slots"], reply = slots.decide(call["slots"], SENTENCES[found.intent.name][1] | heard)
    return slots.REPLIES[reply].format_map(call["slots"])


def booked(call: dict[str, Any]) -> dict[str, str]:
    """What was booked."""
    return slots.booking(call["slots"])


def close(call: dict[str, Any]) -> None:
    """Nothing to release."""
