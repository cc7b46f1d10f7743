"""The slot ledger: who may fill a slot, with what, and what becomes void when it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.core.actions import Request
from engine.core.domain import SlotType
from engine.core.errors import ConditionError
from engine.core.frozen import changed
from engine.core.state import Mention, Pending, SlotValue, Status

if TYPE_CHECKING:
    from engine.core.domain import Domain, Slot
    from engine.core.turn import Turn

_LONGEST_TEXT = 500
_MENTIONS = 12
_HISTORY = 20
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_DIGITS = re.compile(r"\+?\d{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WISH_RANGES = ("days", "times", "not_days")
_PAIRED = ("days", "times", "around", "exact")
"""What one of several days with times of their own may say (`either`)."""
_SAME = ("day", "time")
"""What a wish may share with what was talked about (`core/reference.py`)."""


class InvalidValueError(Exception):
    """A value that its slot cannot hold."""


def coerce(domain: Domain, slot: Slot, value: Any) -> Any:
    """Bring a value into the form of its slot's type.

    Raises:
        InvalidValueError: the slot cannot hold it.
    """
    if value is None:
        raise InvalidValueError("no value")
    read = _READERS.get(slot.type)
    if read is None:
        return value
    try:
        return read(domain, slot, value)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise InvalidValueError(type(error).__name__) from error


def _text(_domain: Domain, _slot: Slot, value: Any) -> str:
    text = " ".join(str(value).split())[:_LONGEST_TEXT]
    if not text:
        raise ValueError
    return text


def _bool(_domain: Domain, _slot: Slot, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value)]


def _number(_domain: Domain, _slot: Slot, value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    return int(number) if number == int(number) else number


def _choice(_domain: Domain, slot: Slot, value: Any) -> str:
    if value not in slot.values:
        raise ValueError
    return str(value)


def _date(_domain: Domain, _slot: Slot, value: Any) -> str:
    return date.fromisoformat(str(value)).isoformat()


def _time(_domain: Domain, _slot: Slot, value: Any) -> str:
    return time.fromisoformat(str(value)).strftime("%H:%M")


def _phone(_domain: Domain, _slot: Slot, value: Any) -> str:
    if not _PHONE.fullmatch(str(value)):
        raise ValueError
    return str(value)


def _email(_domain: Domain, _slot: Slot, value: Any) -> str:
    if not _EMAIL.fullmatch(str(value)):
        raise ValueError
    return str(value)


def _name(_domain: Domain, _slot: Slot, value: Any) -> Mapping[str, str | None]:
    parts: dict[str, str | None] = {}
    for part in ("first", "last"):
        word = value.get(part)
        if word is not None and not (isinstance(word, str) and 0 < len(word.strip()) <= _LONGEST_TEXT):
            raise ValueError
        parts[part] = word.strip() if word else None
    if not any(parts.values()):
        raise ValueError
    return parts


def _service(domain: Domain, _slot: Slot, value: Any) -> str:
    if value not in domain.catalogue.offerings:
        raise ValueError
    return str(value)


def _provider(domain: Domain, _slot: Slot, value: Any) -> str:
    if value not in domain.catalogue.providers and value not in {"same", "any"}:
        raise ValueError
    return str(value)


def _when(domain: Domain, slot: Slot, value: Any) -> Mapping[str, Any]:
    wish: dict[str, Any] = {}
    for key in _WISH_RANGES:
        if value.get(key):
            read = time.fromisoformat if key == "times" else date.fromisoformat
            wish[key] = [[_bound(bound, read) for bound in (item[0], item[1])] for item in value[key]]
    if value.get("exact"):
        wish["exact"] = [
            datetime.fromisoformat(str(item)).strftime("%Y-%m-%dT%H:%M") for item in value["exact"]
        ]
    if value.get("around"):
        wish["around"] = time.fromisoformat(str(value["around"])).strftime("%H:%M")
    if value.get("order"):
        if value["order"] not in {"soonest", "earlier", "later", "any"}:
            raise ValueError
        wish["order"] = value["order"]
    if value.get("either"):
        parts = ({key: part[key] for key in _PAIRED if part.get(key)} for part in value["either"])
        wish = {key: item for key, item in wish.items() if key not in _PAIRED}
        wish["either"] = [_when(domain, slot, part) for part in parts]
    if value.get("same"):
        wish["same"] = [_SAME[_SAME.index(item)] for item in value["same"]]
    if not wish:
        raise ValueError
    return wish


def _bound(value: Any, read: Callable[[str], date | time]) -> str | None:
    if value is None:
        return None
    bound = read(str(value))
    return bound.strftime("%H:%M") if isinstance(bound, time) else bound.isoformat()


_READERS: Mapping[SlotType, Callable[[Domain, Slot, Any], Any]] = {
    SlotType.TEXT: _text,
    SlotType.BOOL: _bool,
    SlotType.NUMBER: _number,
    SlotType.CHOICE: _choice,
    SlotType.DATE: _date,
    SlotType.BIRTH_DATE: _date,
    SlotType.TIME: _time,
    SlotType.WHEN: _when,
    SlotType.NAME: _name,
    SlotType.PHONE: _phone,
    SlotType.EMAIL: _email,
    SlotType.SERVICE: _service,
    SlotType.PROVIDER: _provider,
}
"""Types that only services fill are taken as they come."""


def part_of(slot: Slot, value: Any) -> str | None:
    """The digits of a telephone number of which the rest is still to come, {"so_far": "612"}."""
    if slot.type is not SlotType.PHONE or not isinstance(value, Mapping):
        return None
    digits = value.get("so_far")
    return digits if isinstance(digits, str) and _DIGITS.fullmatch(digits) else None


def joined(kind: SlotType, held: Any, value: Any) -> Any:
    """What a new value makes of the old one: parts of a name add up, a wish keeps what is not said anew."""
    if held is None:
        return value
    if kind is SlotType.NAME and not (value["first"] and value["last"]):
        return {part: value[part] or held[part] for part in ("first", "last")}
    return _wish_after(held, value) if kind is SlotType.WHEN else value


def is_measured(value: Any) -> bool:
    """Whether a wish is measured from what is on the table: "anything later?" wants none of that."""
    return isinstance(value, Mapping) and value.get("order") in {"earlier", "later"}


def _wish_after(held: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """ "Actually make it Thursday" keeps the time of day wished for; "as soon as possible" keeps nothing."""
    if value.get("order") in {"soonest", "any"} or value.get("exact") or value.get("either"):
        return value
    kept = {key: item for key, item in held.items() if key != "same"}
    if kept.get("either") and any(value.get(key) for key in _PAIRED):
        kept["days"] = [day for part in kept.pop("either") for day in _days_of(part)]
    exact = kept.pop("exact", None)
    if exact:
        kept |= {"around": exact[0][11:]} if value.get("days") else {"days": [_whole_day(exact[0])]}
    if value.get("days"):
        kept = {key: item for key, item in kept.items() if key not in {"not_days", "order"}}
    if value.get("times") or value.get("around"):
        kept = {key: item for key, item in kept.items() if key not in {"times", "around", "order"}}
    return {**kept, **value}


def _days_of(part: Mapping[str, Any]) -> list[list[str]]:
    return part.get("days") or [_whole_day(moment) for moment in part.get("exact", ())]


def _whole_day(moment: str) -> list[str]:
    day = date.fromisoformat(moment[:10])
    return [day.isoformat(), (day + timedelta(days=1)).isoformat()]


def rejection(turn: Turn, slot: Slot, value: Any) -> str | None:
    """The response of the first check that a new value fails; None when it passes all."""
    turn.view.values = {"value": value}
    for check in slot.rejections:
        try:
            if not check.unless.holds(turn.view):
                return check.response
        except ConditionError:
            return check.response
    return None


def complete(slot: Slot, value: Any) -> bool:
    """Whether a value answers its question in full: a name may need both of its parts."""
    if value is None:
        return False
    return all(value.get(part) for part in slot.required_fields) if isinstance(value, Mapping) else True


def missing_field(slot: Slot, value: Any) -> str | None:
    """The first part that a value lacks."""
    if not isinstance(value, Mapping):
        return None
    return next((part for part in slot.required_fields if not value.get(part)), None)


def value_of(turn: Turn, name: str) -> Any:
    """The value of a slot now, or None."""
    held = turn.state.slots.get(name)
    return held.value if held is not None else None


def put(
    turn: Turn,
    name: str,
    value: Any,
    source: str,
    status: Status = Status.PROPOSED,
    *,
    confidence: float = 1.0,
    evidence: str = "",
) -> None:
    """Write a value that has been checked, keeping what it replaces in the slot's history."""
    held = turn.state.slots.get(name)
    history = held.history if held is not None else ()
    if held is not None and held.value is not None:
        history = (*history, (held.value, held.status.value, held.turn))[-_HISTORY:]
    slots = dict(turn.state.slots)
    slots[name] = SlotValue(value, status, source, confidence, turn.state.turn, evidence, history)
    turn.change(slots=slots)
    _forget_readback(turn, name)
    if value is not None:
        mention = Mention(turn.domain.slots[name].type.value, value, turn.state.turn)
        turn.change(mentions=(*turn.state.mentions, mention)[-_MENTIONS:])


