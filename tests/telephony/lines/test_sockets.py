"""What a line owes its caller when the socket under it misbehaves."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from telephony.line import KeyPressed, LineClosed, LineOpened, SoundArrived
from telephony.lines.browser import BrowserStream
from telephony.lines.sockets import Limits, SocketLine

HELLO = '{"type": "hello", "rate": 8000}'
QUICK = Limits(opening_s=0.05, silence_s=0.05)


class Port:
    """A socket whose far side says what a test says, and then nothing."""

    def __init__(self, *messages):
        self.messages = deque(messages)
        self.sent = []
        self.closed = []
        self.waiting = 0
        self.stuck = False

    async def receive(self):
        if not self.messages:
            await asyncio.Event().wait()
        return self.messages.popleft()

    def send(self, message):
        self.sent.append(message)

    def unsent(self):
        return self.waiting

    def stalled(self):
        return self.stuck

    async def close(self, code, reason):
        self.closed.append((code, reason))


async def events_of(line):
    return [event async for event in line.events()]


async def test_a_call_that_opens_says_so_first_and_its_end_last():
    port = Port('{"type": "other"}', HELLO, b"\0\0", '{"type": "key", "digit": "5"}', '{"type": "bye"}')
    line = SocketLine(BrowserStream("run"), port)
    assert await line.open() == LineOpened("run", 8000)
    assert await events_of(line) == [
        LineOpened("run", 8000), SoundArrived(b"\0\0"), KeyPressed("5"), LineClosed("caller", "hangup")
    ]  # fmt: skip
    assert port.closed == [(1000, "hangup")]


@pytest.mark.parametrize(
    ("messages", "reason"),
    [((), "never_opened"), (("{",), "broken_frame"), ((b"\0\0",), "before_start"), ((None,), "lost")],
)
async def test_a_socket_that_does_not_open_is_closed_and_told_why(messages, reason):
    port = Port(*messages)
    assert await SocketLine(BrowserStream("run"), port, limits=QUICK).open() is None
    assert port.closed == [(1008, reason)]


@pytest.mark.parametrize(
    ("messages", "closed"),
    [
        ((), LineClosed("line", "silence")),
        ((None,), LineClosed("line", "lost")),
        ((b"\0",), LineClosed("line", "broken_frame")),
    ],
)
async def test_an_open_line_ends_once_with_a_word(messages, closed):
    port = Port(HELLO, *messages)
    line = SocketLine(BrowserStream("run"), port, limits=QUICK)
    await line.open()
    assert (await events_of(line))[-1] == closed
    assert {reason for _, reason in port.closed} == {closed.reason}


@pytest.mark.parametrize(("waiting", "stuck"), [(1 << 30, False), (0, True)])
async def test_a_far_side_that_does_not_read_ends_the_line(waiting, stuck):
    port = Port(HELLO)
    line = SocketLine(BrowserStream("run"), port)
    await line.open()
    events = line.events()
    await anext(events)
    waits: asyncio.Future[object] = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    port.waiting, port.stuck = waiting, stuck
    line.send(line.stream.sound(b"\0\0"))
    assert await waits == LineClosed("line", "stalled")
    line.send(line.stream.sound(b"\0\0"))
    assert port.sent == [b"\0\0"], "nothing is sent on a closed line"


async def test_closing_wakes_whoever_waits_and_says_goodbye():
    port = Port(HELLO)
    line = SocketLine(BrowserStream("run"), port)
    await line.open()
    everything = asyncio.create_task(events_of(line))
    await asyncio.sleep(0.01)
    await line.aclose()
    await line.aclose()
    assert (await everything)[-1] == LineClosed("us", "closed")
    assert port.sent == ['{"type":"bye"}']


async def test_a_caller_who_was_put_through_may_come_back_on_another_socket():
    first, second = Port(HELLO, '{"type": "bye"}'), Port(HELLO, b"\1\0", '{"type": "bye"}')
    line = SocketLine(BrowserStream("run"), first)
    await line.open()
    assert not line.come_back(BrowserStream("run"), second), "nobody was expected"
    line.expect_return()
    everything = asyncio.create_task(events_of(line))
    await asyncio.sleep(0.01)
    assert not everything.done()
    assert line.come_back(BrowserStream("run"), second)
    assert await line.returned(1.0)
    line.give_up_return()
    assert await everything == [
        LineOpened("run", 8000),
        SoundArrived(b"\1\0"),
        LineClosed("caller", "hangup"),
    ]
    assert first.closed == [(1000, "transferring")]


async def test_when_nobody_comes_back_the_line_ends_as_it_would_have():
    line = SocketLine(BrowserStream("run"), Port(HELLO, '{"type": "bye"}'))
    await line.open()
    line.expect_return()
    everything = asyncio.create_task(events_of(line))
    await asyncio.sleep(0.01)
    assert not await line.returned(0.01)
    line.give_up_return()
    assert (await everything)[-1] == LineClosed("caller", "hangup")
    assert not line.come_back(BrowserStream("run"), Port())


async def test_a_loop_that_is_cancelled_while_its_caller_is_away_stays_cancelled():
    line = SocketLine(BrowserStream("run"), Port(HELLO, '{"type": "bye"}'))
    await line.open()
    line.expect_return()
    everything = asyncio.create_task(events_of(line))
    await asyncio.sleep(0.01)
    everything.cancel()
    with pytest.raises(asyncio.CancelledError):
        await everything
