"""Which of the options just offered is meant: by its place, its order in time, or anything it is known by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from engine.core.frozen import quick
from engine.core.words import split_words
from engine.nlu.entity import Entity
from engine.nlu.phrases import Occurrence, longest

_FEW = 4
"""Words of a mention that has room for a weekday and a time, and for no date beside them."""


@quick(frozen=True, slots=True)
class Traits:
    """What an option can be told by."""

    days: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    provider: str | None = None
    service: str | None = None
    names: frozenset[str] = frozenset()

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Its days with its times."""
        return tuple(datetime.fromisoformat(f"{day}T{clock}") for day in self.days for clock in self.clocks)

    @property
    def start(self) -> str:
        """Where it lies in time, for "the later one"."""
        return f"{min(self.days, default='')}T{min(self.clocks, default='')}"


def traits_of(option: Any) -> Traits:
    """Read what an option is: an opening, a booking, a wish, a day, a time, a name, or an id."""
    if isinstance(option, str):
        day, _, clock = option.partition("T")
        if _is_day(day):
            return Traits(frozenset({day}), frozenset({clock[:5]} if clock else ()))
        if len(option) == 5 and option[2] == ":":
            return Traits(clocks=frozenset({option}))
        return Traits(provider=option, service=option)
    if not isinstance(option, Mapping):
        return Traits()
    moments = (
        [str(option["start"])] if option.get("start") else [str(item) for item in option.get("exact") or ()]
    )
    days = {moment[:10] for moment in moments} | {
        str(span[0]) for span in option.get("days") or () if span[0]
    }
    clocks = {moment[11:16] for moment in moments} | {
        str(span[0])[:5] for span in option.get("times") or () if span[0]
    }
    names = frozenset(str(option[part]).lower() for part in ("first", "last") if option.get(part))
    return Traits(frozenset(days), frozenset(clocks), option.get("provider"), option.get("service"), names)


def choose(
    options: Sequence[Any],
    occurrences: Iterable[Occurrence],
    entities: Sequence[Entity],
    weekdays: frozenset[str],
) -> int | None:
    """The one option that the words fit; None when they fit none, or several."""
    traits = [traits_of(option) for option in options]
    marks = _marks([item for item in occurrences if item.value.startswith("#")])
    places = {int(mark) for mark in marks if mark.lstrip("-").isdigit()}
    by_place = {place % len(options) for place in places if -len(options) <= place < len(options)}
    fitting = _fitting(traits, entities, weekdays)
    if fitting == [] and not by_place:
        return None
    if fitting is not None and len(fitting) == 1:
        return fitting[0] if not by_place or fitting[0] in by_place else None
    if len(by_place) == 1:
        place = by_place.pop()
        return None if place in places and _is_a_day_too(traits, place) else place
    if places:
        return None
    among = fitting or list(range(len(traits)))
    if "later" in marks:
        return max(among, key=lambda place: traits[place].start)
    if "earlier" in marks:
        return min(among, key=lambda place: traits[place].start)
    return 0 if "either" in marks and "neither" not in marks else None


def _is_a_day_too(traits: Sequence[Traits], place: int) -> bool:
    """Whether "the first" may also be the first of the month, which is the day of another option."""
    of_month = f"{place + 1:02}"
    told = [other for other, option in enumerate(traits) if any(day[8:] == of_month for day in option.days)]
    return bool(told) and place not in told


def contradicts(options: Sequence[Any], entities: Sequence[Entity], weekdays: frozenset[str]) -> bool:
    """Whether something was said that none of the options is; without options nothing is."""
    return bool(options) and _fitting([traits_of(option) for option in options], entities, weekdays) == []


def _marks(pointing: Sequence[Occurrence]) -> list[str]:
    """What points to an option, without the "one" of "the second one please", which counts nothing."""
    pronouns = {item.first for item in pointing if item.value == "#pointer"}
    marks = longest(pointing)
    ends = {item.last for item in marks}
    return [item.value[1:] for item in marks if item.first not in pronouns or item.first - 1 not in ends]


def _fitting(
    traits: Sequence[Traits], entities: Sequence[Entity], weekdays: frozenset[str]
) -> list[int] | None:
    """The options that every mention fits; an excluded one must not fit. None if nothing tells them apart."""
    left = list(range(len(traits)))
    told = False
    for item in entities:
        fits = _test(item, weekdays)
        if fits is None:
            continue
        fitting = [place for place in left if fits(traits[place]) is not item.excluded]
        if not fitting and not item.excluded:
            return []
        told, left = True, fitting
    return left if told else None


def _test(item: Entity, weekdays: frozenset[str]) -> Callable[[Traits], bool] | None:
    """How to tell whether an option is what was mentioned."""
    values = [value for value in item.alternatives if not isinstance(value, Mapping)] or [item.value]
    match item.type:
        case "provider":
            return lambda option: option.provider in values
        case "service":
            return lambda option: option.service in values
        case "person_name":
            said = {str(part).lower() for part in (item.value or {}).values() if part}
            return lambda option: bool(option.names) and said <= option.names
        case "date":
            days = {str(value) for value in values}
            if not _names_a_weekday(item, weekdays):
                return lambda option: bool(option.days & days)
            numbers = {date.fromisoformat(day).weekday() for day in days}
            return lambda option: any(date.fromisoformat(day).weekday() in numbers for day in option.days)
        case "time":
            clocks = {str(value)[:5] for value in values}
            return lambda option: any(_same_hour(clock, said) for clock in option.clocks for said in clocks)
        case "datetime":
            moments = {datetime.fromisoformat(str(value)) for value in values}
            if _names_a_weekday(item, weekdays):
                told = {(moment.weekday(), moment.time()) for moment in moments}
                return lambda option: any(
                    (moment.weekday(), moment.time()) in told for moment in option.moments
                )
            return lambda option: any(moment in moments for moment in option.moments)
        case "timerange":
            return lambda option: any(_inside(clock, item.start, item.end) for clock in option.clocks)
        case "daterange":
            return lambda option: any(_inside(day, item.start, item.end) for day in option.days)
        case "datetimerange" if item.start and item.end and _names_a_weekday(item, weekdays):
            start, end = item.start, item.end
            weekday = date.fromisoformat(start[:10]).weekday()
            until = end[11:16] if end[:10] == start[:10] else None
            return lambda option: any(
                moment.weekday() == weekday and _inside(moment.strftime("%H:%M"), start[11:16], until)
                for moment in option.moments
            )
        case "datetimerange":
            return lambda option: any(
                _inside(moment.isoformat(timespec="minutes"), item.start, item.end)
                for moment in option.moments
            )
        case _:
            return None


def _names_a_weekday(item: Entity, weekdays: frozenset[str]) -> bool:
    """Whether a day was told by its weekday alone: then it is that of the options, not the next one."""
    words = split_words(item.text).folded
    return len(words) <= _FEW and any(word in weekdays for word in words)


def _same_hour(clock: str, said: str) -> bool:
    """Equal on a twelve-hour clock face: the options themselves say which half of the day."""
    return clock[3:] == said[3:] and int(clock[:2]) % 12 == int(said[:2]) % 12


def _inside(moment: str, start: str | None, end: str | None) -> bool:
    return (start is None or moment >= start) and (end is None or moment < end)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