def mark(turn: Turn, names: tuple[str, ...], status: Status) -> None:
    """Change how far values can be relied on, without changing them."""
    slots = dict(turn.state.slots)
    for name in names:
        held = slots.get(name)
        if held is not None and held.value is not None:
            slots[name] = changed(held, status=status)
    turn.change(slots=slots)


def void(turn: Turn, names: tuple[str, ...] | frozenset[str]) -> frozenset[str]:
    """Withdraw values; whatever one of them holds in the world is given back. Returns those that had one."""
    gone: set[str] = set()
    for name in sorted(names):
        held = turn.state.slots.get(name)
        if held is None or held.value is None:
            continue
        gone.add(name)
        undo(turn, name, held.value)
        put(turn, name, None, held.source, Status.VOID)
    return frozenset(gone)


def undo(turn: Turn, name: str, value: Any) -> None:
    """Ask the service that gave a value to take it back, if it can."""
    undoing = turn.domain.lookups.undoing.get(name)
    if undoing is not None:
        compensate(turn, undoing.service, dict.fromkeys(undoing.parameters, value))


def compensate(turn: Turn, service: str, args: Mapping[str, Any]) -> None:
    """Request the undoing of something; nobody waits for the answer."""
    number = turn.state.requests + 1
    key = f"{turn.state.call}:{service}:{number}"
    pending = {**turn.state.pending, number: Pending(service, 0, "", args, abandoned=True)}
    turn.change(requests=number, pending=pending)
    turn.actions.append(Request(number, service, args, key, compensates=True))


def _forget_readback(turn: Turn, name: str) -> None:
    readback = turn.state.readback
    if readback is not None and name in readback.slots:
        turn.change(readback=None)
        held = turn.state.slots
        agreed = (slot for slot in readback.slots if slot in held and held[slot].status is Status.CONFIRMED)
        mark(turn, tuple(slot for slot in agreed if slot != name), Status.PROPOSED)
