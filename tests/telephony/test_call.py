"""Whole calls, spoken and heard: the same book as typed, whatever fails, and never in silence."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from engine.calls import Desk
from engine.core.actions import HangUp, Request, Say, Transfer, Understand
from engine.core.decision import Verdict
from engine.core.domain import Waits
from engine.core.events import (
    Answered,
    BargedIn,
    CallEnded,
    Event,
    Failed,
    FellSilent,
    Heard,
    Spoken,
    Understood,
)
from engine.pack import example_calls
from telephony import wav_file
from telephony.asr.scripted import Misbehaviour as Deafness
from telephony.audio import level_db
from telephony.lines.wav import Part
from telephony.settings import Limits
from telephony.tts.scripted import Misbehaviour as Hoarseness
from telephony.tts.scripted import ScriptedSynthesizer
from tests.telephony.talking import (
    RATE,
    Talk,
    book,
    cough,
    domain,
    keys,
    parts_of,
    simple,
    spoken,
    talk,
    typed,
    understanding,
)  # fmt: skip

BOOKING = [
    "Hi, I'd like to book a cleaning, please", "Tomas Balčiūnas", "the twelfth of March, nineteen eighty-four",
    "Thursday afternoon", "the first one", "yes",
]  # fmt: skip
EXAMPLES = {
    item.where.split(":")[0].removeprefix("domains/dental/calls/"): item.data
    for item in example_calls("gedimino")
    if simple(item.data)
}
TWENTY = [
    "cancellation/in_time.yml", "corrections/the_wish_is_replaced_while_times_are_offered.yml", "corrections/thirteenth_or_thirtieth.yml",
    "denied/no_then_another_day.yml", "digressions/a_price_in_the_middle.yml", "emergencies/in_the_first_sentence.yml",
    "emergencies/in_the_second_hypothesis.yml", "emergencies/over_the_readback_the_hold_is_released.yml", "happy/a_language_is_switched.yml",
    "happy/a_new_patient_books_a_first_examination.yml", "happy/everything_is_said_in_the_first_breath.yml", "happy/in_lithuanian.yml",
    "identity/twice_not_matched_goes_to_a_person.yml", "move/to_another_day.yml", "no_free_time/neither_time_suits.yml",
    "person/after_hours_a_callback.yml", "policies/a_card_number_is_refused.yml", "recognition/a_spelled_last_name.yml",
    "recognition/digits_on_the_keypad.yml", "silence/a_caller_comes_back_after_a_silence.yml",
]  # fmt: skip


def spoken_call(name: str, **more: Any) -> Talk:
    example = EXAMPLES[name]
    return talk(
        parts_of(example),
        now=str(example.get("now", "2026-11-23T09:15")),
        number=example.get("from"),
        language=example.get("language"),
        **more,
    )


@pytest.mark.parametrize("name", TWENTY)
def test_a_spoken_call_ends_in_the_same_book_as_the_typed_one(name):
    assert book(spoken_call(name).desk) == book(typed(EXAMPLES[name]))


def test_a_line_with_a_play_buffer_and_marks_ends_in_the_same_book():
    assert book(spoken_call(TWENTY[10], paced=False).desk) == book(typed(EXAMPLES[TWENTY[10]]))


def booking(*, last: list[Part] | None = None, **more: Any) -> Talk:
    return talk(
        [*(spoken(text) for text in BOOKING[:5]), *(last if last is not None else [spoken("yes")])], **more
    )


def added(call: Talk) -> int:
    fresh = Desk.open("gedimino", domain=domain(), understanding=understanding())
    return len(call.desk.appointments()) - len(fresh.appointments())


# --- heard, not sent


def test_the_disclosure_counts_as_given_when_it_was_played_to_its_end():
    call = talk([spoken("hello")])
    greeting = next(event for event in call.tape.events if isinstance(event, Spoken))
    assert greeting.heard_to == 1.0
    length = len("".join(call.synthesizer.texts[0])) / 14
    assert (greeting.at - call.tape.events[0].at).total_seconds() >= length - 0.1


@pytest.mark.parametrize("paced", [True, False])
def test_a_yes_over_an_unheard_readback_is_not_consent(paced):
    call = booking(last=[spoken("yes please book it", over_s=1.0)], paced=paced)
    assert any(isinstance(event, BargedIn) and event.heard_to < 0.5 for event in call.tape.events)
    assert added(call) == 0
    assert added(booking(last=[spoken("yes please book it")], paced=paced)) == 1


def test_a_prompt_that_is_interrupted_stops_within_a_quarter_of_a_second():
    call = booking(last=[spoken("no not that one", over_s=2.0)])
    recording = call.result.recording
    assert recording is not None
    barged = next(event for event in call.tape.events if isinstance(event, BargedIn))
    until = (barged.at - call.tape.events[0].at).total_seconds() + 0.3
    loud = [at for at in sounding(bytes(recording._ours)) if at < until]
    voiced = [at for at in sounding(bytes(recording._theirs)) if at < until]
    onset = next(b for a, b in reversed(list(pairwise(voiced))) if b - a > 0.5)
    assert loud[-1] - onset <= 0.25


def sounding(pcm: bytes) -> list[float]:
    """The seconds at which frames with sound end."""
    return [
        (place + 320) / 2 / RATE
        for place in range(0, len(pcm), 320)
        if level_db(pcm[place : place + 320]) > -50
    ]


def test_a_cough_over_the_readback_does_not_cost_its_end():
    call = booking(last=[cough(over_s=1.5), spoken("yes")])
    assert not any(isinstance(event, BargedIn) for event in call.tape.events)
    assert added(call) == 1


def test_mhm_over_the_readback_is_no_answer_and_no_interruption():
    call = booking(last=[spoken("mhm", over_s=2.0), spoken("yes")])
    assert not any(isinstance(event, BargedIn) for event in call.tape.events)
    assert call.result.timings.ignored_sounds["backchannel"] == 1
    assert added(call) == 1


# --- emergencies


def seconds_to_transfer(call: Talk) -> float:
    """From the last sample of the phrase to the transfer request."""
    moment = next(
        event
        for _, event, outcome in call.tape.steps
        if any(isinstance(action, Transfer) for action in outcome.actions)
    )
    recording = call.result.recording
    assert recording is not None
    return (moment.at - call.tape.events[0].at).total_seconds() - sounding(bytes(recording._theirs))[-1]


class Broken:
    """A world in which understanding never answers and the calendar is down."""

    on_file = ()

    def understand(self, action: Understand, at: datetime) -> Event:
        time.sleep(0.4)
        return Failed(at, "understand", kind="down")

    def begin(self, action: Any, state: Any, at: datetime) -> Event:
        return self.understand(action, at)

    def over(self, call: str) -> None:
        pass

    def request(self, action: Request, call: str, at: datetime) -> Event:
        return Failed(at, f"request:{action.id}", retryable=True, kind="down")


def test_an_emergency_is_put_through_within_300_ms_with_everything_else_down():
    call = talk(
        [spoken("my lip is swelling up and I can't swallow")],
        world=Broken(),
        ears_=Deafness(lag_s=0.0),
        frozen=False,
        linger_s=3.0,
    )
    assert call.line.control.transfers
    number, summary, warm = call.line.control.transfers[0]
    assert number
    assert summary["level"] == "L0"
    assert warm
    assert seconds_to_transfer(call) < 0.3


def test_an_emergency_over_the_greeting_does_not_wait_for_its_end():
    call = talk([spoken("help she can't breathe", over_s=1.0)])
    assert any(isinstance(event, BargedIn) and event.heard_to < 0.9 for event in call.tape.events)
    assert call.line.control.transfers


# --- whatever fails


def longest_silence(call: Talk) -> float:
    """Seconds in which neither side made a sound while the call lasted, the caller's own pauses left out."""
    recording = call.result.recording
    assert recording is not None
    data = recording.wav()
    left, rate = wav_file.read(data, "call")
    right = bytes(recording._ours)
    longest, since, callers = 0.0, 0.0, False
    for place in range(0, len(left), 320):
        at = place / 2 / rate
        if level_db(right[place : place + 320]) > -50:
            since, callers = at, False
        elif level_db(left[place : place + 320]) > -50:
            since, callers = at, True
        if callers:
            longest = max(longest, at - since)
    return longest


