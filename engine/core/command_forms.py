"""Commands as people and programs write them in JSON and YAML, both ways.

Written: {"set_slot": {"slot": "wish", "value": {...}}}. Read as well: {"command": "set_slot", "slot": ...},
{"start_flow": "cancel_appointment"} with the one field that matters, and a bare "affirm".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from typing import Any, cast

from engine.core.commands import Command
from engine.core.view import snake

KINDS: Mapping[str, type[Command]] = {
    snake(kind.__name__): kind for kind in cast("tuple[type[Command], ...]", Command.__args__)
}
"""Name of a command in JSON and YAML to its class."""
_TUPLES = frozenset({"alternatives"})


class CommandFormError(ValueError):
    """JSON or YAML that is no command."""


def plain(command: Command) -> dict[str, Any]:
    """A command as JSON data; fields that have their default are left out."""
    found: dict[str, Any] = {}
    for item in fields(command):
        value = getattr(command, item.name)
        if item.default is MISSING or value != item.default:
            found[item.name] = list(value) if isinstance(value, tuple) else value
    return {snake(type(command).__name__): found}


def read(data: Any) -> Command:
    """The command that JSON or YAML data stands for.

    Raises:
        CommandFormError: the data is no command of the closed vocabulary.
    """
    name, values = _split(data)
    kind = KINDS.get(name) or KINDS.get(snake(name))
    if kind is None:
        near = get_close_matches(name, list(KINDS), 1)
        hint = f"did you mean '{near[0]}'?" if near else f"allowed: {', '.join(KINDS)}"
        message = f"unknown command '{name}', {hint}"
        raise CommandFormError(message)
    known = [item.name for item in fields(kind)]
    if not isinstance(values, Mapping):
        values = {known[0]: values} if known and values is not None else {}
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        message = f"command '{name}' has no '{unknown[0]}', it has: {', '.join(known) or 'nothing'}"
        raise CommandFormError(message)
    try:
        return kind(**{key: _value(key, value) for key, value in values.items()})
    except (TypeError, ValueError) as error:
        needed = ", ".join(item.name for item in fields(kind) if item.default is MISSING)
        message = f"command '{name}' needs: {needed}"
        raise CommandFormError(message) from error


def _value(key: str, value: Any) -> Any:
    if key in _TUPLES:
        return tuple(value)
    return int(value) if key == "option" else value


def _split(data: Any) -> tuple[str, Any]:
    if isinstance(data, str):
        return data, None
    if isinstance(data, Mapping):
        for key in ("command", "type", "is"):
            if isinstance(data.get(key), str):
                return data[key].removeprefix("command."), {item: data[item] for item in data if item != key}
        if len(data) == 1:
            name, values = next(iter(data.items()))
            return str(name), values
    raise CommandFormError("a command is a name, or a mapping of one name to its fields")
