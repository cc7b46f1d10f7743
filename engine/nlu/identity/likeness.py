"""How well the readings of a heard name agree with the name of somebody on file.

A recogniser cuts names elsewhere, swaps their halves, or gives one half in each of two turns; each
way to agree has its price, and a half that does not agree at all cannot be made up for by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.core.frozen import quick
from engine.nlu.identity.sounds import alike, broad, name_key, run_together, sound
from engine.nlu.identity.words import fold

_RANK_COST, _RANKS = 0.005, 8
"""What one place further down the n-best costs, so that ties follow the recogniser; up to so many places."""
_EITHER = 0.65
"""Likeness that each half of a name needs, however well the other one agrees."""
_WHOLE = 0.8
"""Likeness that names need when nothing says where one ends and the next begins."""
_SWAPPED = 0.05
"""What it costs to take the first word for the family name."""
_HALF, _PUT_TOGETHER = 0.72, 0.05
"""Likeness each of two halves needs that were heard in different readings, and what joining them costs."""
_MOST_READINGS = 64


@quick(frozen=True, slots=True)
class Entry:
    """A person as sounds."""

    id: str
    first: str
    last: str
    key: str
    """Of the family name."""
    folded: str
    born: date | None
    phone: str


@quick(frozen=True, slots=True)
class Scored:
    """How well one person's name agrees with what was heard."""

    entry: Entry
    score: float
    written: bool
    """Whether the name is spelled exactly as one of the readings."""


class Readings:
    """The n-best readings of a name as sounds, each with what its rank costs.

    `written` are the readings to the letter, `keys` those of the family names heard, `buckets` the
    drawers in which people of these names are.
    """

    __slots__ = ("_firsts", "_lasts", "_pairs", "_singles", "buckets", "keys", "written")

    def __init__(self, names: Sequence[Mapping[str, str | None]], endings: Mapping[str, str]) -> None:
        self.written: set[str] = set()
        self._pairs: dict[tuple[str, str], float] = {}
        self._singles: dict[str, float] = {}
        self._firsts: dict[str, float] = {}
        self._lasts: dict[str, float] = {}
        heard: dict[str, None] = {}
        for rank, name in enumerate(names[:_MOST_READINGS]):
            first, last, letters = name.get("first") or "", name.get("last") or "", name.get("spelled") or ""
            self.written.add(fold(f"{first} {last}".strip()))
            heard |= dict.fromkeys(half for half in (last, letters) if half)
            self._add(sound(first), sound(last), _RANK_COST * min(rank, _RANKS))
            self._add("", sound(letters), _RANK_COST * min(rank, _RANKS))
        self.keys = dict.fromkeys(name_key(name, endings) for name in heard)
        self.buckets = dict.fromkeys(bucket(first, name_key(last, endings)) for first, last in self._pairs)

    def _add(self, first: str, last: str, cost: float) -> None:
        """One word alone may be either half, whichever it was taken for, or both said in one breath."""
        single = "" if first and last else first or last
        if first and last:
            self._pairs.setdefault((first, last), cost)
        if single:
            self._singles.setdefault(single, cost)
        for halves, half in ((self._firsts, first or single), (self._lasts, last or single)):
            if half:
                halves.setdefault(half, cost)

    def __bool__(self) -> bool:
        return bool(self._firsts or self._lasts)

    def ranked(self, entries: Iterable[Entry], least: float) -> list[Scored]:
        """Those whose names are at least so alike, the closest first."""
        scored = {entry.id: self._score(entry) for entry in entries}
        return sorted((one for one in scored.values() if one.score >= least), key=lambda one: -one.score)

    def _score(self, entry: Entry) -> Scored:
        """The best likeness of a pair heard together, of one breath, or of two halves heard apart."""
        whole = entry.first + entry.last
        best = 0.0
        for (first, last), cost in self._pairs.items():
            apart = _both(alike(first, entry.first), alike(last, entry.last))
            swapped = _both(alike(last, entry.first), alike(first, entry.last)) - _SWAPPED
            best = max(best, max(apart, swapped, _in_one_breath(first + last, whole)) - cost)
        for single, cost in self._singles.items():
            best = max(best, _in_one_breath(single, whole) - cost)
        first_score, source = _closest(self._firsts, entry.first, "")
        last_score, _ = _closest(self._lasts, entry.last, source)
        if min(first_score, last_score) >= _HALF:
            best = max(best, 0.5 * (first_score + last_score) - _PUT_TOGETHER)
        return Scored(entry, best, entry.folded in self.written)


def bucket(first: str, key: str) -> tuple[str, str]:
    """The small drawer of the file that a name is in: how its first name begins and the family's key."""
    return broad(first)[:1], key


def _both(first: float, last: float) -> float:
    """The likeness of two halves, nothing when one of them does not agree at all."""
    return 0.5 * (first + last) if min(first, last) >= _EITHER else 0.0


def _in_one_breath(heard: str, whole: str) -> float:
    """The likeness of names cut anywhere; it must be high, for a shared family name alone is long."""
    together = run_together(heard, whole)
    return together if together >= _WHOLE else 0.0


def _closest(halves: Mapping[str, float], wanted: str, taken: str) -> tuple[float, str]:
    """The best likeness and the half it belongs to; a half already taken cannot be the other one too."""
    scored = ((alike(half, wanted) - cost, half) for half, cost in halves.items() if half != taken)
    return max(scored, default=(0.0, ""))
