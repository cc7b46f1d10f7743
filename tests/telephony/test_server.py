"""Our server against far sides over real sockets: who is let in, who is closed, and that nobody else notices."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from telephony.line import KeyPressed, LineClosed, LineOpened, MarkReached, SoundArrived
from telephony.lines import audiosocket
from telephony.lines.g711 import pcm_to_ulaw
from tests.peers.asterisk import AudioSocketCall, ChannelWebSocket
from tests.peers.serving import free_port
from tests.telephony.waiting import until

TONE = struct.pack("<1600h", *(((n % 40) - 20) * 1000 for n in range(1600)))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def exchange(desk):
    """A server with an AudioSocket listener; yields it and the listener's port."""

    def run(answer=None, **settings):
        port = free_port()
        told = {"audiosocket": {"site": "north", "port": str(port)}} | settings
        return desk(*([answer] if answer else []), **told), port

    return run


async def test_an_audiosocket_call_is_heard_and_answered(exchange):
    seen = []

    async def answer(line, site):
        assert site == "north"
        async for event in line.events():
            if isinstance(event, SoundArrived):
                line.send(line.stream.sound(event.pcm))
            else:
                seen.append(event)

    server, port = exchange(answer)
    async with server:
        call = await AudioSocketCall.dial(port)
        call.say(TONE)
        call.press("7")
        await until(lambda: len(call.heard) == len(TONE))
        await call.hang_up()
        await until(lambda: len(seen) == 3)
    assert bytes(call.heard) == TONE
    assert seen == [
        LineOpened("12345678-1234-5678-1234-567812345678", 8000),
        KeyPressed("7"),
        LineClosed("caller", "hangup"),
    ]


async def test_when_we_are_done_asterisk_is_told_to_hang_up(exchange):
    async def answer(line, _site):
        await line.aclose()

    server, port = exchange(answer)
    async with server:
        call = await AudioSocketCall.dial(port)
        await until(lambda: call.hung_up)
        await call.leave()


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (audiosocket.frame(0x10), "broken_frame"),
        (audiosocket.frame(0x12, b"\0\0"), "wrong_codec"),
        (b"\x77\x00\x01?", "broken_frame"),
        (audiosocket.frame(audiosocket.ERROR, b"\x01"), "error"),
        (None, "lost"),
    ],
)
async def test_a_broken_call_ends_with_a_word_and_the_others_go_on(exchange, wire, reason):
    ends = []

    async def answer(line, _site):
        async for event in line.events():
            if isinstance(event, SoundArrived):
                line.send(line.stream.sound(event.pcm))
            elif isinstance(event, LineClosed):
                ends.append(event)

    server, port = exchange(answer)
    async with server:
        honest, broken = await AudioSocketCall.dial(port), await AudioSocketCall.dial(port)
        if wire is None:
            await broken.leave()
        else:
            broken.send(wire)
        await until(lambda: ends)
        honest.say(TONE)
        await until(lambda: len(honest.heard) == len(TONE))
        assert ends == [LineClosed("line", reason)]
        await honest.hang_up()
        await broken.leave()


async def test_a_connection_that_never_says_who_it_is_is_closed(exchange):
    server, port = exchange(opening_s="0.1")
    async with server as ours:
        call = await AudioSocketCall.dial(port, who=None)
        await asyncio.wait_for(call.over, 5)
        assert ours.switch.calls == {}
        await call.leave()


async def test_a_connection_from_elsewhere_is_refused(exchange):
    port = free_port()
    server, _ = exchange(audiosocket={"site": "north", "port": str(port), "allow": ["10.0.0.0/8"]})
    async with server as ours:
        call = await AudioSocketCall.dial(port)
        await asyncio.wait_for(call.over, 5)
        assert ours.switch.calls == {}
        await call.leave()


# --- Asterisk's media socket -------------------------------------------------------------------


async def test_asterisk_is_not_sent_more_than_it_takes(desk):
    marks = []

    async def answer(line, _site):
        line.send([*line.stream.sound(TONE * 150), *line.stream.mark("end")])  # thirty seconds, in one piece
        async for event in line.events():
            if isinstance(event, KeyPressed):
                line.send([*line.stream.sound(TONE * 100), *line.stream.mark("more")])
            if isinstance(event, MarkReached):
                marks.append(event)

    import websockets

    async with desk(answer) as ours, websockets.connect(f"{ours.ws}/media/asterisk/north/letmein") as page:
        channel = ChannelWebSocket(page)
        await channel.start()
        await until(lambda: channel.length() == 700)
        await channel.press("1")  # twenty more, for which there is no room yet
        for _ in range(60):
            await channel.play(50)
            await asyncio.sleep(0.005)
        await until(lambda: len(marks) == 2)
    assert channel.dropped == 0
    assert len(channel.heard) == 250 * 1600
    assert marks == [MarkReached("end", cleared=False), MarkReached("more", cleared=False)]


