"""What a loaded pack is: resolved, typed, with the place of every rule."""

from __future__ import annotations

import pickle
from datetime import date, time
from functools import cache
from pathlib import Path

import pytest

from engine.core.condition import Condition
from engine.core.domain import END, Domain, SlotType, StepKind
from engine.pack import load, problems
from engine.pack.report import as_text
from tests.pack.packs import copy_template, edit


@cache
def crossroads() -> Domain:
    return load("crossroads", cache=False)


@pytest.mark.parametrize("name", ["base", "dental", "gedimino", "_template", "crossroads"])
def test_every_shipped_pack_and_site_is_without_an_error(name: str) -> None:
    errors = [item for item in problems(name) if item.level == "error"]
    assert not errors, as_text(errors)


def test_a_site_has_what_its_pack_and_its_packs_parent_have() -> None:
    domain = crossroads()
    assert domain.id == "crossroads"
    assert {"book_lesson", "request_callback", "pattern_human_handoff"} <= domain.flows.keys()
    assert domain.slots["full_name"].where.startswith("domains/base/domain.yml:")
    assert domain.slots["service"].where.startswith("domains/_template/domain.yml:")
    assert domain.policies[0].id == "emergency_transfer"


def test_steps_without_a_name_are_called_by_what_they_do() -> None:
    flow = crossroads().flows["book_lesson"]
    assert [step.id for step in flow.steps][:5] == [
        "collect_service", "collect_full_name", "collect_date_of_birth", "collect_phone", "when",
    ]  # fmt: skip
    assert all(flow.index[step.id] == place for place, step in enumerate(flow.steps))


def test_every_way_on_leads_to_a_step() -> None:
    for flow in crossroads().flows.values():
        for step in flow.steps:
            targets = [*step.outcomes.values(), *(branch.to for branch in step.branches), step.following]
            assert all(target == END or target in flow.index for target in targets)


def test_defaults_of_questions_are_filled_in() -> None:
    steps = {step.id: step for step in crossroads().flows["book_lesson"].steps}
    assert steps["collect_service"].response == "utter_ask_service"
    assert steps["offer"].response == "utter_offer_openings"
    assert steps["readback"].outcomes == {"confirmed": "commit", "denied": "forget"}
    assert steps["offer"].outcomes["other_wish"] == "search"


def test_a_change_makes_void_what_was_built_on_it() -> None:
    voids = crossroads().voids
    assert set(voids["wish"]) >= {"openings", "opening", "hold"}
    assert "booked" not in voids["wish"], "what is in the book stays there, whatever is said later"
    assert "full_name" not in voids["wish"]
    assert "wish" not in voids["hold"]


def test_a_flow_owns_its_slots_but_not_those_kept_for_the_call() -> None:
    flow = crossroads().flows["book_lesson"]
    assert {"service", "wish", "openings", "opening", "hold", "booked"} == flow.owns


def test_the_catalogue_has_the_sites_facts() -> None:
    domain = crossroads()
    catalogue = domain.catalogue
    assert catalogue.hours[0] == ((time(9), time(18)),)
    assert 5 not in catalogue.hours
    assert catalogue.closed == {date(2026, 12, 25)}
    assert catalogue.offerings["lesson"].minutes == 60
    assert (catalogue.offerings["lesson"].age_from, catalogue.offerings["lesson"].age_below) == (16, None)
    assert catalogue.offerings["lesson"].names["en"][0] == "a driving lesson"
    assert catalogue.providers["jonas"].breaks == ((time(12), time(13)),)
    assert catalogue.rules.hold_seconds == 180
    assert str(catalogue.zone) == "Europe/Vilnius"
    assert domain.facts["price"]["lesson"] == 40
    assert domain.transfers["emergency"] == ("mobile", "desk")
    assert domain.phones["desk"] == "+37052180000"


def test_an_answer_with_its_own_text_becomes_a_response() -> None:
    domain = crossroads()
    assert domain.answers["bring_along"].response == "utter_answer_bring_along"
    assert "utter_answer_bring_along" in domain.responses


