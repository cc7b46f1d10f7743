"""Changing the sampling rate of a stream of sound, without waiting for more of it than a filter's half.

A polyphase FIR filter (windowed sinc, Kaiser): its delay is below a millisecond at telephone rates,
where resampling libraries in streaming mode hold back some 66 ms.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Sound = NDArray[np.float32]
"""Samples in -1..1."""
_HALF = 16
"""Half the taps of a phase at the lower rate: 1 ms of 16 kHz."""
_BETA = 8.0
"""Kaiser's window: stop band at about -80 dB."""
_CUT = 0.94
"""Where the pass band ends, as a share of the lower Nyquist frequency."""


def to_float(pcm: bytes) -> Sound:
    """16-bit sound as numbers in -1..1."""
    found: Sound = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
    return found


def to_pcm(sound: Sound) -> bytes:
    """Numbers in -1..1 as 16-bit sound; what is too loud is clipped."""
    return (np.clip(sound, -1.0, 32767 / 32768) * 32768).round().astype("<i2").tobytes()


class Resampler:
    """One stream of sound from one rate to another; the same rate is passed through."""

    def __init__(self, source: int, target: int) -> None:
        divisor = gcd(source, target)
        self._up, self._down = target // divisor, source // divisor
        slower = max(1.0, self._down / self._up)
        self._taps = 2 * int(np.ceil(_HALF * slower))
        self._phases = _filter(self._up, self._taps, slower)
        self._kept = np.zeros(self._taps - 1, np.float32)
        self._position = 0
        """The place of the next output, in steps of 1/up input samples, from the first sample kept."""

    @property
    def delay(self) -> int:
        """By how many input samples the output is late."""
        return 0 if self._up == self._down else self._taps // 2

    def feed(self, sound: Sound) -> Sound:
        """The output that this much input makes possible."""
        if self._up == self._down:
            return sound
        joined = np.concatenate([self._kept, sound])
        available = len(joined) - self._taps + 1
        count = max(0, -(-(available * self._up - self._position) // self._down))
        places = self._position + self._down * np.arange(count)
        starts, phases = places // self._up, places % self._up
        out = np.zeros(0, np.float32)
        if count:
            windows = sliding_window_view(joined, self._taps)[starts]
            out = np.einsum("nt,nt->n", windows, self._phases[phases], dtype=np.float32)
        consumed = max(0, available)
        self._kept = joined[consumed:]
        self._position += count * self._down - consumed * self._up
        return out

    def flush(self) -> Sound:
        """What the filter still holds, at the end of the stream."""
        return self.feed(np.zeros(self.delay, np.float32))


def resampled(sound: Sound, source: int, target: int) -> Sound:
    """A whole sound at another rate, its beginning where it was."""
    if source == target:
        return sound
    resampler = Resampler(source, target)
    skip = round(resampler.delay * target / source)
    return np.concatenate([resampler.feed(sound), resampler.flush()])[skip:]


def _filter(up: int, taps: int, slower: float) -> Sound:
    """A windowed sinc, parted into one row of taps for each place between two input samples."""
    centre = taps / 2 - 1
    offsets = np.arange(taps)[None, :] - centre - np.arange(up)[:, None] / up
    cut = _CUT / slower
    ideal = cut * np.sinc(cut * offsets)
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (offsets / (taps / 2)) ** 2, 0, 1))) / np.i0(_BETA)
    rows = ideal * window
    rows /= rows.sum(axis=1, keepdims=True)
    return rows.astype(np.float32)
