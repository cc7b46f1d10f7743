"""Dates and times that were mentioned, as one wish: days, times, what is excluded, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from engine.nlu.entity import Entity

TEMPORAL = frozenset({"date", "time", "datetime", "daterange", "timerange", "datetimerange", "order", "same"})
"""Types of mentions that make a wish."""
_MOST = 4
"""Readings worth asking about."""
_STRETCHES = frozenset({"daterange", "timerange", "datetimerange"})
_NOON = "12:00"
_END = "~"
"""Sorts after every time of day."""


def is_past(entity: Entity, today: date) -> bool:
    """Whether a mention lies wholly in the past, and so wishes nothing ("since Monday", "an hour ago")."""
    if dict(entity.attributes).get("past"):
        return True
    if entity.type in {"daterange", "datetimerange"}:
        if entity.end is not None:
            return entity.end[:10] < today.isoformat()
        return entity.start is not None and entity.start[:10] < today.isoformat()
    return (
        entity.type in {"date", "datetime"}
        and bool(entity.value)
        and str(entity.value)[:10] < today.isoformat()
    )


def wish_of(entities: Iterable[Entity]) -> tuple[dict[str, Any] | None, tuple[dict[str, Any], ...]]:
    """The wish, and every reading of it when the words allow several."""
    said = _without_contrast([item for item in entities if item.type in TEMPORAL])
    unclear = next((place for place, item in enumerate(said) if item.alternatives), None)
    if unclear is None:
        return _one(said), ()
    item = said[unclear]
    readings = [
        _one([*said[:unclear], _read_as(item, reading), *said[unclear + 1 :]])
        for reading in item.alternatives[:_MOST]
    ]
    distinct = [
        reading for place, reading in enumerate(readings) if reading and reading not in readings[:place]
    ]
    if len(distinct) < 2:
        return (distinct[0] if distinct else None), ()
    return distinct[0], tuple(distinct)


def _read_as(item: Entity, reading: Any) -> Entity:
    """The mention with one of its readings."""
    if isinstance(reading, Mapping):
        kind = item.type if item.type.endswith("range") else f"{item.type}range"
        start, end = reading.get("from"), reading.get("to")
        return replace(item, type=kind, value=None, start=start, end=end, alternatives=())
    return replace(item, value=reading, alternatives=())


def _without_contrast(said: Sequence[Entity]) -> list[Entity]:
    """ "Not Monday, Tuesday" wishes Tuesday; Monday only says what it is not."""
    out = list(said)
    for place, item in enumerate(said):
        beside = (
            said[place + 1 : place + 2] if place == 0 else [said[place - 1], *said[place + 1 : place + 2]]
        )
        if item.excluded and any(_contrasts(item, other) for other in beside):
            out.remove(item)
    return out


def _contrasts(item: Entity, other: Entity) -> bool:
    """Whether a mention only says what the other is not; one day out of a stretch is an exclusion."""
    return not other.excluded and item.type == other.type and not _lies_within(item, other)


def _lies_within(item: Entity, other: Entity) -> bool:
    if item.type not in _STRETCHES:
        return False
    begins = (other.start or "") <= (item.start or "")
    return begins and (other.end is None or (item.end is not None and item.end <= other.end))


def _one(said: Sequence[Entity]) -> dict[str, Any] | None:
    days: list[list[str | None]] = []
    times: list[list[str | None]] = []
    not_days: list[list[str | None]] = []
    exact: list[str] = []
    wish: dict[str, Any] = {}
    for item in said:
        if item.excluded:
            _exclude(item, not_days, times)
        elif item.type == "order":
            wish["order"] = item.value
        elif item.type == "same":
            wish["same"] = [*wish.get("same", ()), item.value]
        elif item.type == "time" and item.value:
            _at(item, str(item.value), times, wish)
        elif item.type == "datetime" and item.value:
            day, _, clock = str(item.value).partition("T")
            days.append(_day(day))
            if dict(item.attributes).get("fuzzy"):
                wish["around"] = clock
            else:
                exact.append(f"{day}T{clock[:5]}")
        else:
            days += _days_of(item)
            for span in _times_of(item):
                _narrow(times, span)
    if either := _paired(said, _loose(said)):
        wish["either"] = either
        days, times, exact = [], [], []
        wish.pop("around", None)
    for key, value in (("days", days), ("times", times), ("not_days", not_days), ("exact", exact)):
        if value:
            wish[key] = _distinct(value)
    return wish or None


def _paired(said: Sequence[Entity], loose: Mapping[str, Any]) -> list[dict[str, Any]]:
    """ "Tuesday at ten or Wednesday after four": days that each have times of their own.

    `loose` are times that no day was said with: those of the days without their own. Empty when one of the
    days lies within another, when all have the same times, or all are moments: plain lists say it then.
    """
    dated = [item for item in said if not item.excluded and _days_of(item)]
    parts = [_part(item) for item in dated]
    hours = [{key: part[key] for key in part if key != "days"} for part in parts]
    if len(parts) < 2 or all(own == hours[0] for own in hours) or all("exact" in own for own in hours):
        return []
    spans = sorted((start or "", end or _END) for item in dated for start, end in _days_of(item))
    if any(start < before for (_, before), (start, _) in pairwise(spans)):
        return []
    return [part if own else {**part, **loose} for part, own in zip(parts, hours, strict=True)]


def _loose(said: Sequence[Entity]) -> dict[str, Any]:
    """Times of day that stand on their own."""
    times: list[list[str | None]] = []
    loose: dict[str, Any] = {}
    for item in said:
        if item.type == "time" and item.value:
            _at(item, str(item.value), times, loose)
        elif item.type == "timerange" and item.excluded:
            _exclude(item, [], times)
        elif item.type == "timerange":
            for span in _times_of(item):
                _narrow(times, span)
    return {**loose, "times": times} if times else loose


def _part(item: Entity) -> dict[str, Any]:
    """One day, or stretch of days, with its own times."""
    if item.type != "datetime":
        times = _times_of(item)
        return {"days": _days_of(item), "times": times} if times else {"days": _days_of(item)}
    day, _, clock = str(item.value).partition("T")
    if dict(item.attributes).get("fuzzy"):
        return {"days": [_day(day)], "around": clock[:5]}
    return {"exact": [f"{day}T{clock[:5]}"]}


def _narrow(times: list[list[str | None]], span: list[str | None]) -> None:
    """ "In the morning, before ten" narrows; "before ten or after four" is a choice."""
    for place, (start, end) in enumerate(times):
        first, last = max(start or "", span[0] or ""), min(end or _END, span[1] or _END)
        if first < last:
            times[place] = [first or None, last if last != _END else None]
            return
    times.append(span)


def _distinct(values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]


def _at(item: Entity, clock: str, times: list[list[str | None]], wish: dict[str, Any]) -> None:
    if dict(item.attributes).get("fuzzy"):
        wish["around"] = clock
        return
    at = datetime.fromisoformat(f"2000-01-01T{clock}")
    times.append([clock, (at + timedelta(minutes=1)).strftime("%H:%M")])


def _exclude(item: Entity, not_days: list[list[str | None]], times: list[list[str | None]]) -> None:
    """What is not wished: days as they are, a part of the day by wishing the rest of it."""
    if item.type == "timerange":
        start, end = item.start, item.end
        if end is not None and (start is None or start < _NOON):
            times.append([end, None])
        elif start is not None:
            times.append([None, start])
        return
    not_days += _days_of(item)


def _days_of(item: Entity) -> list[list[str | None]]:
    if item.type == "date" and item.value:
        return [_day(str(item.value))]
    if item.type == "daterange" and (item.start or item.end):
        return [[item.start, item.end]]
    if item.type == "datetimerange":
        return _days_between(item.start, item.end)
    if item.type == "datetime" and item.value:
        return [_day(str(item.value)[:10])]
    return []


def _days_between(start: str | None, end: str | None) -> list[list[str | None]]:
    first = start[:10] if start else None
    if end is None:
        return [[first, None]] if first else []
    until = end[:10] if end.endswith("T00:00") else _next(end[:10])
    return [[first, until]]


def _times_of(item: Entity) -> list[list[str | None]]:
    if item.type == "timerange" and (item.start or item.end):
        return [[item.start, item.end]]
    if item.type == "datetimerange" and item.start and item.end:
        start, end = datetime.fromisoformat(item.start), datetime.fromisoformat(item.end)
        if end - start <= timedelta(days=1):
            first, last = item.start[11:16], item.end[11:16]
            low, high = (None if first == "00:00" else first), (None if last == "00:00" else last)
            return [[low, high]] if low or high else []
    return []


def _day(day: str) -> list[str | None]:
    return [day, _next(day)]


def _next(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
