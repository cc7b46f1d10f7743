"""Birth dates as people say them: every spoken form of a year, digits in any grouping, the past only.

Recognisers cut a dictated date anywhere ("12 03 1984", "1203 1984", "1980 4"), so the numbers are
joined into one run of digits, and every way to cut it into day, month and year is weighed by where
the speaker paused.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from engine.core.frozen import quick
from engine.nlu.entity import Entity
from engine.nlu.temporal.calendar import real_date
from engine.nlu.temporal.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.nlu.temporal.chart import Chart
    from engine.nlu.temporal.numbers import Numbers
    from engine.nlu.temporal.phrases import Vocabulary

_OLDEST = 125
"""Years nobody is older than."""
_MOST = 6
"""Readings worth matching against a register."""
_MONTH_LAST = 12
_ANSWER = 5
"""Words of an utterance in which a number alone may be a day: "the twelfth", not "two children"."""
_WRITTEN_WHOLE = 5
"""Digits a date written in one piece has at least: four are a year."""
_NEAR = 3
"""How much worse than the best a reading may be and still be asked about."""


@quick(frozen=True, slots=True)
class Piece:
    """A number or a month name among the words, where it stands, and the digits it adds."""

    start: int
    end: int
    digits: str
    month: int = 0
    ordinal: bool = False


@quick(frozen=True, slots=True)
class Reading:
    """One way to read the pieces, with how well it respects the speaker's grouping."""

    day: date
    weight: int


class BirthDates:
    """Reads birth dates of one language."""

    def __init__(self, numbers: Numbers, vocabulary: Vocabulary, section: Mapping[str, Any]) -> None:
        """Keep the number words, the month names, and the table `birth` (`between`, `heard_as`)."""
        self._numbers = numbers
        self._month = vocabulary.symbol("month")
        table = section.get("birth", {})
        self._between = frozenset(fold(word) for word in table.get("between", ())) | frozenset(",.-/:")
        self._heard_as = dict(table.get("heard_as", {}))

    def find(self, text: str, chart: Chart) -> tuple[Entity, ...]:
        """The birth date of each run of numbers and month names; without a year its parts are attributes."""
        found = []
        for run in self._runs(chart):
            made = self._entity(text, chart, run)
            if made is not None:
                found.append(made)
        return tuple(found)

    def _entity(self, text: str, chart: Chart, run: list[Piece]) -> Entity | None:
        span = chart.tokens[run[0].start].start, chart.tokens[run[-1].end - 1].end
        words = text[span[0] : span[1]]
        best: dict[date, int] = {}
        for reading in self._readings(run, chart):
            best[reading.day] = max(best.get(reading.day, reading.weight), reading.weight)
        ranked = sorted(best, key=lambda day: (-best[day], -day.toordinal()))
        values = tuple(day.isoformat() for day in ranked if best[day] >= best[ranked[0]] - _NEAR)[:_MOST]
        if values:
            other = _contrast(date.fromisoformat(values[0]), chart)
            attributes = (("contrast", other),) if other else ()
            alternatives = values if len(values) > 1 else ()
            return Entity(
                "date_of_birth", words, span, values[0], alternatives=alternatives, attributes=attributes
            )
        partial = _partial(run) if len(chart.tokens) <= _ANSWER or any(piece.month for piece in run) else ()
        return Entity("date_of_birth", words, span, attributes=partial) if partial else None

    def _runs(self, chart: Chart) -> Iterator[list[Piece]]:
        """Stretches of numbers and month names with nothing but joining words between."""
        run: list[Piece] = []
        at = 0
        while at < chart.size:
            piece = self._piece(chart, at, run)
            if piece is not None:
                run.append(piece)
                at = piece.end
                continue
            if chart.keys[at] not in self._between and run:
                yield _joined(run)
                run = []
            at += 1
        if run:
            yield _joined(run)

    def _piece(self, chart: Chart, at: int, run: list[Piece]) -> Piece | None:
        months = chart.read(self._month, at)
        if months:
            return Piece(at, months[0][0], "", month=months[0][1])
        if chart.keys[at] in self._numbers.zeros:
            return Piece(at, at + 1, "0")
        numbers = self._numbers.read(chart, at)
        if numbers:
            number = max(numbers, key=lambda item: (item.end, item.ordinal))
            digits = chart.tokens[at].text if number.width else str(number.value)
            return Piece(at, number.end, digits, ordinal=number.ordinal)
        heard = self._heard_as.get(chart.keys[at])
        if heard and run and _is_decade(run[-1].digits):
            return Piece(at, at + 1, heard)
        return None

    def _readings(self, run: list[Piece], chart: Chart) -> Iterator[Reading]:
        today, day_first = chart.clock.today, chart.clock.day_first
        named = [index for index, piece in enumerate(run) if piece.month]
        if named:
            yield from _with_month(run, named[0], today)
        else:
            # Three numbers that can be day, month and year are: "1 2 1985" is not 12 19 85.
            fields = [*run[:2], *_year_in_pairs(run[2:])]
            own = tuple(len(piece.digits) for piece in fields)
            said = list(_digits_only(fields, today, (own,) if own in _WIDTHS else (), day_first=day_first))
            yield from said or _digits_only(run, today, _WIDTHS, day_first=day_first)


def _is_decade(digits: str) -> bool:
    return len(digits) == 4 and digits.endswith("0")


