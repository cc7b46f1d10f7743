"""Faults of our own invention in copies of the shipped clinic pack: each is found, and the sound copy is not blamed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.core.errors import PackError
from engine.pack import locate
from engine.proof.explore import Bound
from engine.proof.subject import subject
from tests.proof.conftest import proved

ROOT = locate.root()
FAULTS = {
    "an emergency that waits for a name": (
        "policies/emergency_transfer.yml",
        "  - transfer: emergency\n",
        "  - transfer: emergency\n        if: filled(full_name)\n",
        "emergency_in_its_step",
    ),
    "half a sentence that already transfers": (
        "policies/emergency_transfer.yml",
        "- prepare: emergency",
        "- transfer: emergency",
        "nothing_speculative",
    ),
    "a wrong limit": (
        "domain.yml",
        "subject: patient\n",
        "subject: patient\nladder: {per_slot: 40, yes_no: 40, in_a_row: 40, in_all: 99}\n",
        "loops_end",
    ),
    "a greeting that does not say who speaks": (
        "flows/safety.yml",
        "flows:\n",
        (
            "flows:\n  pattern_session_start:\n    description: a greeting\n    pattern: true\n    steps:\n"
            "      - say: utter_of_course\n      - say: utter_greeting\n"
        ),
        "disclosure_first",
    ),
    "a fee that is named only if the book says so": (
        "policies/late_cancellation.yml",
        "unless: heard(utter_late_cancel_rule) or heard(utter_late_move_rule)",
        "unless: filled(appointment)",
        "fee_named_before_late_cancel",
    ),
    "a thank-you that ends the call": (
        "policies/urgent_today.yml",
        "policies:\n",
        (
            "policies:\n  - policy: polite_end\n    why: whoever is polite has finished\n    upon: [Understood]\n"
            "    when: meant.small_talk\n    do: [{say: utter_goodbye}, {hang_up: true}]\n"
        ),
        "no_early_goodbye",
    ),
    "a visit that is looked up before anybody is known": (
        "flows/visits.yml",
        "      - call: identify_patient\n      - action: booking.list\n        next: {found: one",
        "      - action: booking.list\n        next: {found: one",
        "nothing_fails",
    ),
    "a patient who is searched for without a name": (
        "flows/identify.yml",
        "- id: name\n        collect: full_name",
        "- id: name\n        noop: true\n        next: born",
        "nothing_fails",
    ),
}
"""What is changed, and what the proof then says; `check` finds nothing wrong with any of them."""
FOUND_BY_CHECK = {
    "a missing hold": (
        "flows/book.yml",
        "next: {committed: done, conflict: taken, unknown: unsure}",
        "next: {committed: done, conflict: taken, unknown: done}",
    ),
    "a goto round the hold": ("flows/book.yml", "next: {chosen: keep,", "next: {chosen: whose_company,"),
    "a write without a success": (
        "domain.yml",
        "    success: [committed]\n    effect: write",
        "    effect: write",
    ),
    "a policy with a slot misspelt": ("policies/no_double_booking.yml", "hold.live and", "holt.live and"),
}
"""Faults that need no exploring."""


def copy(folder: Path, file: str, old: str, new: str) -> str:
    """A copy of the pack with one text replaced; the path of its site."""
    pack = Path(
        shutil.copytree(
            ROOT / "domains" / "dental", folder / "dental", ignore=shutil.ignore_patterns("calls")
        )
    )
    path = pack / file
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, path)
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(pack / "sites" / "gedimino.yml")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_fault_is_found(name: str, tmp_path: Path) -> None:
    file, old, new, broken = FAULTS[name]
    found = proved(subject(copy(tmp_path, file, old, new)), Bound(1, states=9000, until=broken))
    assert broken in {item.broken for item in found.broken}, [item.broken for item in found.broken]


@pytest.mark.parametrize("name", sorted(FOUND_BY_CHECK))
def test_what_check_finds_never_comes_to_a_proof(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackError):
        subject(copy(tmp_path, *FOUND_BY_CHECK[name]))


def test_the_copy_itself_has_none(tmp_path: Path) -> None:
    site = copy(tmp_path, "flows/book.yml", "flows:", "flows:")
    found = proved(subject(site), Bound(1, states=3000))
    assert found.holds, [item.broken for item in found.broken]
