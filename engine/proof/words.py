"""Representative raw words: for each thing that the safety screen can make of an utterance, one that is so.

The words come from the pack itself, from the cases of its policies and its example calls; the screen that
reads them is the one that reads callers. A kind for which the pack has no words at all is not tried, and
the proof says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.core.privacy import REMOVED
from engine.core.safety import Level, assess_all

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.proof.sight import Sight

NEUTRAL = "well"
"""Words that say nothing to the screen: what they mean is for understanding to say."""


@dataclass(frozen=True, slots=True)
class Words:
    """An utterance and what the screen makes of it."""

    text: str
    level: Level | None
    signals: frozenset[str]
    check: str | None

    @property
    def urgent(self) -> bool:
        """Whether a person in danger speaks so."""
        return self.level is not None and self.level <= Level.L1


def representative(domain: Domain, seen: Sight, texts: Iterable[str]) -> tuple[Words, ...]:
    """The shortest utterance of each kind that a rule can tell from the others, the urgent ones first."""
    found: dict[object, Words] = {}
    levels = {str(item) for item in seen.constants.get("safety.level", ())}
    for text in sorted({NEUTRAL, f"it is {REMOVED}", *texts}, key=lambda text: (len(text), text)):
        finding = assess_all(domain.patterns.values(), (text,))
        signals = finding.signals & frozenset(seen.signals)
        level = finding.level if finding.level is not None and finding.level.name in levels else None
        urgent = level is not None and level <= Level.L1
        kind = (level, signals, None if urgent else finding.check, REMOVED in text)
        found.setdefault(kind, Words(text, level, signals, finding.check))
    return tuple(sorted(found.values(), key=lambda item: (item.level is None, item.level or 0, item.text)))


def missing(domain: Domain, seen: Sight, words: Iterable[Words]) -> tuple[str, ...]:
    """What rules ask for and no utterance of the pack's own cases and calls brings about."""
    known = tuple(words)
    levels = {str(item) for item in seen.constants.get("safety.level", ())} - {Level.L3.name, Level.L4.name}
    heard = {item.level.name for item in known if item.level is not None}
    signals = {signal for item in known for signal in item.signals}
    return tuple(sorted((levels - heard) | (seen.signals - signals)))
