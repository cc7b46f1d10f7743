"""Seed rows of a site, as its YAML gives them."""

from __future__ import annotations

import pytest

from engine.booking.seeding import drafts_of
from engine.booking.store import SeedError

ROW = {
    "id": "a01", "subject": "p01", "service": "massage", "provider": "clark", "room": "r3", "start": "2026-11-24T09:00",
}  # fmt: skip


def test_the_end_and_the_claims_follow_from_the_service(catalogue):
    [draft] = drafts_of(catalogue, [{**ROW, "note": "window seat"}])
    assert f"{draft.start:%H:%M}-{draft.end:%H:%M}" == "09:00-10:00"
    assert [(claim.resource, (claim.end - claim.start) // 60) for claim in draft.claims] == [
        ("provider:clark", 60),
        ("room:r3", 75),
    ]
    assert (draft.id, draft.note, draft.zone) == ("a01", "window seat", "Europe/Vilnius")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"service": "flying"},
            "seed data: appointment a01: unknown service 'flying'; known: review, first_visit,",
        ),
        ({"provider": "zed"}, "seed data: appointment a01: unknown provider 'zed'; known: adams, baker,"),
        ({"room": None}, "seed data: appointment a01: unknown room None; known: r1, r2, r3"),
        ({"start": "tomorrow"}, "seed data: appointment a01: Invalid isoformat string: 'tomorrow'; needed:"),
        ({"start": "2027-03-28T03:30"}, "seed data: appointment a01: 2027-03-28T03:30 does not exist"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_what_is_known(catalogue, change, message):
    with pytest.raises(SeedError) as raised:
        drafts_of(catalogue, [ROW | change])
    assert str(raised.value).startswith(message)


def test_a_row_without_a_start_says_what_is_needed(catalogue):
    with pytest.raises(SeedError, match="needed: id, subject and a local start"):
        drafts_of(catalogue, [{key: value for key, value in ROW.items() if key != "start"}])
