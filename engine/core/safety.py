"""The safety screen: how urgent raw words are, by the pack's compiled patterns.

It reads only what was heard, every hypothesis of it, and nothing of the state, so no state can switch it
off; it is pure and needs no understanding, so policies can ask it first. It only reports: what happens at
a level is the policies' business, and levels of a call only ever rise there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.core.frozen import quick
from engine.core.safety_rules import PatternError, compile_patterns
from engine.core.safety_scene import Scene, hear
from engine.core.safety_table import Level, Patterns
from engine.core.words import Words, split_words

__all__ = [
    "Finding", "Hit", "Level", "PatternError", "Patterns",
    "assess", "assess_all", "compile_patterns", "worst",
]  # fmt: skip


@quick(frozen=True, slots=True)
class Hit:
    """A rule that matched; one that was taken back says by what."""

    rule: str
    level: Level | None
    signal: str | None
    words: str
    """The caller's words from the first sign to the last."""
    rank: int
    """Which hypothesis, 0 the best."""
    where: str
    """File and line of the rule, if the loader gave it."""
    suppressed_by: str | None
    check: str | None = None
    if_yes: Level | None = None


@quick(frozen=True, slots=True)
class Finding:
    """What the screen says of one transcript."""

    level: Level | None
    signals: frozenset[str]
    hits: tuple[Hit, ...]
    """Every rule that matched, the suppressed ones too."""
    check: str | None
    """Response of the question to ask because the words leave it open; None if they do not."""
    if_yes: Level | None = None
    """The level if the check question is answered by yes, unclearly or not at all."""


def worst(first: Level | None, second: Level | None) -> Level | None:
    """Return the more urgent of two levels."""
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)


def assess(patterns: Patterns, texts: Sequence[str]) -> Finding:
    """Screen the hypotheses of one transcript; any of them can raise the level, none can lower it."""
    return assess_all((patterns,), texts)


def assess_all(tables: Iterable[Patterns], texts: Sequence[str]) -> Finding:
    """Screen by the tables of all languages: people in need fall back to their own."""
    tables = tuple(tables)
    hits: list[Hit] = []
    for rank, text in enumerate(texts):
        words = split_words(text)
        for patterns in tables:
            hits += _screen(patterns, words, rank)
    if not any(map(_decides, hits)):
        for rank, text in enumerate(texts):
            hits += _resembling(tables, split_words(text), rank)
    return _finding(tuple(hits)) if hits else _NOTHING


_NOTHING = Finding(None, frozenset(), (), None)


def _finding(hits: tuple[Hit, ...]) -> Finding:
    """Sum up: the worst level, all signals, and the check that could still raise the level most."""
    level: Level | None = None
    for hit in hits:
        if hit.suppressed_by is None:
            level = worst(level, hit.level)
    standing = [hit for hit in hits if hit.suppressed_by is None]
    signals = frozenset(hit.signal for hit in standing if hit.signal is not None)
    checks = [hit for hit in standing if hit.if_yes is not None and (level is None or hit.if_yes < level)]
    # A rule that gives a level knows better what to ask than a score, heard only where nothing is certain.
    known = [hit for hit in checks if hit.level is not None]
    if not known and level not in (Level.L0, Level.L1):
        known = checks
    first = min(known, key=lambda hit: (hit.if_yes or 0, hit.rank), default=None)
    return Finding(level, signals, hits, first.check if first else None, first.if_yes if first else None)


def _screen(patterns: Patterns, words: Words, rank: int) -> Iterator[Hit]:
    """Yield the hits of one table on one text; most texts hold no sign and end here."""
    if patterns.idle.issuperset(words.folded):
        return  # one look for the whole text; `hear` would find the same word by word
    heard = hear(patterns, words)
    if not heard.hanging:
        return
    signs = patterns.signs.find(heard.words, heard.hanging)
    if not patterns.may_match({sign.name for sign in signs}):
        return
    for rule, first, last, suppressed_by in Scene(patterns, words, heard, signs).matches():
        said = words.said(heard.places[first], heard.places[last])
        yield Hit(
            rule.id, rule.level, rule.signal, said, rank, rule.where, suppressed_by, rule.check, rule.if_yes
        )


def _decides(hit: Hit) -> bool:
    """Tell whether a rule has seen to it: what is urgent, or asked about, need not resemble anything."""
    urgent = hit.level is not None and hit.level <= Level.L2
    return hit.suppressed_by is None and (urgent or hit.check is not None)


def _resembling(tables: Iterable[Patterns], words: Words, rank: int) -> Iterator[Hit]:
    """Yield a hit for each table with examples of emergencies that the words resemble."""
    for patterns in tables:
        likened = patterns.likened
        found = likened.model.best(words.folded) if likened is not None else None
        if likened is not None and found is not None and found.score >= likened.least:
            said = words.said(found.first, found.last)
            yield Hit(likened.id, None, None, said, rank, likened.where, None, likened.check, likened.if_yes)
