import pytest

from engine.nlu.answers import NO_ANSWER, Answer, answer_of
from engine.nlu.phrases import Lexicon

MARKS = {
    "=yes": ["yes", "that's right", "no problem"],
    "=fine": ["that's fine", "works"],
    "=no": ["no", "not really"],
    "=done": ["all good"],
    "=wrong": ["that's wrong"],
    "=acknowledge": ["mhm"],
    "=listening": ["hm"],
    "=unsure": ["not sure"],
    "=but": ["but"],
    "=asking": ["if", "is it"],
    "=plain": ["yes"],
}
LEXICON = Lexicon((phrase, mark) for mark, phrases in MARKS.items() for phrase in phrases)


def answer(said: str, *, closing: bool = False, claimed: tuple[int, ...] = ()) -> Answer:
    words = said.replace("'s", "").split()
    clauses = [0] * len(words)
    for place, word in enumerate(words):
        if word.endswith(","):
            clauses[place + 1 :] = [clauses[place] + 1] * (len(words) - place - 1)
    return answer_of(LEXICON.find([word.rstrip(",") for word in words]), claimed, clauses, closing=closing)


@pytest.mark.parametrize("said", ["yes", "no that's fine", "no problem", "yes no that's right", "no works"])
def test_these_are_a_yes(said: str):
    assert answer(said).yes is True


@pytest.mark.parametrize("said", ["no", "not really", "yes that's wrong", "no that's wrong works", "yes no"])
def test_these_are_a_no(said: str):
    assert answer(said).yes is False


@pytest.mark.parametrize(
    "said",
    [
        "is it no problem to park",
        "I wonder if that's right",
        "not sure that's right",
        "is it mhm",
        "tell me if it works",
    ],
)
def test_agreement_inside_a_question_or_a_doubt_is_no_yes(said: str):
    found = answer(said)
    assert found.yes is None
    assert not found.acknowledged


@pytest.mark.parametrize(
    "said", ["is it far, that's fine", "I wonder if yes", "yes if it works", "that's fine is it"]
)
def test_agreement_before_a_question_or_after_its_end_or_in_plain_words_counts(said: str):
    assert answer(said).yes is True


def test_no_thats_fine_is_a_no_when_asked_for_anything_more():
    assert answer("no that's fine", closing=True).yes is False


def test_all_good_is_a_no_when_asked_for_anything_more_and_else_a_sign_of_listening():
    assert answer("all good", closing=True).yes is False
    assert answer("all good") == Answer(None, acknowledged=True)


def test_a_yes_that_takes_something_back_says_so():
    assert answer("yes but not tuesday").but is True


def test_a_sign_of_listening_is_neither():
    assert answer("mhm") == Answer(None, acknowledged=True)


def test_a_hum_agrees_to_nothing():
    assert answer("hm") == Answer(None, listening=True)
    assert answer("hm mhm") == Answer(None, acknowledged=True)
    assert answer("hm yes").yes is True


def test_not_knowing_is_neither():
    assert answer("not sure") == Answer(None, unsure=True)


def test_marks_inside_words_that_mean_something_else_do_not_count():
    assert answer("no later than five", claimed=(0, 1)) == NO_ANSWER


def test_a_mark_deep_in_a_story_is_not_a_clear_answer():
    story = answer("she told me over there that yes they would come round again to look")
    assert not story.clear
    assert not story.mostly
    assert answer("yes they would come round again to look at it some day").clear
