"""When an ear or a voice fails, the next one goes on; only when none is left is it said."""

from __future__ import annotations

import asyncio

import pytest

from telephony.asr.fallover import FalloverRecognizer
from telephony.asr.scripted import Misbehaviour as Deafness
from telephony.asr.scripted import ScriptedRecognizer, timed
from telephony.audio import tone
from telephony.speech import Hints, Recognized, SpeechFailed, SpeechUnavailable
from telephony.tts.clips import ClipSynthesizer
from telephony.tts.fallover import FalloverSynthesizer
from telephony.tts.scripted import Misbehaviour as Hoarseness
from telephony.tts.scripted import ScriptedSynthesizer
from tests.telephony.talking import RATE, spoken, talk

HINTS = Hints("en")


class Unreachable(ScriptedRecognizer):
    name = "unreachable"

    async def open(self, rate, hints):
        raise SpeechUnavailable("unauthorized")


async def test_the_first_that_can_be_had_is_used():
    second = ScriptedRecognizer()
    hearing = await FalloverRecognizer([Unreachable(), second]).open(RATE, HINTS)
    assert second._open
    await hearing.aclose()


async def test_without_any_it_says_so():
    with pytest.raises(SpeechUnavailable):
        await FalloverRecognizer([Unreachable(), Unreachable()]).open(RATE, HINTS)
    with pytest.raises(ValueError, match="at least one"):
        FalloverRecognizer([])


async def test_the_next_recogniser_hears_the_last_seconds_and_its_times_are_the_calls():
    first, second = ScriptedRecognizer(Deafness(fails_at_s=12.0)), ScriptedRecognizer()
    hearing = await FalloverRecognizer([first, second]).open(RATE, HINTS)
    events = hearing.events()
    waiting = asyncio.ensure_future(anext(events))
    for _ in range(605):
        hearing.push(bytes(320))
    await asyncio.sleep(0.05)
    (again,) = second._open
    assert again._at_s == pytest.approx(8.0, abs=0.1)
    again.say(timed("hello there"), again._at_s, ())
    for _ in range(100):
        hearing.push(bytes(320))
    event = await waiting
    assert isinstance(event, Recognized)
    assert event.from_s == pytest.approx(12.1, abs=0.1)
    await hearing.aclose()


async def test_when_the_last_recogniser_fails_the_call_is_told():
    only = ScriptedRecognizer(Deafness(fails_at_s=0.1))
    hearing = await FalloverRecognizer([only]).open(RATE, HINTS)
    hearing.push(bytes(2 * RATE))
    assert [type(event) async for event in hearing.events()] == [SpeechFailed]


def test_a_call_goes_on_when_its_recogniser_breaks():
    second = ScriptedRecognizer()
    both = FalloverRecognizer([ScriptedRecognizer(Deafness(fails_at_s=3.0)), second])
    call = talk([spoken("hello")], recognizer=both)
    assert not call.line.control.transfers
    assert second._open


async def said(voice, text: str = "One sentence. Another sentence.") -> float:
    spoken_ = voice.speak(text, style="neutral", language="en", rate=RATE)
    return sum([len(chunk.pcm) / 2 / RATE async for chunk in spoken_])


@pytest.mark.parametrize(
    "wrong",
    [
        Hoarseness(refuses="refused"),
        Hoarseness(first_s=60.0),
        Hoarseness(stops_after=2),
        Hoarseness(stalls_after=2),
    ],
)
async def test_a_voice_that_fails_is_followed_by_the_next(wrong):
    second = ScriptedSynthesizer()
    voice = FalloverSynthesizer([ScriptedSynthesizer(wrong), second], first_s=0.05, stall_s=0.05)
    assert await said(voice) >= 31 / 14 - 0.1
    assert second.texts


async def test_a_sentence_that_was_said_is_not_said_again():
    second = ScriptedSynthesizer()
    voice = FalloverSynthesizer(
        [ScriptedSynthesizer(Hoarseness(stops_after=3)), second], first_s=0.05, stall_s=0.05
    )
    await said(voice)
    assert second.texts == ["Another sentence."]


async def test_when_no_voice_is_left_the_call_is_told():
    voice = FalloverSynthesizer([ScriptedSynthesizer(Hoarseness(refuses="refused"))] * 2)
    with pytest.raises(SpeechUnavailable):
        await said(voice)
    with pytest.raises(ValueError, match="at least one"):
        FalloverSynthesizer([])


async def test_what_was_rendered_needs_no_live_voice(tmp_path):
    live = ScriptedSynthesizer()
    assert await ClipSynthesizer(live, tmp_path).render("Goodbye.", style="bright", language="en", rate=RATE)
    clips = ClipSynthesizer(ScriptedSynthesizer(Hoarseness(refuses="down")), tmp_path)
    spoken_ = clips.speak("Goodbye.", style="bright", language="en", rate=RATE)
    assert b"".join([chunk.pcm async for chunk in spoken_])
    assert clips.letters == {"clips": 8, "live": 0}
    with pytest.raises(SpeechUnavailable):
        await said(clips, "Never rendered.")


async def test_what_was_said_is_kept_and_bounded():
    live = ScriptedSynthesizer()
    clips = ClipSynthesizer(live, kept=2 * len(tone(200.0, 0.4, RATE)))
    for text in ("First one.", "First one.", "Second one.", "Third one."):
        await said(clips, text)
    assert live.texts == ["First one.", "Second one.", "Third one."]
    assert not clips.has("First one.", style="neutral", language="en", rate=RATE)
    assert clips.has("Third one.", style="neutral", language="en", rate=RATE)
