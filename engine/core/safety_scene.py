"""One text in front of one table: which signs stand in it, and what takes them back.

Suppressors act inside a clause only, on the sign they stand by: "no swelling, but I can't swallow" keeps
the second. What a rule needs may be spread over clauses, because callers and recognisers put commas anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.core.phrases import Hanging, Occurrence, value_of
from engine.core.safety_table import COLLISION, Patterns, Rule
from engine.core.words import Words

_LIST_GAP = 2
"""Most words between two signs of a list such as `no pain or any swelling`."""
_VOID_REACH = 2
"""How many words before a suppressor may make it void: `has not really stopped`."""
_TENS, _HUNDRED = 10, 100


class Match(NamedTuple):
    """A rule whose signs are there: the first and last word said, and what took them back."""

    rule: Rule
    first: int
    last: int
    suppressed_by: str | None


class Heard(NamedTuple):
    """A text as a table hears it."""

    words: list[str]
    places: list[int]
    """Where each word stands in the original."""
    hanging: list[Hanging]
    """The words on which phrases of signs hang."""


def hear(patterns: Patterns, words: Words) -> Heard:
    """Drop fillers and repeated words, put right what was misheard; keep where each word came from."""
    heard = Heard([], [], [])
    last = ""
    for place, said in enumerate(words.folded):
        recalled = patterns.recall(said)
        if recalled is None or recalled.word == last:
            continue
        if recalled.is_number and last:
            joined = _joined_number(patterns, last, recalled.word)
            if joined is not None:
                heard.words[-1] = last = joined
                continue
        last = recalled.word
        if recalled.phrases:
            heard.hanging.append((len(heard.words), recalled.phrases))
        heard.words.append(last)
        heard.places.append(place)
    return heard


def _joined_number(patterns: Patterns, before: str, word: str) -> str | None:
    """Return `25` for `twenty five` and `500` for `five hundred`, so neither is taken for a small number."""
    tens, ones = value_of(before, patterns.numbers), value_of(word, patterns.numbers)
    if tens is None or ones is None:
        return None
    if ones == _HUNDRED and 0 < tens < _TENS:
        return str(tens * ones)
    return str(tens + ones) if tens % _TENS == 0 and 0 < ones < _TENS <= tens < _HUNDRED else None


class Scene:
    """The signs of one text with their clauses and suppressors."""

    def __init__(self, patterns: Patterns, words: Words, heard: Heard, signs: Sequence[Occurrence]) -> None:
        self._patterns, self._heard = patterns, heard.words
        others = patterns.others.find(heard.words)
        hidden = {
            at for other in others if other.name == COLLISION for at in range(other.start, other.end + 1)
        }
        self._signs = [sign for sign in signs if hidden.isdisjoint(range(sign.start, sign.end + 1))]
        self._clauses = self._number_clauses(words, heard.places)
        self._before: dict[int, list[Occurrence]] = {}
        self._after: dict[int, list[Occurrence]] = {}
        self._about: dict[int, set[str]] = {}
        self._anywhere: set[str] = set()
        for sign in self._signs:
            self._about.setdefault(self._clauses[sign.start], set()).add(sign.name)
        for other in others:
            if other.name != COLLISION and not self._void(other):
                self._place(other)
        self._against = [self._directly_against(sign) for sign in self._signs]
        self._spread_over_lists()

    def matches(self) -> Iterator[Match]:
        """Yield every rule whose signs are near enough to each other."""
        present = {sign.name for sign in self._signs}
        # In the order of names: that of a set differs from process to process, and a tape must replay in any.
        named = self._patterns.rules
        candidates = {rule.id: rule for name in sorted(present) for rule in named.get(name, ())}
        for rule in candidates.values():
            if all(not present.isdisjoint(entry) for entry in rule.all):
                match = self._match(rule)
                if match is not None and (not rule.alone or match.last - match.first + 1 == len(self._heard)):
                    yield match

    def _match(self, rule: Rule) -> Match | None:
        """Look first for signs that stand, then for any."""
        wanted = frozenset().union(*rule.all)
        points: Mapping[str, int] = self._patterns.points if rule.least else {}
        judged = zip(self._signs, self._against, strict=True)
        mine = [
            (sign, against & rule.unless)
            for sign, against in judged
            if sign.name in wanted or sign.name in points
        ]
        standing = _window(rule, points, [sign for sign, against in mine if not against])
        if standing is not None:
            return Match(rule, *standing, None)
        taken_back = _window(rule, points, [sign for sign, _ in mine])
        if taken_back is None:
            return None
        why = min(name for _, against in mine for name in against)
        return Match(rule, *taken_back, why)

    def _number_clauses(self, words: Words, places: Sequence[int]) -> list[int]:
        """Number the clauses: a mark begins one, and so does a word such as `but`."""
        clauses: list[int] = []
        extra = 0
        for at, place in enumerate(places):
            extra += self._heard[at] in self._patterns.clause_words
            clauses.append(words.clauses[place] + extra)
        return clauses

    def _void(self, cue: Occurrence) -> bool:
        """Tell whether words just before or after a suppressor undo it: `it has not stopped`."""
        suppressor = self._patterns.suppressors[cue.name.rpartition("/")[0]]
        if cue.end + 1 < len(self._heard) and self._heard[cue.end + 1] in suppressor.not_before:
            return True
        before = range(max(0, cue.start - _VOID_REACH), cue.start)
        clause = self._clauses[cue.start]
        return any(self._heard[at] in suppressor.not_after and self._clauses[at] == clause for at in before)

    def _place(self, cue: Occurrence) -> None:
        """File a suppressor under the place from which it acts."""
        name, _, place = cue.name.rpartition("/")
        if place == "before":
            self._before.setdefault(cue.end, []).append(cue)
        elif place == "after":
            self._after.setdefault(cue.start, []).append(cue)
        elif place == "clause":
            self._about.setdefault(self._clauses[cue.start], set()).add(name)
        else:
            self._anywhere.add(name)

    def _directly_against(self, sign: Occurrence) -> set[str]:
        """Return the suppressors, and the other signs, that stand by a sign in its own clause."""
        first, last = self._clauses[sign.start], self._clauses[sign.end]
        against = self._anywhere | self._about.get(first, set()) | self._about.get(last, set())
        for names, near, clause in ((self._before, range(sign.start - 1, -1, -1), first),
                                    (self._after, range(sign.end + 1, len(self._heard)), last)):  # fmt: skip
            for distance, at in enumerate(near):
                if distance > self._patterns.farthest or self._clauses[at] != clause:
                    break
                against |= {
                    cue.name.rpartition("/")[0]
                    for cue in names.get(at, ())
                    if distance <= self._patterns.suppressors[cue.name.rpartition("/")[0]].reach
                }
        return against

    def _spread_over_lists(self) -> None:
        """Let a suppressor of a list's first sign reach the others: `no bleeding, swelling or fever`."""
        run: list[int] = []
        joints: set[str] = set()
        end = -1
        for index, sign in enumerate(self._signs):
            between = self._heard[end + 1 : sign.start]
            if run and not self._continues(end, sign.start, between):
                self._spread(run, joints)
                run, joints = [], set()
            joints.update(between if run else ())
            run.append(index)
            end = max(end, sign.end)
        self._spread(run, joints)

    def _continues(self, end: int, start: int, between: Sequence[str]) -> bool:
        """Tell whether a sign goes on with a list: it overlaps, follows a comma, or a joining word."""
        if start <= end:
            return True
        if not between:
            return self._clauses[end] != self._clauses[start]
        return len(between) <= _LIST_GAP and all(word in self._patterns.joining for word in between)

    def _spread(self, run: Sequence[int], joints: set[str]) -> None:
        for suppressor in self._patterns.suppressors.values():
            if run and not joints.isdisjoint(suppressor.joined_by) and suppressor.id in self._against[run[0]]:
                for index in run:
                    self._against[index].add(suppressor.id)


