"""What the core asks of the world. The shell obeys; every answer comes back as an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.core.frozen import quick
from engine.core.utterance import Utterance


@quick(frozen=True, slots=True)
class Expecting:
    """What is being asked: it decides how long to wait, what to listen for, and how "yes" is read."""

    kind: str
    """slot | confirm | offer | open"""
    slot: str | None = None
    """The slot asked for; for an offer, the slot that the choice fills."""
    type: str | None = None
    """The slot's type: digits, dates and names are given more time than a yes."""
    accepts: tuple[str, ...] = ()
    """Other slots that answer the question as well."""
    flow: str | None = None
    filled: tuple[str, ...] = ()
    """Slots of the active flows that hold a value: new words for them are corrections."""
    open_slots: tuple[str, ...] = ()
    """Slots of the active flows that a caller may still fill, in the order of the flow."""
    reads: tuple[str, ...] = ()
    """For a confirmation: the slots being read back."""
    options: tuple[Any, ...] = ()
    """For an offer: the options, in the order in which they were said. For a confirmation: the times that are
    read back, so that a day said with the yes can be told from another one."""
    missing: str | None = None
    """The part of the slot's value that alone is asked for: the last name, when the first is known."""
    so_far: str = ""
    """Digits of the answer that were said already: what comes now goes on from them."""


@quick(frozen=True, slots=True)
class Say:
    """Speak a prompt."""

    id: int
    """Counts the prompts of a call; comes back in Spoken and BargedIn."""
    response: str
    text: str
    style: str = "neutral"
    """How to say it: neutral | bright | gentle | calm | slow."""
    barge_in: str = "at_once"
    """never | after_words | at_once"""
    data_class: str = "none"
    """The highest class of the data in the text: none | personal | health | secret."""


@quick(frozen=True, slots=True)
class Listen:
    """Wait for the caller."""

    expecting: Expecting
    silence_s: float = 3.0
    """After how many seconds without speech the silence is an event."""


@quick(frozen=True, slots=True)
class Understand:
    """Turn words into Commands."""

    utterance: Utterance
    expecting: Expecting


@quick(frozen=True, slots=True)
class Request:
    """Ask a service of the outside world."""

    id: int
    """Counts the requests of a call; comes back in Answered."""
    service: str
    args: Mapping[str, Any]
    key: str
    """Idempotency key: the same task asked twice has the same key, and happens once."""
    compensates: bool = False
    """True for a request that undoes another; nobody waits for its answer."""


@quick(frozen=True, slots=True)
class Compose:
    """Word an open reply from facts of the pack."""

    turn: int
    topic: str
    language: str
    question: str = ""
    """The caller's words."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Topic to the pack's own answer, the one asked for first; a reply may say nothing else."""


@quick(frozen=True, slots=True)
class Wait:
    """Set a timer; when it runs out it is an event."""

    timer: str
    seconds: float


@quick(frozen=True, slots=True)
class Prepare:
    """Be ready to transfer: stop speaking, dial ahead. Nothing is committed by it."""

    target: str


@quick(frozen=True, slots=True)
class Transfer:
    """Put the caller through to a person."""

    target: str
    """What the pack calls it: emergency, reception, ..."""
    to: str
    """The id of the site's telephone that is tried now."""
    number: str
    """The number of it, E.164."""
    reason: str
    """The rule or flow that asked for it."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """For the person who takes over: who, what, the slots, the level, what was tried."""


@quick(frozen=True, slots=True)
class HangUp:
    """End the call."""

    reason: str


Action = Say | Listen | Understand | Request | Compose | Wait | Prepare | Transfer | HangUp
