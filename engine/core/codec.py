"""Events, commands, actions and slots as JSON data, and events back again.

Every private value passes through here, so this is the one place that knows where they are: with
`private` given, each is handed to it and replaced by what it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from engine.core import commands, events
from engine.core.utterance import Hypothesis, Transcript, Word

if TYPE_CHECKING:
    from engine.core.state import SlotValue

Private = Callable[[str, Any], Any]
"""Data class and JSON data of a private value to what stands in its place."""

_KEY = "is"
_PRIVATE: Mapping[str, str] = {
    "Heard.transcript": "health",
    "CallStarted.number": "personal",
    "Keyed.digits": "personal",
    "Composed.text": "health",
    "ModelUse.said": "health",
    "Answered.data": "health",
    "Choose.evidence": "health",
    "Ask.about": "health",
    "SetSlot.evidence": "health",
    "Correct.evidence": "health",
    "Request.args": "health",
    "Transfer.summary": "health",
}
"""Field to data class: what a redacted tape leaves out whatever the pack says."""
_BY_SLOT = frozenset({"value", "alternatives"})
"""Fields of a command that are as private as the slot they are for."""
_NATIVE = frozenset({str, int, float, bool, type(None)})
_JSON = _NATIVE | {dict, list, tuple}
"""Types whose values are JSON data already, all the way down, where a field holds JSON data."""
_DECODED: Mapping[str, type[Any]] = {
    **{item.__name__: item for item in cast("tuple[type[Any], ...]", events.Event.__args__)},
    **{f"command.{item.__name__}": item for item in cast("tuple[type[Any], ...]", commands.Command.__args__)},
    "Transcript": Transcript,
    "Hypothesis": Hypothesis,
    "Word": Word,
    "ModelUse": events.ModelUse,
}
_TAGS: Mapping[type[Any], str] = {kind: tag for tag, kind in _DECODED.items()}
_NAMES: Mapping[type[Any], frozenset[str]] = {
    kind: frozenset(item.name for item in fields(kind)) for kind in _DECODED.values()
}
_LISTS = frozenset({"commands", "hypotheses", "words", "alternatives", "refused", "uses"})
"""Fields that hold tuples."""
_SLOT_COMMANDS = (commands.SetSlot, commands.Correct)


class _Shape:
    """How the values of one dataclass are written, worked out once."""

    __slots__ = ("by_slot", "fields", "tag")

    def __init__(self, kind: type[Any]) -> None:
        self.tag = _TAGS.get(kind, kind.__name__)
        self.by_slot = kind in _SLOT_COMMANDS
        self.fields = tuple(
            (
                item.name,
                item.default_factory() if item.default_factory is not MISSING else item.default,
                _PRIVATE.get(f"{kind.__name__}.{item.name}"),
            )
            for item in fields(kind)
        )
        """Name, default, and data class when it is private."""


_SHAPES: dict[type[Any], _Shape | None] = {}


def _shape(kind: type[Any]) -> _Shape | None:
    """How a type is written, if it is a dataclass; worked out once."""
    if kind not in _SHAPES:
        _SHAPES[kind] = _Shape(kind) if is_dataclass(kind) else None
    return _SHAPES[kind]


class Encoder:
    """Turns values of the core into JSON data."""

    __slots__ = ("_classes", "_private")

    def __init__(self, classes: Mapping[str, str], private: Private | None = None) -> None:
        self._classes = classes
        """Slot id to data class."""
        self._private = private

    def encode(self, value: Any) -> Any:
        """JSON data of a value; fields that have their default are left out."""
        kind = type(value)
        if kind in _NATIVE:
            return value
        shape = _shape(kind)
        if shape is not None:
            return self._record(value, shape)
        if kind is tuple or kind is list:
            return [self.encode(item) for item in value]
        if isinstance(value, Mapping):
            return {str(key): self.encode(item) for key, item in value.items()}
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.name if isinstance(value.value, int) else value.value
        return sorted(value)

    def _record(self, value: Any, shape: _Shape) -> dict[str, Any]:
        out: dict[str, Any] = {_KEY: shape.tag}
        for name, default, private in shape.fields:
            item = getattr(value, name)
            if item is default or (item == default and type(item) is type(default)):
                continue
            data_class = private
            if shape.by_slot and name in _BY_SLOT:
                data_class = self._classes.get(value.slot, "health")
            elif private is None and name == "text" and shape.tag == "Say":
                data_class = value.data_class
            out[name] = self.encode(item) if data_class is None else self.kept(data_class, item)
        return out

    def kept(self, data_class: str, value: Any) -> Any:
        """JSON data of a value of a data class, put apart when it is private."""
        data = value if type(value) in _JSON else Encoder(self._classes).encode(value)
        return data if data_class == "none" or self._private is None else self._private(data_class, data)

    def slot(self, name: str, held: SlotValue) -> dict[str, Any]:
        """JSON data of a slot as it is now; what it was before stands in earlier entries."""
        out: dict[str, Any] = {"value": self.kept(self._classes.get(name, "health"), held.value)}
        if held.evidence:
            out["evidence"] = self.kept("health", held.evidence)
        out |= {"status": held.status.value, "source": held.source, "turn": held.turn}
        if held.confidence != 1.0:
            out["confidence"] = held.confidence
        return out


def decode(data: Any) -> Any:
    """The event, command or transcript that JSON data stands for.

    Raises:
        ValueError: the data is of no known kind, or lacks a field.
    """
    if type(data) is not dict or _KEY not in data:
        return data
    kind = _DECODED.get(str(data[_KEY]))
    if kind is None:
        message = f"unknown kind '{data[_KEY]}'"
        raise ValueError(message)
    names = _NAMES[kind]
    values = {
        name: item if type(item) in _NATIVE and name != "at" else _value(name, item)
        for name, item in data.items()
        if name in names
    }
    try:
        return kind(**values)
    except TypeError as error:
        message = f"{data[_KEY]} lacks a field"
        raise ValueError(message) from error


def _value(name: str, data: Any) -> Any:
    if name == "at":
        return datetime.fromisoformat(data)
    if isinstance(data, list) and name in _LISTS:
        return tuple(decode(item) for item in data)
    return decode(data)
