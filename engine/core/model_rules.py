"""What a pack lets a language model do: when it is asked, for how long, and which models there are.

A model only ever says what a caller meant or words an answer that exists already; nothing here can widen
that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class ModelSource:
    """A language model that can be asked, and where."""

    id: str
    where: str
    provider: str
    """anthropic | openai | recorded"""
    name: str
    """What the provider calls it; it goes onto the tape."""
    url: str = ""
    """Where a server of one's own is; empty: the provider's own address."""
    key: str = ""
    """Name of the environment variable that holds the key, never the key."""
    price: Mapping[str, float] = field(default_factory=dict)
    """Cost of a million tokens by kind: input, cached, output."""


@quick(frozen=True, slots=True)
class ModelRules:
    """When a model is asked, and how long a caller waits for it."""

    deadline_s: float = 1.5
    """After so many seconds what was understood without it counts."""
    filler: str = ""
    """The response that is said when a third of the deadline is over; empty: nothing is."""
    sure_from: float = 0.5
    """0..1; what was understood less surely than this is put to a model."""
    always: tuple[str, ...] = ()
    """Slots whose answers are put to a model in any case."""
    never: tuple[str, ...] = ()
    """Slots whose answers never leave the house."""
    requests_per_call: int = 6
    reply_words: int = 45
    """The longest reply that is spoken, in words."""
    sources: Mapping[str, ModelSource] = field(default_factory=dict)
    """Models by id, in the order in which they are tried."""
