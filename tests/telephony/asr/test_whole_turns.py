"""What is particular to recognisers that take whole turns: Wyoming and OpenAI-compatible servers."""

from __future__ import annotations

import struct

import pytest

from telephony.asr.whole_turns import trimmed
from telephony.speech import Hints, SpeechUnavailable
from tests.peers.deepgram import spoken
from tests.telephony.asr.services import SERVICES, listening
from tests.telephony.waiting import until

WYOMING, OPENAI = SERVICES[3:]
both = pytest.mark.parametrize("service", [WYOMING, OPENAI], ids=["wyoming", "openai"])


@both
async def test_turn_after_turn_is_heard_and_what_is_asked_goes_along(service):
    peer = service.peer()
    peer.words = [*spoken("yes please", 0.3), *spoken("Tuesday", 2.0)]
    async with peer.running(), listening(service.recognizer(peer), Hints("lt", None, ("Ona",))) as call:
        await call.say(1.5)
        call.hearing.finish_turn()
        call.hearing.expect(Hints("lt", "name", ("Kazlauskas", "Becker")))
        await call.say(1.5)
        call.hearing.finish_turn()
        await until(lambda: call.finals == ["yes please", "Tuesday"])
    assert [asked["language"] for asked in peer.asked] == ["lt", "lt"]
    if service is OPENAI:
        assert [asked["prompt"] for asked in peer.asked] == ["Ona", "Kazlauskas, Becker"]


@both
async def test_a_server_that_does_not_answer_is_asked_twice_and_then_given_up(service):
    peer = service.peer()
    peer.faults.mute = True
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(0.5)
        call.hearing.finish_turn()
        await until(lambda: call.failed)
    assert (call.failed[0].kind, call.failed[0].retryable) == ("slow", True)
    assert len(peer.asked) == 2


@pytest.mark.parametrize(
    "raw",
    [b"\x00\xff\n", b"no json\n", b'{"type": 5}\n', b'{"type": "transcript", "data_length": -1}\n',
     b'{"type": "transcript", "data_length": 99}\n{"text"', b'{"type": "x", "payload_length": 99999999999}\n', b"[]\n", b" "],
)  # fmt: skip
async def test_what_is_no_wyoming_stream_is_a_loss_and_no_silence(raw):
    peer = WYOMING.peer()
    peer.raw = raw
    async with peer.running(), listening(WYOMING.recognizer(peer)) as call:
        await call.say(0.3)
        call.hearing.finish_turn()
        await until(lambda: call.failed)
    assert call.failed[0].kind == "lost"


async def test_a_refusal_is_told_without_the_servers_words():
    peer = WYOMING.peer()
    peer.refuses = True
    async with peer.running(), listening(WYOMING.recognizer(peer)) as call:
        await call.say(0.3)
        call.hearing.finish_turn()
        await until(lambda: call.failed)
    assert call.failed[0].kind == "refused"
    assert "secret" not in repr(call.events)


async def test_a_wyoming_server_that_is_not_there_cannot_be_had():
    peer = WYOMING.peer()
    with pytest.raises(SpeechUnavailable, match="unavailable"):
        await WYOMING.recognizer(peer).open(8000, Hints("en"))


@pytest.mark.parametrize(
    ("statuses", "kind"), [([429, 503], "unavailable"), ([400], "refused"), ([302], "refused")]
)
async def test_a_status_has_a_kind(statuses, kind):
    peer = OPENAI.peer()
    peer.faults.statuses = statuses
    async with peer.running(), listening(OPENAI.recognizer(peer)) as call:
        await call.say(0.3)
        call.hearing.finish_turn()
        await until(lambda: call.failed)
    assert call.failed[0].kind == kind


async def test_one_failure_is_tried_again():
    peer = OPENAI.peer()
    peer.words = spoken("hello", 0.1)
    peer.faults.statuses = [503]
    async with peer.running(), listening(OPENAI.recognizer(peer)) as call:
        await call.say(0.6)
        call.hearing.finish_turn()
        await until(lambda: call.finals == ["hello"])


async def test_an_answer_that_is_no_json_is_a_failure():
    peer = OPENAI.peer()
    peer.nonsense = True
    async with peer.running(), listening(OPENAI.recognizer(peer)) as call:
        await call.say(0.3)
        call.hearing.finish_turn()
        await until(lambda: call.failed)
    assert call.failed[0].kind == "unavailable"


async def test_a_caller_who_is_silent_for_an_hour_fills_no_memory():
    peer = OPENAI.peer()
    async with peer.running(), listening(OPENAI.recognizer(peer)) as call:
        for _ in range(60):
            call.hearing.push(bytes(8000 * 2 * 5))
        assert len(call.hearing._sound) < 40 * 8000 * 2  # type: ignore[attr-defined]


def test_silence_before_the_first_word_is_cut_and_nothing_of_the_word():
    room = struct.pack("<8000h", *([40, -40] * 4000))
    word = struct.pack("<4000h", *([9000, -9000] * 2000))
    kept = trimmed(room + word, 8000)
    assert kept.endswith(word)
    assert len(kept) == len(word) + 2 * 8000 * 4 // 10
    assert trimmed(word, 8000) == word
    assert trimmed(b"", 8000) == b""
