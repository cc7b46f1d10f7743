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
    "=unsure": ["not sure"],
    "=but": ["but"],
}
LEXICON = Lexicon((phrase, mark) for mark, phrases in MARKS.items() for phrase in phrases)


def answer(said: str, *, closing: bool = False, claimed: tuple[int, ...] = ()) -> Answer:
    words = said.replace("'s", "").split()
    return answer_of(LEXICON.find(words), claimed, len(words), closing=closing)


@pytest.mark.parametrize("said", ["yes", "no that's fine", "no problem", "yes no that's right", "no works"])
def test_these_are_a_yes(said: str):
    assert answer(said).yes is True


@pytest.mark.parametrize("said", ["no", "not really", "yes that's wrong", "no that's wrong works", "yes no"])
def test_these_are_a_no(said: str):
    assert answer(said).yes is False


def test_no_thats_fine_is_a_no_when_asked_for_anything_more():
    assert answer("no that's fine", closing=True).yes is False


def test_all_good_is_a_no_when_asked_for_anything_more_and_else_a_sign_of_listening():
    assert answer("all good", closing=True).yes is False
    assert answer("all good") == Answer(None, acknowledged=True)


def test_a_yes_that_takes_something_back_says_so():
    assert answer("yes but not tuesday").but is True


def test_a_sign_of_listening_is_neither():
    assert answer("mhm") == Answer(None, acknowledged=True)


def test_not_knowing_is_neither():
    assert answer("not sure") == Answer(None, unsure=True)


def test_marks_inside_words_that_mean_something_else_do_not_count():
    assert answer("no later than five", claimed=(0, 1)) == NO_ANSWER


def test_a_mark_deep_in_a_story_is_not_a_clear_answer():
    story = answer("she told me over there that yes they would come round again to look")
    assert not story.clear
    assert not story.mostly
    assert answer("yes they would come round again to look at it some day").clear