def test_constants_have_the_type_of_their_slot_and_expressions_are_compiled(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [
        {"file": "domain.yml", "from": "  wish:\n", "to": "  ready:\n    type: bool\n  rounds:\n    type: number\n  wish:\n"},
        {"file": "flows/book_lesson.yml", "from": "set_slots: {wish: null}",
         "to": 'set_slots: {wish: null, ready: true, rounds: 2, service: lesson, phone: "= caller.number"}'},
    ])  # fmt: skip
    steps = {step.id: step for step in load(str(pack), cache=False).flows["book_lesson"].steps}
    values = dict(steps["forget"].values)
    assert (values["wish"], values["ready"], values["rounds"], values["service"]) == (None, True, 2, "lesson")
    assert isinstance(values["phone"], Condition)
    assert values["phone"].text == "caller.number"


def test_a_site_refines_its_pack(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [
        {"file": "sites/crossroads.yml", "from": "rules: {book",
         "to": 'responses: {en: {utter_too_young: "Please come back when you are older."}}\nladder: {per_slot: 2}\n'
               "policies: [mine]\nrules: {book"},
        {"file": "policies/mine.yml", "text": "policy: mine\nwhy: politeness\nforbid: utter_nothing_free\n"
                                              "unless: filled(wish)\ninstead: [{say: utter_slot_taken}]\n"},
    ])  # fmt: skip
    domain = load(str(pack / "sites" / "crossroads.yml"), cache=False)
    assert domain.responses["utter_too_young"].variants["en"][0].template.text.startswith("Please")
    assert domain.ladder.per_slot == 2
    assert domain.ladder.in_all == 6
    assert [item.id for item in domain.guards][-1] == "mine"


def test_bookings_and_people_use_the_packs_own_word(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [
        {"file": "sites/crossroads.yml", "from": "rules: {book",
         "to": "people: sites/p.yml\nappointments: sites/a.yml\nrules: {book"},
        {"file": "sites/crossroads.yml", "from": 'age: ">=16"}', "to": 'age: ">=16", learners: existing}'},
        {"file": "sites/p.yml", "text": '- {id: l1, name: Emma Berg, born: 2005-05-04, phone: "+37061234567"}\n'},
        {"file": "sites/a.yml", "text": "- {id: a1, learner: l1, service: lesson, provider: jonas, room: hatchback,"
                                        " start: 2026-11-24T10:00}\n"},
    ])  # fmt: skip
    domain = load(str(pack / "sites" / "crossroads.yml"), cache=False)
    assert [(item.subject, item.start) for item in domain.appointments] == [("l1", "2026-11-24T10:00")]
    assert domain.people[0].born == date(2005, 5, 4)
    assert domain.catalogue.offerings["lesson"].audience == "existing"


def test_holidays_are_computed_for_the_bookable_years(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [{"file": "sites/crossroads.yml", "from": "closed:", "to": "holidays: LT\nclosed:"}])
    dates = load(str(pack / "sites" / "crossroads.yml"), cache=False).dates
    assert len({day[:4] for day in dates}) == 3
    assert any(day.endswith("-02-16") for day in dates)


def test_a_pack_without_a_site_has_an_empty_catalogue() -> None:
    domain = load("_template", cache=False)
    assert domain.catalogue.offerings == {}
    assert domain.people == ()


def test_a_domain_survives_pickling() -> None:
    domain = crossroads()
    again = pickle.loads(pickle.dumps(domain))  # noqa: S301 - our own bytes
    assert again.flows == domain.flows
    assert again.slots["opening"].type is SlotType.OPENING


def test_the_version_is_that_of_the_files(tmp_path: Path) -> None:
    one = load(str(copy_template(tmp_path / "one")), cache=False)
    other = copy_template(tmp_path / "other")
    assert load(str(other), cache=False).version == one.version
    edit(other, [{"file": "knowledge.yml", "from": "# Questions", "to": "# More questions"}])
    assert load(str(other), cache=False).version != one.version


def test_a_say_may_be_written_as_an_action(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(
        pack,
        [
            {
                "file": "flows/book_lesson.yml",
                "from": "say: utter_nothing_free",
                "to": "action: utter_nothing_free",
            }
        ],
    )
    steps = {step.id: step for step in load(str(pack), cache=False).flows["book_lesson"].steps}
    assert (steps["nothing"].kind, steps["nothing"].response) == (StepKind.SAY, "utter_nothing_free")
