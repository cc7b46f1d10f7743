"""Whole calls between our server and a Twilio on loopback: documents, sockets, transfers, and every fault."""

from __future__ import annotations

import asyncio
import struct

import pytest

from telephony.line import KeyPressed, LineClosed, LineOpened, MarkReached, SoundArrived
from tests.peers.twilio_cloud import Person, TwilioCloud
from tests.telephony.conftest import PERSON
from tests.telephony.waiting import until

TONE = struct.pack("<1600h", *(((n % 40) - 20) * 1000 for n in range(1600)))
DESK = "+37052190002"


def loud(pcm: bytes | bytearray) -> int:
    return sum(abs(level) > 1000 for (level,) in struct.iter_unpack("<h", bytes(pcm)))


@pytest.fixture
async def cloud():
    async with TwilioCloud(speed=20).running() as cloud:
        yield cloud


async def test_a_caller_is_heard_and_answered(desk, cloud):
    seen: list[object] = []

    async def answer(line, site):
        async for event in line.events():
            if not isinstance(event, SoundArrived):
                seen.append(event)
            elif loud(event.pcm):
                line.send(line.stream.sound(event.pcm))

    async with desk(answer, api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        call.say(TONE)
        await until(lambda: len(call.heard) >= len(TONE))
        await call.press("5")
        await until(lambda: KeyPressed("5") in seen)
        await call.end()
        await until(lambda: len(seen) == 3)
    assert loud(call.heard) > 1000
    assert isinstance(seen[0], LineOpened)
    assert (seen[0].call, seen[0].number) == (call.sid, "+37061234567")
    assert seen[2] == LineClosed("caller", "stop")


async def test_an_interrupted_prompt_stops_and_its_mark_is_not_believed(desk, cloud):
    marks: list[MarkReached] = []

    async def answer(line, site):
        line.send([*line.stream.sound(TONE * 50), *line.stream.mark("prompt")])
        async for event in line.events():
            if isinstance(event, KeyPressed):
                line.send([*line.stream.clear(), *line.stream.mark("after")])
            elif isinstance(event, MarkReached):
                marks.append(event)

    async with desk(answer, api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: len(call.heard) > 3 * len(TONE))
        await call.press("1")
        await until(lambda: len(marks) == 2)
    assert marks == [MarkReached("prompt", cleared=True), MarkReached("after", cleared=False)]
    assert len(call.heard) < 25 * len(TONE)


async def test_hanging_up_ends_the_call_and_rings_nobody(desk, cloud):
    async def answer(line, site):
        await line.control.hang_up()
        await line.control.hang_up()  # a call that has ended already is no error
        async for _ in line.events():
            pass

    async with desk(answer, api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: call.status == "completed")
    assert call.log == ["Connect"]


@pytest.mark.parametrize("fault", ["raises", "closes", "never answers"])
async def test_when_our_process_fails_a_person_is_rung(desk, cloud, fault, caplog):
    async def answer(line, site):
        if fault == "raises":
            raise RuntimeError
        await line.aclose()

    cloud.people[PERSON] = Person()
    async with desk(answer, api_base=cloud.url) as ours:
        if fault == "never answers":
            ours.switch.settings = ours.switch.settings.model_copy(
                update={"public_url": "http://127.0.0.1:9"}
            )
            document, _ = ours.switch.document("twilio", "north", "run")
            call = cloud.new_call("+37061234567", "in-progress")
            call.run(document, ours.url)
        else:
            call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: call.status == "completed")
    assert call.log[-3:] == ["Dial", "dial completed", "Hangup"]


async def test_more_calls_than_the_site_wants_go_to_the_person_at_once(desk, cloud):
    cloud.people[PERSON] = Person()
    site = {"lines": ["twilio"], "person": PERSON, "most_calls": 1}
    async with desk(api_base=cloud.url, sites={"north": site}) as ours:
        first = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: ours.switch.calls == {"north": 1})
        second = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: second.status == "completed")
        assert second.log == ["Dial", "dial completed", "Hangup"]
        await first.end()
        await until(lambda: ours.switch.calls == {"north": 0})
        assert ours.switch.lines == {}


# --- transfers ---------------------------------------------------------------------------------


def transferring(outcomes: list[str], *, warm: bool, summary=None):
    async def answer(line, site):
        async def transfer():
            outcomes.append(await line.control.transfer(DESK, summary or {}, warm=warm))
            line.send(line.stream.sound(TONE))

        async with asyncio.TaskGroup() as group:
            async for event in line.events():
                if isinstance(event, LineOpened):
                    group.create_task(transfer())

    return answer


async def test_a_cold_transfer_is_answered(desk, cloud):
    cloud.people[DESK] = Person(talks_s=2.0)
    outcomes: list[str] = []
    async with desk(transferring(outcomes, warm=False), api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: outcomes)
        assert call.status == "in-progress"
        await until(lambda: call.status == "completed")
        await until(lambda: not ours.switch.lines)
        assert len(ours.switch.board) == 0
    assert outcomes == ["answered"]
    assert call.log == ["Connect", "Dial", "dial completed", "Hangup"]


