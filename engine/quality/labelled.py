"""Labelled lines: what callers said, under which question, and what they meant by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.core.actions import Expecting
from engine.core.domain import Domain, StepKind
from engine.core.errors import FrontdeskError
from engine.nlu.classify import OUT_OF_SCOPE, PERSON

_CONFIRM = "confirm"


class DataError(FrontdeskError):
    """A line of labelled data cannot be used."""


def labelled(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of labelled sentences: `text`, and `label` (or `intent`) or `commands`.

    Raises:
        DataError: a line is not of that form.
    """
    found: list[dict[str, Any]] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if raw.strip():
            found.append(_line(f"{path}:{number}", raw))
    return found


def _line(where: str, raw: str) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except ValueError as error:
        raise DataError(f"{where}: not JSON") from error
    if not isinstance(line, dict) or not isinstance(line.get("text"), str):
        raise DataError(f"{where}: a line is an object with a text")
    commands = line.get("commands", [])
    if not isinstance(commands, list) or not all(map(_is_command, commands)):
        raise DataError(f"{where}: commands are a list of mappings of one name to its fields")
    if label_of(line) is None and "commands" not in line:
        raise DataError(f"{where}: a line has a label, an intent, or a list of commands")
    return line


def _is_command(item: object) -> bool:
    return isinstance(item, dict) and len(item) == 1 and isinstance(next(iter(item.values())), dict)


def is_for(line: Mapping[str, Any], language: str, domain: Domain) -> bool:
    """Whether a line is of this language; one that names none is of every language."""
    return line.get("language", language) == language and language in domain.languages


def label_of(line: Mapping[str, Any]) -> str | None:
    """The label that the classifier should find; None when a line is not one for it."""
    given = line.get("label", line.get("intent"))
    if given is not None:
        return OUT_OF_SCOPE if given == "oos" else str(given)
    commands = line.get("commands")
    if line.get("asking") is not None or not isinstance(commands, list) or len(commands) != 1:
        return None
    match commands[0]:
        case {"start_flow": {"flow": flow}}:
            return f"start.{flow}"
        case {"ask": {"topic": topic}}:
            return f"ask.{topic}"
        case {"want_person": _}:
            return PERSON
        case {"not_understood": _}:
            return OUT_OF_SCOPE
        case _:
            return None


def expecting_of(domain: Domain, asking: object) -> Expecting | None:
    """What is asked: nothing, a slot, or the read-back of the usual task; an offer needs a call around it."""
    fillable = tuple(slot.id for slot in domain.fillable)
    if asking is None:
        return Expecting("open", open_slots=fillable)
    words = domain.vocabulary.get(domain.languages[0], {})
    usual = str(words.get("default_flow") or "") or None
    if asking == _CONFIRM:
        return _read_back(domain, usual, fillable)
    slot = domain.slots.get(str(asking))
    if slot is None:
        return None
    flow = None if slot.id in (words.get("closing") or ()) else usual
    rest = tuple(name for name in fillable if name != slot.id)
    return Expecting("slot", slot=slot.id, type=slot.type.value, flow=flow, open_slots=rest)


def _read_back(domain: Domain, usual: str | None, fillable: tuple[str, ...]) -> Expecting | None:
    """The fullest read-back of a task, all that its flow asks for being given."""
    flow = domain.flows.get(usual or "")
    steps = flow.steps if flow is not None else ()
    reads = max((step.reads for step in steps if step.kind is StepKind.CONFIRM), key=len, default=())
    if not reads:
        return None
    asked = {name for step in steps for name in (step.slot, *step.accepts, *step.reads)}
    given = tuple(name for name in fillable if name in asked)
    rest = tuple(name for name in fillable if name not in asked)
    return Expecting(_CONFIRM, flow=usual, reads=reads, filled=given, open_slots=rest)
