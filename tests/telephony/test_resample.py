"""Changing the rate of sound: what was there is there, where it was, whatever pieces it came in."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="the speech extra is not installed")

from telephony.resample import Resampler, resampled, to_float, to_pcm  # noqa: E402

PAIRS = [(8000, 16000), (16000, 8000), (24000, 8000), (24000, 16000), (48000, 16000)]


def sine(rate: int, frequency: float, seconds: float = 0.5):
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_both_rates_can_hold_stays_where_it_was(source, target):
    out = resampled(sine(source, 1000.0), source, target)
    wanted = sine(target, 1000.0)
    assert abs(len(out) - len(wanted)) <= 2
    assert np.abs(out[100:-100] - wanted[100 : len(out) - 100]).max() < 1e-3


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_pieces_do_not_matter(source, target):
    whole, stream = Resampler(source, target), Resampler(source, target)
    sound = sine(source, 700.0)
    pieces = [stream.feed(sound[start : start + 171]) for start in range(0, len(sound), 171)]
    assert np.array_equal(np.concatenate(pieces), whole.feed(sound))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_adds_no_delay_that_anybody_hears(source, target):
    assert Resampler(source, target).delay / source <= 0.0021


def test_what_the_lower_rate_cannot_hold_is_removed_and_not_folded_back():
    assert np.abs(resampled(sine(16000, 5500.0), 16000, 8000)[200:-200]).max() < 0.01


def test_too_loud_is_clipped_and_the_round_trip_is_exact():
    assert to_pcm(np.array([2.0, -2.0, 0.0], np.float32)) == b"\xff\x7f\x00\x80\x00\x00"
    pcm = np.arange(-32768, 32768, 7, dtype="<i2").tobytes()
    assert to_pcm(to_float(pcm)) == pcm
