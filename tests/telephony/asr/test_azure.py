"""What is particular to Azure's recognition, through Microsoft's own SDK."""

from __future__ import annotations

import pytest

from telephony.asr.azure import AzureRecognizer
from telephony.speech import Hints, Recognized, SpeechEnded, SpeechStarted, SpeechUnavailable
from tests.peers.azure import KEY, AzurePeer
from tests.peers.deepgram import spoken
from tests.telephony.asr.services import QUICK, SERVICES, listening
from tests.telephony.waiting import until

AZURE = next(service for service in SERVICES if service.name == "azure")


async def test_every_reading_arrives_best_first_with_its_confidence():
    peer = AzurePeer(spoken("Tuesday at nine", 0.3))
    async with peer.running(), listening(AZURE.recognizer(peer)) as call:
        await call.say(3.0)
        await until(lambda: call.finals)
    final = next(e for e in call.events if isinstance(e, Recognized) and e.transcript.final)
    assert [(h.text, h.confidence) for h in final.transcript.hypotheses] == [
        ("Tuesday at nine", 0.91),
        ("Tuesday at nine or so", 0.4),
    ]
    assert [word.text for word in final.transcript.hypotheses[0].words] == ["Tuesday", "at", "nine"]
    assert final.transcript.hypotheses[0].words[0].start_s == pytest.approx(0.3)


async def test_the_silence_that_ends_a_turn_moves_no_time():
    peer = AzurePeer([*spoken("five", 0.2), *spoken("six", 2.0)])
    async with peer.running(), listening(AZURE.recognizer(peer)) as call:
        await call.say(0.6)
        call.hearing.finish_turn()
        await until(lambda: call.finals == ["five"])
        # The peer's clock is its sound, ours the call's: what it hears at 2.0 + 0.7 s was said at 2.0 s.
        peer.words[1] = spoken("six", 2.7)[0]
        await call.say(3.4)
        await until(lambda: call.finals == ["five", "six"])
    six = next(e for e in call.events if isinstance(e, Recognized) and e.transcript.text == "six")
    assert six.from_s == pytest.approx(2.0)


async def test_speech_begins_and_ends_once_a_phrase():
    peer = AzurePeer(spoken("one two three four five six", 0.3))
    async with peer.running(), listening(AZURE.recognizer(peer)) as call:
        await call.say(4.0)
        await until(lambda: call.finals)
    marks = [type(e) for e in call.events if not isinstance(e, Recognized)]
    assert marks == [SpeechStarted, SpeechEnded]


async def test_names_go_along_from_the_beginning():
    peer = AzurePeer()
    recognizer = AzureRecognizer(KEY, url=peer.url, phrases=("Sakalauskaitė",), patience=QUICK)
    async with peer.running():
        recognizer = AzureRecognizer(KEY, url=peer.url, phrases=("Sakalauskaitė",), patience=QUICK)
        async with listening(recognizer, Hints("en", "name", ("Becker",))) as call:
            await call.say(0.5)
            await until(lambda: peer.contexts)
    items = [item["Text"] for item in peer.contexts[0]["dgi"]["Groups"][0]["Items"]]
    assert sorted(items) == ["Becker", "Sakalauskaitė"]


async def test_when_finals_never_come_the_partials_stand_for_the_watchdog_of_the_call():
    peer = AzurePeer(spoken("good morning", 0.3))
    peer.faults.no_finals = True
    async with peer.running(), listening(AZURE.recognizer(peer)) as call:
        await call.say(3.0)
        await until(lambda: call.partials and call.partials[-1] == "good morning")
        assert not call.finals
        assert not call.failed


async def test_a_busy_service_may_be_asked_again():
    peer = AzurePeer()
    peer.faults.statuses = [429, 429, 429, 429]
    async with peer.running():
        with pytest.raises(SpeechUnavailable) as caught:
            await AZURE.recognizer(peer).open(8000, Hints("en"))
    assert caught.value.retryable
