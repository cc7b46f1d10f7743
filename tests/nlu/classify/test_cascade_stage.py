"""The classifier in the cascade: asked last, about open questions only; what it is not sure of is asked about."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.calls import Desk, understanding_of
from engine.core.actions import Expecting, Understand
from engine.core.commands import Affirm, Ask, Choose, Deny, NotUnderstood, SetSlot, StartFlow, WantPerson
from engine.core.events import Understood
from engine.core.utterance import Hypothesis, Transcript, Utterance
from engine.nlu.cascade import Result, Understanding
from engine.nlu.classify import Classifier, Verdict
from engine.pack import load

NOW = datetime(2026, 11, 23, 9, 15)
DOMAIN = load("crossroads")
STRANGE = "zyxwv utsrq ponml"
SURE = Verdict("start.book_lesson", 0.97, accepted=True, second="ask.hours")


class Scripted(Classifier):
    """Says what it is told to say, and keeps what it was asked."""

    def __init__(self, verdict: Verdict | None) -> None:
        super().__init__({}, Path())
        self.verdict = verdict
        self.asked: list[tuple[str, str]] = []

    def prepare(self) -> None:
        self.asked.append(("", "prepared"))

    def classify(self, language: str, text: str) -> Verdict | None:
        self.asked.append((language, text))
        return self.verdict


def asked_of(text: str, expecting: Expecting | None = None) -> Understand:
    utterance = Utterance(Transcript((Hypothesis(text, 0.8),)), 1, "en")
    return Understand(utterance, expecting or Expecting("open"))


def heard(classifier: Classifier | None, text: str, expecting: Expecting | None = None) -> Result:
    return Understanding(DOMAIN, classifier).understand(asked_of(text, expecting), NOW)


def test_what_the_rules_miss_is_taken_for_what_it_is_surely_like():
    found = heard(Scripted(SURE), STRANGE)
    assert found.commands == (StartFlow("book_lesson"),)
    assert (found.source, found.confidence) == ("classifier", 0.776)
    assert found.why == "start.book_lesson 0.97, then ask.hours"
    assert heard(Scripted(Verdict("ask.hours", 0.97, accepted=True)), STRANGE).commands == (Ask("hours"),)


BOOK = "I'd like to book a driving lesson"


LIKELY = Verdict("start.book_lesson", 0.7, accepted=False, reason="no_match", second="ask.hours")


def test_what_is_said_with_it_is_kept():
    found = heard(Scripted(SURE), f"{STRANGE} on Thursday")
    start, wish = found.commands
    assert start == StartFlow("book_lesson")
    assert isinstance(wish, SetSlot)
    assert wish.value == {"days": [["2026-11-26", "2026-11-27"]]}


def test_it_stands_against_a_rule_only_when_it_is_surer():
    surer = heard(Scripted(Verdict("ask.hours", 0.95, accepted=True, second="out_of_scope")), BOOK)
    assert (surer.commands, surer.source) == ((Ask("hours"),), "classifier")
    sure = heard(Scripted(Verdict("ask.hours", 0.86, accepted=True, second="out_of_scope")), BOOK)
    assert StartFlow("book_lesson") in sure.commands
    assert (sure.source, sure.doubt, sure.why) == ("lexical", True, "ask.hours 0.86, then out_of_scope")


@pytest.mark.parametrize(
    "words",
    [
        "I want to book a lesson, no sorry, I want to know when you are open",
        "I don't want to book a lesson, when are you open",
        "I'd like to book a driving lesson and when are you open",
    ],
)
def test_two_wishes_a_repair_and_a_denial_are_read_by_rules_only(words):
    verdict = Verdict("ask.directions", 0.99, accepted=True)
    assert Ask("directions") not in heard(Scripted(verdict), words).commands


def test_one_of_several_that_rules_find_stands_alone_where_it_is_sure_of_it():
    both = "I'd like to book a driving lesson when are you open"
    assert len(heard(None, both).commands) > len(heard(Scripted(SURE), both).commands)
    assert StartFlow("book_lesson") in heard(Scripted(SURE), both).commands


def test_a_fallback_of_the_rules_gives_way_to_it():
    found = heard(Scripted(Verdict("ask.hours", 0.91, accepted=True)), "on Thursday")
    assert found.commands == (Ask("hours"),)


@pytest.mark.parametrize(
    "verdict",
    [SURE, Verdict("ask.hours", 0.6, accepted=False), Verdict("out_of_scope", 0.99, False, "out_of_scope")],
)
def test_nothing_is_doubted_by_who_agrees_or_is_not_sure(verdict):
    found = heard(Scripted(verdict), BOOK)
    assert (found.doubt, found.why) == (False, "")


def test_a_question_about_something_is_the_same_question():
    assert not heard(Scripted(Verdict("ask.hours", 0.99, accepted=True)), "are you open on Monday").doubt


def test_whether_there_is_anything_more_is_an_open_question():
    anything = Expecting("slot", slot="anything_else", type="bool")
    assert heard(Scripted(SURE), STRANGE, anything).commands == (StartFlow("book_lesson"),)


@pytest.mark.parametrize(
    "expecting",
    [
        Expecting("slot", slot="full_name", type="name"),
        Expecting("confirm", reads=("service",)),
        Expecting("offer", slot="opening", type="opening"),
    ],
)
def test_an_answer_is_never_guessed(expecting):
    stage = Scripted(SURE)
    heard(stage, "ehm well hm", expecting)
    assert stage.asked == []


def test_silence_is_not_guessed_at():
    stage = Scripted(SURE)
    assert heard(stage, "").commands == (NotUnderstood("empty"),)
    assert stage.asked == []


def test_a_task_that_is_only_likely_is_asked_about():
    found = heard(Scripted(LIKELY), STRANGE)
    assert found.commands == (StartFlow("book_lesson", ("book_lesson",)),)
    assert (found.source, found.doubt) == ("classifier", True)


def test_a_question_that_is_only_likely_is_answered():
    likely = Verdict("ask.hours", 0.75, accepted=False, reason="no_match", second="ask.directions")
    assert heard(Scripted(likely), STRANGE).commands == (Ask("hours"),)


@pytest.mark.parametrize("label", ["start.book_lesson", "ask.hours", "command.person"])
def test_what_is_hardly_likely_is_left_as_not_understood_and_told(label):
    found = heard(Scripted(Verdict(label, 0.5, accepted=False, second="ask.directions")), STRANGE)
    assert found.commands == (NotUnderstood("no_match"),)
    assert (found.source, found.why) == ("none", f"{label} 0.50, then ask.directions")


def test_a_plain_answer_is_never_taken_for_a_task():
    assert heard(Scripted(SURE), "no").commands == (Deny(),)
    assert heard(Scripted(LIKELY), "yes").commands == (Affirm(),)


def test_which_task_was_meant_is_answered_by_its_place_a_yes_or_a_no():
    both = Expecting("open", options=("book_lesson", "cancel_lesson"))
    assert heard(Scripted(SURE), "the second one", both).commands == (Choose(1, "the second one"),)
    assert not any(isinstance(item, Choose) for item in heard(None, "either", both).commands)
    one = Expecting("open", options=("book_lesson",))
    assert heard(None, "yes", one).commands == (Choose(0, "yes"),)
    assert heard(None, "no", one).commands == (Deny(),)


def test_who_asks_for_a_person_in_strange_words_gets_one():
    assert heard(Scripted(Verdict("command.person", 0.97, accepted=True)), STRANGE).commands == (
        WantPerson(),
    )


def test_what_is_surely_out_of_scope_is_said_to_be_so():
    outside = Verdict("out_of_scope", 0.97, accepted=False, reason="out_of_scope")
    found = heard(Scripted(outside), STRANGE)
    assert (found.commands, found.source) == ((NotUnderstood("out_of_scope"),), "none")


@pytest.mark.parametrize("stage", [None, Scripted(None)])
def test_without_a_model_the_cascade_has_no_such_stage(stage):
    found = heard(stage, STRANGE)
    assert (found.commands, found.source, found.why) == ((NotUnderstood("no_match"),), "none", "")


def test_why_is_shown_outside_only_where_there_is_more_to_say():
    understanding = Understanding(DOMAIN)
    assert (
        understanding.plain(heard(Scripted(SURE), STRANGE))["why"] == "start.book_lesson 0.97, then ask.hours"
    )
    assert "why" not in understanding.plain(heard(None, STRANGE))


def test_the_event_of_a_turn_tells_it():
    desk = Desk.open("crossroads", understanding=Understanding(DOMAIN, Scripted(SURE)))
    event = desk.performer.understand(asked_of(STRANGE), datetime(2026, 11, 23, 9, 15, tzinfo=UTC))
    assert isinstance(event, Understood)
    assert (event.source, event.why) == ("classifier", "start.book_lesson 0.97, then ask.hours")


def test_preparing_reads_the_models_too():
    stage = Scripted(None)
    Understanding(DOMAIN, stage).prepare()
    assert stage.asked == [("", "prepared")]


def test_a_site_without_a_trained_model_is_understood_by_its_rules(monkeypatch, tmp_path):
    monkeypatch.setenv("FRONTDESK_CACHE", str(tmp_path / "nothing"))
    found = understanding_of(DOMAIN).understand(asked_of(STRANGE), NOW)
    assert (found.commands, found.why) == ((NotUnderstood("no_match"),), "")
