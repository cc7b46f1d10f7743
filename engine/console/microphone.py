"""What the page for speaking needs of a speech shell, which the console itself may not import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from engine.core.state import DialogueState

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from engine.core.decision import Decision


@dataclass(slots=True)
class SpokenCall:
    """A call by microphone, as its page shows it; whoever carries its sound fills it in."""

    name: str
    account: str
    language: str
    socket: str
    """Path of its media socket below the console; it opens once, and only for a page of ours."""
    state: DialogueState = field(default_factory=DialogueState)
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Who spoke (caller, desk, note) and what."""
    decisions: Sequence[Decision] = ()
    """Those of the last thing that the caller did."""
    over: bool = False
    """Nobody is on the line any more; also true of a call whose sound never came."""


class Microphone(Protocol):
    """A speech shell, as far as the console knows one."""

    def missing(self) -> str:
        """Why nobody can speak here and what to do about it, in English; empty when they can."""

    def languages(self) -> Sequence[str]:
        """The languages of the site in which one can speak here."""

    def begin(self, account: str, language: str) -> SpokenCall:
        """Expect a call; it begins when its page opens the media socket."""

    def get(self, name: str) -> SpokenCall | None:
        """A call that is expected, going on, or has just ended here."""

    def hand_over(self, name: str) -> bool:
        """Put a live call through to a person; False when it is none of these."""

    def routes(self) -> Sequence[BaseRoute]:
        """The media socket."""

    def close(self) -> None:
        """End what is going on, and let go."""
