"""The floor: eight regular expressions, a dict and str.format. No history, no rules, no trace."""

from __future__ import annotations

import re
from typing import Any

from tests.bench.peers import slots

PATTERNS = (
    (re.compile(r"\bbook a check-up\b"), {"intent": "book", "service": "check_up"}),
    (re.compile(r"\bmy name is (?P<name>.+)", re.IGNORECASE), {}),
    (re.compile(r"\btwenty-ninth of february two thousand\b", re.IGNORECASE), {"born": "2000-02-29"}),
    (re.compile(r"\bhow much\b", re.IGNORECASE), {"question": "price"}),
    (
        re.compile(r"\bthursday\b.*\bpetraitis\b", re.IGNORECASE),
        {"day": "2026-11-26", "provider": "petraitis"},
    ),
    (re.compile(r"\bsecond one\b", re.IGNORECASE), {"choice": "1"}),
    (re.compile(r"^yes\b", re.IGNORECASE), {"affirm": "yes"}),
    (re.compile(r"\bgoodbye\b", re.IGNORECASE), {"intent": "bye"}),
)


def setup() -> None:
    """Nothing to load."""


def open(number: int) -> dict[str, Any]:
    """A call is a dict."""
    return {"slots": {}}


def turn(call: dict[str, Any], text: str) -> str:
    """The first pattern that matches."""
    for pattern, meaning in PATTERNS:
        if found := pattern.search(text):
            call["slots"], reply = slots.decide(call["slots"], meaning | found.groupdict())
            return slots.REPLIES[reply].format_map(call["slots"])
    return slots.REPLIES["ask_service"]


def booked(call: dict[str, Any]) -> dict[str, str]:
    """What was booked."""
    return slots.booking(call["slots"])


def close(call: dict[str, Any]) -> None:
    """Nothing to release."""
