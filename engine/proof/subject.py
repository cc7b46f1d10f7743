"""What is proved: a pack with a site, as seen by its own rules, and the ways in which a call to it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from engine.core.catalogue import Catalogue
from engine.pack import load, locate
from engine.pack.compiler import read_layers
from engine.proof.alphabet import Alphabet
from engine.proof.explore import Explorer
from engine.proof.moves import Move
from engine.proof.normal import Normal
from engine.proof.properties import Judge
from engine.proof.sight import Sight, sight
from engine.proof.signs import utterances
from engine.proof.values import PHONES, Values
from engine.proof.words import Words, representative

if TYPE_CHECKING:
    from engine.core.domain import Domain

MORNING = datetime(2026, 11, 23, 9, 15)
"""When the calls of a proof take place, local time: the first hour after it that is open, or closed."""
_HOURS = 24 * 14


@dataclass(frozen=True, slots=True)
class Beginning:
    """One way in which a call begins; from it, no call ever comes to where another one leads."""

    is_open: bool
    number: bool
    """Whether the line gives the caller's number."""
    language: str

    def __str__(self) -> str:
        hours = "open" if self.is_open else "closed"
        return f"{hours}, {'number known' if self.number else 'number withheld'}, {self.language}"


class Subject:
    """A pack or site under proof."""

    def __init__(self, domain: Domain, texts: Iterable[str] = ()) -> None:
        # Every call is proved with the pack's own replies; one that a model words only takes their place.
        self.domain = replace(domain, model=replace(domain.model, sources={}))
        self.domain.lookups.remember_words()
        self._texts = tuple(texts)

    @cached_property
    def seen(self) -> Sight:
        """What the rules look at."""
        return sight(self.domain)

    @cached_property
    def words(self) -> tuple[Words, ...]:
        """The raw words that are tried."""
        return representative(self.domain, self.seen, self._texts)

    def beginnings(self) -> tuple[Beginning, ...]:
        """Every way in which a call begins that rules can tell apart, and one for each other language."""
        first, *others = self.domain.languages
        hours = [True] + ([False] if "open" in self.seen.facts and moment(self.domain, is_open=False) else [])
        hours = hours if moment(self.domain, is_open=True) is not None else [False]
        numbers = (False, True) if "number" in self.seen.facts else (False,)
        found = [Beginning(is_open, number, first) for is_open in hours for number in numbers]
        return (*found, *(Beginning(hours[0], numbers[0], language) for language in others))

    def judge(self) -> Judge:
        """What looks at every step."""
        return Judge(self.domain, frozenset(item.text for item in self.words if item.urgent))

    def at(self, beginning: Beginning) -> datetime:
        """When a call takes place."""
        found = moment(self.domain, is_open=beginning.is_open)
        return found or MORNING.replace(tzinfo=self.domain.catalogue.zone)

    def explorer(self, beginning: Beginning) -> Explorer:
        """An exploration of the calls that begin so."""
        at = self.at(beginning)
        values = Values(self.domain, self.seen, at)
        normal = Normal(self.domain, self.seen, values, at)
        alphabet = Alphabet(self.domain, self.seen, values, normal, self.words)
        return Explorer(self.domain, normal, alphabet, self.judge(), start(beginning))


def start(beginning: Beginning) -> Move:
    """The move with which a call begins."""
    return Move("start", (PHONES[0] if beginning.number else None, beginning.language))


def moment(domain: Domain, *, is_open: bool) -> datetime | None:
    """The first full quarter of an hour from `MORNING` on at which a site is open, or closed."""
    at = MORNING.replace(tzinfo=domain.catalogue.zone)
    for hours in range(_HOURS):
        later = at + timedelta(hours=hours)
        if _open(domain.catalogue, later) is is_open:
            return later
    return None


def _open(catalogue: Catalogue, at: datetime) -> bool:
    stretches = catalogue.hours.get(at.weekday(), ()) if at.date() not in catalogue.closed else ()
    return any(begin <= at.time() < end for begin, end in stretches)


def subject(name: str) -> Subject:
    """The subject of a pack or site name.

    Raises:
        PackError: it must not serve calls, or cannot be read.
    """
    return Subject(load(name), texts_of(name))


def texts_of(name: str) -> list[str]:
    """What callers say in the cases of a pack's policies, and what its safety tables look for."""
    layers = read_layers(locate.find(name))
    found = utterances(table for layer in layers for table in layer.safety.values())
    for case in (case for layer in layers for rule in layer.policies for case in rule.list_of("cases")):
        found += [text for key in ("user", "partial") if (text := case.words(key))]
    return found


def sites(name: str) -> Iterator[str]:
    """What to prove for a name: a site, the sites of a pack, or a pack that has none."""
    place = locate.find(name)
    found = [] if place.is_site else sorted((place.folder / "sites").glob("*.yml"))
    whole = [path for path in found if "." not in path.stem]
    yield from (str(path) for path in whole) if whole else (name,)