def _joined(run: list[Piece]) -> list[Piece]:
    """Put a year back together that was cut after its decade ("1980 4", "2000 and 3")."""
    joined: list[Piece] = []
    for piece in run:
        unit = len(piece.digits) == 1 and piece.digits != "0"
        if joined and unit and _is_decade(joined[-1].digits) and not joined[-1].ordinal:
            before = joined.pop()
            joined.append(Piece(before.start, piece.end, before.digits[:-1] + piece.digits))
        else:
            joined.append(piece)
    return joined


def _year_in_pairs(run: list[Piece]) -> list[Piece]:
    """ "Nineteen eighty five": the two halves of a year put together."""
    if len(run) != 2 or run[0].digits not in ("19", "20") or len(run[1].digits) != 2:
        return run
    return [Piece(run[0].start, run[1].end, run[0].digits + run[1].digits)]


def _years(digits: str, today: date) -> tuple[int, ...]:
    """The years a run of digits can be: in full, or the last two places of one within a lifetime."""
    if len(digits) == 4:
        year = int(digits)
        return (year,) if today.year - _OLDEST <= year <= today.year else ()
    if len(digits) == 2:
        this_century = today.year // 100 * 100 + int(digits)
        return tuple(
            year for year in (this_century, this_century - 100) if today.year - 100 < year <= today.year
        )
    return ()


def _past(year: int, month: int, day: int, today: date) -> date | None:
    value = real_date(year, month, day)
    return value if value is not None and value <= today else None


def _with_month(run: list[Piece], named: int, today: date) -> Iterator[Reading]:
    """A month by name: the day on one side of it, the year on the other or after the day.

    An ordinal is a day, four digits are a year, and words left over speak against a reading.
    """
    month = run[named].month
    before = [piece for piece in run[:named] if piece.digits]
    after = [piece for piece in run[named + 1 :] if piece.digits and not piece.month]
    for day, years in (
        (before[-1:], after),
        (before[:1], after),
        (after[:1], after[1:]),
        (after[:1], before),
        (after[-1:], before),
        (before[-1:], before[:-1]),
    ):
        if not day or not years or len(day[0].digits) > 2:
            continue
        for digits, used in _year_digits(years):
            weight = 3 * day[0].ordinal + 3 * (len(digits) == 4) - 2 * (len(before) + len(after) - 1 - used)
            for rank, year in enumerate(_years(digits, today)):
                value = _past(year, month, int(day[0].digits), today)
                if value is not None:
                    yield Reading(value, weight - rank)


def _year_digits(pieces: list[Piece]) -> Iterator[tuple[str, int]]:
    """The digits of a year among the pieces, with how many pieces they use."""
    for piece in pieces:
        yield piece.digits, 1
    if len(pieces) > 1:
        yield "".join(piece.digits for piece in pieces), len(pieces)


def _digits_only(
    run: list[Piece], today: date, cuttings: tuple[tuple[int, int, int], ...], *, day_first: bool
) -> Iterator[Reading]:
    """Every cut of the digits into day, month and year, weighed by the speaker's own grouping."""
    digits = "".join(piece.digits for piece in run)
    if len(run) == 1 and len(digits) < _WRITTEN_WHOLE:
        return
    edges, place = set(), 0
    for piece in run:
        place += len(piece.digits)
        edges.add(place)
    for widths in cuttings:
        if sum(widths) == len(digits):
            cuts = widths[0], widths[0] + widths[1]
            fields = digits[: cuts[0]], digits[cuts[0] : cuts[1]], digits[cuts[1] :]
            weight = 2 * sum(cut in edges for cut in cuts) + sum(len(field) != 1 for field in fields)
            if len(fields[0]) == 4:
                orders = [(fields[2], fields[1], fields[0], 0)]
            else:
                orders = [(*fields, 0), (fields[1], fields[0], fields[2], 3)]
                if not day_first:
                    orders = [(*fields, 3), (fields[1], fields[0], fields[2], 0)]
            for day, month, year_text, penalty in orders:
                for rank, year in enumerate(_years(year_text, today)):
                    value = _past(year, int(month), int(day), today)
                    if value is not None:
                        yield Reading(value, weight - penalty - rank)


def _contrast(value: date, chart: Chart) -> str:
    """The date that sounds like this one: thirteenth and thirtieth are told apart by asking."""
    other = {13: 30, 30: 13}.get(value.day)
    moved = _past(value.year, value.month, other, chart.clock.today) if other else None
    return moved.isoformat() if moved else ""


def _partial(run: list[Piece]) -> tuple[tuple[str, int], ...]:
    """Day and month when the year is missing, for the next turn to complete."""
    month = next((piece.month for piece in run if piece.month), 0)
    numbers = [int(piece.digits) for piece in run if piece.digits and len(piece.digits) <= 2]
    if not month and len(numbers) > 1 and 1 <= numbers[1] <= _MONTH_LAST:
        month = numbers[1]
    parts = {"day": numbers[0] if numbers and 1 <= numbers[0] <= 31 else 0, "month": month}
    return tuple(sorted((name, value) for name, value in parts.items() if value))


_WIDTHS = tuple(
    widths
    for year in (4, 2)
    for month in (2, 1)
    for day in (2, 1)
    for widths in {(day, month, year), (year, month, day)}
    if 4 in widths or widths[2] == year
)
