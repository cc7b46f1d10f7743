"""Events, commands, actions and states as JSON data, and events back again.

Every private value passes through here, so this is the one place that knows where they are: with
`private` given, each is handed to it and replaced by what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, cast

from engine.core import commands, events
from engine.core.utterance import Hypothesis, Transcript, Word

Private = Callable[[str, Any], Any]
"""Data class and JSON data of a private value to what stands in its place."""

_KEY = "is"
_PRIVATE: Mapping[str, str] = {
    "Heard.transcript": "health",
    "CallStarted.number": "personal",
    "Keyed.digits": "personal",
    "Composed.text": "health",
    "Answered.data": "health",
    "Choose.evidence": "health",
    "Ask.about": "health",
    "Understand.utterance": "health",
    "Expecting.options": "health",
    "Expecting.partial": "personal",
    "Request.args": "health",
    "Compose.facts": "health",
    "Transfer.summary": "health",
    "Pending.args": "health",
    "Prompt.text": "health",
    "DialogueState.number": "personal",
    "DialogueState.clarify": "health",
    "DialogueState.refused": "health",
    "DialogueState.mentions": "health",
    "FlowFrame.given": "health",
    "FlowFrame.context": "health",
}
"""Field to data class: what a redacted tape leaves out whatever the pack says."""
_VALUES = frozenset({"value", "evidence", "alternatives", "history"})
_DECODED: Mapping[str, type[Any]] = {
    **{item.__name__: item for item in cast("tuple[type[Any], ...]", events.Event.__args__)},
    **{f"command.{item.__name__}": item for item in cast("tuple[type[Any], ...]", commands.Command.__args__)},
    "Transcript": Transcript,
    "Hypothesis": Hypothesis,
    "Word": Word,
}
_COMMANDS = frozenset(cast("tuple[type[Any], ...]", commands.Command.__args__))
_SLOT_COMMANDS = (commands.SetSlot, commands.Correct)


class Encoder:
    """Turns values of the core into JSON data."""

    __slots__ = ("_classes", "_private")

    def __init__(self, classes: Mapping[str, str], private: Private | None = None) -> None:
        self._classes = classes
        """Slot id to data class."""
        self._private = private

    def encode(self, value: Any) -> Any:
        """JSON data of a value; fields that have their default are left out."""
        if value is None or (isinstance(value, str | int | float) and not isinstance(value, Enum)):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.name if isinstance(value.value, int) else value.value
        if is_dataclass(value) and not isinstance(value, type):
            return self._record(value)
        if isinstance(value, Mapping):
            return {str(key): self.encode(item) for key, item in value.items()}
        if isinstance(value, frozenset | set):
            return sorted(value)
        return [self.encode(item) for item in value]

    def _record(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        out: dict[str, Any] = {_KEY: f"command.{kind.__name__}" if kind in _COMMANDS else kind.__name__}
        slot_class = self._classes.get(value.slot, "health") if isinstance(value, _SLOT_COMMANDS) else None
        for name, default in _shape(kind):
            item = getattr(value, name)
            if item is default or (type(item) is type(default) and item == default):
                continue
            out[name] = self.field(kind.__name__, name, item, value, slot_class)
        return out

    def field(self, kind: str, name: str, item: Any, owner: Any, slot_class: str | None = None) -> Any:
        """JSON data of one field, private if the table or its slot says so."""
        if self._private is None:
            return self.encode(item)
        data_class = _PRIVATE.get(f"{kind}.{name}")
        if kind == "Say" and name == "text":
            data_class = owner.data_class
        elif slot_class is not None and name in _VALUES:
            data_class = "health" if name == "evidence" else slot_class
        if data_class in {None, "none"}:
            return self.encode(item)
        return self._private(str(data_class), Encoder(self._classes).encode(item))

    def slot(self, name: str, value: Any) -> Any:
        """JSON data of a slot's value, private by the slot's own class."""
        data_class = self._classes.get(name, "health")
        out = Encoder(self._classes).encode(value)
        if self._private is None:
            return out
        for key in sorted(_VALUES & out.keys()):
            closeness = "health" if key == "evidence" else data_class
            if closeness != "none":
                out[key] = self._private(closeness, out[key])
        return out


_SHAPES: dict[type[Any], tuple[tuple[str, Any], ...]] = {}


def _shape(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Names and defaults of a dataclass's fields, looked up once."""
    shape = _SHAPES.get(kind)
    if shape is None:
        shape = tuple(
            (item.name, item.default_factory() if item.default_factory is not MISSING else item.default)
            for item in fields(kind)
        )
        _SHAPES[kind] = shape
    return shape


def decode(data: Any) -> Any:
    """The event, command or transcript that JSON data stands for.

    Raises:
        ValueError: the data is of no known kind, or lacks a field.
    """
    if not isinstance(data, Mapping) or _KEY not in data:
        return data
    kind = _DECODED.get(str(data[_KEY]))
    if kind is None:
        message = f"unknown kind '{data[_KEY]}'"
        raise ValueError(message)
    values: dict[str, Any] = {}
    for item in fields(kind):
        if item.name in data:
            values[item.name] = _value(item.name, data[item.name])
    try:
        return kind(**values)
    except TypeError as error:
        message = f"{data[_KEY]} lacks a field"
        raise ValueError(message) from error


def _value(name: str, data: Any) -> Any:
    if name == "at":
        return datetime.fromisoformat(data)
    if isinstance(data, list) and name in {"commands", "hypotheses", "words", "alternatives", "refused"}:
        return tuple(decode(item) for item in data)
    return decode(data)
