"""A whole call from a carrier's webhook to a booking desk's words and a person, with scripted ears and voice."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from engine.calls import Desk
from engine.pack import load
from telephony.answering import Site, answering, site_of
from telephony.asr.scripted import ScriptedRecognizer, timed
from telephony.config import ServerSettings
from telephony.settings import Shell
from telephony.tts.scripted import ScriptedSynthesizer
from tests.peers.twilio_cloud import Person, TwilioCloud
from tests.telephony.test_twilio_calls import TONE, loud
from tests.telephony.waiting import until


@pytest.fixture
def parts():
    shell = Shell()
    desk = Desk.open("gedimino")
    desk.prepare()
    ears, voice = ScriptedRecognizer(), ScriptedSynthesizer()
    yield shell, desk, ears, voice
    shell.close()


async def test_a_caller_is_greeted_over_the_telephone_asks_for_a_person_and_is_put_through(desk, parts):
    shell, site, ears, voice = parts
    reception = load("gedimino").phones["reception"]
    async with TwilioCloud(speed=1).running() as cloud:
        cloud.people[reception] = Person()
        settings = {"north": {"lines": ["twilio"], "person": "+37052190001"}}
        # In the hours in which somebody answers the telephone of the reception.
        start, began = site.clock("2026-11-24T10:00")(), time.monotonic()
        clock = lambda: start + timedelta(seconds=time.monotonic() - began)  # noqa: E731 - a line is enough
        answer = answering({"north": Site(site, ears, voice, clock=clock)}, shell)
        async with desk(answer, api_base=cloud.url, sites=settings) as ours:
            call = await cloud.incoming(f"{ours.url}/call/twilio/north")
            await until(lambda: loud(call.heard) > 4000)
            assert any("AI assistant" in text for text in voice.texts), "the first words say who is speaking"
            call.say(TONE * 14)
            ears.say(timed("can I speak to a person please"), ears._open[0]._at_s)
            await until(lambda: call.status == "completed", 25)
            await until(lambda: not ours.switch.lines, 15)
    dialled = [leg.number for leg in cloud.calls.values() if leg.number != "+37061234567"]
    assert reception in dialled


def test_the_ears_of_a_site_know_its_names(parts):
    _, site, _, _ = parts
    settings = ServerSettings.model_validate({
        "public_url": "https://h.example",
        "sites": {"gedimino": {"person": "+37052190001"}},
        "recognisers": [{"use": "azure", "key": "A_KEY"}],
        "voices": [{"use": "wyoming"}],
    })  # fmt: skip
    made = site_of(site, settings, {"A_KEY": "x"})
    assert set(made.recognizer._phrases) == {p.name for p in site.domain.catalogue.providers.values()}  # type: ignore[attr-defined]
    assert made.synthesizer.name == "wyoming"
