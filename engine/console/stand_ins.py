"""Stand-ins: who stands for the people of a call, each value for the same one throughout.

Somebody whom the book knew becomes one of the site's invented people on file, so that the call still finds
somebody; anybody else gets a made-up name, another birth date and a telephone number that nobody has.
People of the site's own files stay who they are: they were invented with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from engine.console.private_words import (
    BIRTH,
    EMAIL,
    NAME,
    PHONE,
    Somebody,
    Told,
    common_prefix,
)
from engine.core.words import fold_word

if TYPE_CHECKING:
    from engine.core.catalogue import Person
    from engine.core.domain import Domain

_RESERVED: Mapping[str, tuple[str, int]] = {
    "1": ("+12025550100", 100),  # North American plan: 555-0100 to 555-0199 are kept for fiction
    "33": ("+33639980000", 10_000),  # Arcep, decision 2012-0856: 06 39 98 xx xx
    "44": ("+447700900000", 1_000),  # Ofcom, numbers for drama use
    "46": ("+46701740605", 95),  # PTS, numbers for books and film
    "49": ("+493023125000", 1_000),  # Bundesnetzagentur, "Drama numbers"
    "61": ("+61491570006", 1),  # ACMA, numbers for creative works
}
"""Country code to the first number that its regulator keeps for fiction, and how many follow it."""
_HEAD = 3
"""Digits of a national number that stay where a country keeps none: they say which network, not whose."""
_FIRST = 11
"""Where the made-up numbers of such a country begin, among those that otherwise end in noughts."""
_YEAR = 4
LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
"""A word of a name, with an apostrophe inside it."""
_APOSTROPHES = re.compile(r"['’]")


class NoStandInError(ValueError):
    """Something private for which nothing can honestly stand in; the message says what kind of thing."""


@dataclass(slots=True)
class Cast:
    """Who stands for whom in one call."""

    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Folded word of a real name to that word and what stands for it; empty for one that is left out."""
    kept: set[str] = field(default_factory=set)
    """Folded words of people who were invented with the site."""
    births: dict[str, str] = field(default_factory=dict)
    """ISO dates."""
    phones: dict[str, str] = field(default_factory=dict)
    """E.164."""
    texts: dict[str, str] = field(default_factory=dict)
    """Whatever else, as said: addresses of mail, numbers of things."""
    spare: Iterator[str] = field(default_factory=lambda: iter(()))
    """Surnames for names that nobody could read."""


def casts(domain: Domain, told: Told, language: str) -> Iterator[Cast]:
    """Ways to fill the parts, the likeliest first; which of them keeps the call as it went is tried out."""
    known = [
        person for person in told.people if person.on_file is not None and not _is_invented(domain, person)
    ]
    seen: list[Cast] = []
    for turn in range(max(1, len(domain.people)) if known else 2):
        for theirs in (True, False) if known else (False,):
            cast = _cast(domain, told, language, turn, theirs=theirs)
            if cast is not None and all(_key(cast) != _key(other) for other in seen):
                seen.append(cast)
                yield cast


def _key(cast: Cast) -> tuple[Any, ...]:
    return tuple(sorted(cast.words.items())), tuple(cast.births.items()), tuple(cast.phones.items())


def _cast(domain: Domain, told: Told, language: str, turn: int, *, theirs: bool) -> Cast | None:
    """The turn-th way; with `theirs` numbers of those on file become the numbers of who stands for them."""
    firsts, lasts = _invented(domain, language)
    out = Cast(spare=iter(lasts[turn:] + lasts[:turn]))
    taken: set[str] = {
        person.on_file["id"] for person in told.people if person.on_file and _is_invented(domain, person)
    }
    numbers: list[str] = []
    for place, person in enumerate(told.people):
        if _is_invented(domain, person):
            _keep(out, domain, person)
            continue
        if person.on_file is not None:
            likely = [item for item in _alike(domain, person) if item.id not in taken]
            if turn >= len(likely):
                return None
            stand_in = likely[turn]
            taken.add(stand_in.id)
            first, _, last = stand_in.name.rpartition(" ")
            _put(out, person, first, last, _iso(stand_in.born))
            numbers.append(stand_in.phone)
        else:
            first = _ending_alike(person.first, firsts, turn + place) if person.first else ""
            last = _ending_alike(person.last, lasts, turn + place) if person.last else ""
            _put(out, person, first, last, _another_day(domain, person.born, turn))
    for born in told.births:
        if born not in out.births:
            out.births[born] = born if any(_iso(item.born) == born for item in domain.people) else (
                _another_day(domain, born, turn)
            )  # fmt: skip
    own = {item.phone for item in domain.people}
    for number in (told.number, *told.phones):
        if number and number not in out.phones:
            free = [item for item in numbers if item not in out.phones.values()] if theirs else []
            out.phones[number] = number if number in own else free[0] if free else _nobody(number, out)
    return out


