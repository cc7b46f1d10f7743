"""The one call that every engine has to answer: eight turns, a question in the middle, a booking at the end.

An engine that skips work fails: each reply must hold its key word and the booking must be right. Engines that leave
understanding to a model get `gold`, what a perfect one would answer, at no cost; ours has to understand the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

NOW = datetime(2026, 11, 23, 9, 15)
"""Monday morning at the demo clinic, local time."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the caller says, what it means, and what a right reply cannot do without."""

    say: str
    gold: dict[str, str] = field(hash=False)
    key: str
    """A regular expression, searched in the reply without regard to case."""


TURNS = (
    Turn("Hello, I'd like to book a check-up please", {"intent": "book", "service": "check_up"}, r"\bname\b"),
    Turn("My name is Maria Silva", {"name": "Maria Silva"}, r"\bborn\b|\bbirth\b"),
    Turn("The twenty-ninth of February two thousand", {"born": "2000-02-29"}, r"\bday\b|\bwhen\b"),
    Turn("How much is a check-up?", {"question": "price"}, r"\b35\b|thirty[ -]five"),
    Turn(
        "Thursday afternoon with Doctor Petraitis", {"day": "2026-11-26", "provider": "petraitis"}, r"\bor\b"
    ),
    Turn("The second one please", {"choice": "1"}, r"\bright\b|\bcorrect\b|\bconfirm\b"),
    Turn("Yes, that's right", {"affirm": "yes"}, r"\bbooked\b"),
    Turn("No, that's all, goodbye", {"intent": "bye"}, r"bye\b"),
)
GOLD = {turn.say: turn.gold for turn in TURNS}
IDLE_AFTER = 3
"""Turns into a call when it is left open to weigh what a waiting caller costs."""


class WrongAnswerError(AssertionError):
    """An engine that does not do the work is not measured."""


def check_reply(turn: Turn, reply: str) -> None:
    """Raises WrongAnswerError if the reply lacks the turn's key word."""
    if not re.search(turn.key, reply, re.IGNORECASE):
        message = f"to {turn.say!r} the engine replied {reply!r}, where /{turn.key}/ was due"
        raise WrongAnswerError(message)


def check_booking(booking: dict[str, str]) -> None:
    """Raises WrongAnswerError unless a check-up stands on Thursday afternoon with the provider asked for."""
    right = (
        booking.get("service") == "check_up"
        and booking.get("provider") == "petraitis"
        and "2026-11-26T12:00" <= booking.get("start", "") < "2026-11-27"
    )
    if not right:
        message = f"the engine booked {booking!r}"
        raise WrongAnswerError(message)
