"""The kinds of text that packs are made of, each with what is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

from engine.pack.report import nearest
from engine.pack.schema import ListOf, MapOf, NotAllowedError, Scalar

_ID = re.compile(r"[a-z][a-z0-9_]*")
_PACK = re.compile(r"_?[a-z][a-z0-9_]*")
_DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s?(ms|s|m|min)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _matching(pattern: re.Pattern[str], hint: str = "") -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise NotAllowedError(hint) if hint else ValueError
        return text

    return read


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise NotAllowedError("allowed: true, false")
    return text == "true"


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise ValueError
    return int(text)


def _decimal(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,9}(\.\d+)?", text):
        raise ValueError
    return float(text)


def seconds(text: str) -> float:
    """The seconds of "3s", "500ms" or "2m"; raises ValueError that says what is missing."""
    match = _SECONDS.fullmatch(text)
    if match is None:
        bare = re.fullmatch(r"\d+(?:\.\d+)?", text)
        raise NotAllowedError(f"it has no unit; did you mean '{text}s'?") if bare else ValueError
    return float(match[1]) * _UNITS[match[2]]


def clock(text: str) -> time:
    """The time of "9:00" or "17:30"; 24:00 is the end of the day."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if match is None:
        raise ValueError
    if text == "24:00":
        return time.max
    return time(int(match[1]), int(match[2]))


def span(text: str) -> tuple[time, time]:
    """The two ends of "08:00-16:00"; raises ValueError also for one that ends before it begins."""
    begin, dash, end = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError
    first, last = clock(begin.strip()), clock(end.strip())
    if last <= first:
        raise NotAllowedError("it ends before it begins")
    return first, last


def weekdays(text: str) -> tuple[int, ...]:
    """The weekdays of "mon", "mon-thu" or "mon, wed"."""
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        for name in (first, last) if dash else (first,):
            if name not in WEEKDAYS:
                raise NotAllowedError(f"allowed: {', '.join(WEEKDAYS)}, or a range such as mon-fri")
        begin = WEEKDAYS.index(first)
        end = WEEKDAYS.index(last) if dash else begin
        if end < begin:
            raise NotAllowedError("the range ends before it begins")
        days += range(begin, end + 1)
    return tuple(days)


def _iso_date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _iso_moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise NotAllowedError(nearest(text, available_timezones())) from error
    return text


ANY_TEXT = Scalar("a text")
ID = Scalar("a name in lower case", _matching(_ID, "letters a-z, digits and _, beginning with a letter"),
            json={"type": "string", "pattern": f"^{_ID.pattern}$"})  # fmt: skip
PACK = Scalar("a pack's name", _matching(_PACK, "letters a-z, digits and _"), "workshop",
              {"type": "string", "pattern": f"^{_PACK.pattern}$"})  # fmt: skip
NAME = Scalar("a name", _matching(_DOTTED, "letters a-z, digits, _ and dots"),
              json={"type": "string", "pattern": f"^{_DOTTED.pattern}$"})  # fmt: skip
LANGUAGE = Scalar(
    "a language code", _matching(_LANGUAGE), "en", {"type": "string", "pattern": f"^{_LANGUAGE.pattern}$"}
)
FLAG = Scalar("true or false", _flag, json={"type": "boolean"})
WHOLE = Scalar("a whole number", _whole, "30", {"type": "integer"})
DECIMAL = Scalar("a number", _decimal, "0.5", {"type": "number"})
SECONDS = Scalar("a duration", seconds, "3s", {"type": "string", "pattern": r"^\d+(\.\d+)?\s?(ms|s|m|min)$"})
PHONE = Scalar("a telephone number", _matching(_PHONE), "+37052190000, with + and country code",
               {"type": "string", "pattern": rf"^{_PHONE.pattern}$"})  # fmt: skip
SPAN = Scalar("a stretch of the day", span, "08:00-16:00", {"type": "string"})
CLOCK = Scalar("a time of day", clock, "08:30", {"type": "string"})
DAYS = Scalar("a weekday or a range of them", weekdays, "mon-thu", {"type": "string"})
DATE = Scalar("a date", _iso_date, "2026-11-23", {"type": "string", "format": "date"})
MOMENT = Scalar("a date with a time", _iso_moment, "2026-11-23T09:15", {"type": "string"})
ZONE = Scalar("a time zone", _zone, "Europe/Vilnius")
CONDITION = Scalar("a condition")
LOCAL = MapOf(ANY_TEXT, LANGUAGE, "a text for each language, {en: ..., lt: ...},")
IDS = ListOf(ID)
NAMES = ListOf(NAME)
