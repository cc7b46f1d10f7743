"""The request for an open reply: the question and the facts, and nothing of the call."""

from __future__ import annotations

import json

import pytest

from engine.core.actions import Compose
from engine.effects.compose import question_of, spoken

ACTION = Compose(
    3, "hours", "en", "when, says Tomas?", {"hours": "From eight to five.", "parking": "In the yard."}
)


def test_a_model_sees_the_words_it_is_given_and_the_facts_in_their_order() -> None:
    question = question_of(ACTION, "when, says NAME1?")
    told = json.loads(question.user)
    assert told == {
        "words": "when, says NAME1?",
        "language": "en",
        "facts": ["From eight to five.", "In the yard."],
    }
    assert "Tomas" not in question.system + question.user


def test_it_is_streamed_and_its_fixed_part_stays_the_same() -> None:
    one, other = question_of(ACTION, "a"), question_of(ACTION, "b")
    assert one.streamed
    assert one.system == other.system


@pytest.mark.parametrize(("text", "said"), [(None, ""), ("", ""), ("  On\n\nMonday. ", "On Monday.")])
def test_a_wording_is_one_line(text: str | None, said: str) -> None:
    assert spoken(text) == said
