"""Words one letter away from a word that matters: misspelt, or misheard by the recogniser."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.core.frozen import quick

_HEAD = 3
"""Letters by which candidates are looked up: one wrong letter leaves the first or the next three intact."""

_SHORTEST = 5
"""Letters of a word worth looking at: one fewer than the shortest that may be misheard."""


@quick(frozen=True, slots=True)
class Speller:
    """The words that may be misheard, looked up by their first and by their next three letters."""

    heads: Mapping[str, tuple[str, ...]]
    middles: Mapping[str, tuple[str, ...]]
    stems: frozenset[str]
    """Those of which only the beginning counts."""

    def correct(self, word: str) -> str | None:
        """Return the word that was probably meant, or None; the cost does not grow with the table."""
        if len(word) < _SHORTEST:
            return None
        candidates = self.heads.get(word[:_HEAD], ())
        for shift in (_HEAD - 1, _HEAD, _HEAD + 1):
            candidates += self.middles.get(word[shift : shift + _HEAD], ())
        for candidate in candidates:
            rest = rest_after(candidate, word)
            if rest is not None and (not rest or candidate in self.stems):
                return candidate + rest
        return None


def build_speller(entries: Collection[str]) -> Speller:
    """Index words, and beginnings of words written as `word*`, of six letters at least."""
    stems = {entry[:-1] for entry in entries if entry.endswith("*")}
    heads: dict[str, tuple[str, ...]] = {}
    middles: dict[str, tuple[str, ...]] = {}
    for entry in sorted({entry.removesuffix("*") for entry in entries}):
        heads[entry[:_HEAD]] = (*heads.get(entry[:_HEAD], ()), entry)
        middle = entry[_HEAD : 2 * _HEAD]
        middles[middle] = (*middles.get(middle, ()), entry)
    return Speller(heads, middles, frozenset(stems))


def rest_after(target: str, word: str) -> str | None:
    """Return what follows in a word that begins like the target but for one letter; None if it does not.

    One letter may be dropped, added, changed, or swapped with the next.
    """
    at = 0
    while at < len(target) and at < len(word) and target[at] == word[at]:
        at += 1
    ends = [
        (target[at + 1 :], at + 1),
        (target[at + 1 :], at),
        (target[at:], at + 1),
    ]
    if target[at : at + 2] == word[at : at + 2][::-1]:
        ends.append((target[at + 2 :], at + 2))
    rests = [
        word[start + len(end) :] for end, start in ends if word.startswith(end, start) and start <= len(word)
    ]
    return min(rests, key=len, default=None)
