import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.actions import Expecting, Understand
from engine.core.commands import Affirm, NotUnderstood, SetSlot, StartFlow
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Result, Understanding
from tests.nlu.conftest import NOW

Say = Callable[..., Result]


def test_a_lower_hypothesis_is_read_when_the_best_means_nothing(say: Say):
    found = say([("four mice elf", 0.5), ("for myself", 0.4)], "for_whom")
    assert [(item.slot, item.value) for item in found.commands if isinstance(item, SetSlot)] == [
        ("for_whom", "self")
    ]
    assert found.confidence < 0.9


def test_hypotheses_that_differ_in_a_day_become_a_question(say: Say):
    found = say([("on Thursday", 0.55), ("on Friday", 0.5)], "wish")
    (command,) = found.commands
    assert isinstance(command, SetSlot)
    assert [wish["days"][0][0] for wish in command.alternatives] == ["2026-11-26", "2026-11-27"]


def test_a_hypothesis_far_behind_contradicts_nothing(say: Say):
    (command,) = say([("on Thursday", 0.9), ("on Friday", 0.2)], "wish").commands
    assert isinstance(command, SetSlot)
    assert not command.alternatives


def test_another_language_of_the_pack_is_recognised(say: Say):
    found = say("laba diena norėčiau užsiregistruoti pas odontologą", language="en")
    assert found.language == "lt"
    assert found.commands == (StartFlow("book_appointment"),)


def test_one_word_of_another_language_is_understood_without_changing_it(say: Say):
    found = say("taip", "confirm", language="en")
    assert (found.commands, found.language) == ((Affirm(),), None)


def test_asking_for_a_language_changes_it(say: Say):
    assert say("do you speak Lithuanian").language == "lt"
    assert say("ar kalbate angliškai", language="lt").language == "en"


def test_what_means_nothing_says_so_and_claims_nothing(say: Say):
    found = say("the dog is barking at the neighbour")
    assert found.commands == (NotUnderstood("no_match"),)
    assert (found.source, found.confidence) == ("none", 0.0)


def test_evidence_is_in_the_callers_own_words(say: Say):
    (_, command) = say("Um, a  Check-Up, please!").commands
    assert isinstance(command, SetSlot)
    assert command.evidence == "Check-Up"


def test_the_plain_form_leaves_out_what_says_nothing(say: Say, understanding: Understanding):
    plain = understanding.plain(say("a cleaning on Thursday"))
    assert plain["commands"][0] == {"start_flow": {"flow": "book_appointment"}}
    assert plain["commands"][1]["set_slot"] == {"slot": "service", "value": "hygiene", "evidence": "cleaning"}
    assert plain["entities"][0] == {
        "type": "service",
        "text": "cleaning",
        "span": [2, 10],
        "value": "hygiene",
    }
    assert plain["source"] == "lexical"


def test_an_empty_transcript_is_empty(understanding: Understanding):
    utterance = Utterance(Transcript(()), 1, "en")
    found = understanding.understand(Understand(utterance, Expecting("open")), NOW)
    assert found.commands == (NotUnderstood("empty"),)


def test_a_language_the_pack_does_not_have_is_read_as_its_first(say: Say):
    assert say("a cleaning please", language="fr").commands[0] == StartFlow("book_appointment")


ASKED: list[str | None] = [
    None,
    "confirm",
    "offer",
    "wish",
    "full_name",
    "date_of_birth",
    "phone",
    "been_before",
]
WORDS = ["no", "yes", "tuesday", "at", "three", "cancel", "book", "not", "but", "doctor", "carter", "the", "second",
         "one", "my", "son", "ne", "taip", "antradienį", "pas", "o", "5", "12:30", "?", "ąž", "n", "or"]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from(ASKED), st.sampled_from(["en", "lt"]))
def test_any_words_give_commands_and_the_same_ones_again(
    say: Say, words: list[str], asked: Any, language: str
):
    text = " ".join(words)
    found = say(text, asked, language=language)
    assert found.commands
    assert found == say(text, asked, language=language)
    for entity in found.entities:
        assert entity.text
        assert 0 <= entity.span[0] < entity.span[1] <= len(text)


@settings(max_examples=100)
@given(st.text(max_size=120), st.sampled_from(ASKED))
def test_any_text_gives_commands(say: Say, text: str, asked: Any):
    assert say(text, asked).commands


@pytest.mark.parametrize("seed", range(6))
def test_a_very_long_utterance_is_read_as_far_as_anybody_speaks(say: Say, seed: int):
    chance = random.Random(seed)  # noqa: S311 - words of a test, not a secret
    said = " ".join(chance.choice(WORDS) for _ in range(2000))
    found = say(said)
    assert all(entity.span[1] <= 1600 for entity in found.entities)
