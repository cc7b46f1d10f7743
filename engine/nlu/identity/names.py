"""People's names in what callers say: introduced, bare when asked for, family name first, or one half only.

A recogniser gives names in lower case among ordinary words, so a name is what stands where names
stand and is none of the words that a language uses for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.core.frozen import quick
from engine.nlu.entity import Entity
from engine.nlu.identity.halves import MARKS, Halves, Reading
from engine.nlu.identity.words import Phrases, Word, fold, keys_of, phrase_set, words_of

_BEFORE_NAME = frozenset(",:\"“„'")
"""Marks that may stand between an introduction and the name."""
_LONGEST = 4
"""Words of a name, particles included."""


@quick(frozen=True, slots=True)
class _Found:
    """A stretch of name words and how it was introduced."""

    words: tuple[Word, ...]
    part: str
    """full | both | first | last: which half the caller said it is; "both" already stand in order."""
    confidence: float


_Herald = tuple[int, int, str]
"""Where words stand that announce a name, how many they are, and their kind."""


class NameGrammar:
    """Finds the name a caller gives."""

    def __init__(
        self, table: Mapping[str, Any], *, known: Collection[str] = (), ordinary: Iterable[str] = ()
    ) -> None:
        """Read the `names` table; `known` are names on file, `ordinary` more words that are no names here."""
        self._introduced = Phrases(
            {
                str(phrase): kind
                for kind in ("other", "faint", "weak", "strong", "title", "first_label", "last_label")
                for phrase in table.get(kind) or ()
            }
        )
        self._after = phrase_set(table.get("after") or ())
        self._filler = phrase_set(table.get("filler") or ())
        # Without ordinary words every word would pass for a name: such a language has no names yet.
        self._has_words = bool(table)
        self._halves = Halves(table)
        self._particles = self._halves.particles
        self._given = self._halves.given
        self._known = frozenset(word.key for name in known for word in words_of(name))
        firsts, lasts = _firsts_and_lasts(known)
        self._known_lasts = lasts - firsts - self._given
        self._doubtful = frozenset(fold(str(word)) for word in table.get("also_names") or ())
        listed = frozenset(
            key for text in (*(table.get("ordinary") or ()), *ordinary) for key in keys_of(str(text))
        )
        self._ordinary = listed - self._given - self._doubtful
        self._certain = (self._known | self._given) - listed - self._doubtful
        self._no_name_endings = tuple(fold(str(ending)) for ending in table.get("no_name_endings") or ())

    def find(self, texts: Sequence[str], *, asking: bool, half: str | None = None) -> tuple[Entity, ...]:
        """One name with every reading of the n-best, those made of names on file first.

        `half` is "first" or "last" when only that was asked: then one bare word is taken for it.
        """
        readings: list[tuple[int, Reading, _Found, str]] = []
        for text in texts if self._has_words else ():
            found = self._in_text(words_of(text), asking=asking)
            if found is not None:
                reading = self._halves.reading(found.words, self._part(found, half))
                readings.append((-self._on_file(reading), reading, found, text))
        if not readings:
            return ()
        readings.sort(key=lambda candidate: candidate[0])
        _, best, found, text = readings[0]
        values = {(r["first"], r["last"]): r for _, r, _, _ in readings}
        others = tuple(values.values()) if len(values) > 1 else ()
        span = (min(word.start for word in found.words), max(word.end for word in found.words))
        return (
            Entity(
                "person_name",
                text[slice(*span)],
                span,
                value=best,
                alternatives=others,
                confidence=found.confidence,
            ),
        )

    def _in_text(self, words: Sequence[Word], *, asking: bool) -> _Found | None:
        """The surest name of one text."""
        heralds = [
            (index, *hit)
            for index in self._introduced.beginnings(words)
            if (hit := self._introduced.at(words, index)) is not None
        ]
        candidates = [
            *self._labelled(words, heralds),
            *self._introductions(words, heralds, asking=asking),
            *self._signed(words),
        ]
        if asking and not candidates:
            candidates = [*self._bare(words)]
        return max(candidates, key=lambda found: found.confidence, default=None)

    def _introductions(
        self, words: Sequence[Word], heralds: Sequence[_Herald], *, asking: bool
    ) -> Iterable[_Found]:
        """'My name is ...' alone may be followed by one word; 'it's ...' needs more to be believed."""
        after = 0
        for index, taken, kind in heralds:
            if kind in ("first_label", "last_label") or index < after:
                continue
            if kind == "other":
                after = index + taken
                continue
            name = self._name_from(words, index + taken, lenient=asking or kind == "strong")
            count = _count(name)
            if not count:
                continue
            certain = any(word.key in self._certain for word in name)
            if kind == "title":
                yield _Found(name, "last" if count == 1 else "full", 0.8)
            elif kind == "strong" or (asking and kind == "weak"):
                doubt = 0.0 if kind == "strong" or certain else 0.3
                yield _Found(name, "full", (0.9 if count > 1 else 0.7) - doubt)
            elif kind == "faint":
                if certain or (count > 1 and (asking or self._is_capital(name))):
                    yield _Found(name, "full", 0.65 if count > 1 else 0.5)
            elif self._believed(name, words, index + taken):
                sure = count > 1 and self._on_record(name)
                yield _Found(name, "full", 0.85 if sure else 0.7 if count > 1 else 0.55)

    def _labelled(self, words: Sequence[Word], heralds: Sequence[_Herald]) -> Iterable[_Found]:
        """'First name Anna, last name Novak': both labels make one full name."""
        parts: dict[str, tuple[Word, ...]] = {}
        for index, taken, kind in heralds:
            if kind in ("first_label", "last_label"):
                name = self._name_from(words, index + taken, marks=True, lenient=True)
                if name:
                    parts.setdefault(kind.removesuffix("_label"), name)
        if len(parts) == 2:
            yield _Found((*parts["first"], *parts["last"]), "both", 0.95)
        for part, name in parts.items():
            yield _Found(name, part, 0.85)

    def _signed(self, words: Sequence[Word]) -> Iterable[_Found]:
        """The name opens the sentence: "James O'Connor speaking", or both halves are surely names."""
        start = self._over_fillers(words, 0, marks=True)
        name = self._name_from(words, start)
        if _count(name) < 2:
            return
        stop = start + len(name)
        if stop < len(words) and self._after.at(words, stop) and self._believed(name, words, start):
            yield _Found(name, "full", 0.85 if self._on_record(name) else 0.75)
        elif all(word.key in self._certain or self._halves.is_surname(word.key) for word in name):
            yield _Found(name, "full", 0.6)

    def _bare(self, words: Sequence[Word]) -> Iterable[_Found]:
        """An answer that holds a name and nothing else but politeness."""
        start = self._over_fillers(words, 0, marks=True)
        name = self._name_from(words, start, lenient=True)
        if not name:
            yield from self._misheard(words[start:])
            return
        end = start + len(name)
        comma = end < len(words) and words[end].key == ","
        if comma and len(self._halves.pieces(name)) == 1:
            rest = self._name_from(words, end + 1, lenient=True)
            if rest and self._nothing_follows(words, end + 1 + len(rest)):
                family_first = name[0].key not in self._given
                yield _Found((*rest, *name) if family_first else (*name, *rest), "both", 0.85)
                return
        if self._nothing_follows(words, end):
            sure = any(word.key in self._certain or self._halves.is_surname(word.key) for word in name)
            yield _Found(name, "full", (0.85 if sure else 0.65) if _count(name) > 1 else 0.5)
        elif _count(name) > 1 and any(word.key in self._certain for word in name):
            yield _Found(name, "full", 0.65)
        else:
            yield from self._misheard(words[start:])

    def _misheard(self, words: Sequence[Word]) -> Iterable[_Found]:
        """An answer of two words, one of them on file: the other is how the recogniser wrote a name."""
        if len(words) == 2 and all(word.key.isalpha() for word in words):
            certain = [word for word in words if word.key in self._known & self._certain]
            if certain:
                yield _Found(tuple(words), "full", 0.4)

    def _name_from(
        self, words: Sequence[Word], start: int, *, marks: bool = False, lenient: bool = False
    ) -> tuple[Word, ...]:
        """The words of a name that starts here; `lenient` lets in ordinary words that are names on file."""
        begin = index = self._over_fillers(words, start, marks=marks)
        count = 0
        while index < len(words) and count < _LONGEST and self._is_name(words, index, lenient=lenient):
            count += words[index].key not in MARKS
            index += 1
        while index > begin and words[index - 1].key in MARKS:
            index -= 1
        if all(word.key in self._ordinary or word.key in MARKS for word in words[begin:index]):
            return ()
        return tuple(words[begin:index])

    def _is_name(self, words: Sequence[Word], index: int, *, lenient: bool = False) -> bool:
        word = words[index]
        if word.key in MARKS:
            return 0 < index < len(words) - 1 and words[index - 1].key.isalpha() and words[index + 1].glued
        if (
            not word.key.replace("'", "").isalpha()
            or self._after.at(words, index)
            or self._filler.at(words, index)
        ):
            return False
        if word.key in self._particles:
            return index + 1 < len(words) and words[index + 1].key.isalpha()
        stem = word.key.partition("'")[0]
        ordinary = word.key in self._ordinary or (len(stem) > 1 and stem in self._ordinary)
        return len(word.key) > 1 and (not ordinary or (lenient and word.key in self._known))

    def _believed(self, name: Sequence[Word], words: Sequence[Word], start: int) -> bool:
        """Whether a weakly introduced stretch is a name: known, in capitals, or two words and the end."""
        keys = [word.key for word in name if word.key not in MARKS]
        if any(key in self._certain for key in keys):
            return True
        if self._is_capital(name):
            return True
        if len(keys) < 2 or any(key in self._doubtful or key.endswith(self._no_name_endings) for key in keys):
            return False
        stop = start + len(name)
        signed = stop < len(words) and self._after.at(words, stop) is not None
        return signed or self._halves.is_surname(keys[-1]) or self._nothing_follows(words, stop)

    def _on_record(self, name: Sequence[Word]) -> bool:
        """Whether each of its words is surely a name: on file, or a given one."""
        return all(word.key in self._certain for word in name if word.key not in MARKS)

    def _is_capital(self, name: Sequence[Word]) -> bool:
        words = [word.text for word in name if word.key not in MARKS and word.key not in self._particles]
        return all(word[0].isupper() and (len(word) < 3 or not word.isupper()) for word in words)

    def _nothing_follows(self, words: Sequence[Word], index: int) -> bool:
        while index < len(words):
            hit = self._filler.at(words, index) or self._after.at(words, index)
            if hit is None and words[index].key.isalnum():
                return False
            index += hit[0] if hit else 1
        return True

    def _over_fillers(self, words: Sequence[Word], index: int, *, marks: bool) -> int:
        while index < len(words):
            hit = self._filler.at(words, index)
            if hit is not None:
                index += hit[0]
            elif (
                not words[index].key.isalnum()
                and "'" not in words[index].key
                and (marks or words[index].key in _BEFORE_NAME)
            ):
                index += 1
            else:
                break
        return index

    def _part(self, found: _Found, half: str | None) -> str:
        """The half that one bare word belongs to: the one that was asked for, or the one on file."""
        if found.part != "full" or len(self._halves.pieces(found.words)) > 1:
            return found.part
        return half or ("last" if found.words[-1].key in self._known_lasts else "full")

    def _on_file(self, reading: Reading) -> int:
        halves = [half for half in reading.values() if half]
        return sum(1 for half in halves if fold(half) in self._known) if self._known else 0


def _firsts_and_lasts(known: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the names on file that stand before the last one, and the last ones."""
    names = [[word.key for word in words_of(name)] for name in known]
    return (
        frozenset(key for name in names for key in name[:-1]),
        frozenset(name[-1] for name in names if len(name) > 1),
    )


def _count(name: Sequence[Word]) -> int:
    return sum(1 for word in name if word.key not in MARKS)
