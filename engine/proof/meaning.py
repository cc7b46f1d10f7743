"""What understanding may claim that a caller meant, in words: callers of a proof say nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Correct,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)

if TYPE_CHECKING:
    from engine.core.commands import Command

_PLAIN = {
    Affirm: "yes", Repeat: "asks to hear it again", Wait: "asks for a moment", WantPerson: "wants a person",
}  # fmt: skip
_ORDINALS = {0: "the first", 1: "the second", -1: "the last"}


def meant(commands: Sequence[Command]) -> str:
    """What a caller meant, as it is told in a conversation."""
    return ", and ".join(_one(item) for item in commands) or "says nothing that means anything"


def _one(command: Command) -> str:
    match command:
        case StartFlow(flow, alternatives) if alternatives:
            return f"asks for {' or '.join(dict.fromkeys((flow, *alternatives)))}"
        case StartFlow(flow):
            return f"asks for {flow}"
        case SetSlot(slot, value, alternatives=alternatives) if alternatives:
            return f"gives {slot}, in words of several readings"
        case SetSlot(slot, value):
            return f"gives {slot}{_value(value)}"
        case Correct(slot, value):
            return f"corrects {slot}{_value(value)}"
        case Deny(slot):
            return f"no, not the {slot}" if slot else "no"
        case Cancel(flow):
            return f"no longer wants {flow}" if flow else "wants to stop"
        case Choose(option):
            return f"takes {_ORDINALS.get(option, f'number {option + 1}')}"
        case Ask(topic):
            return f"asks about {topic}"
        case SmallTalk(kind):
            return f"small talk: {kind}"
        case NotUnderstood(reason):
            return f"is not understood: {reason}"
        case _:
            return _PLAIN[type(command)]


def _value(value: Any) -> str:
    return f": {value}" if isinstance(value, str | int | float | bool) else ""
