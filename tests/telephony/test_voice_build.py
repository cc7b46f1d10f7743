"""What a site says in the same words in every call is rendered once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from telephony.audio import silence, tone
from telephony.recording import Recording
from telephony.speech import SpeechUnavailable
from telephony.tts import pieces
from telephony.tts.clips import ClipSynthesizer
from telephony.tts.scripted import ScriptedSynthesizer
from telephony.voice_build import build, fixed_phrases, sentence_pieces
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
    first = await build(domain(), English(), tmp_path, NOW, RATE)
    assert first.phrases > 100
    assert first.made == first.phrases + 2 * first.pieces
    assert await build(domain(), English(), tmp_path, NOW, RATE) == first._replace(made=0)


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
    assert clips.letters["live"] < 0.1 * clips.letters["clips"]
    assert set(clips.live.texts) == {"Tomas Balčiūnas,"}, "only the caller's own name"


def test_neither_callers_nor_their_birth_dates_are_rendered_ahead():
    keys = {pieces.key(text) for text, _, _ in sentence_pieces(domain(), NOW)}
    assert {
        "at half past two",
        "friday",
        "the first of december",
        "cleaning",
        "with hygienist becker",
    } <= keys
    assert not any(pieces.key(person.name) in keys for person in domain().people)
    assert not any("nineteen ninety" in key for key in keys)


def a_recording(path: Path, seconds: float = 1.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    recording = Recording(16_000)
    recording.theirs(silence(0.4, 16_000) + tone(150.0, seconds, 16_000), 0.0)
    path.write_bytes(recording.wav())


async def test_a_recording_of_a_person_takes_the_place_of_a_prompt_and_stays(tmp_path):
    a_recording(tmp_path / "people" / "en" / "utter_goodbye.wav")
    a_recording(tmp_path / "people" / "en" / "utter_ask_anything_else.2.wav")
    clips = tmp_path / "clips"
    built = await build(domain(), English(), clips, NOW, RATE, tmp_path / "people")
    assert built.recorded == 2
    await build(domain(), English(), clips, NOW, RATE)
    voice = ClipSynthesizer(English(), clips)
    for text, style in (
        ("Thank you for calling. Goodbye.", "bright"),
        ("Are you still there? Is there anything else?", "neutral"),
    ):
        spoken_ = voice.speak(text, style=style, language="en", rate=RATE)
        length = sum([len(chunk.pcm) / 2 / RATE async for chunk in spoken_])
        assert length == pytest.approx(1.5, abs=0.1), "without the silence before it"
    assert voice.letters["live"] == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("en/utter_goodby.wav", "did you mean utter_goodbye"),
        ("xx/utter_goodbye.wav", "not LANGUAGE/RESPONSE.wav"),
        ("en/utter_goodbye.7.wav", "has 1 wordings in 'en'"),
        ("en/utter_confirm_booking.wav", "changes from call to call"),
    ],
)
async def test_a_recording_that_belongs_to_nothing_is_an_error(tmp_path, name, message):
    a_recording(tmp_path / "people" / name)
    with pytest.raises(ValueError, match=message):
        await build(domain(), English(), tmp_path / "clips", NOW, RATE, tmp_path / "people")
