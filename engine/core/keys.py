"""What pressed keys mean, by what is being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.core.commands import Affirm, Choose, Command, Deny, NotUnderstood, SetSlot, WantPerson
from engine.core.domain import SlotType

if TYPE_CHECKING:
    from engine.core.actions import Expecting

_PERSON_KEY = "0"
_YES_KEY = "1"
_NO_KEY = "2"
_DATE_DIGITS = 8


def commands(asking: Expecting | None, digits: str) -> tuple[Command, ...]:
    """Read keys as an answer: 1 is yes or the first, 2 no or the second, 0 a person, digits a number."""
    typed = "".join(char for char in digits if char.isdecimal())
    if asking is None or not typed:
        return (NotUnderstood("no_match"),)
    if asking.kind == "slot" and asking.slot is not None:
        value = _value(asking.type, typed)
        if value is not None:
            return (SetSlot(asking.slot, value),)
    if typed == _PERSON_KEY:
        return (WantPerson(),)
    if asking.kind == "offer" and int(typed) <= len(asking.options):
        return (Choose(int(typed) - 1),)
    if asking.kind == "confirm" or asking.type == SlotType.BOOL:
        if typed == _YES_KEY:
            return (Affirm(),)
        if typed == _NO_KEY:
            return (Deny(),)
    return (NotUnderstood("no_match"),)


def _value(kind: str | None, typed: str) -> str | None:
    if kind == SlotType.BIRTH_DATE and len(typed) == _DATE_DIGITS:
        return f"{typed[4:]}-{typed[2:4]}-{typed[:2]}"
    if kind == SlotType.PHONE and len(typed) > _DATE_DIGITS - 1:
        return f"+{typed.removeprefix('00')}"
    if kind == SlotType.NUMBER:
        return typed
    return None
