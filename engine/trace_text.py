"""A tape as people read it in a terminal: one line for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core import trace

_UNSHOWN = frozenset({"Understand", "Wait"})
"""Actions that a reader of a trace takes for granted."""
_UNSAID = frozenset({"is", "at", "id", "data_class", "style", "barge_in", "confidence", "key"})
"""Fields that are on the tape, but not in its readable form."""


def lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """One step as people read it: what happened, who decided what from which line, what changed."""
    event = entry["event"]
    yield f"{entry['n']:>4} {event.get('at', '')[11:19]} {_named(event)}".rstrip()
    for item in entry["decisions"]:
        yield f"        {item['verdict']:<12} {item['by']:<36} {item['where']}  {item['why']}".rstrip()
    for item in entry["actions"]:
        if item["is"] not in _UNSHOWN:
            yield f"        -> {_named(item)}"
    for name, value in entry["changes"].get("slots", {}).items():
        yield f"        {name} = {brief(value.get('value'))} [{value.get('status')}, {value.get('source')}]"


def _named(item: Mapping[str, Any]) -> str:
    """An event, a command or an action in one line."""
    kind = str(item["is"]).removeprefix("command.")
    if kind == "Listen":
        return f"Listen {item['kind']} {item.get('slot') or ''}".rstrip()
    fields = " ".join(f"{key}={brief(value)}" for key, value in item.items() if key not in _UNSAID)
    return f"{kind} {fields}".rstrip()


def brief(value: Any) -> str:
    """A value in a few words of one line."""
    if isinstance(value, Mapping):
        if trace.SEALED in value:
            return f"‹{value['class']}›"
        if "is" in value:
            return _named(value)
        return " ".join(f"{key}={brief(item)}" for key, item in value.items() if key != "id")
    if isinstance(value, list):
        return "[" + ", ".join(brief(item) for item in value) + "]"
    return str(value)
