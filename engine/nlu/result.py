"""What a turn was understood to say, by whichever stage."""

from __future__ import annotations

from engine.core.commands import Command
from engine.core.frozen import quick
from engine.nlu.entity import Entity


@quick(frozen=True, slots=True)
class Result:
    """What a turn was understood to say."""

    commands: tuple[Command, ...]
    entities: tuple[Entity, ...]
    source: str
    """lexical | classifier | none"""
    confidence: float
    language: str | None
    """The language spoken, when it is another one of the pack's than was assumed."""
    doubt: bool = False
    """Whether two stages understood different things."""
    why: str = ""
    """What the classifier took the words for when it was asked, how sure it was, and what came next."""
