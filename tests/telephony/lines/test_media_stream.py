"""What is particular to the carriers that speak JSON."""

from __future__ import annotations

import json

import pytest

from telephony.line import LineClosed, LineOpened, MarkReached, SoundArrived
from telephony.lines.carriers import CARRIERS, TELNYX, TWILIO
from telephony.lines.media_stream import CarrierStream
from tests.telephony.lines.far_sides import JsonFar


def open_stream(carrier):
    stream, far = CarrierStream(carrier), JsonFar(carrier.name)
    for message in far.opening():
        stream.receive(message)
    return stream, far


def media(chunk, *, name="telnyx"):
    return json.dumps({"event": "media", "stream_id": "MZ1", "media": {"chunk": str(chunk), "timestamp": str(20 * chunk), "payload": "////"}})  # fmt: skip


def times(stream, chunks):
    return [e.at_s for chunk in chunks for e in stream.receive(media(chunk)) if isinstance(e, SoundArrived)]


def test_numbers_may_be_texts_or_numbers():
    stream, far = CarrierStream(TWILIO), JsonFar("twilio")
    start = json.loads(far.opening()[1])
    start["start"]["mediaFormat"]["sampleRate"] = "8000"
    assert isinstance(stream.receive(json.dumps(start))[0], LineOpened)


@pytest.mark.parametrize(
    ("encoding", "rate"), [("audio/opus", 8000), ("audio/x-mulaw", 16000), ("audio/x-mulaw", None)]
)
def test_a_codec_we_do_not_speak_closes_the_line(encoding, rate):
    start = json.loads(JsonFar("twilio").opening()[1])
    start["start"]["mediaFormat"] = {"encoding": encoding, "sampleRate": rate}
    assert CarrierStream(TWILIO).receive(json.dumps(start)) == [LineClosed("line", "wrong_codec")]


def test_sound_in_disorder_is_put_in_order_where_the_carrier_says_it_may_happen():
    stream, _ = open_stream(TELNYX)
    assert times(stream, [1, 3, 2, 2, 5, 4]) == [0.02, 0.04, 0.06, 0.08, 0.1]


def test_a_frame_that_never_comes_is_not_waited_for_long():
    stream, _ = open_stream(TELNYX)
    assert times(stream, [1, 3, 4, 5, 6, 7]) == [0.02]
    assert times(stream, [8]) == [0.06, 0.08, 0.1, 0.12, 0.14, 0.16]
    assert times(stream, [2]) == []


def test_sound_that_waits_is_not_lost_when_the_call_ends():
    stream, far = open_stream(TELNYX)
    assert times(stream, [1, 3]) == [0.02]
    events = stream.receive(far.hangs_up()[0])
    assert [type(event) for event in events] == [SoundArrived, LineClosed]


def test_a_doubled_frame_is_heard_once():
    stream, far = open_stream(TWILIO)
    (frame,) = far.says(b"\0\0" * 160)
    assert len(stream.receive(frame)) == 1
    assert stream.receive(frame) == []


def test_our_own_voice_is_not_the_caller():
    stream, _ = open_stream(TWILIO)
    assert (
        stream.receive(json.dumps({"event": "media", "media": {"track": "outbound", "payload": "////"}}))
        == []
    )


def test_a_mark_reached_while_the_clear_was_on_its_way_is_not_believed():
    stream, far = open_stream(TWILIO)
    far.takes(stream.mark("readback"))
    returned = far.plays()[1]
    stream.clear()
    assert stream.receive(returned[0]) == [MarkReached("readback", cleared=True)]


def test_what_our_call_document_passed_on_comes_back_with_the_ids_that_call_control_needs():
    (opened,) = CarrierStream(TWILIO).receive(JsonFar("twilio").opening()[1])
    assert isinstance(opened, LineOpened)
    assert opened.details == {"account": "AC1", "call": opened.call, "from": "+37061234567"}


def test_a_carrier_is_one_row_of_a_table():
    """The promise that a new carrier of this kind edits no code."""
    assert set(CARRIERS) == {"twilio", "telnyx", "plivo"}
    for name, carrier in CARRIERS.items():
        assert carrier.name == name
        assert carrier.codecs
