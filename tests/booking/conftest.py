"""An invented practice with every kind of rule in it, and the stores that must all behave alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.booking.service import Booking
from engine.booking.sqlite import SqliteStore
from engine.booking.store import BookStore
from engine.core.catalogue import (
    Block,
    BookingRules,
    Catalogue,
    Interval,
    Offering,
    Person,
    Provider,
    Requirement,
    Room,
)

ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
"""A Monday."""


def hours(text: str) -> Interval:
    low, high = text.split("-")
    return time.fromisoformat(low), time.fromisoformat(high)


def week(**days: str) -> dict[int, tuple[Interval, ...]]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {names.index(day): tuple(hours(part) for part in text.split(",")) for day, text in days.items()}


def offering(name: str, minutes: int, role: str, purpose: str, **more: object) -> Offering:
    fields: dict[str, object] = {"turnover_minutes": 5, **more}
    return Offering(id=name, names={}, minutes=minutes, role=role, purpose=purpose, **fields)  # type: ignore[arg-type]


def provider(
    name: str, roles: str, rooms: str, works: dict[int, tuple[Interval, ...]], lunch: str
) -> Provider:
    return Provider(
        id=name,
        name=name.title(),
        title={},
        roles=tuple(roles.split()),
        rooms=tuple(rooms.split()),
        works=works,
        breaks=(hours(lunch),),
    )


OFFERINGS = (
    offering("review", 30, "physician", "general", audience="existing"),
    offering("first_visit", 45, "physician", "general", audience="new"),
    offering("child_review", 30, "physician", "general", age_below=16, guardian=True),
    offering("adult_course", 30, "physician", "general", age_from=18),
    offering("massage", 60, "therapist", "treatment", turnover_minutes=15),
    offering(
        "deep_massage",
        60,
        "therapist",
        "treatment",
        requires=Requirement(visits=("review", "first_visit"), within_months=12),
    ),
    offering("cast", 60, "physician", "general"),
    offering(
        "cast_removal", 40, "physician", "general", requires=Requirement(visits=("cast",), at_least_days=10)
    ),
    offering("operation", 75, "surgeon", "theatre", requires=Requirement(referral=True)),
    offering("urgent", 30, "physician", "general", block="urgent"),
)
PROVIDERS = (
    provider(
        "adams",
        "physician",
        "r1 r2",
        week(mon="08:00-16:00", tue="08:00-16:00", thu="10:00-18:00"),
        "12:00-13:00",
    ),
    provider("baker", "physician surgeon", "r2", week(mon="10:00-18:00", wed="08:00-18:00"), "13:00-14:00"),
    provider(
        "clark",
        "therapist",
        "r3 r2",
        week(mon="08:00-16:00", tue="08:00-16:00", sat="09:00-13:00"),
        "12:00-13:00",
    ),
    provider("evans", "surgeon", "r1", week(thu="08:00-14:00"), "11:00-11:30"),
)
PEOPLE = (
    Person("p01", "Ada Vale", date(1984, 3, 12), "+37060000001", last={"review": date(2026, 5, 18)}),
    Person("p02", "Ben Vale", date(2016, 6, 30), "+37060000001", guardian="p01"),
    Person("p03", "Cleo Reed", date(1969, 7, 7), "+37060000003", last={"review": date(2024, 1, 9)}, missed=3),
    Person("p04", "Dora Finch", date(1990, 1, 1), "+37060000004", last={"review": date(2025, 3, 2)}),
)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(
        zone=ZONE,
        hours=week(
            mon="08:00-18:00",
            tue="08:00-18:00",
            wed="08:00-18:00",
            thu="08:00-18:00",
            fri="08:00-16:00",
            sat="09:00-13:00",
        ),
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 25)}),
        rooms={
            "r1": Room("r1", ("theatre", "general")),
            "r2": Room("r2", ("general",)),
            "r3": Room("r3", ("treatment",)),
        },
        providers={entry.id: entry for entry in PROVIDERS},
        offerings={entry.id: entry for entry in OFFERINGS},
        blocks=(
            Block("urgent", "adams", (0, 1), hours("11:30-12:00"), time(8, 30)),
            Block("urgent", "baker", (2,), hours("16:30-17:00"), time(8, 30)),
        ),
        rules=BookingRules(missed_before_prepayment=3),
    )


@pytest.fixture
def now() -> datetime:
    return NOW


STORES: dict[str, Callable[[Path], BookStore]] = {
    "sqlite file": lambda folder: SqliteStore(str(folder / "book.db")),
    "sqlite memory": lambda _: SqliteStore(":memory:"),
}
"""Every store runs the same conformance tests; a new one adds a line here."""


@pytest.fixture(params=list(STORES))
def open_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], BookStore]:
    """Opens a fresh, empty store each time."""
    return lambda: STORES[request.param](tmp_path_factory.mktemp("book"))


@pytest.fixture
def store(open_store: Callable[[], BookStore]) -> Iterator[BookStore]:
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def booking(catalogue: Catalogue) -> Iterator[Booking]:
    opened = SqliteStore(":memory:")
    desk = Booking(catalogue, opened)
    desk.seed(PEOPLE, [])
    yield desk
    opened.close()
