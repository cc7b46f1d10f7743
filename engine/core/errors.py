"""Everything that can go wrong, by whose fault it is.

FrontdeskError
├── PackError            the pack author's: every Problem of a pack, with file, line and column
├── UnprovedError        the pack author's as well: a proof knows a call that breaks it (engine/proved.py)
├── ConditionError       a condition or template that cannot be evaluated on this state (fails closed)
└── TapeError            a tape that cannot be read, or whose chain is broken
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a pack."""

    file: str
    """Relative to the pack's root."""
    line: int
    """From 1."""
    column: int
    """From 1, counting characters."""
    message: str
    hint: str = ""
    """What is allowed, or "did you mean ...?"."""
    source: str = ""
    """The offending line as written."""
    width: int = 1
    """How many characters the caret underlines."""
    level: str = "error"
    """error | warning"""

    def __str__(self) -> str:
        head = f"{self.file}:{self.line}:{self.column}: {self.message}"
        if not self.source:
            return f"{head} ({self.hint})" if self.hint else head
        gutter = f"{self.line:>4} | "
        caret = " " * (len(gutter) + self.column - 1) + "^" * max(1, self.width)
        return f"{head}\n{gutter}{self.source}\n{caret} {self.hint}".rstrip()


class FrontdeskError(Exception):
    """The root of all of ours."""


class PackError(FrontdeskError):
    """A pack that must not serve calls; carries everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class ConditionError(FrontdeskError):
    """A condition or template that has no answer on this state."""


class TapeError(FrontdeskError):
    """A tape that cannot be read or whose chain is broken."""
