"""Which guarantees hold whatever understanding returns."""

from __future__ import annotations

from dataclasses import replace

from engine.pack import load
from engine.proof.certify import certify

DOMAIN = load("gedimino")


def test_what_a_guard_forbids_needs_no_exploring() -> None:
    found = {item.guarantee: item for item in certify(DOMAIN)}
    assert found["held_before_commit"].guards == ("no_double_booking policies/no_double_booking.yml:3",)
    leaning = {name for name, item in found.items() if not item.unconditional}
    assert leaning == {"danger_does_not_wait", "emergency_does_not_wait"}


def test_without_the_guard_it_leans_on_what_was_tried() -> None:
    guards = tuple(item for item in DOMAIN.guards if item.id != "no_double_booking")
    found = {item.guarantee: item for item in certify(replace(DOMAIN, guards=guards))}
    assert not found["held_before_commit"].unconditional
    assert found["heard_before_commit"].unconditional


def test_a_weaker_guard_is_no_certificate() -> None:
    guards = tuple(
        replace(item, when=item.unless, unless=None) if item.id == "no_double_booking" else item
        for item in DOMAIN.guards
    )
    found = {item.guarantee: item for item in certify(replace(DOMAIN, guards=guards))}
    assert not found["held_before_commit"].unconditional
