"""How a name sounds, roughly: the key under which misheard, inflected and unaccented names meet.

Recognisers write a name they do not know as words that sound alike ("shame shoes" for Shane Hughes),
drop diacritics, and return it in whatever case the sentence needs; the key keeps only what survives
all three: the consonants of the stem, in broad classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

from engine.nlu.identity.words import fold

_SPELLINGS = (
    ("sch", "s"), ("tch", "c"), ("ght", "t"), ("gh", ""), ("ph", "f"), ("ck", "k"), ("sh", "s"), ("ch", "c"),
    ("th", "t"), ("wr", "r"), ("kn", "n"), ("qu", "kv"), ("x", "ks"), ("q", "k"), ("w", "v"), ("y", "i"),
)  # fmt: skip
"""Letter groups that stand for one sound in names of most languages in the Latin script."""
_SOFT_C = re.compile(r"c(?=[ei])")
_DOUBLE = re.compile(r"(.)\1+")
_VOWELS = "aeiou"
_CASE_ENDING = re.compile(r"(?<=[^aeiou])[aeiou]*s?$")
_CLASS = str.maketrans(
    {"b": "p", "v": "f", "g": "k", "c": "s", "z": "s", "d": "t", "n": "m", "j": "s", "h": None}
    | dict.fromkeys(_VOWELS, "a")
)


@lru_cache(maxsize=65536)
def sound(name: str) -> str:
    """A name as letters for sounds: folded, one letter a sound, nothing doubled, no marks between words."""
    text = "".join(letter for letter in fold(name) if letter.isalpha())
    for spelling, heard in _SPELLINGS:
        if spelling in text:
            text = text.replace(spelling, heard)
    return _DOUBLE.sub(r"\1", _SOFT_C.sub("s", text).replace("c", "k") if "c" in text else text)


@lru_cache(maxsize=65536)
def broad(sounds: str) -> str:
    """Sounds in classes that are easily taken for one another: voiced with unvoiced, all vowels as one."""
    return _DOUBLE.sub(r"\1", sounds.translate(_CLASS))


def name_key(name: str, endings: Mapping[str, str] | None = None) -> str:
    """The consonant classes of the stem: equal for case forms, lost diacritics and most misspellings.

    A feminine surname is another name than the masculine one (its suffix is part of the stem), so the
    two never share a key. `endings` turns case endings that change the stem back into the nominative.
    """
    folded = fold(name)
    if endings:
        for length in range(min(len(folded) - 1, 5), 0, -1):
            nominative = endings.get(folded[-length:])
            if nominative is not None:
                folded = folded[:-length] + nominative
                break
    stem = _CASE_ENDING.sub("", sound(folded)) or sound(folded)
    classes = broad(stem)
    return classes[:1] + classes[1:].replace("a", "")


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> float:
    """0..1: how easily a recogniser takes one for the other, both given as sounds."""
    if one == other:
        return 1.0
    fine = JaroWinkler.similarity(one, other)
    coarse = Levenshtein.normalized_similarity(broad(one), broad(other))
    return 0.5 * fine + 0.5 * coarse


@lru_cache(maxsize=65536)
def run_together(one: str, other: str) -> float:
    """0..1 for whole names cut elsewhere ("and Tony" for Antony); a shared start earns nothing."""
    if one == other:
        return 1.0
    fine = Levenshtein.normalized_similarity(one, other)
    return 0.5 * fine + 0.5 * Levenshtein.normalized_similarity(broad(one), broad(other))
