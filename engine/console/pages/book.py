"""The book: a day or a week of appointments, what is held, and what is kept free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from engine.booking.store import FREE_STATUSES
from engine.console.web import Visit
from engine.core.catalogue import Interval

if TYPE_CHECKING:
    from starlette.responses import Response

    from engine.console.hub import Hub

BOOK = "book"
_STEP_MIN = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of a column, in rows of five minutes."""

    kind: str
    """booked | held | block | break | other"""
    row: int
    rows: int
    start: str
    end: str
    title: str = ""
    who: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """Somebody's day."""

    day: date
    name: str
    items: tuple[Item, ...]
    works: bool = True


def week(visit: Visit) -> Response:
    """A day with a column for each provider, or a week of one of them or of all."""
    hub = visit.hub
    zone = hub.domain.catalogue.zone
    today = hub.clock().astimezone(zone).date()
    try:
        day = date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        day = today
    whole = visit.query.get("view") == "week"
    provider = visit.query.get("provider", "")
    providers = hub.domain.catalogue.providers
    if whole and provider not in providers:
        provider = next(iter(providers), "")
    first = day - timedelta(days=day.weekday()) if whole else day
    days = [first + timedelta(days=number) for number in range(7 if whole else 1)]
    named = hub.is_open(visit.who.token, BOOK)
    start, end = _hours(hub, days)
    pairs = [(item, provider) for item in days] if whole else [(day, name) for name in providers]
    columns = [_column(hub, item, name, start, visit.language, named=named) for item, name in pairs]
    step = 7 if whole else 1
    return visit.page(
        "book.html", columns=columns, day=day, today=today, week=whole, provider=provider,
        providers=providers,
        before=day - timedelta(days=step), after=day + timedelta(days=step), named=named,
        hours=range(start, end), rows=(end - start) * 60 // _STEP_MIN,
    )  # fmt: skip


def names(visit: Visit) -> Response:
    """Show whom appointments are for, for a while; who and why goes into the log first."""
    why = visit.form.get("reason", "").strip()
    if len(why) < 3:
        return visit.wrong("wrong.reason", 400)
    visit.hub.archive.saw(visit.who.account, visit.who.role.name.lower(), "names in the book", "", why[:400])
    visit.hub.open_seal(visit.who.token, BOOK)
    back = visit.form.get("back", "")
    return visit.to(f"/book?{back}")


def _hours(hub: Hub, days: list[date]) -> tuple[int, int]:
    """The first and the last full hour that anybody works on these days."""
    stretches = [
        stretch
        for day in days
        for provider in hub.domain.catalogue.providers.values()
        for stretch in provider.works.get(day.weekday(), ())
    ]
    starts = [begin.hour for begin, _ in stretches] or [8]
    ends = [end.hour + (end.minute > 0) for _, end in stretches] or [18]
    return min(starts), max(ends)


def _column(hub: Hub, day: date, provider: str, first: int, language: str, *, named: bool) -> Column:
    catalogue, booking = hub.domain.catalogue, hub.desk.booking
    zone = catalogue.zone
    midnight = datetime.combine(day, datetime.min.time(), zone)
    until = midnight + timedelta(days=1)
    people = {person.id: person.name for person in booking.people()} if named else {}
    items = [
        _item("booked", entry.start, entry.end, first, _service(hub, entry.service, language),
              people.get(entry.subject, ""), entry.room)
        for entry in booking.entries()
        if entry.provider == provider and midnight <= entry.start < until and entry.status not in
        FREE_STATUSES
    ]  # fmt: skip
    for claim in (claim for hold in booking.holds(hub.clock()) for claim in hold.claims):
        begin, end = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (claim.start, claim.end))
        if claim.resource == f"provider:{provider}" and midnight <= begin < until:
            items.append(_item("held", begin, end, first))
    person = catalogue.providers[provider]
    works = day.weekday() in person.works and day not in catalogue.closed
    if works:
        items += [_stretch("break", day, stretch, first) for stretch in person.breaks]
        items += [
            _stretch("block", day, block.stretch, first, block.tag)
            for block in catalogue.blocks
            if block.provider == provider and day.weekday() in block.weekdays
        ]
    return Column(day, person.name, tuple(sorted(items, key=lambda item: (item.row, item.kind))), works)


def _stretch(kind: str, day: date, stretch: Interval, first: int, title: str = "") -> Item:
    begin, end = (datetime.combine(day, moment) for moment in stretch)
    return _item(kind, begin, end, first, title)


def _item(
    kind: str, start: datetime, end: datetime, first: int, title: str = "", who: str = "", room: str = ""
) -> Item:
    row = ((start.hour - first) * 60 + start.minute) // _STEP_MIN + 1
    rows = max(1, round((end - start).total_seconds() / 60 / _STEP_MIN))
    return Item(kind, max(1, row), rows, f"{start:%H:%M}", f"{end:%H:%M}", title, who, room)


def _service(hub: Hub, service: str, language: str) -> str:
    offering = hub.domain.catalogue.offerings.get(service)
    names = {} if offering is None else offering.names
    found = names.get(language) or next(iter(names.values()), ())
    return found[0] if found else service
