"""What is found once must be what walking the pack would find."""

from __future__ import annotations

from dataclasses import replace

from engine.core.lookups import Undoing
from engine.core.safety import assess_all
from tests.core.workshop import DOMAIN, act, with_guard, with_policy


def test_policies_are_found_by_the_event_in_the_order_of_the_pack():
    domain = with_policy(act("read_back"), when="turn == 3")
    for event in ("Heard", "Partial", "NoMatch", "Nothing"):
        expected = tuple(item for item in domain.policies if event in item.upon)
        assert domain.lookups.policies[event] == expected
        assert domain.lookups.policies[event] is domain.lookups.policies[event]


def test_guards_are_found_by_the_name_of_the_action():
    for name in (*DOMAIN.services, *DOMAIN.responses, "transfer", "hang_up"):
        expected = tuple(
            item for item in DOMAIN.guards if name in item.forbids or name.startswith(item.prefixes)
        )
        assert DOMAIN.lookups.guards[name] == expected


def test_a_guarantee_about_any_action_is_asked_of_each():
    for names in (("bench.commit", "commit", "request"), ("utter_hello", "utter_hello", "say")):
        expected = tuple(
            item
            for item in DOMAIN.guarantees
            if item.never.actions is None or not item.never.actions.isdisjoint(names)
        )
        assert DOMAIN.lookups.guarantees[names] == expected


def test_what_a_slot_holds_is_given_back_by_the_service_that_can_take_it_back():
    found = {
        slot: Undoing(service.undo, tuple(key for key, name in service.gives if name == slot))
        for service in reversed(tuple(DOMAIN.services.values()))
        if service.undo
        for _, slot in service.gives
    }
    assert found
    assert DOMAIN.lookups.undoing == found


def test_another_rule_makes_other_lookups():
    before = DOMAIN.lookups.guards["bench.commit"]
    domain = with_guard(forbids="bench.commit")
    assert domain.lookups.guards["bench.commit"] == (domain.guards[0], *before)


def test_words_are_screened_anew_unless_a_proof_says_the_same_again_and_again():
    texts = ("hello", "I want to speak to a person")
    found = assess_all(DOMAIN.patterns.values(), texts)
    assert DOMAIN.lookups.finding(texts) == found
    domain = replace(DOMAIN)
    domain.lookups.remember_words()
    assert domain.lookups.finding(texts) == found
    assert domain.lookups.finding(texts) is domain.lookups.finding(texts)
    assert DOMAIN.lookups.finding(texts) is not domain.lookups.finding(texts)