@pytest.mark.parametrize("disorder", [False, True])
@pytest.mark.parametrize(
    ("does", "outcome"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
async def test_after_a_cold_transfer_that_fails_the_talk_goes_on(desk, cloud, does, outcome, disorder):
    cloud.people[DESK] = Person(does)
    cloud.disorder = disorder
    outcomes: list[str] = []
    async with desk(transferring(outcomes, warm=False), api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: loud(call.heard) > 1000)
        assert outcomes == [outcome]
        assert call.log == ["Connect", "Dial", f"dial {does}", "Connect"]
        await call.end()
        await until(lambda: not ours.switch.lines)


async def test_a_caller_who_leaves_while_it_rings_has_left(desk, cloud):
    cloud.people[DESK] = Person("no-answer")
    outcomes: list[str] = []

    async def answer(line, site):
        async for event in line.events():
            if isinstance(event, LineOpened):
                leaving = asyncio.create_task(cloud.calls[event.call].end())
        await leaving
        outcomes.append(await line.control.transfer(DESK, {}, warm=False))

    async with desk(answer, api_base=cloud.url) as ours:
        await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: outcomes)
    assert outcomes == ["caller_left"]


async def test_a_caller_who_hangs_up_while_somebody_is_rung_has_left_at_once(desk, cloud):
    cloud.people[DESK] = Person("no-answer")
    cloud.rings_s = 60.0
    outcomes: list[str] = []
    async with desk(transferring(outcomes, warm=False), api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: call.log == ["Connect", "Dial"])
        await call.end()
        await until(lambda: outcomes)
        await until(lambda: not ours.switch.lines)
    assert outcomes == ["caller_left"]


async def test_a_warm_transfer_tells_who_is_waiting_and_joins_them_on_a_key(desk, cloud):
    cloud.people[DESK] = Person(key="1")
    outcomes: list[str] = []
    summary = {
        "flow": "book_lesson",
        "slots": {"day": "Tuesday", "subject": {"name": "Ona B"}},
        "language": "en",
    }
    async with desk(transferring(outcomes, warm=True, summary=summary), api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: outcomes)
        await until(lambda: len([leg for room in cloud.rooms.values() for leg in room]) == 2)
        leg = next(leg for leg in cloud.calls.values() if leg.number == DESK)
        await leg.end()
        await until(lambda: call.status == "completed")
    assert outcomes == ["answered"]
    assert (
        leg.log[1]
        == "whisper A caller for you, about book lesson. day: Tuesday. subject: Ona B. Press one to take the call"
    )
    assert call.log == ["Connect", "Dial"]


@pytest.mark.parametrize(
    ("person", "outcome"),
    [
        (Person(key="2"), "declined"),
        (Person(key=None), "declined"),
        (Person(key=None, machine=True), "voicemail"),
        (Person("busy"), "busy"),
        (Person("no-answer"), "no_answer"),
        (Person("failed"), "failed"),
    ],
)
async def test_a_warm_transfer_that_fails_never_takes_the_caller_off_the_line(desk, cloud, person, outcome):
    cloud.people[DESK] = person
    outcomes: list[str] = []
    async with desk(transferring(outcomes, warm=True), api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: loud(call.heard) > 1000)
        assert outcomes == [outcome]
        assert call.log == ["Connect"]
        leg = next(leg for leg in cloud.calls.values() if leg.number == DESK)
        await until(lambda: leg.status not in {"queued", "in-progress"})


async def test_a_carrier_that_does_not_answer_is_a_failed_transfer(desk, cloud):
    outcomes: list[str] = []
    async with desk(transferring(outcomes, warm=True), api_base=cloud.url) as ours:
        object.__setattr__(ours.switch.account, "request_s", 0.1)
        cloud.hung = True
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: outcomes)
        await until(lambda: loud(call.heard) > 1000)
    assert outcomes == ["failed"]


# --- who may come in ---------------------------------------------------------------------------


async def test_a_request_with_a_wrong_signature_is_refused(desk, cloud):
    cloud.secret = "somebody else's"  # noqa: S105
    async with desk(api_base=cloud.url) as ours:
        for path in ("/call/twilio/north", "/twilio/north/run/leg/key"):
            with pytest.raises(PermissionError, match="403"):
                await cloud.incoming(f"{ours.url}{path}")


async def test_a_site_that_is_none_is_refused_like_a_wrong_signature(desk, cloud):
    async with desk(api_base=cloud.url) as ours:
        with pytest.raises(PermissionError, match="403"):
            await cloud.incoming(f"{ours.url}/call/twilio/south")


async def test_a_media_socket_opens_once_for_each_ticket(desk, cloud):
    import websockets

    async with desk(api_base=cloud.url) as ours:
        call = await cloud.incoming(f"{ours.url}/call/twilio/north")
        await until(lambda: ours.switch.lines)
        used = str(call.socket.request.path)
        for path in (used, used[:-1] + "0", "/media/twilio/north/run/0-0"):
            headers = {"X-Twilio-Signature": cloud.sign(ours.ws + path)}
            with pytest.raises(websockets.InvalidStatus):
                await websockets.connect(ours.ws + path, additional_headers=headers)
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(ours.ws + used)
        assert len(ours.switch.lines) == 1
