"""Telephone codecs by table: mu-law and A-law (ITU-T G.711) to 16-bit PCM and back.

The standard library's `audioop` is gone in Python 3.13; a test shows our tables equal to it over every
input. Tables beat numpy at the 160 samples of a frame: decoding is two `bytes.translate`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

ULAW_SILENCE = b"\xff"
ALAW_SILENCE = b"\xd5"


def _expand_ulaw(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _expand_alaw(code: int) -> int:
    code ^= 0x55
    segment, magnitude = code >> 4 & 7, (code & 0x0F) << 4
    magnitude += 8 if segment == 0 else 0x108
    magnitude <<= max(0, segment - 1)
    return magnitude if code & 0x80 else -magnitude


def _compress_ulaw(sample: int) -> int:
    """One 14-bit sample."""
    mask, magnitude = (0x7F, -sample) if sample < 0 else (0xFF, sample)
    magnitude = min(magnitude, 8159) + 33
    segment = max(0, magnitude.bit_length() - 6)
    return 0x7F ^ mask if segment > 7 else (segment << 4 | magnitude >> segment + 1 & 0x0F) ^ mask


def _compress_alaw(sample: int) -> int:
    """One 13-bit sample."""
    mask, magnitude = (0x55, -sample - 1) if sample < 0 else (0xD5, sample)
    segment = max(0, magnitude.bit_length() - 5)
    return (segment << 4 | magnitude >> max(1, segment) & 0x0F) ^ mask


def _decoder(expand: Callable[[int], int]) -> tuple[bytes, bytes]:
    """The low and the high byte of each code's sample."""
    samples = [expand(code) & 0xFFFF for code in range(256)]
    return bytes(sample & 0xFF for sample in samples), bytes(sample >> 8 for sample in samples)


@cache
def _encoder(compress: Callable[[int], int], bits: int) -> bytes:
    """The code of each 16-bit sample by its unsigned value; those that differ below `bits` share one."""
    half = 1 << bits - 1
    codes = [compress(sample) for sample in (*range(half), *range(-half, 0))]
    return b"".join(bytes([code]) * (1 << 16 - bits) for code in codes)


_ULAW_LOW, _ULAW_HIGH = _decoder(_expand_ulaw)
_ALAW_LOW, _ALAW_HIGH = _decoder(_expand_alaw)


def ulaw_to_pcm(codes: bytes) -> bytes:
    """Mu-law bytes as 16-bit little-endian samples."""
    return _interleaved(codes.translate(_ULAW_LOW), codes.translate(_ULAW_HIGH))


def alaw_to_pcm(codes: bytes) -> bytes:
    """A-law bytes as 16-bit little-endian samples."""
    return _interleaved(codes.translate(_ALAW_LOW), codes.translate(_ALAW_HIGH))


def pcm_to_ulaw(pcm: bytes) -> bytes:
    """16-bit little-endian samples as mu-law bytes; half a sample at the end is dropped."""
    return _encoded(pcm, _encoder(_compress_ulaw, 14))


def pcm_to_alaw(pcm: bytes) -> bytes:
    """16-bit little-endian samples as A-law bytes; half a sample at the end is dropped."""
    return _encoded(pcm, _encoder(_compress_alaw, 13))


def _interleaved(low: bytes, high: bytes) -> bytes:
    pcm = bytearray(2 * len(low))
    pcm[0::2], pcm[1::2] = low, high
    return bytes(pcm)


def _encoded(pcm: bytes, table: bytes) -> bytes:
    samples = memoryview(pcm)[: len(pcm) & ~1].cast("H")
    return bytes(map(table.__getitem__, samples))
