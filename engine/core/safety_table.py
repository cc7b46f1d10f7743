"""The tables of the safety screen as the screen uses them: frozen, and shared by all calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from enum import IntEnum
from typing import NamedTuple

from engine.core.frozen import quick
from engine.core.misheard import Speller
from engine.core.phrases import Phrase, PhraseIndex
from engine.core.resemblance import Resemblance

COLLISION = "collision"
"""Name of the phrases that hide the words they cover."""

_REMEMBERED = 4096
"""Most words whose look-up a table keeps."""


class Level(IntEnum):
    """How urgent a call is; the smaller, the more urgent."""

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4


@quick(frozen=True, slots=True)
class Suppressor:
    """What takes a sign back, and where it must stand: its phrases are in the index as `id/place`."""

    id: str
    reach: int
    """Most words between it and the sign."""
    not_after: frozenset[str]
    """Words that make it void when they stand just before it: `has not` before `stopped`."""
    not_before: frozenset[str]
    """Words that make it void when they stand just after it: `going down` before `my neck`."""
    joined_by: frozenset[str]
    """Words by which it reaches on to the next sign of a list: `no pain or swelling`."""


@quick(frozen=True, slots=True)
class Rule:
    """Signs that together mean a level or a signal."""

    id: str
    level: Level | None
    signal: str | None
    all: tuple[frozenset[str], ...]
    """Each entry is satisfied by any one of its signs."""
    within: int
    """Most words from the first sign to the last."""
    unless: frozenset[str]
    """Suppressors, and signs whose presence in the same clause excludes it."""
    alone: bool
    """Whether the signs must be all that is said: `operator` is a wish, in a sentence it may be anything."""
    least: int
    """Points that the signs from the first to the last must come to; 0 if they are not added up."""
    check: str | None
    if_yes: Level | None
    where: str


class Recalled(NamedTuple):
    """A word as the table knows it."""

    word: str
    phrases: tuple[Phrase, ...]
    is_number: bool


@quick(frozen=True, slots=True)
class Likened:
    """Asked last, where no rule says anything."""

    id: str
    model: Resemblance
    least: float
    """Score from which it asks."""
    check: str
    if_yes: Level
    where: str


@quick(frozen=True, slots=True)
class Patterns:
    """One table, compiled; frozen and shared by all calls."""

    signs: PhraseIndex
    speller: Speller
    ordinary: frozenset[str]
    """Words, and beginnings of words, that are never taken for a misheard sign."""
    ordinary_stems: tuple[str, ...]
    dropped: frozenset[str]
    """Fillers, gone before anything is looked up."""
    replaced: Mapping[str, str]
    """Typical confusions of recognisers, and number words of several tokens."""
    clause_words: frozenset[str]
    others: PhraseIndex
    """Collisions and suppressors; only looked at when a sign was found."""
    suppressors: Mapping[str, Suppressor]
    farthest: int
    """The longest reach of a suppressor."""
    joining: frozenset[str]
    """Words that join the signs of a list, of all suppressors."""
    rules: Mapping[str, tuple[Rule, ...]]
    """Sign to the rules that need it."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    points: Mapping[str, int] = field(default_factory=dict)
    """What a sign adds to the score of the words around it."""
    likened: Likened | None = None
    """What is asked about because it resembles an emergency; None in a table without examples."""
    memo: dict[str, Recalled | None] = field(default_factory=dict, compare=False, repr=False)
    """What was looked up before: callers use few words, and looking up is a pure function of the word."""
    idle: set[str] = field(default_factory=set, compare=False, repr=False)
    """Of the words looked up, those on which no sign hangs: a text of nothing else has no sign."""

    def recall(self, said: str) -> Recalled | None:
        """Look up a folded word: put right what was misheard; None for a filler."""
        try:
            return self.memo[said]
        except KeyError:
            recalled = self._look_up(said)
            if len(self.memo) < _REMEMBERED:
                self.memo[said] = recalled
                if recalled is None or not recalled.phrases:
                    self.idle.add(said)
            return recalled

    def may_match(self, signs: Collection[str]) -> bool:
        """Tell whether some rule finds all it asks for among the signs; most signs mean nothing alone."""
        present = frozenset(signs)
        sum_of_points = sum(self.points.get(sign, 0) for sign in present)
        return any(
            rule.least <= sum_of_points and not any(present.isdisjoint(entry) for entry in rule.all)
            for sign in present
            for rule in self.rules.get(sign, ())
        )

    def _look_up(self, said: str) -> Recalled | None:
        if said in self.dropped:
            return None
        word = self.replaced.get(said, said)
        phrases = self.signs.hanging_on(word)
        if phrases is None and word not in self.ordinary and not word.startswith(self.ordinary_stems):
            word = self.speller.correct(word) or word
            phrases = self.signs.hanging_on(word)
        return Recalled(word, phrases or (), word in self.numbers)
