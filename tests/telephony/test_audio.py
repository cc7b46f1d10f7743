"""Sound: levels, tones, files; and changing its rate without delay or damage."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony import audio, wav_file
from telephony.lines.g711 import pcm_to_alaw, pcm_to_ulaw, ulaw_to_pcm
from telephony.recording import Recording


def test_levels_are_rms_in_decibels_below_full_scale():
    assert audio.level_db(audio.tone(1000.0, 1.0, 8000, level=1.0)) == pytest.approx(-3.1, abs=0.2)
    assert audio.level_db(bytes(320)) == -96.0
    assert audio.level_db(b"") == -96.0


def test_half_a_sample_is_dropped():
    assert list(audio.samples(b"\x01\x00\x02")) == [1]


def wav(kind: int, bits: int, channels: int, rate: int, sound: bytes) -> bytes:
    form = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"junk" + struct.pack("<I", 3) + b"abc\0"
    body += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


TONE = audio.tone(400.0, 0.1, 8000)


@pytest.mark.parametrize(
    ("kind", "bits", "sound"),
    [
        (1, 16, TONE),
        (7, 8, pcm_to_ulaw(TONE)),
        (6, 8, pcm_to_alaw(TONE)),
        (1, 8, bytes((value >> 8) + 128 for value in audio.samples(TONE))),
        (1, 24, b"".join(b"\0" + struct.pack("<h", value) for value in audio.samples(TONE))),
        (3, 32, b"".join(struct.pack("<f", value / 32768) for value in audio.samples(TONE))),
    ],
)
def test_every_usual_kind_of_wav_file_is_read(kind, bits, sound):
    pcm, rate = wav_file.read(wav(kind, bits, 1, 8000, sound), "a.wav")
    assert rate == 8000
    assert len(pcm) == len(TONE)
    assert max(abs(a - b) for a, b in zip(audio.samples(pcm), audio.samples(TONE), strict=True)) < 300


def test_the_first_channel_of_several_is_the_caller():
    both = b"".join(struct.pack("<hh", value, -1) for value in audio.samples(TONE))
    assert wav_file.read(wav(1, 16, 2, 8000, both), "a.wav")[0] == TONE


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", wav(2, 4, 1, 8000, b"x"), wav(1, 16, 0, 8000, b"")]
)
def test_what_is_no_wav_file_is_named(data):
    with pytest.raises(ValueError, match=r"bad\.wav"):
        wav_file.read(data, "bad.wav")


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data):
    for prefix in (b"", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"):
        with suppress(ValueError):
            wav_file.read(prefix + data, "x.wav")


def test_a_recording_has_both_sides_where_they_sounded_and_says_that_one_is_synthetic():
    recording = Recording(8000)
    for frame in range(50):
        recording.theirs(TONE[:320] if frame == 10 else bytes(320), (frame + 1) * 0.02)
    recording.ours(TONE[:320], 0.5)
    recording.ours(TONE[:320], 0.9)
    recording.cut(0.8)
    data = recording.wav()
    left, rate = wav_file.read(data, "call.wav")
    assert rate == 8000
    assert left[10 * 320 : 11 * 320] == TONE[:320]
    both = audio.samples(data[data.index(b"data") + 8 :])
    right = both[1::2]
    assert max(right[4000:4160]) > 0
    assert max(right[:4000]) == 0
    assert max(right[6400:]) == 0, "what was cut off is not on it"
    assert b"synthetic speech" in data


def test_mu_law_survives_a_round_trip():
    assert pcm_to_ulaw(ulaw_to_pcm(bytes(range(256)))).count(0xFF) <= 2
