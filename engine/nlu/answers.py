"""Yes and no, as people say them: "no, that's fine" is a yes, "yes, but not Tuesday" is not one yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from engine.core.frozen import quick
from engine.nlu.phrases import Occurrence, longest

_OPENING = 2
"""Words at the beginning of an utterance in which an answer stands."""
_MOSTLY = 0.5
_SHARE = 0.4
"""Share of the words that makes an answer of marks elsewhere."""
_DECIDING = {"=yes": True, "=no": False, "=wrong": False, "=fine": True}
_ABOUT_ANSWERS = frozenset({"=asking", "=plain"})
"""Marks that are no answer: words that begin a question, and words that are a yes wherever they stand."""
_AGREEING = frozenset({"=yes", "=fine", "=acknowledge", "=done"})
"""Marks that a question may hold and agree to nothing: "is it right beside the church", "if it's correct"."""


@quick(frozen=True, slots=True)
class Answer:
    """What the marks of agreement in an utterance come to."""

    yes: bool | None
    """None: neither."""
    but: bool = False
    """Whether something is taken back of it."""
    acknowledged: bool = False
    """Only a short sign ("mhm", not "hm, I don't know"): a yes where yes or no was asked."""
    listening: bool = False
    """A sign of hearing or of thinking ("hm", "I see"): no yes anywhere."""
    unsure: bool = False
    mostly: bool = True
    """Whether the marks are most of what was said, as an answer to no question must be."""
    clear: bool = True
    """Whether they open or close it, or are a good part of it: a "yes" deep in a story is none."""


NO_ANSWER = Answer(None)


def answer_of(
    occurrences: Iterable[Occurrence], claimed: Collection[int], clauses: Sequence[int], *, closing: bool
) -> Answer:
    """Weigh the marks of an utterance; those in `claimed` places or in a question say something else.

    `clauses` holds the number of its clause for each word. `closing` is for "is there anything else?", where
    "no, that's fine" and "all good" are a no.
    """
    found = [item for item in occurrences if item.value.startswith("=")]
    words = len(clauses)
    asking = [item for item in found if item.value in {"=asking", "=unsure"}]
    plain = [item for item in found if item.value == "=plain"]
    marks = [
        item
        for item in longest(item for item in found if item.value not in _ABOUT_ANSWERS)
        if not all(place in claimed for place in range(item.first, item.last + 1))
        and not _is_asked(item, asking, plain, clauses)
    ]
    if not marks:
        return NO_ANSWER
    names = [_in_place(item.value, closing=closing) for item in marks]
    deciding = [item for item, name in zip(marks, names, strict=True) if name in _DECIDING]
    but, unsure = "=but" in names, "=unsure" in names
    if not deciding:
        mostly = sum(item.length for item in marks) >= _MOSTLY * words and not unsure
        acknowledged = mostly and "=acknowledge" in names
        listening = mostly and not acknowledged and "=listening" in names
        return Answer(None, but, acknowledged=acknowledged, listening=listening, unsure=unsure)
    yes = _decided([name for name in names if name in _DECIDING], closing=closing)
    share = sum(item.length for item in marks) / max(1, words)
    at_an_end = deciding[0].first < _OPENING or deciding[-1].last >= words - 1
    return Answer(
        yes, but, unsure=unsure, mostly=share >= _MOSTLY, clear=not yes or at_an_end or share >= _SHARE
    )


def _is_asked(
    mark: Occurrence, asking: Iterable[Occurrence], plain: Iterable[Occurrence], clauses: Sequence[int]
) -> bool:
    """Whether words of agreement stand in a question or a doubt that began before them in their clause."""
    if mark.value not in _AGREEING or any(mark.first <= item.first <= mark.last for item in plain):
        return False
    clause = clauses[mark.first]
    return any(item.first < mark.first and clauses[item.last] == clause for item in asking)


def _in_place(name: str, *, closing: bool) -> str:
    """ "I'm good" ends a talk where that was asked; elsewhere it says little."""
    if name != "=done":
        return name
    return "=no" if closing else "=acknowledge"


def _decided(names: Sequence[str], *, closing: bool) -> bool:
    """The last mark decides, except that nothing outweighs "that is wrong"."""
    if "=wrong" in names:
        return False
    if closing and "=no" in names:
        return False
    return _DECIDING[names[-1]]
