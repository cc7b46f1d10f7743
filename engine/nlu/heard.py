"""An utterance as understanding reads it: without fillers and stuttering, misspelt words mended.

Only the words in between are dropped. Every word that stays keeps its place in the text as heard, because
what a command gives as evidence must be the caller's own words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from engine.core.frozen import quick
from engine.core.words import Words, split_words
from engine.nlu.phrases import Lexicon, longest

_SHORTEST = 6
"""Letters of a word that may be mended: shorter ones have too many neighbours."""
_FAR = 9
"""Letters from which a word may have two mistakes."""
_STUTTER = 3
"""Words that may be repeated as a whole ("I want to I want to")."""
_CACHED = 20_000
_LONGEST, _LETTERS = 200, 1600
"""Words and characters of one turn that are looked at; nobody says more in one breath."""


@quick(frozen=True, slots=True)
class Heard:
    """An utterance, cleaned."""

    text: str
    words: tuple[str, ...]
    """Folded, mended words without fillers."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    clauses: tuple[int, ...]

    def said(self, first: int, last: int) -> str:
        """The caller's own words from one word up to and including another."""
        return self.text[self.starts[first] : self.ends[last]]

    def place(self, span: tuple[int, int]) -> tuple[int, int]:
        """First and last word that a stretch of the text touches; (-1, -1) when it touches none."""
        first, last = bisect_right(self.ends, span[0]), bisect_left(self.starts, span[1]) - 1
        return (first, last) if first <= last else (-1, -1)


class Listener:
    """Cleans the utterances of one language."""

    def __init__(self, fillers: Iterable[str], lexicon: Lexicon, ordinary: Iterable[str] = ()) -> None:
        """Keep the fillers; words are mended to those of the lexicon, `ordinary` ones never."""
        self._fillers = Lexicon((filler, "filler") for filler in fillers)
        self._lexicon = lexicon
        self._ordinary = frozenset(ordinary)
        self._by_letter = _by_first_letter(word.removesuffix("*") for word in lexicon.words)
        self._mended: dict[str, str] = {}

    def hear(self, text: str) -> Heard:
        """Clean one utterance."""
        words = split_words(text)
        dropped = {
            index
            for item in longest(self._fillers.find(words.folded))
            for index in range(item.first, item.last + 1)
        }
        if dropped:  # the "uh" of "uh huh" is no filler
            phrases = (item for item in self._lexicon.find(words.folded) if item.length > 1)
            dropped -= {index for item in phrases for index in range(item.first, item.last + 1)}
        kept = [index for index in range(len(words.folded)) if index not in dropped]
        if not kept:
            kept = list(range(len(words.folded)))
        return _heard(words, _without_stutter(words, kept), self._mend)

    def _mend(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self._ordinary:
            return word
        mended = self._mended.get(word)
        if mended is None:
            mended = word if self._lexicon.knows(word) else self._nearest(word)
            if len(self._mended) < _CACHED:
                self._mended[word] = mended
        return mended

    def _nearest(self, word: str) -> str:
        """The one known word that is a slip of hand or ear away; the word itself if none or several are."""
        if not word.isalpha():
            return word
        allowed = 2 if len(word) >= _FAR else 1
        best, rivals = "", 0
        for known in self._by_letter.get(word[0], ()):
            if abs(len(known) - len(word)) > allowed:
                continue
            distance = DamerauLevenshtein.distance(word, known, score_cutoff=allowed)
            if distance < allowed + 1:
                if distance < allowed:
                    best, rivals, allowed = known, 1, distance
                else:
                    best, rivals = (best or known), rivals + 1
        return best if rivals == 1 else word


def cut(text: str) -> str:
    """The beginning of a text that is longer than anybody speaks: garbage costs no more than a speech."""
    if len(text) <= _LETTERS and text.count(" ") < _LONGEST:
        return text
    end = 0
    for _ in range(_LONGEST):
        end = text.find(" ", end + 1)
        if end < 0 or end > _LETTERS:
            break
    return text[: end if 0 < end <= _LETTERS else _LETTERS]


def _by_first_letter(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        if len(word) >= _SHORTEST - 1 and word.isalpha():
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(items) for letter, items in found.items()}


def _without_stutter(words: Words, kept: Sequence[int]) -> list[int]:
    """Of words said twice in a row, keep the second time."""
    if len({words.folded[index] for index in kept}) == len(kept):
        return list(kept)  # nothing is said twice at all
    out: list[int] = []
    for index in kept:
        out.append(index)
        for size in range(1, _STUTTER + 1):
            tail = [words.folded[place] for place in out[-2 * size :]]
            if (
                len(tail) == 2 * size
                and tail[:size] == tail[size:]
                and not any(word.isdigit() for word in tail)
            ):
                del out[-2 * size : -size]
                break
    return out


def _heard(words: Words, kept: Sequence[int], mend: Callable[[str], str]) -> Heard:
    return Heard(
        words.text,
        tuple([mend(words.folded[index]) for index in kept]),
        tuple([words.starts[index] for index in kept]),
        tuple([words.ends[index] for index in kept]),
        tuple([words.clauses[index] for index in kept]),
    )
