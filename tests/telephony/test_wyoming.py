"""The framing of Wyoming: its own package's bytes, and everybody else's."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.wyoming import BrokenFrameError, Frames, WyomingEvent, frame

TEXTS = st.text(max_size=20)
EVENTS = st.builds(
    WyomingEvent,
    TEXTS.filter(bool),
    st.dictionaries(TEXTS, st.integers(-(2**40), 2**40) | TEXTS | st.none() | st.booleans(), max_size=4),
    st.binary(max_size=60),
)


def package():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from wyoming import event

        return event


@given(sent=st.lists(EVENTS, max_size=5), cuts=st.lists(st.integers(1, 30), max_size=30))
def test_a_stream_may_be_cut_anywhere(sent, cuts):
    wire = b"".join(frame(event) for event in sent)
    frames, found, place = Frames(), [], 0
    for size in [*cuts, len(wire)]:
        found += frames.feed(wire[place : place + size])
        place += size
    assert found == sent
    frames.finish()


@given(event=EVENTS)
def test_the_package_reads_what_we_write_and_we_read_what_it_writes(event):
    theirs = package().read_event(io.BytesIO(frame(event)))
    assert (theirs.type, theirs.data, theirs.payload or b"") == (event.type, dict(event.data), event.payload)
    written = io.BytesIO()
    package().write_event(theirs, written)
    assert Frames().feed(written.getvalue()) == [event]


@given(wire=st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(wire):
    frames = Frames()
    with suppress(BrokenFrameError):
        frames.feed(wire)
        frames.finish()


@pytest.mark.parametrize(
    "wire",
    [b"{}\n", b'{"type": "a", "data": []}\n', b'{"type": "a", "payload_length": true}\n', b"x" * (65 << 10),
     b'{"type": "a", "data_length": 2}\n[]'],
)  # fmt: skip
def test_what_is_no_event_is_refused(wire):
    with pytest.raises(BrokenFrameError):
        Frames().feed(wire)


def test_an_event_that_is_cut_off_is_a_loss():
    frames = Frames()
    assert frames.feed(frame(WyomingEvent("audio-chunk", {}, b"1234"))[:-1]) == []
    with pytest.raises(BrokenFrameError, match="ends inside an event"):
        frames.finish()