def _is_invented(domain: Domain, person: Somebody) -> bool:
    """Whether it is somebody of the site's own files, found under their own name."""
    record = person.on_file or {}
    return any(item.id == record.get("id") and item.name == record.get("name") for item in domain.people)


def name_words(name: str) -> set[str]:
    """Every folded word of a name, with its apostrophes gone or parted at them: recognisers do both."""
    words = LETTERS.findall(name)
    return {fold_word(part) for word in words for part in (word, *_APOSTROPHES.split(word))}


def _keep(cast: Cast, domain: Domain, person: Somebody) -> None:
    record = person.on_file or {}
    for item in domain.people:
        if item.id == record.get("id"):
            cast.kept |= name_words(f"{item.name} {person.name}")
            if item.born is not None:
                cast.births[item.born.isoformat()] = item.born.isoformat()


def _iso(born: date | None) -> str:
    """A birth date as tapes hold it; empty for a business that asks for none."""
    return "" if born is None else born.isoformat()


def _put(cast: Cast, person: Somebody, first: str, last: str, born: str) -> None:
    record = str((person.on_file or {}).get("name") or "")
    halves = [(person.first, first), (person.last, last)]
    if record:
        real_first, _, real_last = record.rpartition(" ")
        halves += [(real_first, first), (real_last, last)]
    for real, stand_in in halves:
        for place, word in enumerate(LETTERS.findall(real)):
            cast.words.setdefault(fold_word(word), (word, stand_in if place == 0 else ""))
            for part, piece in enumerate(pieces if len(pieces := _APOSTROPHES.split(word)) > 1 else ()):
                cast.words.setdefault(fold_word(piece), (piece, stand_in if place + part == 0 else ""))
    if person.born and born:
        cast.births.setdefault(person.born, born)


def _alike(domain: Domain, person: Somebody) -> list[Person]:
    """Invented people on file, those whose case is most like somebody's first: a child for a child."""
    record = person.on_file or {}

    def unlike(item: Person) -> tuple[bool, bool, bool, bool, int]:
        born = str(record.get("born") or "")
        return (
            (item.guardian is None) != (record.get("guardian") is None),
            bool(item.missed) != bool(record.get("missed")),
            item.last_provider != record.get("last_provider"),
            item.language != record.get("language"),
            abs(item.born.year - int(born[:_YEAR])) if born and item.born is not None else 0,
        )

    return sorted(domain.people, key=unlike)


def _invented(domain: Domain, language: str) -> tuple[list[str], list[str]]:
    """Made-up first and last names of a language, or of the first one that has any."""
    for code in (language, *domain.languages, *domain.tables):
        table = (domain.tables.get(code) or {}).get("stand_ins")
        if table:
            return [str(name) for name in table["first"]], [str(name) for name in table["last"]]
    raise NoStandInError("names")


def _ending_alike(real: str, names: Sequence[str], turn: int) -> str:
    """A name that ends as the real one does: so it is declined, and tells man from woman, as that does."""
    folded = fold_word(real)[::-1]
    fits = sorted(names, key=lambda name: -common_prefix(folded, fold_word(name)[::-1]))
    best = common_prefix(folded, fold_word(fits[0])[::-1])
    same = [name for name in fits if common_prefix(folded, fold_word(name)[::-1]) == best]
    others = [name for name in same if fold_word(name) != fold_word(real)] or fits
    return others[turn % len(others)]


def _another_day(domain: Domain, born: str, turn: int) -> str:
    """Another day of another year in the same month: nobody's on file, and of nearly the same age."""
    if not born:
        return ""
    real = date.fromisoformat(born)
    taken = {item.born for item in domain.people}
    for step in count(turn + 1):
        year = real.year - step if step % 2 else real.year - step - 1
        day = (real.day + 6 + 5 * step) % 28 + 1
        shifted = date(year, real.month, day if day != real.day else day % 28 + 1)
        if shifted not in taken:
            return shifted.isoformat()
    raise AssertionError


def _nobody(number: str, cast: Cast) -> str:
    """A number of the same country and length that is nobody's."""
    import phonenumbers  # noqa: PLC0415 - half of the calls have no number at all

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as error:
        raise NoStandInError("telephone") from error
    code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    used = {number, *cast.phones, *cast.phones.values()}
    first, many = _RESERVED.get(code, ("", 0))
    free = (f"+{int(first) + step}" for step in range(many))
    made = (f"+{code}{national[:_HEAD]}{step:0{len(national) - _HEAD}}" for step in count(_FIRST))
    return next(item for item in (*free, *(next(made) for _ in range(_FIRST))) if item not in used)


def replaced(cast: Cast) -> list[tuple[str, str, str]]:
    """Kind, what was said and what stands for it, for whoever checks the example."""
    out = [(NAME, real, new) for real, new in cast.words.values() if new]
    out += [(BIRTH, real, new) for real, new in cast.births.items() if real != new]
    out += [(PHONE, real, new) for real, new in cast.phones.items() if real != new]
    out += [(EMAIL if "@" in new else "number", real, new) for real, new in cast.texts.items()]
    return out
