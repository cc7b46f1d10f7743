"""What happens to a call: everything that `step` ever learns arrives as one of these.

Past tense, because an event is a fact. `at` is the only clock the core knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from engine.core.commands import Command
from engine.core.frozen import quick
from engine.core.utterance import Transcript

MODEL = "model"
"""Source of what a language model understood: it may neither consent nor calm what is unclear."""


@quick(frozen=True, slots=True)
class CallStarted:
    """A caller is on the line."""

    at: datetime
    """Aware; the site's zone decides what the caller's words mean."""
    call: str
    """The call's id, unique for ever: idempotency keys are made from it."""
    number: str | None = None
    """The caller's number in E.164: a hint, never a proof of who it is."""
    language: str | None = None
    """Language code, if the line knows it; None: the pack's first."""


@quick(frozen=True, slots=True)
class Heard:
    """The caller spoke: a partial while speaking, a final when the turn ended."""

    at: datetime
    transcript: Transcript


@quick(frozen=True, slots=True)
class ModelUse:
    """One request to a language model: what it said, what it cost, and how it ended."""

    source: str
    """The id of the model in the configuration."""
    model: str
    """What the provider calls it."""
    outcome: str
    """answered | late | cancelled | refusal | cut_off | turned_away | unreachable | broken"""
    said: str = ""
    """Its answer as it came, unchecked."""
    kind: str = ""
    """The class of the failure, never a message."""
    latency_ms: int = 0
    input_tokens: int = 0
    """All of them, the cached ones included."""
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """In the currency of the configured prices."""


@quick(frozen=True, slots=True)
class Understood:
    """Understanding answered."""

    at: datetime
    turn: int
    """The caller turn it belongs to; an older one is stale."""
    commands: tuple[Command, ...]
    source: str = "lexical"
    """Which stage decided: lexical | classifier | reference | model | pinned | none."""
    confidence: float = 1.0
    language: str | None = None
    """The language the caller spoke, when it was recognised as another one of the pack's."""
    model_calls: int = 0
    refused: tuple[str, ...] = ()
    """What a model proposed and could not have, in our own words: what it was, and which rule refused it."""
    uses: tuple[ModelUse, ...] = ()
    """The requests behind it."""
    why: str = ""
    """What the deciding stage went by, where that is more than the words themselves."""


@quick(frozen=True, slots=True)
class Answered:
    """A requested service answered."""

    at: datetime
    request: int
    """The id of the Request."""
    outcome: str
    """One of the service's declared outcomes."""
    data: Mapping[str, Any] = field(default_factory=dict)


@quick(frozen=True, slots=True)
class Composed:
    """An open reply was worded and checked."""

    at: datetime
    turn: int
    text: str
    """Empty when no reply passed the checks: the pack's own answer is said."""
    model_calls: int = 0
    uses: tuple[ModelUse, ...] = ()
    """The requests behind it."""


@quick(frozen=True, slots=True)
class Spoken:
    """A prompt was played, at least in part."""

    at: datetime
    say: int
    """The id of the Say."""
    heard_to: float = 1.0
    """Share of it that the caller could hear, 0..1; 1.0 is the whole of it."""


@quick(frozen=True, slots=True)
class BargedIn:
    """The caller spoke over a prompt, which stopped."""

    at: datetime
    say: int
    heard_to: float


@quick(frozen=True, slots=True)
class FellSilent:
    """The caller said nothing for as long as the question allows."""

    at: datetime


@quick(frozen=True, slots=True)
class Keyed:
    """The caller pressed keys."""

    at: datetime
    digits: str


@quick(frozen=True, slots=True)
class TimedOut:
    """A timer set by `Wait` ran out."""

    at: datetime
    timer: str


@quick(frozen=True, slots=True)
class Failed:
    """An action could not be carried out."""

    at: datetime
    what: str
    """understand | compose | say | request:<id> | transfer | policy:<id>"""
    retryable: bool = False
    kind: str = ""
    """The class of the failure, never a message: messages may hold what callers said."""


@quick(frozen=True, slots=True)
class TransferEnded:
    """A transfer came to its end."""

    at: datetime
    outcome: str
    """answered | declined | busy | no_answer | voicemail | failed | caller_left"""


@quick(frozen=True, slots=True)
class CallEnded:
    """Nobody is on the line any more."""

    at: datetime
    by: str
    """caller | us | line"""


Event = (
    CallStarted
    | Heard
    | Understood
    | Answered
    | Composed
    | Spoken
    | BargedIn
    | FellSilent
    | Keyed
    | TimedOut
    | Failed
    | TransferEnded
    | CallEnded
)