def test_final_words_that_never_come_are_rescued_from_the_partials():
    call = booking(ears_=Deafness(final_lost=True))
    assert added(call) == 1
    assert all(turn.why.endswith("rescued") for turn in call.result.timings.turns)


def test_a_recogniser_without_partials_is_asked_for_its_words():
    assert added(booking(ears_=Deafness(partials=False))) == 1


def test_a_recogniser_that_breaks_hands_over_to_a_person():
    call = booking(ears_=Deafness(fails_at_s=14.0))
    assert call.line.control.transfers
    assert call.result.state.ended_by == "transfer"


def test_a_deaf_recogniser_ends_with_a_person_and_not_in_silence():
    call = talk(
        [spoken("hello"), spoken("hello?"), spoken("is anybody there"), spoken("hello")],
        ears_=Deafness(deaf=True),
        linger_s=30.0,
    )
    assert any(isinstance(action, Transfer | HangUp) for action in call.tape.actions)


@pytest.mark.parametrize(
    "wrong",
    [
        Hoarseness(refuses="unavailable"),
        Hoarseness(first_s=3600.0),
        Hoarseness(stops_after=1),
        Hoarseness(stalls_after=1),
    ],
    ids=["refuses", "hangs", "breaks off", "stalls"],
)
def test_without_a_voice_the_caller_hears_something_and_reaches_a_person(wrong):
    call = talk([spoken("hello")], synthesizer=ScriptedSynthesizer(wrong), linger_s=20.0)
    assert call.line.control.transfers
    assert not any(
        isinstance(event, Spoken) and event.heard_to == 1.0 and event.say == 1 for event in call.tape.events
    )
    assert longest_silence(call) <= domain().waits.in_all


