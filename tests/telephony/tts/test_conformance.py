"""What every voice promises, with its vendor's own SDK, against a peer of the service that can misbehave."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from telephony.speech import SpeechUnavailable
from tests.peers.serving import free_port
from tests.telephony.tts.voices import VENDORS, levels, said
from tests.telephony.waiting import until

every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=[vendor.name for vendor in VENDORS])
keeping = pytest.mark.parametrize(
    "vendor", [v for v in VENDORS if v.keeps], ids=[v.name for v in VENDORS if v.keeps]
)
keyed = pytest.mark.parametrize(
    "vendor", [v for v in VENDORS if v.keyed], ids=[v.name for v in VENDORS if v.keyed]
)
LONG = "We are open from eight until six, and on Saturdays from nine until one."


@asynccontextmanager
async def speaking(vendor, peer, **more):
    voice = vendor.voice(peer, **more)
    try:
        yield voice
    finally:
        await voice.aclose()


@every_vendor
@pytest.mark.parametrize("rate", [8000, 16000])
async def test_a_text_becomes_sound_at_the_rate_that_was_asked_for(vendor, rate):
    peer = vendor.peer()
    async with peer.running(), speaking(vendor, peer) as voice:
        pcm = await said(voice, LONG, rate=rate)
        assert len(pcm) / 2 / rate == pytest.approx(len(LONG) * 0.03, abs=0.2)
        assert levels(pcm) == {1}
        assert LONG in peer.spoken[0]


@every_vendor
async def test_the_first_sound_comes_before_the_last_is_there(vendor):
    peer = vendor.peer()
    peer.piece_s = 0.05
    async with peer.running(), speaking(vendor, peer) as voice:
        pieces = []
        async for chunk in voice.speak(LONG, style="neutral", language="en", rate=8000):
            pieces.append(len(chunk.pcm))
            if len(pieces) == 1:
                first = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - first > 0.5
        assert len(pieces) > 5


@every_vendor
async def test_after_an_interruption_the_old_words_never_come(vendor):
    peer = vendor.peer()
    peer.piece_s = 0.01
    async with peer.running(), speaking(vendor, peer) as voice:
        stream = voice.speak(LONG, style="neutral", language="en", rate=8000)
        assert levels((await anext(stream)).pcm) == {1}
        await stream.aclose()
        pcm = await said(voice, LONG)
        assert levels(pcm) == {2}
        assert len(pcm) / 16000 == pytest.approx(len(LONG) * 0.03, abs=0.2)


@keeping
async def test_an_interruption_costs_no_new_connection_once_the_old_words_are_over(vendor):
    peer = vendor.peer()
    async with peer.running(), speaking(vendor, peer) as voice:
        for _ in range(6):
            stream = voice.speak(LONG, style="neutral", language="en", rate=8000)
            await anext(stream)
            await stream.aclose()
            await asyncio.sleep(0.1)
        assert peer.connections <= 3


@keeping
async def test_a_connection_is_used_again(vendor):
    peer = vendor.peer()
    async with peer.running(), speaking(vendor, peer) as voice:
        for _ in range(5):
            await said(voice, "Hello.")
            await asyncio.sleep(0.02)
        assert peer.connections <= 2


@every_vendor
async def test_several_callers_are_served_at_once_and_hear_their_own_words(vendor):
    peer = vendor.peer()
    peer.piece_s = 0.005
    async with peer.running(), speaking(vendor, peer) as voice:
        heard = await asyncio.gather(*(said(voice, LONG) for _ in range(5)))
        assert sorted(next(iter(levels(pcm))) for pcm in heard) == [1, 2, 3, 4, 5]
        assert all(len(levels(pcm)) == 1 for pcm in heard)


@keyed
async def test_a_wrong_key_is_refused_for_good_and_not_repeated(vendor):
    peer = vendor.peer()
    async with peer.running(), speaking(vendor, peer, key="no-such-key") as voice:
        with pytest.raises(SpeechUnavailable) as caught:
            await said(voice, LONG)
    assert (caught.value.kind, caught.value.retryable) == ("unauthorized", False)
    assert "no-such-key" not in repr(caught.value)


@every_vendor
async def test_a_language_without_a_voice_is_refused(vendor):
    peer = vendor.peer()
    async with peer.running(), speaking(vendor, peer) as voice:
        with pytest.raises(SpeechUnavailable) as caught:
            await said(voice, LONG, language="xx")
    assert (caught.value.kind, caught.value.retryable) == ("refused", False)


@every_vendor
async def test_a_service_that_is_not_there_cannot_be_had(vendor):
    url = f"{vendor.scheme}://127.0.0.1:{free_port()}"
    async with speaking(vendor, vendor.peer(), url=url) as voice:
        with pytest.raises(SpeechUnavailable) as caught:
            await said(voice, LONG)
    assert caught.value.retryable


@every_vendor
@pytest.mark.parametrize("fault", ["mute", "hangs", "stalls_after", "first_byte_s"])
async def test_nobody_waits_longer_than_our_own_limits(vendor, fault):
    peer = vendor.peer()
    setattr(peer.faults, fault, {"stalls_after": 2, "first_byte_s": 5.0}.get(fault, True))
    async with peer.running(), speaking(vendor, peer) as voice:
        with pytest.raises(SpeechUnavailable) as caught:
            async with asyncio.timeout(3):
                await said(voice, LONG)
    assert (caught.value.kind, caught.value.retryable) == ("slow", True)


@every_vendor
async def test_a_voice_that_breaks_off_says_so_and_the_next_words_are_spoken(vendor):
    peer = vendor.peer()
    peer.faults.drops_after = 2
    async with peer.running(), speaking(vendor, peer) as voice:
        with pytest.raises(SpeechUnavailable) as caught:
            await said(voice, LONG)
        assert caught.value.retryable
        peer.faults.drops_after = 0
        await asyncio.sleep(0.05)
        assert levels(await said(voice, LONG)) == {2}


@every_vendor
async def test_when_a_call_is_over_nothing_of_it_goes_on(vendor):
    peer = vendor.peer()
    peer.piece_s = 0.01
    async with peer.running():
        before = asyncio.all_tasks()
        async with speaking(vendor, peer) as voice:
            speech = asyncio.create_task(said(voice, LONG * 3))
            await asyncio.sleep(0.1)
            speech.cancel()
            with pytest.raises(asyncio.CancelledError):
                await speech
        await until(lambda: not [t for t in asyncio.all_tasks() - before if t.get_name() == "spare voice"])
