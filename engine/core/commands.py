"""What understanding may say: a closed vocabulary of what a caller meant.

Understanding returns these or nothing. None of them decides: each is weighed in
`flow.obey` against the state, and the policies rule on whatever follows from it.
The names follow Rasa CALM where the meaning is the same.
"""

from __future__ import annotations

from typing import Any

from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class StartFlow:
    """The caller wants this done."""

    flow: str
    alternatives: tuple[str, ...] = ()
    """The tasks that the words may ask for, this one first; any at all mean: ask which."""


@quick(frozen=True, slots=True)
class SetSlot:
    """The caller gave a value."""

    slot: str
    value: Any
    """JSON data in the form of the slot's type."""
    confidence: float = 1.0
    """0..1."""
    evidence: str = ""
    """The caller's own words for it."""
    alternatives: tuple[Any, ...] = ()
    """Other readings of the same words; more than none means: ask which."""


@quick(frozen=True, slots=True)
class Correct:
    """The caller replaced a value that was given before ("no, the thirtieth")."""

    slot: str
    value: Any
    confidence: float = 1.0
    evidence: str = ""
    alternatives: tuple[Any, ...] = ()


@quick(frozen=True, slots=True)
class Cancel:
    """The caller no longer wants what is being done, or not this flow any more."""

    flow: str | None = None


@quick(frozen=True, slots=True)
class Affirm:
    """Yes, to what was just asked."""


@quick(frozen=True, slots=True)
class Deny:
    """No, to what was just asked."""

    slot: str | None = None
    """What is wrong about it, if the caller said so ("no, not that day")."""


@quick(frozen=True, slots=True)
class Choose:
    """The caller took one of the options just offered."""

    option: int
    """Index into the options, from 0."""
    evidence: str = ""


@quick(frozen=True, slots=True)
class Ask:
    """The caller asked something that the pack may have an answer to."""

    topic: str
    about: str | None = None
    """The id of what the question is about ("how much is <service>"), if any."""


@quick(frozen=True, slots=True)
class Repeat:
    """The caller wants to hear the last prompt again."""


@quick(frozen=True, slots=True)
class Wait:
    """The caller asks for a moment."""


@quick(frozen=True, slots=True)
class WantPerson:
    """The caller wants a person."""


@quick(frozen=True, slots=True)
class SmallTalk:
    """Words that are polite and ask for nothing."""

    kind: str
    """greeting | thanks | goodbye | how_are_you | apology | acknowledgement | ..."""


@quick(frozen=True, slots=True)
class NotUnderstood:
    """The words are known not to be understood, and why."""

    reason: str
    """empty | no_match | out_of_scope | ambiguous | ..."""


Command = (
    StartFlow
    | SetSlot
    | Correct
    | Cancel
    | Affirm
    | Deny
    | Choose
    | Ask
    | Repeat
    | Wait
    | WantPerson
    | SmallTalk
    | NotUnderstood
)
