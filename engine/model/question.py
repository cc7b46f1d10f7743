"""What is asked of a model and what comes back; every provider speaks in these terms.

The ways a request can fail, by what they mean for the next one:

    ModelError
    ├── TurnedAwayError     no model has worked on it (unreachable, overloaded ...): ask another
    ├── RefusalError        the model declined to answer
    ├── CutOffError         the answer ended before it was whole
    └── BrokenError         the connection or the protocol broke while a model worked on it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.core.frozen import quick

Heard = Callable[[str], None]
"""Takes each piece of a streamed answer as it comes."""


@quick(frozen=True, slots=True)
class Question:
    """One request."""

    job: str
    """understand | compose"""
    system: str
    """What stays the same from request to request, so that a provider may cache it."""
    user: str
    schema: Mapping[str, Any] | None = None
    """JSON Schema that the answer must have; None for plain words."""
    max_tokens: int = 300

    @property
    def streamed(self) -> bool:
        """Whether the part of an answer that has come by the deadline is of use."""
        return self.schema is None


@quick(frozen=True, slots=True)
class Reply:
    """What a model answered, and what it counted."""

    text: str
    input_tokens: int = 0
    """All of them, the cached ones included."""
    cached_tokens: int = 0
    output_tokens: int = 0


class ModelError(Exception):
    """A request without an answer; `kind` is the class of the failure, never a message."""

    outcome = "broken"

    def __init__(self, kind: str, reply: Reply | None = None, retry_after_s: float = 0.0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.reply = reply or Reply("")
        """What had come of an answer."""
        self.retry_after_s = retry_after_s
        """For how long the provider asks to be left alone."""


class TurnedAwayError(ModelError):
    """No model has worked on the request."""

    outcome = "turned_away"


class UnreachableError(TurnedAwayError):
    """There is no connection."""

    outcome = "unreachable"


class RefusalError(ModelError):
    """The model declined."""

    outcome = "refusal"


class CutOffError(ModelError):
    """The answer is not whole."""

    outcome = "cut_off"


class BrokenError(ModelError):
    """The connection or the protocol broke."""


class Provider(Protocol):
    """A way to one model."""

    async def ask(self, question: Question, heard: Heard) -> Reply:
        """Put one request, once.

        Raises:
            ModelError: there is no answer.
        """

    async def close(self) -> None:
        """Give back the connections."""


def turned_away(status: int, kind: str, retry_after: str | None) -> ModelError:
    """What a status code of a provider means: nobody worked on it, or something broke at work."""
    if status in {500, 502, 504}:
        return BrokenError(kind)
    return TurnedAwayError(kind, retry_after_s=_seconds(retry_after))


def _seconds(text: str | None) -> float:
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
