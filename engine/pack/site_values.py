"""Hours, days and numbers of a site's file; what cannot be read is left out, for its shape was reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import TypeVar

from engine.core.catalogue import Interval, Week
from engine.pack.scalars import clock, span, weekdays
from engine.pack.shapes_site import age_limit
from engine.pack.source import Kind, Node

Default = TypeVar("Default", int, None)


def number(node: Node, key: str, default: Default) -> int | Default:
    """The whole number under a key; the default for anything else."""
    text = node.words(key)
    return int(text) if text.isascii() and text.isdecimal() else default


def week(node: Node | None) -> Week:
    """The open stretches of each weekday."""
    stretches: dict[int, tuple[Interval, ...]] = {}
    for _, key, value in node.own_pairs() if node is not None else ():
        found = tuple(part for item in value.each() if (part := stretch(item)) is not None)
        for weekday in days(key.text):
            stretches[weekday] = (*stretches.get(weekday, ()), *found)
    return {weekday: tuple(sorted(stretches[weekday])) for weekday in sorted(stretches)}


def days(text: str) -> tuple[int, ...]:
    """The weekdays of a text."""
    try:
        return weekdays(text)
    except ValueError:
        return ()


def stretch(node: Node | None) -> Interval | None:
    """A stretch of the day."""
    try:
        return span(node.text) if node is not None and node.kind is Kind.TEXT else None
    except ValueError:
        return None


def moment(text: str) -> time | None:
    """A time of day."""
    try:
        return clock(text) if text else None
    except ValueError:
        return None


def day(node: Node | None) -> date | None:
    """A date."""
    try:
        return date.fromisoformat(node.text) if node is not None else None
    except ValueError:
        return None


def ages(node: Node) -> tuple[int | None, int | None]:
    """The age that a service is for people below, and the one from which it is."""
    try:
        sign, years = age_limit(node.words("age"))
    except ValueError:
        return None, None
    return (years, None) if sign == "<" else (None, years)


def country_of(phones: Mapping[str, str]) -> str:
    """The country of a site's telephones, ISO code: there callers leave the prefix out."""
    if not phones:
        return ""
    import phonenumbers  # noqa: PLC0415 - heavy, and only needed while a site is compiled

    for number in phones.values():
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
        except phonenumbers.NumberParseException:
            continue
        if region:
            return str(region)
    return ""
