"""Names on file that sound like what was written: "on a Novak" may be how a recogniser spells Anna Novak.

A recogniser writes a name it does not know as words that it does. Which of the names on file sounds like some
of those words is looked up here; whether the sound bears it out is for the model to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from engine.core.words import fold
from engine.nlu.identity.sounds import broad, run_together, sound

_WORDS = 5
"""Words that one name may have become."""
_SHORTEST = 4
"""Sounds of a stretch worth looking up."""
_ROUGHLY, _ALIKE = 0.6, 0.68
"""Likeness at first sight, and on a closer look."""
_LOOKS, _MOST = 4, 4
"""Names looked at for one stretch, and names proposed in all."""


@dataclass(frozen=True, slots=True)
class Namesake:
    """A name on file and the words that may be it."""

    name: str
    """As it would be written without its accents."""
    first: int
    last: int
    """The places of the words, both included."""


class Namesakes:
    """Names on file, looked up by their sound."""

    def __init__(self, names: Sequence[str]) -> None:
        """Take whole names; one word is no name, since too much sounds like one."""
        self._names = [name for name in dict.fromkeys(names) if " " in name.strip()]
        self._sounds = [sound(name) for name in self._names]
        self._rough = [broad(item) for item in self._sounds]

    def of(self, words: Sequence[str]) -> list[Namesake]:
        """The names that some words in a row sound like, the likest first, each once."""
        found: dict[str, tuple[float, Namesake]] = {}
        for first, last in _stretches(len(words)):
            heard = sound(" ".join(words[first : last + 1]))
            if len(heard) < _SHORTEST:
                continue
            near = process.extract(
                broad(heard),
                self._rough,
                scorer=Levenshtein.normalized_similarity,
                score_cutoff=_ROUGHLY,
                limit=_LOOKS,
            )
            for _, _, place in near:
                likeness = run_together(heard, self._sounds[place])
                name = self._names[place]
                if likeness >= _ALIKE and (name not in found or likeness > found[name][0]):
                    found[name] = likeness, Namesake(fold(name).title(), first, last)
        ranked = sorted(found.values(), key=lambda item: -item[0])
        return [namesake for _, namesake in ranked[:_MOST]]


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    for first in range(count):
        for last in range(first, min(count, first + _WORDS)):
            yield first, last
