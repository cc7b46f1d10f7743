"""How long to wait for more, by what is being asked and by what was heard so far. Pure.

A timer of one length either cuts telephone numbers at the comma or lets people who said "yes" wait.
The question tells which it will be: a complete answer ends a turn almost at once, words that break off
are given time, and the rest lies between.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.actions import Expecting
    from telephony.manners import Manners


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of silence after which a turn is over."""

    complete: float
    """What was asked has been answered with a valid value, and nothing is left to say about it."""
    partly: float
    """It has been answered in part: "Thursday" may go on with "afternoon"."""
    usual: float
    """Nothing is known about it."""
    broken_off: float
    """More must follow."""


class Answer(Enum):
    """How far words answer what is asked."""

    NONE = "none"
    PART = "part"
    """They do, and people often add something: a day without a time."""
    WHOLE = "whole"


class Profile(Enum):
    """The kinds of answers that people give with different pauses inside."""

    YES_NO = Waits(0.4, 0.5, 0.7, 0.9)
    CHOICE = Waits(0.55, 0.65, 0.7, 1.0)
    DATE = Waits(0.4, 1.0, 1.0, 1.2)
    """Days, times, wishes."""
    BIRTH_DATE = Waits(0.25, 1.0, 1.0, 1.3)
    DIGITS = Waits(0.25, 1.0, 1.1, 1.4)
    NAME = Waits(0.4, 0.8, 1.05, 1.2)
    SPELLING = Waits(0.7, 1.1, 1.1, 1.4)
    OPEN = Waits(0.65, 0.75, 0.75, 1.1)


_BY_TYPE = {
    "bool": Profile.YES_NO,
    "choice": Profile.CHOICE,
    "service": Profile.CHOICE,
    "provider": Profile.CHOICE,
    "date": Profile.DATE,
    "time": Profile.DATE,
    "when": Profile.DATE,
    "opening": Profile.CHOICE,
    "birth_date": Profile.BIRTH_DATE,
    "number": Profile.DIGITS,
    "phone": Profile.DIGITS,
    "name": Profile.NAME,
    "email": Profile.SPELLING,
}
_NUMBERS = frozenset({Profile.DIGITS, Profile.BIRTH_DATE})
_KEYS = {Profile.DIGITS: 15, Profile.BIRTH_DATE: 8}
_GOES_ON = 0.8
"""Seconds more when a complete number may be the beginning of a longer one."""
_LETTERS = 2
"""Single letters in a row after which somebody is spelling, whatever was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is being asked, as far as taking turns goes."""

    profile: Profile
    silence_s: float = 3.0
    """Seconds without a word after which the silence is an event."""

    @classmethod
    def of(cls, expecting: Expecting, silence_s: float) -> Question:
        """The question behind a Listen."""
        match expecting.kind:
            case "confirm":
                profile = Profile.YES_NO
            case "offer":
                profile = Profile.CHOICE
            case "slot":
                profile = _BY_TYPE.get(expecting.type or "", Profile.OPEN)
            case _:
                profile = Profile.OPEN
        return cls(profile, silence_s)

    @property
    def most_keys(self) -> int:
        """How many keys answer it; the last of them needs no waiting."""
        return _KEYS.get(self.profile, 1)


OPEN_QUESTION = Question(Profile.OPEN)


def wait_s(question: Question, manners: Manners, text: str, *, answer: Answer | None) -> float:
    """Seconds of silence after these words that end the turn; `answer` is None when nobody knows."""
    waits = question.profile.value
    spelling = _is_spelling(text)
    if spelling and question.profile is not Profile.DIGITS:
        waits = Profile.SPELLING.value
    numbers = question.profile in _NUMBERS
    if answer is Answer.WHOLE and (numbers or question.profile is Profile.YES_NO or not manners.hangs(text)):
        return waits.complete + (_GOES_ON if numbers and manners.may_go_on(text) else 0.0)
    if manners.breaks_off(text):
        return max(waits.broken_off, Profile.DIGITS.value.usual)
    return waits.partly if answer is Answer.PART else waits.usual


def _is_spelling(text: str) -> bool:
    """Whether the words end in single letters: "K A Z L", or "K-A-Z-L" as some recognisers write it."""
    parts = [part for part in text.replace("-", " ").replace(".", " ").replace(",", " ").split() if part]
    return len(parts) >= _LETTERS and all(len(part) == 1 and part.isalpha() for part in parts[-_LETTERS:])