def _window(rule: Rule, points: Mapping[str, int], signs: Sequence[Occurrence]) -> tuple[int, int] | None:
    """Return first and last word of a stretch that holds all that a rule asks for, or None; one pass."""
    if rule.least:
        return _scored(rule, points, signs)
    latest: list[Occurrence | None] = [None] * len(rule.all)
    for sign in signs:
        for index, entry in enumerate(rule.all):
            if sign.name in entry:
                latest[index] = sign
        held = [occurrence for occurrence in latest if occurrence is not None]
        if len(held) == len(latest):
            first, last = min(held).start, max(occurrence.end for occurrence in held)
            if last - first < rule.within:
                return first, last
    return None


def _scored(rule: Rule, points: Mapping[str, int], signs: Sequence[Occurrence]) -> tuple[int, int] | None:
    """Return the first stretch whose signs add up to enough; each name counts once, however often said."""
    first, score = 0, 0
    held: Counter[str] = Counter()
    for last, sign in enumerate(signs):
        held[sign.name] += 1
        score += points.get(sign.name, 0) if held[sign.name] == 1 else 0
        while sign.end - signs[first].start >= rule.within and first < last:
            gone = signs[first].name
            held[gone] -= 1
            score -= points.get(gone, 0) if not held[gone] else 0
            first += 1
        if score >= rule.least and all(any(held[name] for name in entry) for entry in rule.all):
            return signs[first].start, max(part.end for part in signs[first : last + 1])
    return None
