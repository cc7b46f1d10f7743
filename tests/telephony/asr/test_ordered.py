"""Fall-over: the next recogniser goes on where the first one broke off."""

from __future__ import annotations

import pytest

from telephony.asr.ordered import OrderedRecognizer
from telephony.asr.scripted import Misbehaviour, ScriptedRecognizer
from telephony.speech import Hints, Mendable, Recognized, SpeechUnavailable
from tests.peers.deepgram import DeepgramPeer
from tests.peers.deepgram import spoken as scripted
from tests.peers.openai_speech import OpenAIPeer
from tests.telephony.asr.services import SERVICES, listening
from tests.telephony.talking import spoken, talk
from tests.telephony.waiting import until

V1, FLUX, _, _, OPENAI = SERVICES


async def test_the_next_takes_over_in_the_middle_of_a_call_and_hears_the_last_words_again():
    words = [*scripted("my name is Ona", 0.4), *scripted("and I call about Tuesday", 4.0)]
    first, second = DeepgramPeer(words), DeepgramPeer(words)
    async with second.running():
        async with first.running():
            recognizer = OrderedRecognizer([V1.recognizer(first), FLUX.recognizer(second)])
            manager = listening(recognizer)
            call = await manager.__aenter__()
            await call.say(4.4, pace=0.001)
            assert not second.queries, "the second is not asked while the first is well"
        await until(lambda: second.queries)
        await call.say(3.0, pace=0.001)
        await until(lambda: call.heard() == "my name is Ona and I call about Tuesday")
        assert not call.failed
        last = [e for e in call.events if isinstance(e, Recognized) and e.transcript.final][-1]
        assert last.from_s == pytest.approx(4.0, abs=0.05)
        await manager.__aexit__(None, None, None)


async def test_one_that_failed_is_left_alone_for_the_next_caller():
    first, second = DeepgramPeer(), DeepgramPeer()
    first.faults.status = 503
    async with first.running(), second.running():
        recognizer = OrderedRecognizer([V1.recognizer(first), V1.recognizer(second)])
        for _ in range(3):
            async with listening(recognizer):
                pass
        assert len(second.queries) == 3
        first.faults.status = 0
        async with listening(recognizer):
            assert not first.queries, "it would answer now, and is not asked yet"


async def test_when_all_have_failed_it_is_said_why():
    first, second = DeepgramPeer(), OpenAIPeer()
    first.faults.status = 401
    async with first.running(), second.running():
        with pytest.raises(SpeechUnavailable, match="unauthorized"):
            await OrderedRecognizer([V1.recognizer(first), V1.recognizer(first)]).open(8000, Hints("en"))


def test_no_recogniser_at_all_is_an_error_of_ours():
    with pytest.raises(ValueError, match="at least one"):
        OrderedRecognizer([])


def test_a_call_goes_on_when_its_recogniser_breaks():
    second = ScriptedRecognizer()
    both = OrderedRecognizer([ScriptedRecognizer(Misbehaviour(fails_at_s=3.0)), second])
    call = talk([spoken("do you have parking?"), spoken("no thank you, goodbye")], recognizer=both)
    assert second._open
    assert "utter_answer_parking" in call.said()
    assert not call.line.control.transfers


def test_one_that_hears_nothing_of_a_caller_who_speaks_is_left_for_the_next():
    deaf, well = ScriptedRecognizer(Misbehaviour(deaf=True)), ScriptedRecognizer()
    question = "good morning I would like to ask you something do you have any parking there at all"
    call = talk([spoken(question), spoken(question)], recognizer=OrderedRecognizer([deaf, well]))
    assert well._open
    assert "utter_answer_parking" in call.said()
    assert not call.line.control.transfers


def test_one_that_gives_whole_turns_is_not_doubted_while_the_caller_speaks():
    whole, other = ScriptedRecognizer(Misbehaviour(partials=False)), ScriptedRecognizer()
    question = "good morning I would like to ask you something do you have any parking there at all"
    call = talk([spoken(question)], recognizer=OrderedRecognizer([whole, other]))
    assert not other._open
    assert "utter_answer_parking" in call.said()


async def test_a_single_one_that_goes_silent_is_connected_again_and_hears_the_last_words():
    peer = DeepgramPeer(scripted("do you have parking", 0.4))
    async with peer.running(), listening(V1.recognizer(peer)) as call:
        peer.faults.deaf = True
        await call.say(2.0, pace=0.001)
        assert call.events == []
        assert isinstance(call.hearing, Mendable)
        call.hearing.doubt()
        await until(lambda: len(peer.queries) == 2)
        await call.say(2.0, pace=0.001)
        await until(lambda: call.heard() == "do you have parking")
        assert not call.failed
