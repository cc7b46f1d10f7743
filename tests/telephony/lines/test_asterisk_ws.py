"""What is particular to chan_websocket: it takes only so much, and it can pause."""

from __future__ import annotations

import json

import pytest

from telephony.line import LineClosed, LineOpened, MarkReached, SoundArrived
from telephony.lines.asterisk_ws import AsteriskStream
from tests.telephony.lines.far_sides import AsteriskFar

FRAME = b"\0\0" * 160


def open_stream():
    stream, far = AsteriskStream(), AsteriskFar()
    stream.receive(far.opening()[0])
    return stream, far


def frames(messages):
    return sum(len(message) // 160 for message in messages if isinstance(message, bytes))


def event(name, **values):
    return json.dumps({"event": name, **values})


@pytest.mark.parametrize(
    ("name", "size", "rate", "wire"),
    [("slin16", 640, 16000, b"\1\0" * 320), ("slin", 320, 8000, b"\1\0" * 160)],
)
def test_plain_samples_pass_as_they_are(name, size, rate, wire):
    stream = AsteriskStream()
    start = json.loads(str(AsteriskFar().opening()[0])) | {"format": name, "optimal_frame_size": size}
    (opened,) = stream.receive(json.dumps(start))
    assert isinstance(opened, LineOpened)
    assert opened.rate == rate
    assert stream.receive(wire) == [SoundArrived(wire)]
    assert stream.receive(b"\0") == [LineClosed("line", "broken_frame")]


@pytest.mark.parametrize(
    "start", [{"format": "opus"}, {"optimal_frame_size": 0}, {"optimal_frame_size": "160"}, {"channel_id": 5}]
)
def test_a_start_we_cannot_speak_closes_the_line(start):
    told = json.loads(str(AsteriskFar().opening()[0])) | start
    (closed,) = AsteriskStream().receive(json.dumps(told))
    assert isinstance(closed, LineClosed)


def test_no_more_is_sent_than_asterisk_takes_and_the_rest_follows_as_it_plays():
    stream, far = open_stream()
    sent = list(stream.sound(FRAME * 2000))
    assert frames(sent) == 700
    total = frames(sent)
    while total < 2000:
        heard, answers = far.plays() if not far.takes(sent) else (b"", [])
        assert heard
        for answer in answers:
            assert stream.receive(answer) == []
        sent = list(stream.pending())
        assert 0 < frames(sent) <= 700
        total += frames(sent)
    assert total == 2000


def test_between_xoff_and_xon_nothing_is_sent():
    stream, _ = open_stream()
    stream.receive(event("MEDIA_XOFF"))
    assert stream.sound(FRAME) == []
    assert stream.mark("end") == []
    stream.receive(event("MEDIA_XON"))
    assert frames(stream.pending()) == 1


def test_an_xoff_that_never_ends_does_not_fill_the_memory():
    stream, _ = open_stream()
    stream.receive(event("MEDIA_XOFF"))
    for _ in range(20):
        stream.sound(FRAME * 1000)
    assert stream._held_bytes < 2 << 20


def test_a_clear_throws_away_what_was_held_back_and_old_marks_of_ours_count_no_more():
    stream, far = open_stream()
    far.takes(stream.sound(FRAME * 1000))
    stale = far.plays()[1]
    far.takes(stream.mark("old"))
    answers = far.takes(stream.clear())
    assert stream.pending() == []
    assert [e for a in [*answers, *stale] for e in stream.receive(a)] == [MarkReached("old", cleared=True)]
    assert frames(stream.sound(FRAME * 1000)) == 700
