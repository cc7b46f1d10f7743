"""What every recogniser promises, with its vendor's own SDK, against a peer of the service that can misbehave."""

from __future__ import annotations

import asyncio

import pytest

from telephony.speech import Hints, Recognized, SpeechFailed, SpeechUnavailable
from tests.peers.deepgram import spoken
from tests.peers.serving import free_port
from tests.telephony.asr.services import ENGLISH, SERVICES, listening
from tests.telephony.waiting import until

every_service = pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
streamed = pytest.mark.parametrize(
    "service", [s for s in SERVICES if s.streams], ids=[s.name for s in SERVICES if s.streams]
)

keyed = pytest.mark.parametrize(
    "service", [s for s in SERVICES if s.keyed], ids=[s.name for s in SERVICES if s.keyed]
)


async def connections(peer, count):
    await until(lambda: len(peer.heard_s) >= count)


@every_service
async def test_words_are_heard_as_they_are_spoken_and_then_for_good(service):
    peer = service.peer()
    peer.words = spoken("I would like to come on Tuesday", 0.4)
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(4.0)
        call.hearing.finish_turn()
        await until(lambda: call.heard() == "I would like to come on Tuesday")
        assert bool(call.partials) == service.partials
        final = next(e for e in call.events if isinstance(e, Recognized) and e.transcript.final)
        assert 0.0 <= final.from_s < final.to_s <= 4.01
        assert 0.0 < final.transcript.hypotheses[0].confidence <= 1.0
        assert not call.failed


@every_service
async def test_a_turn_that_we_end_brings_its_final_words_at_once(service):
    peer = service.peer()
    peer.words = spoken("five five five", 0.2)
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(1.2)  # no silence that any recogniser would take for an end
        call.hearing.finish_turn()
        await until(lambda: call.heard() == "five five five")


@every_service
async def test_a_turn_in_which_nothing_was_said_ends_without_words(service):
    peer = service.peer()
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(1.0)
        call.hearing.finish_turn()
        await until(lambda: call.finals == [""])


@keyed
async def test_a_wrong_key_is_refused_for_good_and_not_repeated(service):
    peer = service.peer()
    async with peer.running():
        try:
            async with listening(service.recognizer(peer, key="no-such-key")) as call:
                await call.say(0.5)
                call.hearing.finish_turn()
                await until(lambda: call.failed)
                refusal = call.failed[0]
        except SpeechUnavailable as refused:  # some find out when they connect, some when they hear
            refusal = SpeechFailed(refused.kind, refused.retryable)
    assert refusal == SpeechFailed("unauthorized", retryable=False), "a kind, and nothing of the key"


@streamed
async def test_a_service_that_is_not_there_cannot_be_had(service):
    url = f"ws://127.0.0.1:{free_port()}"
    with pytest.raises(SpeechUnavailable) as caught:
        await service.recognizer(service.peer(), url=url).open(8000, ENGLISH)
    assert caught.value.retryable


@streamed
async def test_a_handshake_that_is_never_answered_is_given_up_within_our_limit(service):
    peer = service.peer()
    peer.faults.hangs = True
    async with peer.running():
        with pytest.raises(SpeechUnavailable) as caught:
            async with asyncio.timeout(3):
                await service.recognizer(peer).open(8000, ENGLISH)
    assert (caught.value.kind, caught.value.retryable) == ("slow", True)


@streamed
async def test_a_lost_connection_is_mended_and_no_word_is_lost_or_heard_twice(service):
    peer = service.peer()
    peer.words = [*spoken("my name is Ona", 0.4), *spoken("and I call about Tuesday", 4.0)]
    peer.faults.drops_at_s = 4.7
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(4.6, pace=0.001)
        await call.say(1.5, pace=0.001)
        await connections(peer, 2)
        await call.say(2.5, pace=0.001)
        call.hearing.finish_turn()
        await until(lambda: call.heard() == "my name is Ona and I call about Tuesday")
        last = [e for e in call.events if isinstance(e, Recognized) and e.transcript.text][-1]
        assert 3.9 <= last.from_s <= 4.3, "times stay those of the call, whatever connection they come from"
        assert not call.failed


@streamed
async def test_a_service_that_stays_away_is_said_to_have_failed_and_nothing_follows(service):
    peer = service.peer()
    async with peer.running():
        manager = listening(service.recognizer(peer))
        call = await manager.__aenter__()
        await call.say(0.5)
    await until(lambda: call.failed)
    call.hearing.push(bytes(320))
    call.hearing.finish_turn()
    await manager.__aexit__(None, None, None)
    assert [type(event) for event in call.events[-1:]] == [SpeechFailed]
    assert call.failed[0].retryable


@every_service
async def test_what_a_client_does_not_know_is_passed_over(service):
    peer = service.peer()
    peer.words = spoken("yes please", 0.3)
    peer.faults.noise = True
    async with peer.running(), listening(service.recognizer(peer)) as call:
        await call.say(3.0)
        call.hearing.finish_turn()
        await until(lambda: call.heard() == "yes please")
        assert not call.failed


@every_service
async def test_a_hearing_that_is_closed_leaves_nothing_behind(service):
    peer = service.peer()
    async with peer.running():
        before = asyncio.all_tasks()
        async with listening(service.recognizer(peer), Hints("en", "name", ("Kazlauskas",))) as call:
            await call.say(0.3)
            call.hearing.expect(Hints("en", "date"))
        await call.hearing.aclose()
        await until(lambda: not [t for t in asyncio.all_tasks() - before if "hearing" in t.get_name()])
