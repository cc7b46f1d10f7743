"""Everything a call knows about itself, as one frozen value.

A state holds no clock, no connection and no reference to the pack: folded from the same events
it is the same state, on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.core.actions import Expecting
from engine.core.commands import SetSlot
from engine.core.frozen import quick
from engine.core.safety import Level


class Status(StrEnum):
    """How far a value can be relied on."""

    PROPOSED = "proposed"
    """Heard, not read back."""
    CONFIRMED = "confirmed"
    """Read back to the end and agreed to."""
    CORRECTED = "corrected"
    """Replaced by the caller; to be read back."""
    GIVEN = "given"
    """By a service, a flow or a policy."""
    VOID = "void"
    """Withdrawn, or derived from something that changed."""


@quick(frozen=True, slots=True)
class SlotValue:
    """A value and where it comes from."""

    value: Any
    status: Status
    source: str
    """caller | model | service | flow | policy"""
    confidence: float
    turn: int
    evidence: str = ""
    """The caller's words for it."""
    history: tuple[tuple[Any, str, int], ...] = ()
    """Earlier values with status and turn, oldest first."""


@quick(frozen=True, slots=True)
class FlowFrame:
    """A flow in progress."""

    flow: str
    step: str
    """The id of the step it stands on."""
    task: int
    """Counts the flows started in a call; part of idempotency keys."""
    called: bool = False
    """True when the frame below waits for it with `call`; False when it interrupted."""
    asked: int = 0
    """How often the present question was asked in vain."""
    queued: bool = False
    """True while another task, named in the same breath, comes first."""
    given: tuple[SetSlot, ...] = ()
    """What the caller said for this flow while it was queued."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """For repair flows: what they are about."""


@quick(frozen=True, slots=True)
class Mention:
    """Something talked about, that "it" or "that one" may point to."""

    type: str
    value: Any
    turn: int


@quick(frozen=True, slots=True)
class Pending:
    """A request under way."""

    service: str
    task: int
    """The flow instance that waits for it; 0: nobody ever did."""
    step: str
    args: Mapping[str, Any] = field(default_factory=dict)
    abandoned: bool = False
    """Nobody waits any more: a success must be undone."""


@quick(frozen=True, slots=True)
class Prompt:
    """A prompt said, and how much of it was heard."""

    id: int
    response: str
    text: str
    turn: int = 0
    """The caller turn in which it was said."""
    heard_to: float = 0.0
    """0..1"""
    data_class: str = "none"
    """The highest class of the data in the text."""


@quick(frozen=True, slots=True)
class Readback:
    """What was read back to the caller for confirmation."""

    step: str
    """The id of the confirm step."""
    say: int
    """The id of the prompt."""
    slots: tuple[str, ...]
    heard: bool = False
    """Played to the end: only then is a yes consent."""


@quick(frozen=True, slots=True)
class Composing:
    """An answer whose wording is under way."""

    turn: int
    """The caller turn whose question it answers."""
    topic: str
    about: str | None = None


@quick(frozen=True, slots=True)
class Ringing:
    """A transfer under way."""

    target: str
    rung: int
    """Which telephone of the target's list is tried, from 0."""
    reason: str


@quick(frozen=True, slots=True)
class DialogueState:
    """One call, between two events."""

    call: str = ""
    at: datetime | None = None
    """When the last event happened."""
    number: str | None = None
    language: str = ""
    phase: str = "new"
    """new | talking | transferring | ended"""
    turn: int = 0
    """Caller turns so far."""
    words: str = ""
    """What the caller said in the last of them, as it was most likely heard."""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    stack: tuple[FlowFrame, ...] = ()
    """Flows in progress, the active one last."""
    tasks: int = 0
    asking: Expecting | None = None
    """What we wait for the caller to say; None while something else is awaited."""
    understanding: int | None = None
    """The turn whose understanding is under way."""
    composing: Composing | None = None
    """The answer that is being worded; nothing is asked meanwhile."""
    pending: Mapping[int, Pending] = field(default_factory=dict)
    requests: int = 0
    """How many requests were made; the last one's id."""
    prompts: tuple[Prompt, ...] = ()
    """What was said since the caller's last turn began, and the read-back that is open."""
    says: int = 0
    """How many prompts were said; the last one's id."""
    heard: frozenset[str] = frozenset()
    """Responses heard to the end in this call."""
    said: frozenset[str] = frozenset()
    """Responses said in this call."""
    level: Level = Level.L4
    """The safety level; it only rises."""
    signals: frozenset[str] = frozenset()
    """Signals in the last final transcript."""
    prepared: Level | None = None
    """The level a partial transcript has prepared for."""
    check: str | None = None
    """The check question that the last transcript calls for."""
    no_match: Mapping[str, int] = field(default_factory=dict)
    """Slot (or "") to how often its answer was not understood."""
    no_input: Mapping[str, int] = field(default_factory=dict)
    row: int = 0
    """No-matches and silences in a row."""
    failures: int = 0
    """No-matches and silences in all."""
    readback: Readback | None = None
    """The last read-back; gone as soon as something that it read changes."""
    clarify: tuple[str, tuple[Any, ...]] | None = None
    """A slot and the readings, or no slot and the tasks, among which the caller is being asked to choose."""
    refused: tuple[Any, ...] = ()
    """Options offered and declined: never offered again."""
    mentions: tuple[Mention, ...] = ()
    """Newest last, bounded."""
    transfer: Ringing | None = None
    """The transfer under way, and the last one after it failed."""
    secret: bool = False
    """Whether the last transcript held a card number or an identity code."""
    model_calls: int = 0
    ended_by: str = ""
