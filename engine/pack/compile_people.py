"""Who is on file at a site, and what is in its book from the start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.core.catalogue import Catalogue, Person
from engine.core.domain import Appointment
from engine.pack.layers import Layer
from engine.pack.report import Report
from engine.pack.site_values import day, number
from engine.pack.source import Node


def compile_people(nodes: list[Node], catalogue: Catalogue, report: Report) -> Iterable[Person]:
    """The people on file."""
    known = {item.words("id") for item in nodes}
    seen: set[str] = set()
    for node in nodes:
        name = node.words("id")
        if name in seen:
            report.error(node, f"person '{name}' is on file twice")
        seen.add(name)
        report.known(node.get("guardian"), "person", known, f"guardian of '{name}': ")
        report.known(node.get("last_provider"), "provider", catalogue.providers, f"person '{name}': ")
        last: dict[str, date] = {}
        for service, key, value in node.pairs("last"):
            visited = day(value)
            if (
                report.known(key, "service", catalogue.offerings, f"person '{name}': ")
                and visited is not None
            ):
                last[service] = visited
        yield Person(
            id=name,
            name=node.words("name"),
            born=day(node.get("born")),
            phone=node.words("phone"),
            language=node.words("language"),
            guardian=node.words("guardian") or None,
            last=last,
            last_provider=node.words("last_provider") or None,
            missed=number(node, "no_shows", 0),
        )


def compile_appointments(
    layer: Layer, subject: str, catalogue: Catalogue, report: Report
) -> Iterable[Appointment]:
    """The bookings of the seed; `subject` is the pack's word for whom they are for."""
    people = {item.words("id") for item in layer.people}
    for node in layer.appointments:
        by = f"appointment '{node.words('id')}': "
        person = node.get(subject) or node.get("subject")
        if person is None:
            report.error(node, f"an appointment needs the key '{subject}'")
            continue
        report.known(person, subject, people, by)
        report.known(node.get("service"), "service", catalogue.offerings, by)
        report.known(node.get("provider"), "provider", catalogue.providers, by)
        report.known(node.get("room"), "room", catalogue.rooms, by)
        parts = [node.words(key) for key in ("service", "provider", "room", "start")]
        yield Appointment(node.words("id"), person.text, *parts)
