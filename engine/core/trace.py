"""The tape of a call: one entry a step, chained by hash, private values apart.

An entry says what happened, who decided what from which line, what was done and what changed.
Folding the events of a tape over the pack again must give the same entries, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from engine.core.actions import Compose, Listen, Understand
from engine.core.codec import Encoder
from engine.core.frozen import quick
from engine.core.machine import step
from engine.core.state import DialogueState

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.decision import Decision, Step
    from engine.core.domain import Domain
    from engine.core.events import Event

_SHOWN = (
    "phase", "language", "turn", "level", "signals", "prepared", "check", "no_match", "no_input", "row",
    "failures", "readback", "transfer", "secret", "model_calls", "ended_by",
)  # fmt: skip
"""Fields of the state whose changes a tape shows; the rest follows from events, actions and slots."""
_NESTED = frozenset({dict, list})
_shown: Callable[[DialogueState], tuple[Any, ...]] = attrgetter(*_SHOWN)
PARTS = ("decisions", "actions", "changes")
"""What comes of an event, in the order in which a tape and a pack are compared."""
_OPEN = Encoder({})
SEALED = "sealed"
"""Key of the placeholder that stands for a private value in the redacted layer."""


@quick(frozen=True, slots=True)
class TraceEntry:
    """One step as the tape keeps it, in two layers."""

    redacted: Mapping[str, Any]
    """What everybody may read; private values are placeholders."""
    sealed: Mapping[str, Sequence[Any]]
    """Data class to its private values, in the order of their placeholders: each can be erased by itself."""


@quick(frozen=True, slots=True)
class Divergence:
    """The first place where a tape and a pack disagree."""

    entry: int
    """Which step, from 1."""
    what: str
    """decisions | actions | changes"""
    taped: Any
    now: Any


def canonical(data: Any) -> bytes:
    """The one text of JSON data that is hashed and compared; keys keep the order in which they were made."""
    return orjson.dumps(data)


def data_classes(domain: Domain) -> dict[str, str]:
    """Slot id to data class."""
    return {slot.id: str(slot.data_class) for slot in domain.slots.values()}


def chained(previous: str, text: bytes) -> str:
    """The hash of an entry that follows another."""
    return sha256(previous.encode() + b"\n" + text).hexdigest()


def record(classes: Mapping[str, str], before: DialogueState, event: Event, outcome: Step) -> TraceEntry:
    """Make the entry of one step."""
    sealed: dict[str, list[Any]] = {}
    told = _sealing(classes, sealed).encode(event)
    return TraceEntry({"event": told, **rerecord(classes, before, outcome, sealed)}, sealed)


def rerecord(
    classes: Mapping[str, str], before: DialogueState, outcome: Step, sealed: dict[str, list[Any]]
) -> dict[str, Any]:
    """What came of a step as its entry says it; `sealed` holds what the event hides, and takes more."""
    return _consequences(_sealing(classes, sealed), before, outcome)


def _sealing(classes: Mapping[str, str], sealed: dict[str, list[Any]]) -> Encoder:
    """An encoder that puts private values apart."""

    def put_apart(data_class: str, value: Any) -> Any:
        values = sealed.setdefault(data_class, [])
        values.append(value)
        return {SEALED: len(values) - 1, "class": data_class}

    return Encoder(classes, put_apart)


def plain(before: DialogueState, event: Event, outcome: Step) -> dict[str, Any]:
    """The content of one step with nothing hidden."""
    return {"event": _OPEN.encode(event), **consequences(before, outcome)}


def consequences(before: DialogueState, outcome: Step) -> dict[str, Any]:
    """What came of one step with nothing hidden, for comparison: its decisions, actions and changes."""
    return _consequences(_OPEN, before, outcome)


def _consequences(encoder: Encoder, before: DialogueState, outcome: Step) -> dict[str, Any]:
    return {
        "decisions": [_decision(item) for item in outcome.decisions],
        "actions": [_action(encoder, item) for item in outcome.actions],
        "changes": _changes(encoder, before, outcome.state),
    }


def _decision(item: Decision) -> dict[str, Any]:
    out: dict[str, Any] = {"by": item.by, "where": item.where, "verdict": item.verdict.value, "why": item.why}
    if item.actions:
        out["actions"] = list(item.actions)
    return out


def _action(encoder: Encoder, action: Action) -> Any:
    """An action, without what the event before it or the state has said already."""
    match action:
        case Understand():
            return {"is": "Understand", "turn": action.utterance.turn}
        case Compose():
            return {"is": "Compose", "turn": action.turn, "topic": action.topic, "facts": list(action.facts)}
        case Listen():
            question = action.expecting
            return {
                "is": "Listen",
                "kind": question.kind,
                "slot": question.slot,
                "options": len(question.options),
                "silence_s": action.silence_s,
            }
        case _:
            return encoder.encode(action)


def _changes(encoder: Encoder, before: DialogueState, after: DialogueState) -> dict[str, Any]:
    """What differs between two states, of that which no event or action of the entry says."""
    changes: dict[str, Any] = {}
    if before.slots is not after.slots:
        old = before.slots
        slots = {
            key: encoder.slot(key, item) for key, item in after.slots.items() if old.get(key) is not item
        }
        if slots:
            changes["slots"] = slots
    if before.stack is not after.stack:
        changes["stack"] = [f"{frame.flow}.{frame.step}" for frame in after.stack]
    old_values, new_values = _shown(before), _shown(after)
    if old_values != new_values:
        for name, was, now in zip(_SHOWN, old_values, new_values, strict=True):
            if was != now:
                changes[name] = encoder.encode(now)
    if before.refused != after.refused:
        changes["refused"] = encoder.kept("health", after.refused)
    return changes


def unsealed(
    redacted: Any, sealed: Mapping[str, Sequence[Any]], taken: dict[str, list[Any]] | None = None
) -> Any:
    """Put the private values back into their places; a class that was erased stays a placeholder.

    `taken` collects the values that were put back.
    """
    if isinstance(redacted, list):
        return [unsealed(item, sealed, taken) if type(item) in _NESTED else item for item in redacted]
    if SEALED not in redacted:
        return {
            key: unsealed(item, sealed, taken) if type(item) in _NESTED else item
            for key, item in redacted.items()
        }
    values = sealed.get(redacted["class"])
    if values is None:
        return redacted
    value = values[redacted[SEALED]]
    if taken is not None:
        taken.setdefault(redacted["class"], []).append(value)
    return value


def fold(domain: Domain, events: Iterable[Event]) -> Iterator[tuple[DialogueState, Event, Step]]:
    """Take a call through its events again; yields the state before, the event and the step."""
    state = DialogueState()
    for event in events:
        outcome = step(domain, state, event)
        yield state, event, outcome
        state = outcome.state


def replay(domain: Domain, taped: Iterable[tuple[Event, Mapping[str, Any]]]) -> Divergence | None:
    """Fold a tape again; None when every step comes out the same, byte for byte."""
    state = DialogueState()
    for number, (event, entry) in enumerate(taped, 1):
        outcome = step(domain, state, event)
        found = divergence(number, state, outcome, entry)
        if found is not None:
            return found
        state = outcome.state
    return None


def divergence(
    number: int, before: DialogueState, outcome: Step, entry: Mapping[str, Any]
) -> Divergence | None:
    """The first part of a step that is not, byte for byte, what an entry says with nothing hidden."""
    now = consequences(before, outcome)
    for part in PARTS:
        if canonical(now[part]) != canonical(entry[part]):
            return Divergence(number, part, entry[part], now[part])
    return None
