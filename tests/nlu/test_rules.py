from collections.abc import Mapping
from typing import Any

import pytest

from engine.nlu.phrases import Lexicon
from engine.nlu.rules import Context, RuleBook, RuleError

CONCEPTS = {
    "want": ["want", "would like"],
    "visit": ["appointment", "visit"],
    "cancel": ["cancel*"],
    "book": ["book"],
    "price": ["how much"],
    "child": ["my son"],
}
LEXICON = Lexicon((phrase, name) for name, phrases in CONCEPTS.items() for phrase in phrases)
RULES: list[Mapping[str, Any]] = [
    {"start": "book", "all": ["want", "visit"]},
    {"start": "book", "all": ["book"], "unless": ["price"]},
    {"start": "cancel", "all": ["cancel"]},
    {"start": "cancel", "all": ["cancel", "visit"]},
    {"ask": "price", "all": ["price"]},
    {"set": {"whom": "child"}, "all": ["child"]},
    {"start": "book", "all": ["visit"], "fallback": "true", "idle": "true"},
    {"command": "cancel", "all": ["cancel"], "alone": "true", "busy": "true", "bonus": "50"},
]


def asked(words: str, *, idle: bool = True) -> list[tuple[str, str]]:
    book = RuleBook(RULES, ["want", "visit"])
    said = words.split()
    context = Context(idle, frozenset({"slot"}), None if idle else "book", said)
    return [(item.rule.kind, item.rule.target) for item in book.match(LEXICON.find(said), context)]


def test_the_more_specific_rule_takes_the_words_they_share():
    assert asked("i want to cancel my appointment") == [("start", "cancel")]


def test_two_tasks_in_one_utterance_are_both_found_in_their_order():
    assert asked("cancel my appointment and book another") == [("start", "cancel"), ("start", "book")]


def test_a_task_said_twice_is_one_task():
    assert asked("cancel please cancel") == [("start", "cancel")]


def test_values_do_not_compete_with_tasks():
    assert asked("book my son") == [("start", "book"), ("set", "whom")]


def test_a_fallback_holds_only_when_nothing_else_does():
    assert asked("a visit") == [("start", "book")]
    assert asked("how much is a visit") == [("ask", "price")]


def test_a_fallback_needs_most_of_the_words_to_mean_something():
    assert asked("the prime minister of norway announced a visit") == []


def test_unless_forbids_a_rule_nearby():
    assert asked("how much to book") == [("ask", "price")]


def test_concepts_far_apart_do_not_make_a_rule():
    assert (
        asked("i want some of all the things that you have told me about before the visit", idle=False) == []
    )


def test_a_rule_may_hold_only_during_a_flow_or_under_a_question():
    rules = [{"ask": "fee", "all": ["price"], "during": ["book"], "asked": ["slot"]}]
    said = ["how", "much"]
    for flow, asked, holds in (("book", "slot", 1), ("other", "slot", 0), ("book", "date", 0)):
        context = Context(False, frozenset({asked}), flow, said)
        assert len(RuleBook(rules, []).match(LEXICON.find(said), context)) == holds


def test_alone_means_that_nothing_else_was_said():
    assert asked("cancel", idle=False) == [("command", "cancel")]
    assert asked("cancel it", idle=False) == [("start", "cancel")]


@pytest.mark.parametrize(
    "rule",
    [{"all": ["a"]}, {"start": "x", "ask": "y", "all": ["a"]}, {"start": "x"}, {"start": "x", "all": []}],
)
def test_a_rule_that_says_too_little_or_too_much_is_an_error(rule: Mapping[str, Any]):
    with pytest.raises(RuleError):
        RuleBook([rule], [])
