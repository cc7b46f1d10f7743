"""What words point back to: "the same time", "that day" are those of what was talked about last.

What points back to nothing, or to several things at once, is asked and never guessed. Only what may point
to a record that is still to be found waits: "move my Friday visit to Thursday, same time".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.core import slots
from engine.core.domain import SlotType
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.turn import Turn

UNRESOLVED = "utter_same_as_what"
"""What is said when words point back to nothing that is clear."""
_DAY, _TIME = "day", "time"
_MINUTE = timedelta(minutes=1)


def points_back(value: Any) -> bool:
    """Whether a value still points back to something."""
    return isinstance(value, Mapping) and bool(value.get("same"))


def settled(turn: Turn, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The wish with what it points back to in its place; None when that is not clear."""
    wish = {key: item for key, item in value.items() if key != "same"}
    for part in sorted(value["same"]):  # the day before the time, which may belong to it
        found = _meant(turn, part)
        if found is None:
            return None
        wish = _with_day(wish, found) if part == _DAY else _with_time(wish, found)
    return wish


def may_wait(turn: Turn) -> bool:
    """Whether a record is still to be found that the caller may be pointing at."""
    owned = frozenset().union(*(turn.flow(frame).owns for frame in turn.state.stack if not frame.queued))
    return any(
        slot.tells and slot.id in owned and slots.value_of(turn, slot.tells) is None
        for slot in turn.domain.slots.values()
    )


def settle_waiting(turn: Turn) -> None:
    """A record is known now: let the wishes that waited for it have its day or time."""
    for name, held in list(turn.state.slots.items()):
        if points_back(held.value) and (wish := settled(turn, held.value)) is not None:
            slots.put(turn, name, wish, held.source, Status.PROPOSED, evidence=held.evidence)


def _meant(turn: Turn, part: str) -> str | None:
    """The day or the time of day that was talked about last, if that is one."""
    asking = turn.state.asking
    if asking is not None and asking.options:
        offered = asking.options[-1:] if asking.kind == "confirm" else asking.options
        said = {found for item in offered for found in _parts(item, part)}
        if said:
            return said.pop() if len(said) == 1 else None
    for mention in reversed(turn.state.mentions):
        if mention.type in _DATED:
            found = list(_parts(mention.value, part))
            if found:
                return found[0] if len(found) == 1 else None
    return None


_DATED = frozenset({SlotType.OPENING.value, SlotType.RECORD.value, SlotType.WHEN.value})
"""Types of what has a day or a time."""


def _parts(value: Any, part: str) -> Iterable[str]:
    """The days, or the times of day, of an opening, a record or a wish."""
    if not isinstance(value, Mapping):
        return ()
    if value.get("either"):
        return {found for item in value["either"] for found in _parts(item, part)}
    moments = [value["start"]] if value.get("start") else list(value.get("exact") or ())
    if moments:
        return {moment[:10] if part == _DAY else moment[11:16] for moment in moments}
    spans = value.get("days" if part == _DAY else "times") or ()
    return {low for low, high in spans if low is not None and high is not None and _is_one(low, high, part)}


def _is_one(low: str, high: str, part: str) -> bool:
    """Whether a span is one day, or one point of time."""
    if part == _DAY:
        return date.fromisoformat(high) - date.fromisoformat(low) == timedelta(days=1)
    return _moment(high) - _moment(low) == _MINUTE


def _moment(clock: str) -> datetime:
    return datetime.fromisoformat(f"2000-01-01T{clock}")


def _with_day(wish: dict[str, Any], day: str) -> dict[str, Any]:
    return {**wish, "days": [[day, (date.fromisoformat(day) + timedelta(days=1)).isoformat()]]}


def _with_time(wish: dict[str, Any], clock: str) -> dict[str, Any]:
    """The time of day, or on a single day the moment."""
    days: list[list[str]] = wish.get("days") or []
    if len(days) == 1 and all(days[0]) and _is_one(days[0][0], days[0][1], _DAY):
        return {**wish, "exact": [f"{days[0][0]}T{clock}"]}
    return {**wish, "times": [[clock, (_moment(clock) + _MINUTE).strftime("%H:%M")]]}
