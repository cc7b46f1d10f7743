"""Who has the floor: waiting by the question, interrupting by the prompt, and nothing that waits for ever."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.utterance import Hypothesis, Transcript
from telephony import turns
from telephony.floor import (
    Asked,
    Consequence,
    Ended,
    Finish,
    Floor,
    Guess,
    Happening,
    Hush,
    Ignored,
    Interrupt,
    Judged,
    Key,
    Mentioned,
    NobodySpoke,
    Pressed,
    Quiet,
    Resume,
    Speaking,
    Tick,
    Voice,
    Words,
)  # fmt: skip
from telephony.manners import Manners
from telephony.turns import take_turn
from telephony.vad import WINDOW_S
from telephony.waiting import Answer, Profile, Question

DIGITS = {
    "zero": "0",
    "oh": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "eighty": "80",
    "nineteen": "19",
}
MANNERS = Manners(
    backchannels=frozenset({"mhm", "yes", "okay"}), hesitations=frozenset({"um", "mhm"}),
    leading=frozenset({"on", "the", "at", "and"}), digits=DIGITS,
)  # fmt: skip


class Play:
    """A floor with a clock: says what happens and keeps what followed, with its time."""

    def __init__(self, profile: Profile = Profile.OPEN, silence_s: float = 3.0, *, ask: bool = True) -> None:
        self.floor, self.at = Floor(), 1.0
        self.out: list[tuple[float, Consequence]] = []
        if ask:
            self.happen(Asked(self.at, Question(profile, silence_s)))

    def happen(self, happening: Happening) -> None:
        self.floor, out = take_turn(self.floor, MANNERS, happening)
        self.out += [(self.at, item) for item in out]

    def voice(self, seconds: float, level: float = -20.0, probability: float = 0.9) -> Play:
        for _ in range(round(seconds / WINDOW_S)):
            self.at += WINDOW_S
            self.happen(Voice(self.at, probability, level, WINDOW_S))
        return self

    def silence(self, seconds: float) -> Play:
        return self.voice(seconds, -60.0, 0.02)

    def words(self, text: str, *, final: bool = False) -> Play:
        self.happen(Words(self.at, Transcript.of(text, final=final), self.at))
        return self

    def judged(self, text: str, answer: Answer = Answer.WHOLE, *, urgent: bool = False) -> Play:
        self.happen(Judged(self.at, text, answer, urgent))
        return self

    def of(self, kind: type[Consequence]) -> list[Consequence]:
        return [item for _, item in self.out if isinstance(item, kind)]

    def when(self, kind: type[Consequence]) -> float:
        return next(at for at, item in self.out if isinstance(item, kind))

    def ended(self) -> Ended:
        (found,) = self.of(Ended)
        assert isinstance(found, Ended)
        return found


# --- how long to wait


def waited(profile: Profile, text: str, answer: Answer | None) -> float:
    play = Play(profile).voice(0.8).words(text)
    if answer is not None:
        play.judged(text, answer)
    play.words(text, final=True)
    spoke = play.at
    play.silence(2.0)
    assert play.ended().transcript.text == text
    return play.when(Ended) - spoke


@pytest.mark.parametrize("profile", list(Profile))
def test_a_complete_answer_ends_a_turn_sooner_than_words_of_which_nothing_is_known(profile):
    assert waited(profile, "so be it", Answer.WHOLE) < waited(profile, "so be it", None)


def test_the_question_decides_how_long_to_wait():
    assert (
        waited(Profile.YES_NO, "yes", None)
        < waited(Profile.NAME, "yes", None)
        < waited(Profile.DIGITS, "yes", None)
    )


def test_a_number_is_never_cut_in_the_middle():
    play = Play(Profile.DIGITS).voice(0.9).words("five five five").silence(1.0)
    assert not play.of(Ended)
    play.voice(1.0).words("five five five oh one four two six").judged("five five five oh one four two six")
    play.words("five five five oh one four two six", final=True).silence(0.4)
    assert play.ended().transcript.text == "five five five oh one four two six"


def test_digits_said_unasked_are_not_cut_either():
    play = Play(Profile.OPEN).voice(1.5).words("my number is six one two", final=True).silence(0.9)
    assert not play.of(Ended)


@pytest.mark.parametrize("text", ["I would like to come on the", "on Thursday and", "um"])
def test_words_that_break_off_are_given_time(text):
    play = Play(Profile.DATE).voice(1.0).words(text, final=True).silence(0.95)
    assert not play.of(Ended)


def test_a_day_is_given_longer_for_its_time_than_a_day_with_one():
    assert waited(Profile.DATE, "Thursday", Answer.PART) > waited(
        Profile.DATE, "Thursday at ten", Answer.WHOLE
    )


def test_words_that_hang_are_no_whole_answer_but_a_yes_is():
    assert waited(Profile.OPEN, "a cleaning", Answer.WHOLE) < waited(Profile.OPEN, "on the", Answer.WHOLE)
    assert waited(Profile.YES_NO, "yes I would", Answer.WHOLE) == waited(
        Profile.YES_NO, "yes", Answer.WHOLE
    ), "yes is yes, whatever it ends in"


def test_a_year_that_may_go_on_is_given_a_moment_though_it_is_valid():
    assert waited(Profile.BIRTH_DATE, "nineteen eighty", Answer.WHOLE) > waited(
        Profile.BIRTH_DATE, "nineteen eighty four", Answer.WHOLE
    )


def test_letters_are_spelled_slowly_whatever_was_asked():
    assert waited(Profile.OPEN, "K A Z", None) > waited(Profile.OPEN, "Kaz", None)


def test_danger_ends_the_turn_while_the_caller_still_speaks():
    play = Play().voice(1.0).words("she cannot breathe").judged("she cannot breathe", urgent=True).voice(1.0)
    assert play.ended().why.startswith("urgent")


# --- the recogniser's last words


def test_the_turn_waits_for_final_words_but_not_for_long():
    play = Play(Profile.YES_NO).voice(0.5).words("yes").silence(1.6)
    assert play.when(Finish) < play.when(Ended) <= play.when(Finish) + turns.FINAL_LIMIT_S + 0.1
    assert play.ended().transcript.text == "yes"
    assert play.ended().why == "silence+rescued"


def test_a_final_that_comes_after_its_turn_is_no_second_turn():
    play = Play(Profile.YES_NO).voice(0.5).words("yes").silence(1.6)
    play.happen(Words(play.at, Transcript.of("yes"), play.at - 1.5))
    play.silence(1.5)
    assert len(play.of(Ended)) == 1
    assert Ignored("late") in play.of(Ignored)


def test_finals_and_a_partial_are_put_together():
    play = Play(Profile.NAME).voice(0.6).words("Tomas", final=True).voice(0.6).words("Balčiūnas").silence(2.5)
    assert play.ended().transcript.text == "Tomas Balčiūnas"


def test_one_stretch_keeps_its_other_readings():
    play = Play(Profile.DATE).voice(0.5)
    both = Transcript((Hypothesis("thirteenth", 0.6), Hypothesis("thirtieth", 0.5)))
    play.happen(Words(play.at, both, play.at))
    play.silence(1.5)
    assert play.ended().transcript.texts == ("thirteenth", "thirtieth")


def test_likely_last_words_are_guessed_before_the_wait_is_over():
    play = Play(Profile.DIGITS).voice(0.6).words("four two").silence(2.5)
    assert play.when(Guess) < play.when(Finish) < play.when(Ended)


def test_partials_are_passed_on_at_once():
    play = Play().voice(0.3).words("she").voice(0.3).words("she fainted")
    assert [item.transcript.text for item in play.of(Mentioned) if isinstance(item, Mentioned)] == [
        "she",
        "she fainted",
    ]
    assert all(not item.transcript.final for item in play.of(Mentioned) if isinstance(item, Mentioned))


# --- interrupting


def speaking(policy: str) -> Play:
    play = Play()
    play.happen(Speaking(play.at, policy))
    return play


def test_a_prompt_that_nobody_may_talk_over_goes_on_and_the_words_are_heard():
    play = speaking("never").voice(1.0).words("help, she fainted").silence(2.0)
    assert not play.of(Hush)
    assert not play.of(Interrupt)
    assert play.of(Mentioned)
    assert play.ended().transcript.text == "help, she fainted"


def test_at_once_holds_back_for_a_voice_and_stops_for_words():
    play = speaking("at_once").voice(0.3)
    assert play.of(Hush)
    assert not play.of(Interrupt)
    assert play.when(Hush) - 1.0 <= 0.25
    play.words("no wait")
    assert play.of(Interrupt)


def test_after_words_is_not_held_back_by_a_voice():
    play = speaking("after_words").voice(0.5)
    assert not play.of(Hush)
    play.words("no wait")
    assert play.of(Interrupt)


@pytest.mark.parametrize("policy", ["never", "after_words", "at_once"])
def test_a_listening_noise_does_not_interrupt(policy):
    play = speaking(policy).voice(0.3).words("mhm yes").silence(2.0)
    assert not play.of(Interrupt)
    assert not play.of(Ended)
    assert play.of(Ignored) == [Ignored("backchannel")]
    assert len(play.of(Hush)) == len(play.of(Resume))


def test_a_cough_is_followed_by_the_rest_of_the_sentence():
    play = speaking("at_once").voice(0.3).silence(1.0)
    assert [type(item) for _, item in play.out if isinstance(item, Hush | Resume | Interrupt)] == [
        Hush,
        Resume,
    ]
    play.voice(0.3).silence(1.0)
    assert len(play.of(Hush)) == 1, "the second cough over the same prompt is not believed"


def test_a_noise_without_words_does_not_hold_a_prompt_back_for_ever():
    play = speaking("at_once").voice(4.0)
    assert play.when(Resume) - play.when(Hush) <= turns.DOUBT_S + 0.1


def test_a_yes_begun_as_we_end_is_an_answer():
    play = speaking("at_once").voice(0.1)
    play.happen(Quiet(play.at))
    play.voice(0.2).words("yes", final=True).silence(1.0)
    assert play.ended().transcript.text == "yes"


def test_a_yes_long_before_we_end_is_none():
    play = speaking("never").voice(0.4).words("yes")
    for _ in range(2):
        play.happen(Tick(play.at))
    play.silence(0.2)
    play.at += 1.0
    play.happen(Quiet(play.at))
    play.silence(1.5)
    assert not play.of(Ended)


# --- noise, silence


def test_voice_without_words_is_a_noise_after_a_while_and_no_turn():
    play = Play().voice(0.5).silence(2.0)
    assert play.of(Ignored) == [Ignored("noise")]
    assert not play.of(Ended)


def test_noise_without_an_end_is_told_as_a_turn_that_was_not_understood():
    play = Play().voice(10.0)
    assert play.ended().transcript.text == ""
    assert play.ended().why == "noise"


def test_babble_does_not_keep_a_turn_open():
    play = Play(Profile.YES_NO).voice(0.5).words("yes").voice(4.0)
    assert play.ended().why.startswith("stable")


def test_voices_far_behind_the_caller_are_not_the_caller():
    play = Play(Profile.YES_NO).voice(1.0, level=-20.0).words("yes", final=True).voice(1.0, level=-45.0)
    assert play.ended().why == "silence"


def test_silence_is_told_once_when_the_question_has_waited():
    play = Play(Profile.YES_NO, silence_s=3.0).silence(2.9)
    assert not play.of(NobodySpoke)
    play.silence(5.0)
    assert len(play.of(NobodySpoke)) == 1


def test_the_time_to_answer_begins_when_our_question_was_heard():
    play = Play()
    play.happen(Speaking(play.at, "at_once"))
    play.silence(5.0)
    assert not play.of(NobodySpoke)
    play.happen(Quiet(play.at))
    asked = play.at
    play.silence(4.0)
    assert play.when(NobodySpoke) - asked == pytest.approx(3.0, abs=0.1)


def test_silence_is_not_the_callers_while_nothing_was_asked():
    assert not Play(ask=False).silence(20.0).of(NobodySpoke)


# --- keys


def press(play: Play, digits: str, gap: float = 0.3) -> Play:
    for digit in digits:
        play.at += gap
        play.happen(Key(play.at, digit))
    return play


def test_one_key_answers_a_choice_at_once():
    assert press(Play(Profile.CHOICE), "2").of(Pressed) == [Pressed("2")]


def test_a_number_is_gathered_until_its_last_digit_the_hash_or_a_pause():
    assert press(Play(Profile.BIRTH_DATE), "12031984").of(Pressed) == [Pressed("12031984")]
    assert press(Play(Profile.DIGITS), "61234567#").of(Pressed) == [Pressed("61234567")]
    assert press(Play(Profile.DIGITS), "61234567").silence(3.0).of(Pressed) == [Pressed("61234567")]


def test_a_star_begins_again():
    assert press(Play(Profile.DIGITS), "99*612345#").of(Pressed) == [Pressed("612345")]


def test_a_key_that_arrives_twice_is_one_and_a_key_pressed_twice_is_two():
    play = press(Play(Profile.DIGITS), "6")
    play.happen(Key(play.at + 0.01, "6"))
    assert press(play, "6#").of(Pressed) == [Pressed("66")]


def test_a_key_interrupts_a_prompt_that_may_be_interrupted():
    play = speaking("after_words")
    assert press(play, "1").of(Interrupt)
    assert not press(speaking("never"), "1").of(Interrupt)


# --- whatever happens

HAPPENINGS = st.one_of(
    st.builds(lambda p, level: ("voice", p, level), st.floats(0, 1), st.floats(-70, 0)),
    st.builds(lambda text, final: ("words", text, final), st.sampled_from(["yes", "mhm", "um", "", "five five", "on the", "she fainted"]), st.booleans()),
    st.builds(lambda text, answer, urgent: ("judged", text, answer, urgent), st.sampled_from(["yes", "five five"]), st.sampled_from(list(Answer)), st.booleans()),
    st.builds(lambda profile: ("asked", profile), st.sampled_from(list(Profile))),
    st.builds(lambda policy: ("speaking", policy), st.sampled_from(["never", "after_words", "at_once"])),
    st.just(("quiet",)),
    st.builds(lambda digit: ("key", digit), st.sampled_from("0123456789*#")),
    st.builds(lambda seconds: ("pass", seconds), st.floats(0, 4)),
)  # fmt: skip


def happened(items: Iterable[tuple[object, ...]]) -> list[tuple[Floor, Happening, tuple[Consequence, ...]]]:
    floor, at, trail = Floor(), 0.0, []
    for item in items:
        at += 0.032
        match item:
            case ("voice", float(p), float(level)):
                happening: Happening = Voice(at, p, level, WINDOW_S)
            case ("words", str(text), bool(final)):
                happening = Words(at, Transcript.of(text, final=final), at)
            case ("judged", str(text), Answer() as answer, bool(urgent)):
                happening = Judged(at, text, answer, urgent)
            case ("asked", Profile() as profile):
                happening = Asked(at, Question(profile))
            case ("speaking", str(policy)):
                happening = Speaking(at, policy)
            case ("quiet",):
                happening = Quiet(at)
            case ("key", str(digit)):
                happening = Key(at, digit)
            case ("pass", float(seconds)):
                at += seconds
                happening = Tick(at)
            case _:
                raise AssertionError
        before = floor
        floor, out = take_turn(floor, MANNERS, happening)
        trail.append((before, happening, out))
    return trail


@given(st.lists(HAPPENINGS, max_size=60))
def test_whatever_happens_a_prompt_that_nobody_may_talk_over_is_not_touched(items):
    for before, happening, out in happened(items):
        policy = happening.policy if isinstance(happening, Speaking) else before.policy
        if policy == "never" and not isinstance(happening, Quiet):
            assert not any(isinstance(item, Hush | Interrupt) for item in out)


@given(st.lists(HAPPENINGS, max_size=60))
def test_whatever_happens_what_was_held_back_goes_on_or_ends(items):
    floor, held = Floor(), False
    for before, happening, out in happened(items):
        for item in out:
            if isinstance(item, Hush):
                assert not held
                held = True
            elif isinstance(item, Resume):
                assert held
                held = False
            elif isinstance(item, Interrupt):
                held = False
        if isinstance(happening, Speaking | Quiet):
            held = False
        floor = before
    assert floor.hushed_s is None or floor.policy is not None


@given(st.lists(HAPPENINGS, max_size=60))
def test_whatever_happens_no_words_are_told_twice(items):
    told: list[str] = []
    given_: list[str] = []
    for _, happening, out in happened(items):
        if isinstance(happening, Words):
            given_.append(happening.transcript.text)
        told += [item.transcript.text for item in out if isinstance(item, Ended) and item.transcript.text]
    assert sum(text.count("fainted") for text in told) <= sum(text.count("fainted") for text in given_)


@given(st.lists(HAPPENINGS, max_size=40))
def test_whatever_happened_the_floor_comes_to_rest(items):
    trail = happened(items)
    floor, at = Floor(), 10_000.0
    for before, happening, _ in trail:
        floor, _ = take_turn(before, MANNERS, happening)
    floor, _ = take_turn(floor, MANNERS, Quiet(at))
    for _ in range(40):
        at += 0.5
        floor, _ = take_turn(floor, MANNERS, Tick(at))
    assert floor.began_s is None
    assert not floor.keys
    assert floor.armed_s is None
