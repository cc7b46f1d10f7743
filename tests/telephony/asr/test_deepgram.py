"""What is particular to Deepgram, v1 and Flux, through its own SDK."""

from __future__ import annotations

import pytest

from telephony.asr.deepgram import KEY_TERM_WORDS, key_terms
from telephony.speech import (
    Hints,
    Recognized,
    SpeechEnded,
    SpeechStarted,
    SpeechUnavailable,
    TurnEnded,
    TurnResumed,
)
from tests.peers.deepgram import DeepgramPeer, spoken
from tests.telephony.asr.services import SERVICES, listening
from tests.telephony.waiting import until

V1, FLUX = SERVICES[:2]
both = pytest.mark.parametrize("service", [V1, FLUX], ids=["v1", "flux"])


def kinds(call):
    return [type(event) for event in call.events if not isinstance(event, Recognized)]


async def test_v1_asks_for_what_a_telephone_call_needs():
    peer = DeepgramPeer()
    async with (
        peer.running(),
        listening(V1.recognizer(peer), Hints("lt", "name", ("Rūta Kazlauskienė", "Petraitis"))),
    ):
        pass
    (query,) = peer.queries
    assert query["keyterm"] == ["Rūta Kazlauskienė", "Petraitis"]
    assert {key: query[key] for key in ("language", "sample_rate", "interim_results", "endpointing", "utterance_end_ms")} == {
        "language": "lt", "sample_rate": "8000", "interim_results": "true", "endpointing": "300", "utterance_end_ms": "1000"
    }  # fmt: skip


async def test_v1_says_when_speech_began_and_ended():
    peer = DeepgramPeer(spoken("good morning", 0.5))
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        await call.say(3.0)
        await until(lambda: kinds(call).count(TurnEnded) == 2)
    assert kinds(call) == [SpeechStarted, SpeechEnded, TurnEnded, SpeechEnded, TurnEnded]
    started = next(event for event in call.events if isinstance(event, SpeechStarted))
    assert started.at_s == pytest.approx(0.5)


async def test_v1_believes_speech_final_that_comes_without_is_final():
    peer = DeepgramPeer(spoken("good morning", 0.5))
    peer.faults.final_without_flag = True
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        await call.say(3.0)
        await until(lambda: call.heard() == "good morning")


async def test_v1_takes_the_answer_to_a_finalize_that_does_not_say_so():
    peer = DeepgramPeer(spoken("good morning", 0.2))
    peer.faults.silent_finalize = True
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        await call.say(0.9)
        call.hearing.finish_turn()
        await until(lambda: call.heard() == "good morning")


@both
async def test_when_finals_never_come_the_partials_stand_for_the_watchdog_of_the_call(service):
    peer = DeepgramPeer(spoken("good morning", 0.5))
    peer.faults.no_finals = True
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(4.0)
        await until(lambda: call.partials and call.partials[-1] == "good morning")
        assert not call.finals
        assert not call.failed


@both
async def test_key_terms_follow_what_is_asked_one_change_at_a_time(service):
    peer = DeepgramPeer()
    async with peer.running(), listening(service.recognizer(peer)) as call:
        for name in ("Petraitis", "Kazlauskas", "Becker"):
            call.hearing.expect(Hints("en", "name", (name,)))
        await until(lambda: len(peer.received) == 2)
        await call.say(0.1)
    changes = [message["keyterms"] for message in peer.received if message["type"] == "Configure"]
    assert changes == [["Petraitis"], ["Becker"]], "while one is under way, only the latest wish is kept"


async def test_v1_asks_no_more_for_key_terms_when_the_model_has_none():
    peer = DeepgramPeer()
    peer.faults.refuses_terms = "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        call.hearing.expect(Hints("en", "name", ("Petraitis",)))
        await until(lambda: peer.received)
        await call.say(0.2, pace=0.01)
        call.hearing.expect(Hints("en", "name", ("Becker",)))
        await call.say(0.2, pace=0.01)
    assert [m["type"] for m in peer.received] == ["Configure", "CloseStream"]


async def test_v1_keeps_its_connection_while_there_is_no_sound():
    peer = DeepgramPeer(spoken("hello", 0.3))
    peer.faults.idle_s = 0.4
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        await call.say(0.2)
        await until(lambda: len([m for m in peer.received if m["type"] == "KeepAlive"]) >= 3)
        await call.say(2.0)
        await until(lambda: call.heard() == "hello")
        assert len(peer.queries) == 1


async def test_flux_keeps_its_connection_by_silence():
    peer = DeepgramPeer(spoken("hello", 5.0))
    peer.faults.idle_s = 0.4
    async with peer.running(), listening(FLUX.recognizer(peer)) as call:
        await until(lambda: peer.heard_s and peer.heard_s[0] > 0.25)
        assert not call.failed
        assert len(peer.queries) == 1


@both
async def test_an_error_message_is_a_refusal_without_its_words(service):
    peer = DeepgramPeer()
    peer.faults.error = True
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await until(lambda: call.failed)
    assert call.failed[0].kind == "refused"
    assert "secret" not in repr(call.events)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "refused", False),
        (402, "refused", False),
        (429, "unavailable", True),
        (503, "unavailable", True),
    ],
)
async def test_a_refused_handshake_has_a_kind(status, kind, retryable):
    peer = DeepgramPeer()
    peer.faults.status = status
    async with peer.running():
        with pytest.raises(SpeechUnavailable) as caught:
            await V1.recognizer(peer).open(8000, Hints("en"))
    assert (caught.value.kind, caught.value.retryable) == (kind, retryable)


async def test_flux_thinks_ahead_and_takes_it_back():
    peer = DeepgramPeer(spoken("five five five", 0.3))
    peer.faults.resumes = True
    async with peer.running(), listening(FLUX.recognizer(peer)) as call:
        await call.say(3.0)
        await until(lambda: call.finals)
    assert [e for e in call.events if isinstance(e, TurnEnded | TurnResumed)] == [
        TurnEnded(eager=True), TurnResumed(), TurnEnded(eager=True), TurnEnded(eager=False)
    ]  # fmt: skip
    eager = max(place for place, event in enumerate(call.events) if event == TurnEnded(eager=True))
    before = call.events[eager - 1]
    assert isinstance(before, Recognized)
    assert (before.transcript.text, before.transcript.final) == ("five five five", False)


async def test_flux_is_told_how_sure_to_be_by_what_is_asked():
    peer = DeepgramPeer()
    async with peer.running(), listening(FLUX.recognizer(peer), Hints("en", "yes_no")) as call:
        call.hearing.expect(Hints("en", "phone"))
        await until(lambda: peer.received)
    assert (peer.queries[0]["eot_threshold"], peer.queries[0]["eot_timeout_ms"]) == ("0.6", "3000")
    assert peer.received[0]["thresholds"] == {
        "eager_eot_threshold": 0.5,
        "eot_threshold": 0.85,
        "eot_timeout_ms": 8000,
    }


def test_no_more_key_terms_than_the_vendor_takes():
    hints = Hints("en", "name", tuple(f"first{n} last{n}" for n in range(200)))
    assert len(key_terms(hints)) == KEY_TERM_WORDS // 2
