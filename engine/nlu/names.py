"""Services and providers by any of their names, in any case of the language, and as they are misheard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.core.catalogue import Catalogue, Provider
from engine.core.words import split_words
from engine.nlu.entity import Entity
from engine.nlu.heard import Heard
from engine.nlu.identity.sounds import alike, sound
from engine.nlu.phrases import Endings, Lexicon, Occurrence, longest

_TITLED, _ASKED = 0.72, 0.8
"""Likeness from which an unknown word is a provider's name: after a title, or where a name is expected."""
_ALONE = 0.9
_MARGIN = 0.08
"""How far the likest must lead the next one; less, and the caller is asked which."""
_SHORTEST = 4


def name_entries(
    catalogue: Catalogue,
    pack: Mapping[str, Any],
    language: str,
    endings: Endings,
    softened: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Phrases for everything that has a name at this site."""
    own = pack.get("services") or {}
    for offering in catalogue.offerings.values():
        names = [name for code in (language, *offering.names) for name in offering.names.get(code, ())]
        for name in dict.fromkeys(names):
            yield _inflected(name), f"service:{offering.id}"
        for phrase in own.get(offering.id) or ():
            yield str(phrase), f"service:{offering.id}"
    for name in catalogue.not_offered.get(language, ()):
        yield _inflected(name), f"not_offered:{name}"
    for provider in catalogue.providers.values():
        for phrase in _surname(provider, endings, softened):
            yield phrase, f"provider:{provider.id}"
        for phrase in provider.also_called.get(language, ()):
            yield _inflected(phrase), f"provider:{provider.id}"
        yield f"{_first(provider)}~", f"called:{provider.id}"


def _inflected(name: str) -> str:
    """A name with every word open to the endings of the language, except short ones."""
    return " ".join(word if len(word) < _SHORTEST else f"{word}~" for word in split_words(name).folded)


def _first(provider: Provider) -> str:
    return split_words(provider.name).folded[0]


def _surname(provider: Provider, endings: Endings, softened: Mapping[str, str]) -> Iterator[str]:
    """The surname in its forms; a stem whose last letter softens before some endings has two."""
    words = split_words(provider.name).folded
    first, last = words[0], words[-1]
    yield f"[{first}~] {last}~"
    stem = endings.stem(last)
    if stem[-1] in softened and stem != last:
        yield f"[{first}~] {stem[:-1]}{softened[stem[-1]]}*"


class NameFinder:
    """Finds what has a name."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        """Prepare the sounds of the providers' names."""
        self._lexicon = lexicon
        self._sounds = [
            (provider.id, sound(split_words(provider.name).folded[-1]))
            for provider in catalogue.providers.values()
        ]

    def find(self, heard: Heard, occurrences: Sequence[Occurrence], asked: str | None) -> list[Entity]:
        """Services, providers, and what is not offered."""
        named = [
            item for item in occurrences if item.value.startswith(("service:", "provider:", "not_offered:"))
        ]
        found = [entity for group in _grouped(longest(named)) for entity in _entities(heard, group)]
        before = {item.last: item.value for item in occurrences if item.value in {"title", "with"}}
        found += self._by_first_name(heard, occurrences, before, asked)
        if not any(entity.type == "provider" for entity in found):
            found += self._misheard(heard, before, asked)
        return sorted(found, key=lambda entity: entity.span)

    def _by_first_name(
        self, heard: Heard, occurrences: Sequence[Occurrence], before: Mapping[int, str], asked: str | None
    ) -> Iterator[Entity]:
        for item in occurrences:
            if item.value.startswith("called:") and (asked == "provider" or item.first - 1 in before):
                if any(
                    o.value.startswith("provider:") and o.first <= item.last and o.last >= item.first
                    for o in occurrences
                ):
                    continue
                yield _entity(heard, item, "provider", (item.value.partition(":")[2],), 0.8)

    def _misheard(self, heard: Heard, before: Mapping[int, str], asked: str | None) -> Iterator[Entity]:
        """An unknown word where a provider's name stands, by its sound."""
        for index, word in enumerate(heard.words):
            if len(word) < _SHORTEST or not word.isalpha():
                continue
            place = before.get(index - 1)
            threshold = _TITLED if place == "title" else _ASKED if place or asked == "provider" else _ALONE
            if threshold > _TITLED and self._lexicon.knows(word):
                continue
            heard_sound = sound(word)
            ranked = sorted(((alike(heard_sound, name), ident) for ident, name in self._sounds), reverse=True)
            if ranked and ranked[0][0] >= threshold:
                near = tuple(ident for score, ident in ranked if score >= ranked[0][0] - _MARGIN)
                yield _entity(heard, Occurrence("", index, index), "provider", near, ranked[0][0])


def _grouped(named: Sequence[Occurrence]) -> Iterator[list[Occurrence]]:
    """Names that the same words stand for."""
    groups: dict[tuple[int, int], list[Occurrence]] = {}
    for item in named:
        groups.setdefault((item.first, item.last), []).append(item)
    yield from groups.values()


def _entities(heard: Heard, group: Sequence[Occurrence]) -> Iterator[Entity]:
    kinds = dict.fromkeys(item.value.partition(":")[0] for item in group)
    for kind in kinds:
        values = tuple(item.value.partition(":")[2] for item in group if item.value.startswith(f"{kind}:"))
        yield _entity(heard, group[0], kind, values, 1.0)


def _entity(heard: Heard, item: Occurrence, kind: str, values: tuple[str, ...], confidence: float) -> Entity:
    span = (heard.starts[item.first], heard.ends[item.last])
    others = values if len(values) > 1 else ()
    return Entity(kind, heard.text[slice(*span)], span, values[0], alternatives=others, confidence=confidence)