def test_a_slow_voice_is_announced():
    call = booking(synthesizer=ScriptedSynthesizer(Hoarseness(first_s=3.0)))
    assert call.result.timings.fillers > 0
    assert added(call) == 1
    assert longest_silence(call) <= domain().waits.in_all


class Slow:
    """A desk whose services can be held up."""

    def __init__(self, desk: Desk, service: str, seconds: float) -> None:
        self._desk, self._service, self._seconds = desk, service, seconds
        self.on_file = desk.performer.on_file
        self.asked: list[str] = []

    def understand(self, action: Understand, at: datetime) -> Event:
        return self._desk.performer.understand(action, at)

    def begin(self, action: Any, state: Any, at: datetime) -> Any:
        return self.understand(action, at)

    def over(self, call: str) -> None:
        self._desk.performer.over(call)

    def request(self, action: Request, call: str, at: datetime) -> Event:
        self.asked.append(action.service)
        if action.service == self._service:
            time.sleep(self._seconds)
        return self._desk.performer.request(action, call, at)


def slow(
    service: str, seconds: float, timeout_s: float, waits: Waits | None = None, **more: Any
) -> tuple[Talk, Slow]:
    services = {
        name: replace(item, timeout_s=timeout_s) if name == service else item
        for name, item in domain().services.items()
    }
    desk = Desk.open(
        "gedimino",
        domain=replace(domain(), services=services, waits=waits or Waits()),
        understanding=understanding(),
    )
    world = Slow(desk, service, seconds)
    return booking(desk=desk, world=world, frozen=False, **more), world


def test_a_late_hold_is_released_and_never_dropped():
    call, world = slow("booking.hold", 0.6, 0.2, linger_s=2.0)
    verdicts = [decision.verdict for _, _, outcome in call.tape.steps for decision in outcome.decisions]
    assert Verdict.STALE in verdicts
    assert "booking.release" in world.asked
    assert added(call) == 0


def test_work_that_takes_long_is_announced():
    call, _ = slow("booking.find", 0.8, 5.0, waits=Waits(working=0.3, in_all=0.6))
    assert call.result.timings.fillers > 0
    assert added(call) == 1
    patient, _ = slow("booking.find", 0.8, 5.0)
    assert patient.result.timings.fillers == 0, "the pack says for how long"


def test_understanding_that_hangs_is_given_up():
    class Hung(Slow):
        def understand(self, action: Understand, at: datetime) -> Event:
            time.sleep(0.5)
            return super().understand(action, at)

    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    limits = Limits(understanding=0.1)
    call = talk(
        [spoken("hello")], world=Hung(desk, "", 0.0), desk=desk, limits=limits, frozen=False, linger_s=3.0
    )
    assert any(isinstance(event, Failed) and event.what == "understand" for event in call.tape.events)
    assert "utter_no_match" in call.said()


