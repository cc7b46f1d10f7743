"""A whole call from a carrier's webhook to a booking desk's words and a person, with scripted ears and voice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.calls import Desk
from engine.pack import load
from telephony.answering import Site, answering, site_of, whispering
from telephony.asr.scripted import ScriptedRecognizer, timed
from telephony.config import ServerSettings
from telephony.settings import Shell
from telephony.tts.scripted import Misbehaviour, ScriptedSynthesizer
from tests.peers.serving import free_port
from tests.peers.twilio_cloud import Person, TwilioCloud
from tests.telephony.test_twilio_calls import TONE, loud
from tests.telephony.waiting import until

ROOT = Path(__file__).resolve().parents[2]


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
    assert made.synthesizer.name == "clips > wyoming"


async def test_a_person_hears_in_the_sites_voice_who_is_waiting(parts):
    _, desk, _, voice = parts
    whisper = whispering({"gedimino": Site(desk, ScriptedRecognizer(), voice)})
    summary = {"flow": "book_appointment", "slots": {"full_name": {"name": "Ann Lee"}}, "language": "lt"}
    assert len(await whisper("gedimino", summary)) > 8000
    assert voice.texts[-1] == (
        "A caller for you, about book appointment. full name: Ann Lee. Press one to take the call"
    )
    mute = ScriptedSynthesizer(Misbehaviour(refuses="down"))
    whisper = whispering({"gedimino": Site(desk, ScriptedRecognizer(), mute)})
    assert await whisper("gedimino", summary) == b"", "the caller is put through without it"


LINES = """\
public_url: http://127.0.0.1:{port}
listen: {{port: {port}}}
sites: {{gedimino: {{lines: [browser], person: "+37052190001"}}}}
recognisers: [{{use: wyoming}}]
voices: [{{use: wyoming}}]
"""


async def test_the_command_takes_calls_until_it_is_told_to_stop(tmp_path):
    import httpx2

    port = free_port()
    lines = tmp_path / "lines.yml"
    lines.write_text(LINES.format(port=port), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.cli", "answer", "gedimino", "--lines", lines, "--db", tmp_path / "desk.db",
        env={**os.environ, "FRONTDESK_TICKET_KEY": "k" * 32}, cwd=ROOT,
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(30):
            while True:
                try:
                    assert (await client.get(f"http://127.0.0.1:{port}/healthz")).text == "ok"
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.1)
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINES.format(port=0), "FRONTDESK_TICKET_KEY is not set"),
        (LINES.format(port=0).replace("gedimino", "elsewhere"), "only one names elsewhere, gedimino"),
        (LINES.format(port=0).replace("{use: wyoming}", ""), "names no recogniser or no voice"),
        ("sites: {}\n", "lines.yml:1:1: public_url: field required"),
    ],
)
def test_a_mistake_in_the_configuration_is_told_and_nothing_is_served(tmp_path, text, message):
    lines = tmp_path / "lines.yml"
    lines.write_text(text, encoding="utf-8")
    bare = {name: value for name, value in os.environ.items() if name != "FRONTDESK_TICKET_KEY"}
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "answer", "gedimino", "--lines", lines],
        env=bare, cwd=ROOT, capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
