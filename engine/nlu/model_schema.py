"""The closed vocabulary in which a model may say what was meant.

It is the same for every request to a site, so that a provider compiles and caches it once; what a single
turn allows of it is checked afterwards (engine/nlu/model_reading.py), together with everything that a schema
cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.domain import DataClass, Domain, Slot, SlotType
from engine.core.frozen import quick

DEEDS = (
    "start", "set", "same", "choose", "yes", "no", "ask", "cancel", "repeat", "wait", "person", "small_talk",
)  # fmt: skip
"""What a command does."""
CLOSED = frozenset({SlotType.SERVICE, SlotType.PROVIDER, SlotType.CHOICE})
"""Types whose values are one of a few: a model names the value, for all others it points at the words."""
MOST_TOPICS = 60
"""Answers that are all named in the schema; of more, a search offers the nearest."""
OFFERED = 12
CANDIDATES = 6
_OPTIONS = 8
_MOST = 6
"""Commands in one answer."""
_SMALL_TALK = ("greeting", "thanks", "goodbye", "how_are_you", "apology", "acknowledgement")


@quick(frozen=True, slots=True)
class Vocabulary:
    """The names of a site that a model may use."""

    flows: tuple[str, ...]
    slots: Mapping[str, Slot]
    topics: tuple[str, ...]
    """Answers by name; empty when there are too many, and the nearest are offered by number instead."""

    @classmethod
    def of(cls, domain: Domain) -> Vocabulary:
        """What a caller may start, the slots that words may fill and that may be shown, and the answers."""
        flows = tuple(flow.id for flow in domain.flows.values() if not flow.pattern and not flow.called_only)
        slots = {
            slot.id: slot
            for slot in domain.fillable
            if slot.data_class is not DataClass.SECRET and slot.id not in domain.model.never
        }
        topics = tuple(domain.answers) if len(domain.answers) <= MOST_TOPICS else ()
        return cls(flows, slots, topics)

    def values(self, domain: Domain, slot: Slot) -> tuple[str, ...]:
        """The values of a slot with few of them."""
        if slot.type is SlotType.SERVICE:
            return tuple(domain.catalogue.offerings)
        if slot.type is SlotType.PROVIDER:
            return (*domain.catalogue.providers, "same", "any")
        return slot.values if slot.type is SlotType.CHOICE else ()

    def schema(self, domain: Domain) -> dict[str, Any]:
        """The JSON Schema of an answer."""
        topics = self.topics or tuple(f"a{number}" for number in range(1, OFFERED + 1))
        values = [value for slot in self.slots.values() for value in self.values(domain, slot)]
        values += [*(str(number) for number in range(_OPTIONS)), *_SMALL_TALK]
        values += [f"c{number}" for number in range(1, CANDIDATES + 1)]
        command = {
            "type": "object",
            "properties": {
                "do": {"type": "string", "enum": list(DEEDS)},
                "name": {"type": "string", "enum": _unique("", *self.flows, *self.slots, *topics)},
                "value": {"type": "string", "enum": _unique("", *values)},
                "words": {"type": "string"},
            },
            "required": ["do", "name", "value", "words"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {"commands": {"type": "array", "items": command}},
            "required": ["commands"],
            "additionalProperties": False,
        }


def most_commands() -> int:
    """How many commands one answer may hold; a schema cannot say it to every provider."""
    return _MOST


def small_talk() -> tuple[str, ...]:
    """The kinds of small talk."""
    return _SMALL_TALK


def _unique(*names: str) -> list[str]:
    return list(dict.fromkeys(names))
