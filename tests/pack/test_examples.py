"""Example calls and policy cases come out as typed plain data that says where it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import PackError
from engine.pack import example_calls, policy_cases, problems
from engine.quality.examples import check
from tests.pack.packs import copy_template, edit


def test_an_example_call_is_plain_data() -> None:
    (call,) = example_calls("_template")
    assert call.where == "domains/_template/calls/happy/a_lesson_is_booked.yml:2"
    assert call.data["site"] == "crossroads"
    assert call.data["turns"][-1] == {"user": "yes", "say": ["utter_booked"]}
    assert call.data["book"] == {"added": [{"service": "lesson", "provider": "jonas"}]}


def test_values_are_typed_by_what_they_mean(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(
        pack,
        [
            {
                "file": "calls/happy/typed.yml",
                "text": """
call: typed
site: crossroads
now: 2026-11-23T09:15
turns:
  - user: 12
    ended: false
    asking: null
    slots: {wish: null, phone: "+37061234567"}
  - silence: true
  - nbest: [{text: yes, confidence: 0.5}]
  - commands: [{affirm: {}}, {set_slot: {slot: phone, value: 0612}}]
""",
            }
        ],
    )
    typed = next(item.data for item in example_calls(str(pack)) if item.data["call"] == "typed")
    first, second, third, fourth = typed["turns"]
    assert first == {
        "user": "12",
        "ended": False,
        "asking": None,
        "slots": {"wish": None, "phone": "+37061234567"},
    }
    assert second == {"silence": True}
    assert third == {"nbest": [{"text": "yes", "confidence": 0.5}]}
    assert fourth["commands"][1]["set_slot"]["value"] == "0612"


def test_a_site_has_only_its_own_calls(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(
        pack,
        [{"file": "calls/happy/a_lesson_is_booked.yml", "from": "site: crossroads", "to": "site: another"}],
    )
    assert len(example_calls(str(pack))) == 1
    assert example_calls(str(pack / "sites" / "crossroads.yml")) == []


def test_calls_of_a_pack_anywhere_are_played_with_its_own_site(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    (call,) = example_calls(str(pack))
    assert call.data["site"] == str(pack / "sites" / "crossroads.yml")
    (shipped,) = example_calls("_template")
    assert shipped.data["site"] == "crossroads"


def test_a_case_may_be_for_some_packs_only(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    cases = "    cases:\n      - {case: %s, packs: [%s], user: no, expect: {takes_over: false}}\n"
    text = cases % ("ours", "_template") + cases.partition("\n")[2] % ("theirs", "dental")
    edit(
        pack,
        [{"file": "policies/agreed_first.yml", "from": "\n  - guarantee:", "to": f"{text}\n  - guarantee:"}],
    )
    own = [case.data["case"] for case in policy_cases(str(pack)) if case.data.get("policy") == "agreed_first"]
    assert own == ["ours"]


def test_a_call_of_wrong_shape_is_not_run(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [{"file": "calls/happy/a_lesson_is_booked.yml", "from": "turns:", "to": "turn:"}])
    with pytest.raises(PackError, match="did you mean 'turns'"):
        example_calls(str(pack))


def test_a_misspelt_expectation_is_refused_before_it_can_pass(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(
        pack,
        [
            {
                "file": "calls/happy/a_lesson_is_booked.yml",
                "from": "  - bot:",
                "to": "  - asknig: wish\n    bot:",
            }
        ],
    )
    with pytest.raises(PackError, match="did you mean 'asking'"):
        example_calls(str(pack))


def test_a_case_names_its_rule_and_its_place(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [{"file": "policies/agreed_first.yml", "from": "\n  - guarantee:",
                 "to": "    cases:\n      - {case: agreed, user: no, expect: {takes_over: false}}\n\n  - guarantee:"}])  # fmt: skip
    own = [case for case in policy_cases(str(pack)) if case.data.get("policy") == "agreed_first"]
    assert [case.where for case in own] == ["_template/policies/agreed_first.yml:10"]
    assert own[0].data == {
        "case": "agreed",
        "user": "no",
        "expect": {"takes_over": False},
        "policy": "agreed_first",
    }


def test_shared_cases_of_flows_that_a_pack_does_not_have_are_left_out() -> None:
    flows = {case.data["state"].get("flow") for case in policy_cases("_template") if "state" in case.data}
    assert "book_appointment" not in flows


def test_a_policy_may_look_at_turns_in_vain(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    rule = (
        "\n  - policy: mumblers\n    why: who is not understood is told so by a colleague\n    upon: [NoMatch]\n"
        '    when: phase == "talking"\n    do:\n      - transfer: reception\n'
        "    cases:\n      - {case: mumbled, user: zyxwv utsrq, expect: {actions: [{transfer: reception}]}}\n"
    )
    edit(
        pack,
        [{"file": "policies/agreed_first.yml", "from": "\n  - guarantee:", "to": f"{rule}\n  - guarantee:"}],
    )
    site = str(pack / "sites" / "crossroads.yml")
    assert not problems(site)
    assert check([site]) == 0
