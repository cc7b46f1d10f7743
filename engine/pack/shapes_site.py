"""The shape of a site's file and of its seed data.

Two keys carry the pack's own word for the person a booking is for (`subject`), because the people who
write sites use it: `<subject>s: existing` in a service and `<subject>: p01` in an appointment.
"""

from __future__ import annotations

import re

from engine.pack.scalars import (
    ANY_TEXT,
    CLOCK,
    DATE,
    DAYS,
    ID,
    IDS,
    LANGUAGE,
    LOCAL,
    MOMENT,
    PACK,
    PHONE,
    SPAN,
    WHOLE,
    ZONE,
)
from engine.pack.schema import Either, ListOf, MapOf, NotAllowedError, Record, Scalar, Spec, choice
from engine.pack.shapes import ANSWER, LADDER, MODEL, MODELS, RESPONSE_MAP, TRANSFERS, WAITS

_AGE = re.compile(r"(<|>=)\s?(\d{1,3})")


def age_limit(text: str) -> tuple[str, int]:
    """The sign and the number of "<16" or ">=18"; raises ValueError."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise NotAllowedError("allowed: <16 or >=16")
    return match[1], int(match[2])


def _short_code(text: str) -> str:
    if not re.fullmatch(r"\+?\d{2,15}", text):
        raise ValueError
    return text


def _word_flag(text: str) -> bool:
    if text not in {"true", "false", "required"}:
        raise NotAllowedError("allowed: true, false")
    return text != "false"


STRETCHES = ListOf(SPAN)
WEEK = MapOf(STRETCHES, DAYS, "hours by weekday")
LOCAL_NAMES = Either(
    "names, or names for each language",
    text=ANY_TEXT,
    list=ListOf(ANY_TEXT),
    map=MapOf(ListOf(ANY_TEXT), LANGUAGE, "names for each language"),
)
LOCAL_TEXT = Either("a text, or one for each language", text=ANY_TEXT, map=LOCAL)
FLAG_WORD = Scalar("true or false", _word_flag, json={"type": ["boolean", "string"]})
ROOM = Record("a room", {"for": IDS}, ("for",))
PROVIDER = Record(
    "a provider",
    {
        "name": ANY_TEXT,
        "title": LOCAL_TEXT,
        "roles": IDS,
        "rooms": IDS,
        "works": WEEK,
        "lunch": STRETCHES,
        "breaks": STRETCHES,
        "languages": ListOf(LANGUAGE),
        "also_called": LOCAL_NAMES,
    },
    ("name", "roles", "rooms", "works"),
)
REQUIRES = Record(
    "requirements", {"visit": IDS, "within_months": WHOLE, "at_least_days": WHOLE, "referral": FLAG_WORD}
)
BLOCK = Record(
    "a block",
    {"tag": ID, "provider": ID, "days": ListOf(DAYS), "on": ListOf(DAYS), "at": SPAN, "release_at": CLOCK},
    ("tag", "provider", "at"),
)
RULES = Record(
    "the rules",
    {
        "book_from_hours": WHOLE,
        "book_to_days": WHOLE,
        "cancel_notice_hours": WHOLE,
        "late_cancel_fee": WHOLE,
        "late_cancel_fee_eur": WHOLE,
        "hold_seconds": WHOLE,
        "offer_at_once": WHOLE,
        "consent_age": WHOLE,
        "identity": IDS,
        "no_shows_before_prepayment": WHOLE,
        "step_minutes": WHOLE,
    },
)


def offering(subject: str) -> Record:
    """The shape of a service that can be booked."""
    fields: dict[str, Spec] = {
        "names": LOCAL_NAMES,
        "also_called": LOCAL_NAMES,
        "minutes": WHOLE,
        "turnover": WHOLE,
        "role": ID,
        "room": ID,
        "price": WHOLE,
        "price_eur": WHOLE,
        "audience": choice("any", "new", "existing"),
        f"{subject}s": choice("any", "new", "existing"),
        "age": Scalar("an age limit", age_limit, "<16"),
        "guardian": FLAG_WORD,
        "arrive_early_min": WHOLE,
        "requires": REQUIRES,
        "blocks": ID,
    }
    return Record("a service", fields, ("minutes", "role", "room"))


RETENTION = Record("retention", dict.fromkeys(("audio", "health", "personal", "none"), WHOLE))
"""Days for which each class of what calls leave behind is kept."""


RECORDING = Record("the recording of calls", {"assessment": ANY_TEXT}, ("assessment",))
"""Without it no sound is kept."""


def site(subject: str, languages: tuple[str, ...]) -> Record:
    """The shape of a site's file."""
    answer_fields = {**ANSWER.fields, **dict.fromkeys(languages, ANY_TEXT)}
    return Record(
        "a site file",
        {
            "site": ID,
            "extends": PACK,
            "name": LOCAL_TEXT,
            "time_zone": ZONE,
            "languages": ListOf(LANGUAGE, one=False),
            "phones": MapOf(PHONE, ID, "telephone numbers by name"),
            "emergency_number": Scalar("a telephone number", _short_code, '"112"'),
            "address": LOCAL_TEXT,
            "facts": MapOf(LOCAL_TEXT, ID, "facts by name"),
            "hours": WEEK,
            "closed": ListOf(DATE),
            "holidays": Scalar("a country code", _country, "LT"),
            "rooms": MapOf(ROOM, ID, "rooms by name"),
            "providers": MapOf(PROVIDER, ID, "providers by name"),
            "services": MapOf(offering(subject), ID, "services by name"),
            "not_offered": LOCAL_NAMES,
            "blocks": ListOf(BLOCK),
            "rules": RULES,
            "people": ANY_TEXT,
            "appointments": ANY_TEXT,
            "answers": MapOf(Record("an answer", answer_fields), ID, "answers by question"),
            "responses": MapOf(RESPONSE_MAP, LANGUAGE, "responses by language"),
            "policies": IDS,
            "transfers": TRANSFERS,
            "ladder": LADDER,
            "waits": WAITS,
            "recording": RECORDING,
            "retention": RETENTION,
            "model": MODEL,
            "models": MODELS,
        },
        ("site", "extends", "name", "time_zone", "phones", "emergency_number", "hours", "services"),
    )


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ValueError
    return text


def people() -> ListOf:
    """The shape of the people on file."""
    person = Record(
        "a person",
        {
            "id": ID,
            "name": ANY_TEXT,
            "born": DATE,
            "phone": PHONE,
            "language": LANGUAGE,
            "guardian": ID,
            "last": MapOf(DATE, ID, "days by service"),
            "last_provider": Either("a provider, or nothing", text=ID, nullable=True),
            "no_shows": WHOLE,
        },
        ("id", "name", "phone"),
    )
    return ListOf(person, one=False)


def appointments(subject: str) -> ListOf:
    """The shape of the bookings that are in the book from the start."""
    row = Record(
        "an appointment",
        {
            "id": ID,
            subject: ID,
            "subject": ID,
            "service": ID,
            "provider": ID,
            "room": ID,
            "start": MOMENT,
            "note": ANY_TEXT,
        },
        ("id", "service", "provider", "room", "start"),
    )
    return ListOf(row, one=False)
