"""Yes and no, as people say them: "no, that's fine" is a yes, "yes, but not Tuesday" is not one yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from engine.nlu.phrases import Occurrence, longest

_OPENING = 2
"""Words at the beginning of an utterance in which an answer stands."""
_MOSTLY = 0.5
_SHARE = 0.4
"""Share of the words that makes an answer of marks elsewhere."""
_DECIDING = {"=yes": True, "=no": False, "=wrong": False, "=fine": True}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the marks of agreement in an utterance come to."""

    yes: bool | None
    """None: neither."""
    but: bool = False
    """Whether something is taken back of it."""
    acknowledged: bool = False
    """Only a sign of listening ("mhm", not "hm, I don't know"): a yes where yes or no was asked."""
    unsure: bool = False
    mostly: bool = True
    """Whether the marks are most of what was said, as an answer to no question must be."""
    clear: bool = True
    """Whether they open or close it, or are a good part of it: a "yes" deep in a story is none."""


NO_ANSWER = Answer(None)


def answer_of(
    occurrences: Iterable[Occurrence], claimed: Collection[int], words: int, *, closing: bool
) -> Answer:
    """Weigh the marks in an utterance of so many words; those in `claimed` places say something else.

    `closing` is for "is there anything else?", where "no, that's fine" and "all good" are a no.
    """
    marks = [
        item
        for item in longest(item for item in occurrences if item.value.startswith("="))
        if not all(place in claimed for place in range(item.first, item.last + 1))
    ]
    if not marks:
        return NO_ANSWER
    names = [_in_place(item.value, closing=closing) for item in marks]
    deciding = [item for item, name in zip(marks, names, strict=True) if name in _DECIDING]
    but, unsure = "=but" in names, "=unsure" in names
    if not deciding:
        mostly = sum(item.length for item in marks) >= _MOSTLY * words
        return Answer(
            None, but, acknowledged="=acknowledge" in names and mostly and not unsure, unsure=unsure
        )
    yes = _decided([name for name in names if name in _DECIDING], closing=closing)
    share = sum(item.length for item in marks) / max(1, words)
    at_an_end = deciding[0].first < _OPENING or deciding[-1].last >= words - 1
    return Answer(
        yes, but, unsure=unsure, mostly=share >= _MOSTLY, clear=not yes or at_an_end or share >= _SHARE
    )


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
