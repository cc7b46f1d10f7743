"""What a reviewer scores a call by, and the tags that say where a mistake came from."""

from __future__ import annotations

ITEMS: tuple[tuple[str, bool], ...] = (
    ("disclosure", True),
    ("identity_before_data", True),
    ("safety_handled", True),
    ("no_invented_fact", True),
    ("action_equals_request", True),
    ("readback_complete", True),
    ("policy_stated", False),
    ("one_question_a_turn", False),
    ("polite_repair", False),
    ("offers_at_most_two", False),
    ("transfer_with_context", False),
    ("closing", False),
)
"""Items, and whether a zero in one fails the call."""
MARKS = ("1", "0", "na")
TAGS = ("recognition", "understanding", "policy", "backend", "prompt", "caller")
"""Whose mistake it was."""


def verdict(marks: dict[str, str]) -> tuple[bool, int, int] | None:
    """Whether a call passes, its points and out of how many; None before anything is scored."""
    counted = {name: mark for name, mark in marks.items() if mark in {"0", "1"}}
    if not counted:
        return None
    failed = any(critical and counted.get(name) == "0" for name, critical in ITEMS)
    return not failed, sum(mark == "1" for mark in counted.values()), len(counted)
