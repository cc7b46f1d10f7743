"""What every line promises, whoever is at its far side."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.line import (
    KeyPressed,
    LineClosed,
    LineEvent,
    LineOpened,
    MarkReached,
    MediaStream,
    Message,
    SoundArrived,
)
from tests.telephony.lines.far_sides import PAIRS, FarSide, Pair

every_line = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])


def told(stream: MediaStream, messages: Iterable[Message]) -> list[LineEvent]:
    return [event for message in messages for event in stream.receive(message)]


def opened(pair: Pair) -> tuple[MediaStream, FarSide]:
    stream, far = pair.stream(), pair.far()
    assert [type(event) for event in told(stream, far.opening())] == [LineOpened]
    return stream, far


def tone(samples: int) -> bytes:
    return struct.pack(f"<{samples}h", *(((n % 40) - 20) * 1000 for n in range(samples)))


def levels(pcm: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def assert_like(heard: bytes, said: bytes, *, lossy: bool) -> None:
    assert len(heard) >= len(said)
    assert set(levels(heard[len(said) :])) <= {0}, "what fills up a frame is silence"
    worst = max((abs(a - b) for a, b in zip(levels(heard), levels(said), strict=False)), default=0)
    assert worst <= (700 if lossy else 0)


@every_line
def test_the_first_message_opens_the_call(pair):
    stream, far = pair.stream(), pair.far()
    (event,) = told(stream, far.opening())
    assert isinstance(event, LineOpened)
    assert (event.call, event.rate, event.number) == (pair.call, far.rate, pair.number)


@every_line
def test_what_the_caller_says_arrives_as_samples(pair):
    stream, far = opened(pair)
    said = tone(far.rate // 50)
    events = [event for _ in range(3) for event in told(stream, far.says(said))]
    assert all(isinstance(event, SoundArrived) for event in events)
    assert_like(b"".join(e.pcm for e in events if isinstance(e, SoundArrived)), said * 3, lossy=far.lossy)


@every_line
@pytest.mark.parametrize("size", [1, 159, 160, 161, 320, 5000])
def test_what_we_say_is_played_whatever_its_length(pair, size):
    stream, far = opened(pair)
    said = tone(size)
    assert far.takes(stream.sound(said)) == []
    far.takes(stream.mark("end"))
    assert_like(far.plays()[0], said, lossy=far.lossy)


@every_line
def test_sound_in_pieces_is_played_like_sound_in_one(pair):
    stream, far = opened(pair)
    said = tone(1000)
    for place in range(0, len(said), 74):
        far.takes(stream.sound(said[place : place + 74]))
    far.takes(stream.mark("end"))
    assert_like(far.plays()[0], said, lossy=far.lossy)


@every_line
def test_a_mark_comes_back_when_the_sound_before_it_was_played(pair):
    stream, far = opened(pair)
    far.takes([*stream.sound(tone(160)), *stream.mark("one"), *stream.sound(tone(160)), *stream.mark("two")])
    events = told(stream, far.plays()[1])
    expected = [] if stream.paced else [MarkReached("one", cleared=False), MarkReached("two", cleared=False)]
    assert events == expected


@every_line
def test_a_mark_over_cleared_sound_is_not_heard(pair):
    stream, far = opened(pair)
    far.takes([*stream.sound(tone(400)), *stream.mark("one"), *stream.mark("two")])
    answers = far.takes(stream.clear())
    events = told(stream, [*answers, *far.plays()[1]])
    expected = [] if stream.paced else [MarkReached("one", cleared=True), MarkReached("two", cleared=True)]
    assert events == expected


@every_line
def test_what_is_said_after_a_clear_is_heard(pair):
    stream, far = opened(pair)
    far.takes([*stream.sound(tone(400)), *stream.mark("old")])
    answers = far.takes(stream.clear())
    far.takes([*stream.sound(tone(160)), *stream.mark("new")])
    heard, more = far.plays()
    marks = told(stream, [*answers, *more])
    if not stream.paced:
        assert_like(heard, tone(160), lossy=far.lossy)
        assert marks == [MarkReached("old", cleared=True), MarkReached("new", cleared=False)]


@every_line
def test_a_mark_that_comes_back_twice_counts_once(pair):
    stream, far = opened(pair)
    far.takes(stream.mark("one"))
    answers = far.plays()[1]
    assert told(stream, answers + answers) == ([] if stream.paced else [MarkReached("one", cleared=False)])


@every_line
@pytest.mark.parametrize("digit", list("0123456789*#"))
def test_a_key_is_a_key(pair, digit):
    stream, far = opened(pair)
    assert told(stream, far.presses(digit)) == [KeyPressed(digit)]


@every_line
def test_a_hang_up_closes_the_line(pair):
    stream, far = opened(pair)
    bye = far.hangs_up()
    assert [(e.by, type(e)) for e in told(stream, bye) if isinstance(e, LineClosed)] == [
        ("caller", LineClosed)
    ] * len(bye)


@every_line
def test_a_broken_message_closes_the_line_once_and_with_a_word(pair):
    for message in pair.far().broken():
        stream, far = opened(pair)
        (event,) = told(stream, [message])
        assert isinstance(event, LineClosed), message
        assert event.by == "line"
        assert event.reason.replace("_", "").isalpha()
        assert told(stream, [message, *far.says(tone(160)), *far.presses("1")]) == []


@every_line
def test_nothing_is_sent_before_the_call_is_open(pair):
    stream = pair.stream()
    assert [*stream.sound(tone(160)), *stream.mark("one"), *stream.clear()] == []


@every_line
def test_sound_before_the_opening_breaks_the_protocol(pair):
    stream, far = pair.stream(), pair.far()
    assert told(stream, far.says(tone(160))) == [LineClosed("line", "before_start")]


@every_line
def test_after_our_goodbye_nothing_arrives(pair):
    stream, far = opened(pair)
    far.takes(stream.close())
    assert told(stream, [*far.says(tone(160)), *far.hangs_up()]) == []


# --- hostile bytes -----------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mangled(draw: st.DrawFn, pair: Pair) -> list[Message]:
    """A conversation of the line's own messages, some of them cut, doubled, swapped or overwritten."""
    far = pair.far()
    honest: list[Message] = [
        *far.opening(), *far.says(tone(160)), *far.presses("5"), *far.says(tone(80)), *far.hangs_up()
    ]  # fmt: skip
    found: list[Message] = []
    for message in draw(st.permutations(honest)) if draw(st.booleans()) else honest:
        match draw(st.integers(0, 5)):
            case 0:
                found.append(message[: draw(st.integers(0, len(message)))])
            case 1:
                found += [message, message]
            case 2:
                found.append(draw(st.binary(max_size=40)))
            case 3:
                found.append(draw(st.text(max_size=40)))
            case _:
                found.append(message)
    return found


