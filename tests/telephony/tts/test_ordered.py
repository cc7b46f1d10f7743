"""Fall-over of voices."""

from __future__ import annotations

import pytest

from telephony.speech import SpeechUnavailable
from telephony.tts.ordered import OrderedSynthesizer
from tests.telephony.tts.voices import VENDORS, levels, said

AZURE, DEEPGRAM, WYOMING, OPENAI = VENDORS
TEXT = "We are open from eight until six."


async def test_the_next_voice_speaks_when_the_first_gives_no_sound():
    first, second = AZURE.peer(), WYOMING.peer()
    first.faults.mute = True
    async with first.running(), second.running():
        voice = OrderedSynthesizer([AZURE.voice(first), WYOMING.voice(second)])
        assert levels(await said(voice, TEXT)) == {1}
        first.faults.mute = False
        assert levels(await said(voice, TEXT)) == {2}, "the first is left alone for a while"
    assert len(first.spoken) == 1


async def test_half_a_sentence_is_not_said_again_by_another():
    first, second = WYOMING.peer(), OPENAI.peer()
    first.faults.drops_after = 2
    async with first.running(), second.running():
        other = OPENAI.voice(second)
        with pytest.raises(SpeechUnavailable):
            await said(OrderedSynthesizer([WYOMING.voice(first), other]), TEXT)
        await other.aclose()
    assert not second.spoken


async def test_a_language_that_the_first_does_not_speak_is_left_to_the_next_and_makes_nobody_ill():
    first, second = OPENAI.peer(), WYOMING.peer()
    async with first.running(), second.running():
        english = OPENAI.voice(first)
        voice = OrderedSynthesizer([english, WYOMING.voice(second)])
        english._voices = {"de": "nova"}
        await said(voice, TEXT)
        english._voices = {"en": "nova"}
        await said(voice, TEXT)
        await english.aclose()
    assert (len(first.spoken), len(second.spoken)) == (1, 1)


async def test_when_none_can_speak_it_is_said_why():
    voice = OrderedSynthesizer([WYOMING.voice(WYOMING.peer(), url="tcp://127.0.0.1:9")])
    with pytest.raises(SpeechUnavailable, match="unavailable"):
        await said(voice, TEXT)
    with pytest.raises(ValueError, match="at least one"):
        OrderedSynthesizer([])
