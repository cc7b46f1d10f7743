"""What a site says in the same words in every call is rendered once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from telephony.speech import SpeechUnavailable
from telephony.tts.clips import ClipSynthesizer
from telephony.tts.scripted import ScriptedSynthesizer
from telephony.voice_build import build, fixed_phrases
from tests.telephony.talking import RATE, domain, spoken, talk

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZoneInfo("Europe/Vilnius"))


def test_fixed_prompts_are_found_in_every_language_and_changing_ones_are_not():
    phrases = list(fixed_phrases(domain(), NOW))
    texts = {text for text, _, _ in phrases}
    assert "Is there anything else I can do for you?" in texts
    assert "One moment, please." in texts
    assert "Is that right?" in texts, "a fixed sentence of a prompt that changes"
    assert {language for _, _, language in phrases} == {"en", "lt"}
    assert not any(set("{}%") & set(text) for text in texts)
    assert (
        "Hello, you have reached Gedimino Dental Clinic. I am the clinic's AI assistant. How can I help you?",
        "bright",
        "en",
    ) in phrases


class English(ScriptedSynthesizer):
    async def speak(self, text, *, style, language, rate):
        if language != "en":
            raise SpeechUnavailable("refused")
        async for chunk in super().speak(text, style=style, language=language, rate=rate):
            yield chunk


async def test_what_was_rendered_before_is_not_rendered_again(tmp_path):
    count, made = await build(domain(), English(), tmp_path, NOW, RATE)
    assert made == count > 100
    assert await build(domain(), English(), tmp_path, NOW, RATE) == (count, 0)


async def _clips(folder):
    await build(domain(), English(), folder, NOW, RATE)


def test_little_is_said_live_in_a_call(tmp_path):
    import asyncio

    asyncio.run(_clips(tmp_path))
    clips = ClipSynthesizer(English(), tmp_path)
    texts = [
        "I'd like to book a cleaning please",
        "Tomas Balčiūnas",
        "the twelfth of March nineteen eighty four",
        "Thursday afternoon",
        "the first one",
        "yes",
        "no thank you",
    ]
    call = talk([spoken(text) for text in texts], synthesizer=clips)
    assert call.result.state.phase == "ended"
    assert clips.letters["live"] < clips.letters["clips"]