@every_line
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_arrives_nothing_is_raised_and_the_line_closes_at_most_once(pair, data):
    stream = pair.stream()
    events = told(stream, data.draw(mangled(pair)))
    closings = [place for place, event in enumerate(events) if isinstance(event, LineClosed)]
    assert closings in ([], [len(events) - 1])
    openings = [place for place, event in enumerate(events) if isinstance(event, LineOpened)]
    assert openings in ([], [0])


@every_line
@settings(max_examples=60)
@given(data=st.data())
def test_any_json_is_read_or_refused(pair, data):
    import json

    stream, _ = opened(pair)
    kind = "type" if pair.name == "browser" else "event"
    words = ["start", "media", "dtmf", "mark", "stop", "playedStream", "websocket:dtmf", "websocket:notify",
             "MEDIA_START", "DTMF_END", "MEDIA_MARK_PROCESSED", "hello", "key", "bye"]  # fmt: skip
    body = data.draw(
        st.dictionaries(st.sampled_from(["media", "mark", "start", "dtmf", "name", "payload", "digit"]), JSON)
    )
    told(stream, [json.dumps({kind: data.draw(st.sampled_from(words)), **body})])


@given(pieces=st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_a_byte_stream_may_be_cut_anywhere(pieces):
    pair = next(pair for pair in PAIRS if pair.name == "audiosocket")
    far = pair.far()
    wire = b"".join(
        message if isinstance(message, bytes) else b""
        for message in [
            *far.opening(),
            *far.says(tone(160)),
            *far.presses("7"),
            *far.says(tone(10)),
            *far.hangs_up(),
        ]
    )
    whole = told(pair.stream(), [wire])
    stream, events, place = pair.stream(), [], 0
    for size in [*pieces, len(wire)]:
        events += stream.receive(wire[place : place + size])
        place += size
    assert events == whole
    assert len(whole) == 5
