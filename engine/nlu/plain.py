"""What was understood, as the JSON of the outside interface."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

from engine.core.commands import Command
from engine.nlu.entity import Entity

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain_commands(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """One object with one key a command, as example calls pin them: {"set_slot": {"slot": ...}}."""
    return [{_HUMP.sub("_", type(command).__name__).lower(): _fields(command)} for command in commands]


def plain_entities(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    """The mentions, in the order of the words."""
    return [entity.plain() for entity in entities]


def _fields(command: Command) -> dict[str, Any]:
    """The fields that say something: those that do not have their default."""
    found = {}
    for item in fields(command):
        value = getattr(command, item.name)
        if item.default is MISSING or value != item.default:
            found[item.name] = list(value) if isinstance(value, tuple) else value
    return found
