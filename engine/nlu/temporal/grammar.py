"""The temporal grammar of one language: tables compiled once, then a pure function of words and clock."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.nlu.temporal import (
    birth,
    bounds,
    calendar,
    counting,
    dayparts,
    feasts,
    hours,
    mentions,
    stretches,
)
from engine.nlu.temporal.chart import Chart
from engine.nlu.temporal.feasts import holiday_symbol, holiday_words, mark_holidays
from engine.nlu.temporal.finding import ROOTS, Finder
from engine.nlu.temporal.numbers import Numbers
from engine.nlu.temporal.phrases import Element, PatternError, Vocabulary, bound_names, expand
from engine.nlu.temporal.spelling import Spelling
from engine.nlu.temporal.tokens import DIGITS, fold, halves, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.nlu.entity import Entity
    from engine.nlu.temporal.clock import Clock
    from engine.nlu.temporal.tokens import Token

_ACTIONS: Mapping[str, Callable[..., Any]] = {
    **hours.ACTIONS,
    **calendar.ACTIONS,
    **stretches.ACTIONS,
    **counting.ACTIONS,
    **bounds.ACTIONS,
    **feasts.ACTIONS,
    **dayparts.ACTIONS,
    **mentions.ACTIONS,
}
_CHUNKS, _CHUNK = 20_000, 40
"""How many words are remembered, and how long one may be."""
_SPECIAL = frozenset({"short", "habit"})
"""Forms of weekday and month names that need company, or say a habit."""


class TemporalGrammar:
    """Finds the dates and times of one language in a caller's words."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Compile the sections `numbers`, `weekdays`, `months`, `temporal` of a language file, once.

        Raises PatternError when a pattern cannot be read or names what does not exist.
        """
        section = tables["temporal"]
        vocabulary = Vocabulary()
        self._numbers = Numbers(tables["numbers"])
        self._numbers.install(vocabulary)
        moving = frozenset(fold(word) for word in section.get("moving", ()))
        vocabulary.condition("moving", lambda chart: not moving.isdisjoint(chart.keys))
        vocabulary.condition("staying", lambda chart: moving.isdisjoint(chart.keys))
        vocabulary.builtin("holiday", holiday_symbol, ["~holiday"])
        names = _names(vocabulary, tables, [fold(word) for word in section.get("never_alone", ())])
        _words(vocabulary, section)
        _rules(vocabulary, section["rules"])
        self._known = vocabulary.close()
        missing = vocabulary.undefined()
        if missing:
            message = f"temporal rules name {missing[0]!r}, which neither `words`, `parts` nor `rules` define"
            raise PatternError(message)
        self._spelling = Spelling(names)
        self._finder = Finder(vocabulary, section)
        common = {fold(word) for word in section.get("common", ())}
        self._telling = frozenset(
            key
            for key in vocabulary.sayable(ROOTS, without="skip")
            if key not in common and not (len(key) == 1 and not key.isalnum())
        ) | {DIGITS}
        self._answering = self._telling | vocabulary.symbol("number").first
        """Asked for a number, an article may be one ("ein")."""
        self._keys_of: dict[str, tuple[str, ...]] = {}
        """The keys of stretches without a space, kept because callers share their words."""
        self._compounds = {
            name + fold(part): len(name) for name in names for part in section.get("compound_parts", ())
        }
        self._birth = birth.BirthDates(self._numbers, vocabulary, section)

    def find(self, text: str, clock: Clock, *, asking: str | None = None) -> tuple[Entity, ...]:
        """All mentions in order; `asking` (date, time, datetime, date_of_birth, number) reads bare numbers.

        Words that mean nothing temporal give nothing, and cost little more than cutting them up.
        """
        if asking == "date_of_birth":
            return self.birth_date(text, clock)
        return self.parse(text, clock, asking=asking) if self.may_hold(text, clock, asking=asking) else ()

    def parse(self, text: str, clock: Clock, *, asking: str | None = None) -> tuple[Entity, ...]:
        """All mentions, without the gate: the same answer, dearer where there is none."""
        tokens = self._tokens(text)
        chart = Chart(tokens, self._keys(tokens), clock)
        if clock.holidays:
            mark_holidays(chart)
        return self._finder.find(text, chart, asking)

    def may_hold(self, text: str, clock: Clock, *, asking: str | None = None) -> bool:
        """Whether some word could be part of a mention: where none is, none is looked for.

        A gate before the parse. It looks words up and cuts nothing, since most turns hold no time at all.
        """
        telling = self._answering if asking == "number" else self._telling
        names = holiday_words(clock.holidays)
        for chunk in text.split():
            keys = self._keys_of.get(chunk)
            if keys is None:
                keys = self._keep(chunk)
            for key in keys:
                if key in telling or key in names:
                    return True
        return False

    def _keep(self, chunk: str) -> tuple[str, ...]:
        """Work out the keys of a stretch without a space: no token crosses one."""
        keys = tuple(self._keys(self._tokens(chunk)))
        if len(self._keys_of) < _CHUNKS and len(chunk) <= _CHUNK:
            self._keys_of[chunk] = keys
        return keys

    def birth_date(self, text: str, clock: Clock) -> tuple[Entity, ...]:
        """Readings of a spoken birth date: past only, every spoken form of a year."""
        tokens = split(text)
        return self._birth.find(text, Chart(tokens, self._keys(tokens), clock))

    def _tokens(self, text: str) -> list[Token]:
        """The words, those that join a weekday and a part of the day ("Montagabend") taken apart."""
        tokens = split(text)
        if not self._compounds:
            return tokens
        return [part for token in tokens for part in halves(token, self._compounds.get(token.key, 0))]

    def _keys(self, tokens: list[Token]) -> list[str]:
        known, mend = self._known, self._spelling.mend
        return [token.key if token.key in known else mend(token.key) for token in tokens]


def _names(vocabulary: Vocabulary, tables: Mapping[str, Any], never_alone: list[str]) -> dict[str, str]:
    """Define the weekday and month symbols; returns their words with what they name, to mend spelling."""
    all_names: dict[str, str] = {}
    for section, symbol, first in (("weekdays", "weekday", 0), ("months", "month", 1)):
        for number, (_, forms) in enumerate(
            sorted(tables[section].items(), key=lambda item: int(item[0])), start=first
        ):
            for form, texts in forms.items():
                words = _listed(texts)
                all_names |= {fold(word): f"{symbol} {number}" for word in words}
                name = f"{symbol}_{form}" if form in _SPECIAL else symbol
                vocabulary.words(name, {number: words})
                if symbol == "month":
                    strong = [
                        word for word in words if fold(word) not in never_alone and form not in _SPECIAL
                    ]
                    vocabulary.words("month_strong", {number: strong})
                    vocabulary.words("month", {number: words})
    return all_names


def _words(vocabulary: Vocabulary, section: Mapping[str, Any]) -> None:
    for name, classes in section["words"].items():
        vocabulary.words(name, {_constant(value): _listed(words) for value, words in classes.items()})
    for name, part in section["parts"].items():
        reading = hours.part_of_day(part.get("name", name), part["hours"], part.get("reach", ""))
        vocabulary.words(part.get("symbol", "part"), {reading: _listed(part["words"])})


def _rules(vocabulary: Vocabulary, rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Compile the rules; every problem is reported at once."""
    problems: list[str] = []
    for symbol, actions in rules.items():
        for action, patterns in actions.items():
            if action not in _ACTIONS:
                problems.append(
                    f"rule {symbol!r}: unknown meaning {action!r}; known: {', '.join(sorted(_ACTIONS))}"
                )
                continue
            bounds = _bounds(action)
            for pattern in _listed(patterns):
                sequences = expand(pattern)
                if bounds is not None:
                    problems += _problems(pattern, sequences, action, *bounds)
                vocabulary.sequences(symbol, sequences, _ACTIONS[action])
    if problems:
        raise PatternError("\n".join(problems))


@cache
def _bounds(action: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The names that a meaning takes, and those that it needs; None when it takes any."""
    parameters = list(inspect.signature(_ACTIONS[action]).parameters.values())[1:]
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    needed = (item.name for item in parameters if item.default is inspect.Parameter.empty)
    return frozenset(item.name for item in parameters), frozenset(needed)


def _problems(
    pattern: str,
    sequences: Sequence[tuple[Element, ...]],
    action: str,
    taken: frozenset[str],
    needed: frozenset[str],
) -> list[str]:
    """What is wrong with a pattern: it binds what its meaning does not take, or leaves out what it needs."""
    return [
        f"pattern {pattern!r}: binds {sorted(bound)}, but {action!r} takes {sorted(taken)}"
        f" and needs {sorted(needed)}"
        for bound in sorted({bound_names(sequence) for sequence in sequences}, key=sorted)
        if not needed <= bound <= taken
    ]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _constant(value: str) -> int | str:
    return int(value) if value.lstrip("-").isdecimal() else value
