"""Real SIP and RTP on loopback: telephones in processes of their own call our trunk."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

pytest.importorskip("baresip", reason="baresip-python has wheels for Linux only")

from telephony.line import KeyPressed, LineClosed, LineOpened, SoundArrived
from telephony.lines.sip import SipAddress, SipControl, SipPort, SipStream, SipTrunk, answered
from telephony.lines.sockets import SocketLine
from tests.peers.kamailio import INSTALLED, kamailio
from tests.peers.serving import free_port
from tests.peers.sip_phone import TONE
from tests.telephony.waiting import until

PHONE = Path(__file__).parents[1] / "peers" / "sip_phone.py"


class Telephone:
    def __init__(self, process, port):
        self.process = process
        self.port = port
        self.told = []
        self.reader = asyncio.create_task(self._read())

    async def _read(self):
        while line := await self.process.stdout.readline():
            self.told.append(json.loads(line))

    async def does(self, **order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        await self.process.stdin.drain()

    def events(self):
        return [told["event"] for told in self.told if "event" in told]

    async def heard(self):
        before = len(self.told)
        await self.does(heard=True)
        await until(lambda: [t for t in self.told[before:] if "heard" in t])
        return next(t["heard"] for t in self.told[before:] if "heard" in t)

    async def hears_us(self):
        async with asyncio.timeout(30):
            while await self.heard() < 1000:  # noqa: ASYNC110 - it asks another process
                await asyncio.sleep(0.05)


@asynccontextmanager
async def telephone(user="+37061234567", manner="answers"):
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, PHONE, user, str(port), manner,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=PHONE.parents[2],
    )  # fmt: skip
    phone = Telephone(process, port)
    try:
        await until(lambda: phone.told)
        yield phone
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
        await phone.reader


@asynccontextmanager
async def trunk(answer, *, registrar="", **control):
    """Our side; `answer` gets each line with its control."""
    port = free_port()
    domain = registrar or f"127.0.0.1:{port}"

    async def take(call):
        if not await answered(call):
            return
        line = SocketLine(SipStream(), SipPort(call))
        line.control = SipControl(call, sip.agent, control.pop("domain", f"127.0.0.1:{port}"), **control)
        if await line.open() is not None:
            try:
                await answer(line)
            finally:
                await line.aclose()

    address = SipAddress("desk", domain, listen=f"127.0.0.1:{port}", register=bool(registrar), register_s=2.0)
    sip = SipTrunk(address, take)
    await sip.start()
    try:
        yield f"sip:desk@{domain}"
    finally:
        await sip.stop()


async def echo(line, seen):
    async for event in line.events():
        if isinstance(event, SoundArrived):
            line.send(line.stream.sound(event.pcm))
        else:
            seen.append(event)


async def test_a_telephone_calls_is_heard_presses_a_key_and_hangs_up():
    seen: list[object] = []
    async with trunk(lambda line: echo(line, seen)) as desk, telephone() as phone:
        await phone.does(dial=desk)
        await until(lambda: "CALL_ESTABLISHED" in phone.events())
        await phone.does(say=40)
        await phone.hears_us()
        await phone.does(press="5")
        await until(lambda: KeyPressed("5") in seen)
        await phone.does(hangup=True)
        await until(lambda: len(seen) == 3)
    assert isinstance(seen[0], LineOpened)
    assert (seen[0].rate, seen[0].number) == (8000, "+37061234567")
    assert seen[2] == LineClosed("caller", "hangup")


async def test_an_interruption_empties_what_was_not_sent_yet():
    async def answer(line):
        line.send(line.stream.sound(TONE * 50))
        line.send(line.stream.clear())
        async for _ in line.events():
            pass

    async with trunk(answer) as desk, telephone() as phone:
        await phone.does(dial=desk)
        await until(lambda: "CALL_ESTABLISHED" in phone.events())
        await asyncio.sleep(0.5)
        assert await phone.heard() < 1000, "a second was said, and all but a frame or two taken back"


async def test_we_hang_up():
    async def answer(line):
        await line.control.hang_up()
        await line.control.hang_up()

    async with trunk(answer) as desk, telephone() as phone:
        await phone.does(dial=desk)
        await until(lambda: "CALL_CLOSED" in phone.events())


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize(("manner", "outcome"), [("answers", "answered"), ("busy", "busy")])
async def test_a_transfer_has_an_outcome_and_a_caller_whom_nobody_took_is_still_here(warm, manner, outcome):
    outcomes = []

    async def answer(line):
        outcomes.append(await line.control.transfer("person", {}, warm=warm))
        line.send(line.stream.sound(TONE * 20))
        async for _ in line.events():
            pass

    async with (
        telephone("person", manner) as person,
        telephone() as caller,
        trunk(answer, domain=f"127.0.0.1:{person.port}", ring_s=3.0) as desk,
    ):
        await caller.does(dial=desk)
        await until(lambda: outcomes)
        assert outcomes == [outcome]
        if outcome == "answered":
            await until(lambda: "CALL_ESTABLISHED" in person.events())
            await caller.does(say=60)
            await person.hears_us()
        else:
            await caller.hears_us()


@pytest.mark.parametrize(("key", "outcome"), [("1", "answered"), ("2", "declined")])
async def test_a_person_hears_who_is_waiting_and_takes_the_call_with_a_key(key, outcome):
    outcomes = []

    async def whisper(_summary):
        return TONE * 50

    async def answer(line):
        outcomes.append(await line.control.transfer("person", {}, warm=True))
        async for _ in line.events():
            pass

    async with (
        telephone("person") as person,
        telephone() as caller,
        trunk(answer, domain=f"127.0.0.1:{person.port}", ring_s=3.0, whisper=whisper) as desk,
    ):
        await caller.does(dial=desk)
        await person.hears_us()
        await person.does(press=key)
        await until(lambda: outcomes)
    assert outcomes == [outcome]


async def test_a_person_is_put_through_without_a_key_when_nothing_can_be_whispered():
    outcomes = []

    async def whisper(_summary):
        return b""

    async def answer(line):
        outcomes.append(await line.control.transfer("person", {}, warm=True))
        async for _ in line.events():
            pass

    async with (
        telephone("person") as person,
        telephone() as caller,
        trunk(answer, domain=f"127.0.0.1:{person.port}", ring_s=3.0, whisper=whisper) as desk,
    ):
        await caller.does(dial=desk)
        await until(lambda: outcomes)
        assert outcomes == ["answered"]
        await caller.does(say=60)
        await person.hears_us()


@pytest.mark.skipif(INSTALLED is None, reason="kamailio is not installed (a Debian package)")
async def test_a_call_comes_through_a_registrar_and_proxy(tmp_path):
    seen: list[object] = []
    async with (
        kamailio(tmp_path) as port,
        trunk(lambda line: echo(line, seen), registrar=f"127.0.0.1:{port}") as desk,
        telephone() as phone,
    ):
        await phone.does(dial=desk)
        await until(lambda: "CALL_ESTABLISHED" in phone.events())
        await phone.does(say=40)
        await phone.hears_us()
        await phone.does(hangup=True)
        await until(lambda: len(seen) == 2)
    assert isinstance(seen[0], LineOpened)
    assert seen[1] == LineClosed("caller", "hangup")


async def test_a_registrar_that_is_not_there_is_said_at_start():
    async def nobody(_line):
        pass

    with pytest.raises(ConnectionError, match="SIP cannot be had"):
        async with asyncio.timeout(45), trunk(nobody, registrar=f"127.0.0.1:{free_port()}"):
            pass


async def test_the_server_takes_sip_calls_for_the_site_that_its_configuration_names(desk):
    port = free_port()
    address = f"127.0.0.1:{port}"
    site = {"lines": [], "person": "+37052190001", "most_calls": 1}
    async with (
        desk(sites={"north": site}, sip={"site": "north", "domain": address, "listen": address}) as ours,
        telephone() as phone,
        telephone("another") as another,
    ):
        await phone.does(dial=f"sip:desk@{address}")
        await until(lambda: "CALL_ESTABLISHED" in phone.events())
        await phone.does(say=40)
        await phone.hears_us()
        assert ours.switch.calls == {"north": 1}
        await another.does(dial=f"sip:desk@{address}")
        await until(lambda: "CALL_CLOSED" in another.events())
        assert "CALL_ESTABLISHED" not in another.events(), "a second caller is told that we are busy"
        await phone.does(hangup=True)
        await until(lambda: ours.switch.calls == {"north": 0})
