"""An event that is still being worked on: a model was asked, and somebody is waiting.

Both kinds of shell wait for the same thing. A text call blocks (`wait`, `end`), a media process awaits
(`arrives`); both say that it takes a moment when `filler_s` is over, and both have their event by the
deadline, whatever the model does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.events import Event
    from engine.model.consultant import Consulted, Ticket

_THIRD = 3
FILLER = "filler"
"""The timer after which a caller hears that it takes a moment: `filler:<turn>`."""


class Asking:
    """The answer to come, and what it will be made into."""

    __slots__ = ("_finish", "_ticket", "turn")

    def __init__(self, turn: int, ticket: Ticket, finish: Callable[[Consulted, datetime], Event]) -> None:
        self.turn = turn
        """The caller turn it belongs to."""
        self._ticket = ticket
        self._finish = finish

    @property
    def filler_s(self) -> float:
        """Seconds from now until a caller should hear that it takes a moment."""
        ticket = self._ticket
        return max(0.0, ticket.left_s - ticket.deadline_s * (_THIRD - 1) / _THIRD)

    @property
    def timer(self) -> str:
        """The name of the timer of the filler, for a `TimedOut`."""
        return f"{FILLER}:{self.turn}"

    def wait(self, seconds: float, clock: Callable[[], datetime]) -> Event | None:
        """Block for so long at most; None when there is no answer yet."""
        found = self._ticket.wait(min(seconds, self._ticket.left_s))
        return self._finish(found, clock()) if found is not None else None

    def end(self, clock: Callable[[], datetime]) -> Event:
        """Block until the deadline at most; without an answer the event says what is known without one."""
        return self._finish(self._ticket.end(), clock())

    async def arrives(self, seconds: float, clock: Callable[[], datetime]) -> Event | None:
        """Wait in an event loop for so long at most; None when there is no answer yet."""
        found = await self._ticket.answer(min(seconds, self._ticket.left_s))
        return self._finish(found, clock()) if found is not None else None

    async def ends(self, clock: Callable[[], datetime]) -> Event:
        """Wait in an event loop until the deadline at most."""
        found = await self._ticket.answer(self._ticket.left_s)
        return self._finish(found if found is not None else self._ticket.withdraw(), clock())

    def cancel(self) -> None:
        """The caller goes on, and nobody waits any more."""
        self._ticket.withdraw()
