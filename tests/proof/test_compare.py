"""Two versions of a pack: what is written differently, what calls can do differently, what is promised no longer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import app
from engine.pack import example_calls, load, locate
from engine.proof.compare import CHANGED, GAINED, LOST, changes, compare
from engine.proof.comparison_text import as_data, as_text, place
from engine.proof.explore import Bound
from engine.quality.examples import run_call
from engine.replaying import replay_all
from engine.tape_sources import files
from tests.proof.conftest import FAULTY

SOUND = FAULTY / "sound"
BOUND = Bound(0, states=80)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "sound"))


def edit(pack: Path, file: str, old: str, new: str) -> str:
    path = pack / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(pack / "sites" / "pier.yml")


def site(pack: Path) -> str:
    return str(pack / "sites" / "pier.yml")


def test_a_pack_is_no_different_from_its_copy(other: Path) -> None:
    found = compare(site(SOUND), site(other), BOUND, cpus=1)
    assert not found.changes
    assert found.ways == (set(), set())
    assert "nothing is different that could change a call" in as_text(found)


def test_where_a_line_stands_makes_no_difference(other: Path) -> None:
    edit(other, "flows/hire.yml", "flows:", "# a remark\n\nflows:")
    assert not list(changes(load(site(SOUND)), load(site(other))))


def test_a_step_more_is_found_in_the_text_and_in_the_calls(other: Path) -> None:
    edit(other, "flows/hire.yml", "      - id: readback\n", "      - collect: phone\n      - id: readback\n")
    new = edit(other, "flows/hire.yml", "held: readback", "held: collect_phone")
    found = compare(site(SOUND), new, BOUND, cpus=1)
    way, step = sorted((item for item in found.changes if item.kind == "step"), key=lambda item: item.how)
    assert (step.how, step.name) == (GAINED, "hire_boat.collect_phone")
    assert (way.how, way.name, way.field) == (CHANGED, "hire_boat.keep", "outcomes.held")
    assert (way.was, way.now) == ("readback", "collect_phone")
    assert ("hire_boat.keep", "hire_boat.collect_phone") in found.ways[0]
    assert "hire_boat.collect_phone" in found.places[0]
    text = as_text(found)
    assert "~ hire_boat.keep: the way on (held) was “readback”, is “collect_phone”" in text
    assert "from the answer of hires.hold (hire boat) to the question the number on which we can" in text


def test_a_rule_that_is_gone_takes_its_promise_along(other: Path) -> None:
    new = edit(other, "domain.yml", "known_before_told, ", "")
    found = compare(site(SOUND), new, BOUND, cpus=1)
    lost = {(change.kind, change.name) for change in found.changes if change.how == LOST}
    assert ("guarantee", "known_before_told") in lost
    assert "- known_before_told: " in as_text(found)
    assert "is promised no longer" in as_text(found)


def test_other_words_are_shown_side_by_side(other: Path) -> None:
    edit(other, "responses/en.yml", "Then I leave it.", "So be it.")
    (change,) = changes(load(site(SOUND)), load(site(other)))
    assert (change.kind, change.field, change.was, change.now) == (
        "prompt",
        "en",
        "Then I leave it.",
        "So be it.",
    )
    back = list(changes(load(site(other)), load(site(SOUND))))
    assert [item.now for item in back] == ["Then I leave it."]


def test_what_is_new_and_what_is_gone_is_told_apart() -> None:
    old, new = load("base"), load("dental")
    gained = {(item.kind, item.name) for item in changes(old, new) if item.how == GAINED}
    assert {("task", "book_appointment"), ("rule", "no_double_booking"), ("slot", "opening")} <= gained
    lost = {(item.kind, item.name) for item in changes(new, old) if item.how == LOST}
    assert gained == {pair for pair in lost | gained if pair in lost}


def test_a_place_is_told_in_words() -> None:
    domain = load("gedimino")
    assert (
        place(domain, "identify_patient.born") == "the question when the patient was born (identify patient)"
    )
    assert place(domain, "transferring reception") == "being put through to reception"
    assert place(domain, "book_appointment.search") == "the answer of booking.find (book appointment)"


def test_recorded_calls_are_folded_over_the_new_version(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(locate.root() / "domains" / "dental", tmp_path / "dental"))
    calls = {item.where.rpartition("/")[2]: item for item in example_calls("gedimino")}
    for name in ("when_is_my_appointment", "nobody_on_the_line"):
        item = next(one for key, one in calls.items() if key.startswith(name))
        run_call(load("gedimino"), item.data, item.where, tape=tmp_path / "tapes" / f"{name}.jsonl")
    new = pack / "flows" / "visits.yml"
    text = new.read_text(encoding="utf-8")
    assert "say: utter_your_appointment\n" in text
    new.write_text(
        text.replace("say: utter_your_appointment\n", "say: utter_nothing_booked\n", 1), encoding="utf-8"
    )
    found = compare("gedimino", str(pack / "sites" / "gedimino.yml"), Bound(0, states=1), cpus=1)
    found.tapes = list(replay_all(files([tmp_path / "tapes"]), str(pack / "sites" / "gedimino.yml")))
    assert "1 of 2 recorded calls would have gone differently, 50%" in as_text(found)
    assert (as_data(found)["tapes"]["calls"], as_data(found)["tapes"]["otherwise"]) == (2, 1)


def test_packs_without_a_common_site_cannot_be_compared() -> None:
    result = CliRunner().invoke(app, ["compare", "base", "nowhere"])
    assert result.exit_code == 1
    assert "there is no pack or site 'nowhere'" in result.output
