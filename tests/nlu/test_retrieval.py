"""The answers nearest to a question, in many forms of its words, and whatever the question holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.core.actions import Expecting, Understand
from engine.core.commands import Ask
from engine.core.domain import Domain
from engine.core.state import DialogueState
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.nlu.classify import Classifier
from engine.nlu.model import ModelUnderstanding
from engine.nlu.phrases import Endings
from engine.nlu.retrieval import AnswerIndex, Entry
from tests.nlu.test_model_reading import DOMAIN, UNDERSTANDING, claim

ENTRIES = (
    Entry(
        "lockers",
        "en",
        "where do I leave my coat . lockers",
        "Lockers stand beside the entrance, a coin is needed.",
    ),
    Entry("bicycles", "en", "can I bring my bicycle", "Bicycles stay in the yard."),
    Entry("dogs", "en", "dogs", "Dogs are welcome in the yard, cats are not."),
    Entry("lockers", "lt", "kur palikti paltą . spintelės", "Spintelės yra prie įėjimo."),
)
ENDINGS = {"en": Endings(["s"]), "lt": Endings(["ės", "ių", "ę", "ė", "ą", "as"])}
INDEX = AnswerIndex(ENTRIES, ENDINGS)


def nearest(question: str, language: str = "en", index: AnswerIndex = INDEX) -> list[str]:
    return list(index.nearest(question, language, 12))


def test_an_answer_is_found_by_how_callers_put_it_and_by_what_it_says() -> None:
    assert nearest("where should my coat go")[0] == "lockers"
    assert nearest("is there an entrance fee or a coin") == ["lockers"]
    assert nearest("my dog")[0] == "dogs"


def test_what_callers_ask_counts_more_than_what_is_said() -> None:
    index = AnswerIndex(
        [Entry("told", "en", "", "about zebras"), Entry("asked", "en", "zebras", "")], ENDINGS
    )
    assert nearest("zebra", index=index) == ["asked", "told"]


def test_every_form_of_a_word_finds_it_with_and_without_diacritics() -> None:
    for question in ("kur spintelių", "spinteles", "o spintelę"):
        assert nearest(question, "lt") == ["lockers"]


def test_each_language_has_its_own_answers() -> None:
    assert nearest("lockers", "lt") == []
    assert nearest("lockers", "de") == []
    assert INDEX.nearest("spintelės", "lt", 3) == {"lockers": "Spintelės yra prie įėjimo."}


def test_no_more_are_found_than_are_wanted() -> None:
    assert len(INDEX.nearest("the yard coin", "en", 1)) == 1


def test_a_second_ranking_is_joined_with_the_first() -> None:
    def vectors(question: str, most: int) -> Sequence[str]:
        return ["bicycles", "dogs", "gone"][:most]

    index = AnswerIndex(ENTRIES, ENDINGS, {"en": vectors})
    assert nearest("my dog", index=index)[0] == "dogs"
    assert nearest("velocipede", index=index) == ["bicycles", "dogs"]


@given(
    st.text(max_size=40)
    | st.sampled_from(['"', "NEAR(a b)", "dogs OR", "* AND", "questions: x", "'; DROP TABLE answers_en; --"])
)
def test_no_question_breaks_the_search(question: str) -> None:
    assert set(nearest(question)) <= {"lockers", "bicycles", "dogs"}


def test_a_language_is_never_part_of_a_statement() -> None:
    assert INDEX.nearest("dogs", "en; DROP TABLE answers_en", 3) == {}
    assert nearest("dogs")


def test_it_may_be_asked_from_any_thread() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: nearest("my dog")[0], range(40)))
    assert set(found) == {"dogs"}


class Reminded(Classifier):
    """A classifier that every question reminds of the same answer."""

    def __init__(self) -> None:
        super().__init__({}, Path())

    def answers(self, language: str, question: str, most: int) -> list[str]:
        return ["extra_3"][:most] if language == "en" else []


def test_what_the_classifier_finds_near_is_offered_too() -> None:
    domain = many_answers()
    understanding = Understanding(domain, Reminded())
    action = Understand(Utterance(Transcript.of("gnarf gnarf"), 1, "en"), Expecting("open"))
    found = understanding.understand(action, datetime(2026, 11, 23, 9, 15))
    turn = ModelUnderstanding(domain, understanding).turn(action, found, DialogueState(language="en"))
    assert turn.topics == ("extra_3",)


def many_answers() -> Domain:
    """More than a request has room for."""
    answers = dict(DOMAIN.answers)
    for number in range(80):
        answers[f"extra_{number}"] = replace(
            answers["parking"], id=f"extra_{number}", questions={"en": (f"topic{number} thing",)}
        )
    return replace(DOMAIN, answers=answers)


def test_of_many_answers_a_model_is_offered_the_nearest_by_number() -> None:
    domain = many_answers()
    model = ModelUnderstanding(domain, UNDERSTANDING)
    action = Understand(Utterance(Transcript.of("gnarf about topic7 gnarf"), 1, "en"), Expecting("open"))
    now = datetime(2026, 11, 23, 9, 15)
    found = UNDERSTANDING.understand(action, now)
    turn = model.turn(action, found, DialogueState(language="en"))
    offered = json.loads(turn.question.user)["topics"]
    assert turn.topics[0] == "extra_7"
    assert offered[0]["topic"] == "a1"
    assert offered[0]["answer"].startswith("There is paid parking")
    assert "extra_7" not in turn.question.system
    answer = json.dumps({"commands": [claim("ask", "topic7", "a1")]})
    assert model.read(answer, turn, action, found, now).result.commands == (Ask("extra_7"),)
    answer = json.dumps({"commands": [claim("ask", "topic7", "extra_7")]})
    assert model.read(answer, turn, action, found, now).refused == ("ask ?: outside the vocabulary",)
