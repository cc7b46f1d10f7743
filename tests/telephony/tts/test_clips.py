"""What was rendered once is played from memory; only what was not needs a voice."""

from __future__ import annotations

import pytest

from telephony.audio import tone
from telephony.speech import SpeechUnavailable
from telephony.tts.clips import ClipSynthesizer
from telephony.tts.scripted import Misbehaviour, ScriptedSynthesizer
from tests.telephony.talking import RATE


async def said(voice, text: str = "One sentence. Another sentence.") -> float:
    spoken_ = voice.speak(text, style="neutral", language="en", rate=RATE)
    return sum([len(chunk.pcm) / 2 / RATE async for chunk in spoken_])


async def test_what_was_rendered_needs_no_live_voice(tmp_path):
    live = ScriptedSynthesizer()
    assert await ClipSynthesizer(live, tmp_path).render("Goodbye.", style="bright", language="en", rate=RATE)
    clips = ClipSynthesizer(ScriptedSynthesizer(Misbehaviour(refuses="down")), tmp_path)
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