def test_a_service_that_raises_hands_over():
    class Raises(Slow):
        def request(self, action: Request, call: str, at: datetime) -> Event:
            raise RuntimeError

    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    call = booking(desk=desk, world=Raises(desk, "", 0.0))
    assert call.line.control.transfers


# --- transfers


@pytest.mark.parametrize("outcome", ["declined", "busy", "no_answer", "voicemail", "failed", "what is this"])
def test_a_transfer_that_fails_comes_back_to_the_talk(outcome):
    call = talk([spoken("I want to talk to a person"), spoken("no thank you")], outcomes=[outcome])
    assert call.line.control.transfers
    assert {"utter_nobody_answers", "utter_transfer_retry"} & set(call.said())


def test_a_person_hears_who_calls_and_what_for():
    call = talk([spoken("I'd like to book a cleaning"), spoken("I want to talk to a person")])
    _, summary, warm = call.line.control.transfers[0]
    assert summary["flow"]
    assert not warm


# --- the caller


def test_a_caller_who_hangs_up_leaves_nothing_held():
    call = booking(last=[], linger_s=1.0)
    assert isinstance(call.tape.events[-1], Answered | CallEnded)
    asked = [action.service for action in call.tape.actions if isinstance(action, Request)]
    assert asked[-1] == "booking.release"
    assert call.tape.closed


def test_silence_is_asked_about_and_ends_with_a_person():
    call = talk([], linger_s=60.0)
    assert sum(isinstance(event, FellSilent) for event in call.tape.events) >= 2
    assert any(isinstance(action, HangUp | Transfer) for action in call.tape.actions)


def test_noise_alone_is_no_answer():
    call = talk([Part(cough(0.5, over_s=0.0).pcm), Part(cough(0.5, over_s=0.0).pcm)])
    assert call.result.timings.ignored_sounds["noise"] == 2
    assert not any(isinstance(event, Heard) and event.transcript.final for event in call.tape.events)


def test_keys_answer_a_question():
    call = talk([spoken(text) for text in BOOKING[:5]] + [keys("1")])
    assert added(call) == 1


# --- thinking ahead


def test_speculation_that_is_thrown_away_asks_no_service():
    call = booking(last=[spoken("yes no not that one please", pauses=[(1, 0.2)])])
    commits = [
        action
        for action in call.tape.actions
        if isinstance(action, Request) and action.service == "booking.commit"
    ]
    assert commits == []
    assert added(call) == 0


def test_nothing_is_asked_of_the_world_before_its_step():
    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    world = Slow(desk, "", 0.0)
    call = booking(desk=desk, world=world)
    assert world.asked == [action.service for action in call.tape.actions if isinstance(action, Request)]


def test_the_tape_holds_the_time_at_which_each_meaning_was_used():
    call = booking()
    times = [event.at for event in call.tape.events]
    assert times == sorted(times)
    assert sum(isinstance(event, Understood) for event in call.tape.events) == 6


# --- many calls


def test_threads_do_not_grow_with_calls():
    before = threading.active_count()
    for _ in range(3):
        talk([spoken("hello")])
    assert threading.active_count() <= before


def said_in(call: Talk) -> list[str]:
    return [action.text for action in call.tape.actions if isinstance(action, Say)]


def test_two_runs_of_a_call_say_the_same():
    first, second = booking(), booking()
    assert said_in(first) == said_in(second)
    assert [type(event) for event in first.tape.events] == [type(event) for event in second.tape.events]


async def test_a_line_that_closes_before_it_opens_is_no_call():
    from telephony.call import run_call
    from telephony.line import LineClosed
    from telephony.lines.wav import WavLine
    from telephony.settings import Shell

    class Gone(WavLine):
        async def events(self):
            yield LineClosed("line", "lost")

    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    line = Gone([], RATE, call="x")
    from telephony.asr.scripted import ScriptedRecognizer

    shell = Shell()
    result = await run_call(
        line,
        ScriptedRecognizer(),
        ScriptedSynthesizer(),
        desk.performer,
        desk.domain,
        desk.clock(None),
        shell=shell,
    )
    assert result.state.phase == "new"
    shell.close()
