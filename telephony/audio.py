"""Sound as the shell holds it: 16-bit little-endian mono PCM; levels, silence, gain. Standard library only.

The codecs of telephone lines are in `lines/`; changing the sampling rate needs numpy, see `resample.py`.
"""

from __future__ import annotations

import math
import sys
from array import array
from functools import lru_cache

FRAME_S = 0.02
"""A frame of telephony: 20 ms."""
BYTES = 2
_FULL_SCALE = 32768.0
_SILENCE_DB = -96.0


def samples(pcm: bytes) -> array[int]:
    """The samples of a stretch of sound; half a sample at the end is dropped."""
    found = array("h")
    found.frombytes(pcm[: len(pcm) // BYTES * BYTES])
    if sys.byteorder == "big":
        found.byteswap()
    return found


def pcm_of(values: array[int]) -> bytes:
    """The other way round."""
    if sys.byteorder == "big":
        values = array("h", values)
        values.byteswap()
    return values.tobytes()


def seconds(pcm: bytes, rate: int) -> float:
    """How long a stretch of sound is."""
    return len(pcm) / BYTES / rate


def silence(length_s: float, rate: int) -> bytes:
    """Nothing, for so long."""
    return bytes(BYTES * round(length_s * rate))


def frame_bytes(rate: int) -> int:
    """The size of a frame."""
    return BYTES * round(FRAME_S * rate)


def level_db(pcm: bytes) -> float:
    """The level of a stretch of sound: RMS in dB below full scale; -96 for nothing at all."""
    values = samples(pcm)
    if not values:
        return _SILENCE_DB
    power = sum(map(_square, values)) / len(values)
    return max(_SILENCE_DB, 10.0 * math.log10(power / _FULL_SCALE**2)) if power else _SILENCE_DB


def _square(value: int) -> int:
    return value * value


@lru_cache(maxsize=64)
def tone(frequency: float, length_s: float, rate: int, level: float = 0.2) -> bytes:
    """A sine with soft edges: what a caller hears when no voice can be had at all."""
    count, edge = round(length_s * rate), round(0.01 * rate)
    values = array("h")
    for place in range(count):
        gain = min(1.0, place / edge, (count - 1 - place) / edge) if edge else 1.0
        wave = math.sin(2.0 * math.pi * frequency * place / rate)
        values.append(round(level * gain * wave * (_FULL_SCALE - 1)))
    return pcm_of(values)
