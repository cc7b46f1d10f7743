"""Seed rows of a site (local times, ends left out) as drafts for the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.booking.localtime import parse_local
from engine.booking.opening import Opening, claims_of, end_of
from engine.booking.store import Draft, SeedError
from engine.core.catalogue import Catalogue


def draft_of(
    catalogue: Catalogue, opening: Opening, subject: str, *, contact: str = "", note: str = ""
) -> Draft:
    """Return the appointment that taking an opening makes."""
    offering = catalogue.offerings[opening.service]
    return Draft(
        subject=subject,
        service=opening.service,
        provider=opening.provider,
        room=opening.room,
        start=opening.start,
        end=opening.end,
        claims=claims_of(offering, opening.provider, opening.room, opening.start),
        zone=str(catalogue.zone),
        contact=contact,
        note=note,
    )


def drafts_of(catalogue: Catalogue, rows: Iterable[Mapping[str, Any]]) -> list[Draft]:
    """Return seed rows {id, subject, service, provider, room, start, note?} as drafts; raises SeedError."""
    return [_draft(catalogue, row) for row in rows]


def _draft(catalogue: Catalogue, row: Mapping[str, Any]) -> Draft:
    where = f"seed data: appointment {row.get('id', '?')}"
    for key, known in (
        ("service", catalogue.offerings),
        ("provider", catalogue.providers),
        ("room", catalogue.rooms),
    ):
        if row.get(key) not in known:
            raise SeedError(f"{where}: unknown {key} {row.get(key)!r}; known: {', '.join(known)}")
    try:
        start = parse_local(str(row["start"]), catalogue.zone)
        offering = catalogue.offerings[row["service"]]
        return Draft(
            id=row["id"],
            subject=row["subject"],
            service=offering.id,
            provider=row["provider"],
            room=row["room"],
            start=start,
            end=end_of(offering, start),
            claims=claims_of(offering, row["provider"], row["room"], start),
            zone=str(catalogue.zone),
            note=row.get("note") or "",
        )
    except (KeyError, ValueError) as error:
        raise SeedError(
            f"{where}: {error}; needed: id, subject and a local start such as 2026-12-01T10:00"
        ) from error
