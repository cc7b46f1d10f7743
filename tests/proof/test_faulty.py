"""Faults of the field's own published booking examples, each as a small pack, each found with its shortest call."""

from __future__ import annotations

import pytest

from engine.core.commands import Choose, Correct, Deny, StartFlow
from engine.pack import load
from engine.proof.explore import SHORTEST, Bound, Least
from engine.proof.meaning import meant
from engine.proof.prove import explore, prove
from engine.proof.subject import subject
from tests.proof.conftest import FAULTY, explored, proved

STORIES = {
    "unread_verdict": ("known_before_told", "unread_verdict/flows/hire.yml", 10),
    "booked_by_arithmetic": ("hired_only_if_written", "booked_by_arithmetic/flows/hire.yml", 13),
    "unread_outcome": ("hired_only_if_written", "unread_outcome/flows/hire.yml", 14),
    "sentence_instead_of_rule": ("emergency_in_its_step", "policies/told_what_to_do.yml", 2),
    "premature_goodbye": ("no_early_goodbye", "premature_goodbye/policies/polite_end.yml", 6),
    "no_is_yes": ("held_and_agreed", "no_is_yes/flows/hire.yml", 11),
}


def site(name: str) -> str:
    return str(next((FAULTY / name / "sites").glob("*.yml")))


@pytest.mark.parametrize("name", sorted(STORIES))
def test_the_fault_is_found_with_the_shortest_call(name: str) -> None:
    broken, file, events = STORIES[name]
    found = proved(subject(site(name)), Bound(1, until=broken))
    example = next(item for item in found.broken if item.broken == broken)
    assert example.confirmed
    assert example.events == events, [line.move for line in example.lines]
    assert not file or any(file in where for where in example.blamed), example.blamed


@pytest.mark.parametrize("name", sorted(STORIES))
def test_check_alone_does_not_find_it(name: str) -> None:
    assert load(site(name), cache=False).id


def test_the_pack_that_they_are_made_of_is_sound() -> None:
    found = proved(subject(site("sound")), Bound(1))
    assert found.holds, [item.broken for item in found.broken]
    assert not found.doubtful
    assert explored(found).surprises == 1


@pytest.mark.parametrize(("name", "surprises"), [("booked_by_arithmetic", 0), ("no_is_yes", 1)])
def test_a_broken_pack_is_told_without_looking_beyond_its_shortest_call(name: str, surprises: int) -> None:
    found = prove(site(name), Bound(seconds=100.0), cpus=1)
    assert {item.surprises for item in found.broken} == {surprises}
    assert found.surprises == surprises, "no further, though nothing else bounds it"


def test_beginnings_share_how_many_surprises_a_breach_needs() -> None:
    broken, other = subject(site("no_is_yes")), subject(site("sound"))
    least = Least()
    explore(broken, broken.beginnings()[0], Bound(1, until=SHORTEST), least=least)
    found = explore(other, other.beginnings()[0], Bound(until=SHORTEST), least=least)
    assert not found.found
    assert found.surprises == 1


def test_what_understanding_claims_is_told_in_words() -> None:
    assert meant((Deny(), Correct("boat", "sailing"))) == "no, and corrects boat: sailing"
    assert meant((Choose(-1),)) == "takes the last"
    assert meant((StartFlow("a", ("a", "b")),)) == "asks for a or b"
    assert meant(()) == "says nothing that means anything"