async def test_a_false_interruption_goes_on_where_it_stopped(desk):
    marks = []

    async def answer(line, _site):
        line.send([*line.stream.sound(TONE * 5), *line.stream.mark("end")])
        async for event in line.events():
            if isinstance(event, KeyPressed):
                line.send(line.stream.pause() if event.digit == "1" else line.stream.resume())
            if isinstance(event, MarkReached):
                marks.append(event)

    import websockets

    async with desk(answer) as ours, websockets.connect(f"{ours.ws}/media/asterisk/north/letmein") as page:
        channel = ChannelWebSocket(page)
        await channel.start()
        await until(lambda: channel.length() == 50)
        await channel.play(20)
        await channel.press("1")
        await until(lambda: channel.paused)
        await channel.play(20)
        assert len(channel.heard) == 20 * 160
        await channel.press("2")
        await until(lambda: not channel.paused)
        await channel.play(40)
        await until(lambda: marks)
    assert bytes(channel.heard) == pcm_to_ulaw(TONE * 5)
    assert marks == [MarkReached("end", cleared=False)]


async def test_a_wrong_password_opens_no_media_socket(desk):
    import websockets

    async with desk() as ours:
        for path in (
            "asterisk/north/wrong",
            "asterisk/south/letmein",
            "asterisk/north/run/ticket",
            "nothing/north/run/ticket",
        ):
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(f"{ours.ws}/media/{path}")


# --- a page ------------------------------------------------------------------------------------


async def test_a_page_gets_an_address_and_talks(desk):
    import httpx2
    import websockets

    async with desk() as ours:
        async with httpx2.AsyncClient(trust_env=False) as client:
            address = (await client.post(f"{ours.url}/talk/north/socket")).json()["url"]
            assert (await client.post(f"{ours.url}/talk/south/socket")).status_code == 403
        async with websockets.connect(address) as page:
            await page.send(json.dumps({"type": "hello", "rate": 16000}))
            await page.send(TONE)
            assert await page.recv() == TONE
            await page.send(json.dumps({"type": "bye"}))
            with pytest.raises(websockets.ConnectionClosedOK):
                await page.recv()


async def test_a_media_socket_that_says_nothing_is_closed_with_a_word(desk):
    import httpx2
    import websockets

    async with desk(opening_s="0.1") as ours:
        async with httpx2.AsyncClient(trust_env=False) as client:
            address = (await client.post(f"{ours.url}/talk/north/socket")).json()["url"]
        async with websockets.connect(address) as page:
            with pytest.raises(websockets.ConnectionClosedError):
                await page.recv()
            assert (page.close_code, page.close_reason) == (1008, "never_opened")


# --- a crowd of strangers ----------------------------------------------------------------------

CROWD = 10_000

SERVER = """
import asyncio, sys
from telephony.config import ServerSettings
from telephony.impatience import uvicorn_config
from telephony.server import application
from telephony.switch import Switch
from tests.telephony.conftest import echo, SECRETS
import uvicorn
port, audio = int(sys.argv[1]), int(sys.argv[2])
settings = ServerSettings.model_validate({
    "public_url": f"http://127.0.0.1:{port}",
    "sites": {"north": {"lines": ["browser"], "person": "+37052190001"}},
    "audiosocket": {"site": "north", "port": audio},
})
config = uvicorn_config(application(Switch(settings, echo, SECRETS)), host="127.0.0.1", port=port, first_request_s=3.0)
uvicorn.Server(config).run()
"""


def room_for(count: int) -> bool:
    """True when this process and its children may hold so many sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 500
    if soft < wanted <= hard or (soft < wanted and hard == resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return True
    return soft >= wanted


def silent_crowd(port: int, count: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(count)]


def closed(stranger: socket.socket) -> bool:
    """True once the server has closed, which it does without a word."""
    with stranger:
        try:
            return stranger.recv(1) == b""
        except ConnectionResetError:
            return True


async def connected(port: int) -> AudioSocketCall:
    async with asyncio.timeout(20):
        while True:
            try:
                return await AudioSocketCall.dial(port)
            except OSError:
                await asyncio.sleep(0.05)


async def test_ten_thousand_connections_that_say_nothing_disturb_nobody():
    if not room_for(CROWD):
        pytest.skip("this machine lets a process hold fewer than 10,500 sockets")
    port, audio = free_port(), free_port()
    server = subprocess.Popen(  # noqa: ASYNC220 - starting it takes no time to speak of
        [sys.executable, "-c", SERVER, str(port), str(audio)], cwd=ROOT
    )
    try:
        call = await connected(audio)
        crowd = await asyncio.to_thread(silent_crowd, port, CROWD)
        call.say(TONE)
        await until(lambda: len(call.heard) == len(TONE))
        another = await AudioSocketCall.dial(audio)
        another.say(TONE)
        await until(lambda: len(another.heard) == len(TONE))
        assert await asyncio.to_thread(lambda: all([closed(stranger) for stranger in crowd]))  # noqa: C419
        await call.hang_up()
        await another.hang_up()
    finally:
        server.terminate()
        server.wait(10)
