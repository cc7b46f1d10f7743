"""Numbers as said and as recognisers write them: words, digits, and any mixture.

The number words are data; what is here is how they add up. Everything a rule may ask of a number
(an hour, a day of the month, a spoken year) is a symbol of its own, so that "eighty" is never an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from engine.nlu.temporal.tokens import DIGITS, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.nlu.temporal.chart import Chart
    from engine.nlu.temporal.phrases import Vocabulary

_LAST_DAY, _LAST_HOUR, _LAST_MINUTE, _MONTHS = 31, 24, 59, 12
_YEARS = range(1900, 2100)
_CENTURIES = (19, 20)


class Number(NamedTuple):
    """A number found at a place."""

    end: int
    value: int
    ordinal: bool
    width: int
    """Digits as written, leading zeros included; 0 for words."""


class Numbers:
    """The number words of one language."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """Read the `numbers` section: cardinals, ordinals, zeros, joiners, suffixes, compound, joined."""
        self.cardinals = _values(tables["cardinals"])
        self.ordinals = _values(tables.get("ordinals", {}))
        self.zeros = frozenset(fold(word) for word in tables.get("zeros", ()))
        self.joiners = frozenset(fold(word) for word in tables.get("joiners", ()))
        self.suffixes = frozenset(
            key for word in tables.get("suffixes", ()) for key in (fold(word), "~" + fold(word))
        )
        if "compound" in tables:
            self._compose(str(tables["compound"]))
        for prefix in tables.get("joined", ()):
            base = self.cardinals[fold(prefix)]
            below = {word: value for word, value in self.cardinals.items() if 0 < value < 100}
            self.cardinals |= {fold(prefix) + word: base + value for word, value in below.items()}

    def _compose(self, pattern: str) -> None:
        """Add the words that write a unit and a ten as one ("einundzwanzig")."""
        for table in (self.cardinals, self.ordinals):
            tens = [(word, value) for word, value in table.items() if value in range(20, 100, 10)]
            units = [(word, value) for word, value in self.cardinals.items() if value in range(1, 10)]
            table |= {
                pattern.format(unit=unit, ten=ten): tens_value + value
                for ten, tens_value in tens
                for unit, value in units
            }

    def read(self, chart: Chart, at: int) -> list[Number]:
        """Every number that begins at a token, shortest first."""
        found: list[Number] | None = chart.numbers.get(at)
        if found is None:
            found = chart.numbers[at] = self._read(chart, at)
        return found

    def _read(self, chart: Chart, at: int) -> list[Number]:
        key = chart.keys[at]
        if key == DIGITS:
            return self._digits(chart, at)
        found: list[Number] = []
        if key in self.ordinals:
            found.append(Number(at + 1, self.ordinals[key], ordinal=True, width=0))
        value = self.cardinals.get(key)
        if value is None:
            return found
        if value < 100:
            found += self._below_hundred(chart, at, value)
        found += self._hundreds(chart, at, value)
        return found

    def _digits(self, chart: Chart, at: int) -> list[Number]:
        text = chart.tokens[at].text
        if len(text) > 8:
            return []
        found = [Number(at + 1, int(text), ordinal=False, width=len(text))]
        after = at + 1
        hyphen = after < chart.size and chart.keys[after] == "-"
        after += hyphen
        if after < chart.size and chart.keys[after] in self.suffixes:
            suffix, glued = (
                chart.tokens[after].norm,
                hyphen or chart.tokens[after].start == chart.tokens[at].end,
            )
            if glued and suffix.isalpha():
                found.clear()
            if glued or len(suffix) > 1:
                found.append(Number(after + 1, int(text), ordinal=True, width=len(text)))
        return found

    def _below_hundred(self, chart: Chart, at: int, value: int) -> list[Number]:
        found = [Number(at + 1, value, ordinal=False, width=0)]
        if value not in range(20, 100, 10):
            return found
        after = self._over(chart, at + 1)
        unit = self.cardinals.get(chart.keys[after], 0) if after < chart.size else 0
        if unit in range(1, 10):
            found.append(Number(after + 1, value + unit, ordinal=False, width=0))
        unit = self.ordinals.get(chart.keys[after], 0) if after < chart.size else 0
        if unit in range(1, 10):
            found.append(Number(after + 1, value + unit, ordinal=True, width=0))
        return found

    def _over(self, chart: Chart, at: int) -> int:
        """The place after a hyphen or a joining word ("treinta y uno")."""
        if at < chart.size and (chart.keys[at] == "-" or chart.keys[at] in self.joiners):
            return at + 1
        return at

    def _hundreds(self, chart: Chart, at: int, value: int) -> list[Number]:
        """Hundreds and thousands with what follows them ("two thousand and six")."""
        total, after = 0, at
        if value < 100 and at + 1 < chart.size:
            scale = self.cardinals.get(chart.keys[at + 1], 0)
            if scale not in (100, 1000):
                return []
            total, after = value * scale, at + 2
        elif value >= 100:
            total, after = value, at + 1
        else:
            return []
        found = [Number(after, total, ordinal=False, width=0)]
        rest = self._over(chart, after)
        scale = 1000 if total >= 1000 else 100
        if rest < chart.size and self._below(chart.keys[rest], scale):
            found += [
                Number(more.end, total + more.value, ordinal=more.ordinal, width=0)
                for more in self.read(chart, rest)
                if 0 < more.value < scale
            ]
        return found

    def _below(self, word: str, scale: int) -> bool:
        return self.cardinals.get(word, scale) < scale or self.ordinals.get(word, scale) < scale

    def install(self, vocabulary: Vocabulary) -> None:
        """Define the number symbols that rules may use."""
        plain = {DIGITS, *self.cardinals}
        for name, accept in _KINDS.items():
            digits = set() if name in _SAID else {DIGITS}
            vocabulary.builtin(name, self._filter(accept), self._openings(accept) | digits)
        vocabulary.builtin("mm", self._two_digits, {*plain, *self.zeros})
        vocabulary.builtin("mm5", self._whole_fives, {DIGITS})
        vocabulary.builtin("year", self._year, plain)

    def _openings(self, accept: Callable[[Number], bool]) -> set[str]:
        """The words that a number of some kind can begin with: "eighty" begins no hour."""
        keys = {
            word for word, value in self.ordinals.items() if accept(Number(0, value, ordinal=True, width=0))
        }
        for word, value in self.cardinals.items():
            said = {value, *(range(value, value + 10) if value in range(20, 100, 10) else ())}
            said |= {value * scale for scale in (100, 1000)}
            if any(
                accept(Number(0, whole, ordinal=ordinal, width=0))
                for whole in said
                for ordinal in (False, True)
            ):
                keys.add(word)
        return keys

    def _filter(self, accept: Callable[[Number], bool]) -> Callable[[Any, int], list[tuple[int, Any]]]:
        def parse(chart: Chart, at: int) -> list[tuple[int, Any]]:
            return [(number.end, number.value) for number in self.read(chart, at) if accept(number)]

        return parse

    def _two_digits(self, chart: Chart, at: int) -> list[tuple[int, Any]]:
        """Minutes as they follow an hour: two digits, a word from ten on, or "oh five"."""
        if chart.keys[at] in self.zeros or self.cardinals.get(chart.keys[at]) == 0:
            after = self._over(chart, at + 1)
            unit = self.cardinals.get(chart.keys[after]) if after < chart.size else None
            if unit is not None and 0 < unit < 10:
                return [(after + 1, unit)]
        return [
            (number.end, number.value)
            for number in self.read(chart, at)
            if not number.ordinal
            and number.value <= _LAST_MINUTE
            and (number.width == 2 or (not number.width and number.value >= 10))
        ]

    def _whole_fives(self, chart: Chart, at: int) -> list[tuple[int, Any]]:
        """Minutes that a full stop may part from the hour: "3.30" is a time, "3.14" a number."""
        return [(end, minute) for end, minute in self._two_digits(chart, at) if minute % 5 == 0]

    def _year(self, chart: Chart, at: int) -> list[tuple[int, Any]]:
        """A year: four digits, "two thousand and six", "twenty twenty six", "nineteen oh five"."""
        numbers = self.read(chart, at)
        found: list[tuple[int, Any]] = [
            (number.end, number.value)
            for number in numbers
            if number.value in _YEARS
            and number.width in (0, 4)
            and not (number.width == 0 and number.end == at + 1)
        ]
        for number in numbers:
            if number.value in _CENTURIES and number.end < chart.size and number.width in (0, 2):
                found += [(end, number.value * 100 + rest) for end, rest in self._tail(chart, number.end)]
        return found

    def _tail(self, chart: Chart, at: int) -> list[tuple[int, int]]:
        """The last two places of a year said in pairs."""
        if (
            chart.keys[at] not in self.cardinals
            and chart.keys[at] != DIGITS
            and chart.keys[at] not in self.zeros
        ):
            return []
        return [(end, value) for end, value in self._pairs(chart, at) if value < 100]

    def _pairs(self, chart: Chart, at: int) -> list[tuple[int, int]]:
        if chart.keys[at] in self.zeros:
            after = at + 1
            unit = self.cardinals.get(chart.keys[after]) if after < chart.size else None
            return [(after + 1, unit)] if unit is not None and unit < 10 else []
        return [
            (number.end, number.value)
            for number in self.read(chart, at)
            if not number.ordinal and (number.width == 2 or (not number.width and number.value >= 10))
        ]


def _values(table: Mapping[str, Any]) -> dict[str, int]:
    """Word -> value, from value -> words; `inflected` groups spell out stems with their endings."""
    values: dict[str, int] = {}
    for group in table.get("inflected", ()):
        for value, stem in group["stems"].items():
            values |= {fold(stem + ending): int(value) for ending in group["endings"]}
    for value, words in table.items():
        if value != "inflected":
            values |= {fold(word): int(value) for word in ([words] if isinstance(words, str) else words)}
    return values


_NEAR_YEARS = range(1980, 2060)
"""Four digits that are a year before they are a time, unless a word like "at" stands before them."""
_NO_CHOICE = 4
"""From "the fourth" on an ordinal without an article is a date rather than a choice among offers."""
_SAID = frozenset({"minute5_words"})
"""Kinds that are never written in digits."""
_KINDS: Mapping[str, Callable[[Number], bool]] = {
    "hour": lambda n: (
        not n.ordinal and n.value <= _LAST_HOUR and n.width <= 2 and (n.width < 2 or n.value > 9)
    ),
    "hour_free": lambda n: (
        not n.ordinal
        and n.value <= _LAST_HOUR
        and n.width <= 2
        and (n.width < 2 or n.value > 9)
        and (n.width > 0 or n.value > 1)
    ),
    "hour0": lambda n: n.width == 2 and n.value < 10 and not n.ordinal,
    "minute": lambda n: not n.ordinal and 1 <= n.value <= _LAST_MINUTE and n.width <= 2,
    "ordinal": lambda n: n.ordinal and 1 <= n.value <= _LAST_DAY,
    "dom": lambda n: not n.ordinal and 1 <= n.value <= _LAST_DAY and n.width <= 2,
    "month_number": lambda n: 1 <= n.value <= _MONTHS and n.width <= 2,
    "month_digits": lambda n: not n.ordinal and 1 <= n.value <= _MONTHS and 1 <= n.width <= 2,
    "count": lambda n: not n.ordinal and 1 <= n.value < 1000 and n.width <= 3,
    "hhmm": lambda n: (
        n.width in (3, 4) and n.value // 100 <= _LAST_HOUR and n.value % 100 <= _LAST_MINUTE and not n.ordinal
    ),
    "hhmm_free": lambda n: (
        n.width in (3, 4)
        and n.value // 100 <= _LAST_HOUR
        and n.value % 100 <= _LAST_MINUTE
        and not n.ordinal
        and n.value not in _NEAR_YEARS
    ),
    "hhmm0": lambda n: n.width == 4 and n.value < 1000 and n.value % 100 <= _LAST_MINUTE and not n.ordinal,
    "yyyymmdd": lambda n: n.width == 8,
    "hour_ordinal": lambda n: n.ordinal and n.value <= _LAST_HOUR,
    "ordinal_late": lambda n: n.ordinal and 12 < n.value <= _LAST_DAY,
    "minute5": lambda n: not n.ordinal and 5 <= n.value < 60 and n.value % 5 == 0 and n.width <= 2,
    "minute5_words": lambda n: not n.ordinal and 5 <= n.value < 60 and n.value % 5 == 0 and not n.width,
    "minute5_digits": lambda n: (
        not n.ordinal and 5 <= n.value < 60 and n.value % 5 == 0 and 1 <= n.width <= 2
    ),
    "dom_digits": lambda n: not n.ordinal and 1 <= n.value <= _LAST_DAY and 1 <= n.width <= 2,
    "ordinal_high": lambda n: (
        n.ordinal and (_NO_CHOICE <= n.value <= _LAST_DAY or (n.width > 0 and 1 <= n.value <= _LAST_DAY))
    ),
    "year_short": lambda n: n.width == 2,
    "number": lambda n: n.value >= 0,
    "digits": lambda n: n.width > 0 and not n.ordinal,
}
