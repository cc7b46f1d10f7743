"""The plain JSON in and out of the booking operations; what is malformed is named and refused here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any

from engine.booking.opening import Opening
from engine.booking.store import Appointment, BookError, HoldOutcome, HoldResult
from engine.booking.wish import Wish
from engine.core.catalogue import Offering, Person

Args = Mapping[str, Any]


class BadRequest(BookError, ValueError):  # noqa: N818 - named like the thing it is about
    """Arguments that no dialogue should have sent: a mistake of the pack or of ours, never of the caller."""


def text(args: Args, key: str) -> str:
    """Return the value as text; what is not text is kept as JSON."""
    value = args.get(key)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def required_text(args: Args, key: str) -> str:
    """Return a text that must be there."""
    if not (value := text(args, key)):
        raise BadRequest(f"{key}: missing; given: {', '.join(sorted(args)) or 'nothing'}")
    return value


def reference(args: Args, key: str) -> str:
    """Return an id, given as itself or as an object that has one."""
    if not (value := optional_reference(args, key)):
        raise BadRequest(f"{key}: missing; needed is its id, or an object with an id")
    return value


def optional_reference(args: Args, key: str) -> str | None:
    """Return an id, or None if there is none."""
    value = args.get(key)
    if isinstance(value, Mapping):
        value = value.get("id")
    if value is not None and not isinstance(value, str):
        raise BadRequest(f"{key}: {type(value).__name__} is not an id")
    return value or None


def number(args: Args, key: str) -> int | None:
    """Return a whole number, or None."""
    value = args.get(key)
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"{key}: a whole number is needed") from error


def day(args: Args, key: str) -> date | None:
    """Return a date, or None."""
    value = args.get(key)
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError) as error:
        raise BadRequest(f"{key}: a date such as 1990-12-31 is needed") from error


def wish(args: Args) -> Wish:
    """Return the wish; a provider beside it counts as part of it."""
    plain = args.get("wish") or {}
    try:
        return Wish.from_plain({"provider": args.get("provider"), **plain})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error


def opening(args: Args, key: str, zone: tzinfo) -> Opening:
    """Return an opening as it was offered."""
    return _opening(args.get(key), key, zone)


def openings(args: Args, key: str, zone: tzinfo) -> tuple[Opening, ...]:
    """Return a list of openings, or none."""
    return tuple(_opening(plain, key, zone) for plain in args.get(key) or ())


def newcomer(args: Args) -> Person:
    """Return the new person that the arguments describe."""
    born, name, phone = day(args, "born"), text(args, "name"), text(args, "phone")
    if not name or not (born or phone):
        message = "subject: missing; needed is a person's id, or name and born or phone of somebody new"
        raise BadRequest(message)
    return Person(
        id="",
        name=name,
        born=born,
        phone=phone,
        language=text(args, "language"),
        guardian=optional_reference(args, "guardian"),
    )


def plain_hold(held: HoldResult) -> dict[str, Any]:
    """Return a hold as its holder needs it."""
    if held.outcome is not HoldOutcome.HELD or held.expires is None:
        return {}
    return {"hold": {"id": held.id, "expires": held.expires.isoformat()}}


def plain_row(entry: Appointment) -> dict[str, str]:
    """Return an appointment as a row of the book."""
    return {
        "id": entry.id,
        "subject": entry.subject,
        "service": entry.service,
        "provider": entry.provider,
        "room": entry.room,
        "start": entry.start.strftime("%Y-%m-%dT%H:%M"),
        "end": entry.end.strftime("%Y-%m-%dT%H:%M"),
        "status": str(entry.status),
    }


def plain_appointment(entry: Appointment) -> dict[str, Any]:
    """Return an appointment as a dialogue needs it: also its version, for a conditional change."""
    return plain_row(entry) | {"version": entry.version}


def plain_conditions(offering: Offering | None) -> dict[str, Any]:
    """Return what a service asks for, so that a refusal can say it."""
    if offering is None:
        return {}
    ages = {"age_from": offering.age_from, "age_below": offering.age_below}
    conditions: dict[str, Any] = {name: age for name, age in ages.items() if age is not None}
    if offering.requires:
        conditions["requires"] = {
            "visits": list(offering.requires.visits),
            "within_months": offering.requires.within_months,
            "at_least_days": offering.requires.at_least_days,
            "referral": offering.requires.referral,
        }
    return conditions


def _opening(plain: object, key: str, zone: tzinfo) -> Opening:
    if not isinstance(plain, Mapping):
        raise BadRequest(f"{key}: {type(plain).__name__} is not an opening; needed is one that find returned")
    try:
        return Opening.from_plain(plain, zone)
    except (KeyError, TypeError, ValueError) as error:
        raise BadRequest(
            f"{key}: not an opening ({error}); needed: start, end, service, provider, room"
        ) from error
