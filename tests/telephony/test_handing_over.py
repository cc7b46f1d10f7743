"""A telephone call, carried by one process, is seen live in the console of another and handed to a person there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.archive import handover, listing
from engine.archive.store import Archive
from engine.calls import Desk
from engine.console.accounts import Accounts
from engine.console.hub import Hub
from engine.pack import load
from telephony.answering import Site, answering, watched
from telephony.asr.scripted import ScriptedRecognizer
from telephony.handing_over import watch
from telephony.settings import Shell
from telephony.tts.scripted import ScriptedSynthesizer
from tests.peers.twilio_cloud import Person, TwilioCloud
from tests.telephony.test_twilio_calls import loud
from tests.telephony.waiting import until

NOW = "2026-11-24T10:00"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Desk]:
    found = Desk.open("gedimino", str(tmp_path / "site.db"), keep=True)
    found.prepare()
    yield found
    assert found.archive is not None
    found.archive.close()


@pytest.fixture
def console(site: Desk, tmp_path: Path) -> Iterator[Hub]:
    """What another process has: its own connections, nothing of the calls."""
    desk = Desk.open(
        "gedimino", str(tmp_path / "site.db"), domain=site.domain,
        understanding=site.performer.understanding, keep=True,
    )  # fmt: skip
    assert desk.archive is not None
    hub = Hub(desk, desk.archive, Accounts(desk.archive.file), site="gedimino", clock=desk.clock(NOW))
    yield hub
    hub.close()


async def test_a_call_on_the_telephone_is_seen_live_and_handed_to_a_person(
    desk, site: Desk, console: Hub
) -> None:
    shell, ears, voice = Shell(), ScriptedRecognizer(), ScriptedSynthesizer()
    reception = load("gedimino").phones["reception"]
    start, began = site.clock(NOW)(), time.monotonic()
    clock = lambda: start + timedelta(seconds=time.monotonic() - began)  # noqa: E731 - a line is enough
    sites = {"north": Site(site, ears, voice, tape=site.tape, clock=clock)}
    watching = asyncio.create_task(watch(shell, watched(sites)))
    async with TwilioCloud(speed=1).running() as cloud:
        cloud.people[reception] = Person()
        settings = {"north": {"lines": ["twilio"], "person": "+37052190001"}}
        async with desk(answering(sites, shell), api_base=cloud.url, sites=settings) as ours:
            call = await cloud.incoming(f"{ours.url}/call/twilio/north")
            await until(lambda: loud(call.heard) > 4000)
            [live] = console.live()
            assert await asyncio.to_thread(console.hand_over, live.call)
            await until(lambda: call.status == "completed", 25)
            await until(lambda: not ours.switch.lines, 15)
    watching.cancel()
    shell.close()
    assert reception in [leg.number for leg in cloud.calls.values()]
    row = listing.one(console.archive, live.call)
    assert row is not None
    assert (row.outcome, "handed_over" in row.flags) == ("transferred", True)
    assert console.live() == []


def test_a_call_that_nobody_carries_any_more_is_not_waited_for(console: Hub, site: Desk) -> None:
    assert site.archive is not None
    assert not console.hand_over("nothing")
    path = site.archive.live_path("dead")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(b"{}\n")
    began = time.monotonic()
    assert not console.hand_over("dead")
    assert time.monotonic() - began < handover.LOOK_S


def test_a_wish_that_nobody_takes_up_is_taken_back(site: Desk, console: Hub) -> None:
    call = site.call(site.clock(NOW), call="elsewhere")
    call.open()
    archive: Archive = console.archive
    assert not handover.ask(archive, "elsewhere", patience_s=0.1)
    assert (
        handover.take_up(archive, lambda _call: True) == []
    )  # nothing is handed over long after it was asked for
    call.hang_up()


def test_a_wish_for_a_call_of_another_process_is_left_to_it(site: Desk, console: Hub) -> None:
    archive = console.archive
    call = site.call(site.clock(NOW), call="theirs")
    call.open()
    archive.live_path("theirs").with_suffix(".handover").write_text("theirs")
    assert handover.take_up(archive, lambda _call: False) == []
    assert handover.take_up(archive, lambda name: name == "theirs") == ["theirs"]
    assert handover.take_up(archive, lambda _call: True) == []
    left = archive.live_path("theirs").with_suffix(".handover")
    left.write_text("theirs")
    handover.tidy(archive)
    assert left.exists()
    call.hang_up()
    handover.tidy(archive)
    assert not left.exists()
