"""When the rules are not sure what is wanted, and what another stage's word then counts for."""

from __future__ import annotations

from collections.abc import Iterable

from engine.nlu.phrases import Occurrence
from engine.nlu.repair import AND, DENIED, REPAIR
from engine.nlu.rules import Request, Rule

_ASKING = frozenset({"start", "ask", "command", "language", "ignore"})
"""Kinds of rules that say what is wanted; values and polite words leave it open."""
_WANTED = frozenset({"start", "ask", "command"})
_TALK = 2
"""Polite words say all there is where they are at least one word in so many."""


def is_weak(requests: Iterable[Request], words: int) -> bool:
    """Whether the rules leave open what is wanted: nothing found, a fallback, light words, or a "thanks"."""
    for request in requests:
        if request.rule.kind in _ASKING and not request.rule.fallback and request.heavy:
            return False
        if request.rule.kind == "say" and _TALK * len(request.words) >= words:
            return False
    return True


def is_plain(requests: Iterable[Request], occurrences: Iterable[Occurrence]) -> bool:
    """Whether a sentence may be judged as a whole: nothing is denied or taken back, nothing joined by "and".

    "Cancel it and book another", and "I don't want to cancel", are read by rules only.
    """
    marks = {item.value for item in occurrences}
    wanted = [item for item in requests if item.rule.kind in _WANTED]
    joined = len(wanted) > 1 and AND in marks
    return not joined and REPAIR not in marks and not any(mark.startswith(DENIED) for mark in marks)


def with_vote(requests: Iterable[Request], vote: Rule) -> list[Request]:
    """The requests with that of another stage in the place of what the rules took the words for.

    It has no words of its own: it came from all of them.
    """
    kept = [item for item in requests if item.rule.kind == "set"]
    return [Request(vote, 0, 0, 0, frozenset(), frozenset()), *kept]


def vote_of(label: str) -> Rule:
    """What a label of the classifier asks for, as a rule would."""
    kind, _, target = label.partition(".")
    return Rule(kind, target, ())
