"""Reading WAV files as recorders and telephone exchanges write them: PCM, float, mu-law and A-law."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from telephony.audio import BYTES, pcm_of
from telephony.lines.g711 import alaw_to_pcm, ulaw_to_pcm

_EXTENSIBLE = 0xFFFE
_RATES = range(4000, 192_001)


def read(data: bytes, name: str) -> tuple[bytes, int]:
    """The first channel of a WAV file as 16-bit PCM, and its sampling rate.

    Raises:
        ValueError: it is no such file; the message says which and why.
    """
    chunks = dict(_chunks(data, name))
    form, sound = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or len(form) < 16 or sound is None:
        message = f"{name}: not a WAV file with a format and sound in it"
        raise ValueError(message)
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = struct.unpack("<H", form[24:26])[0]
    if not channels or rate not in _RATES:
        message = f"{name}: {channels} channels at {rate} samples a second"
        raise ValueError(message)
    size = bits // 8
    first = _first_channel(sound, channels, size) if size else b""
    match kind, bits:
        case (1, 16):
            return first, rate
        case (6, 8):
            return alaw_to_pcm(first), rate
        case (7, 8):
            return ulaw_to_pcm(first), rate
        case (1, 8):
            return pcm_of(array("h", ((value - 128) << 8 for value in first))), rate
        case (1, 24 | 32):
            upper = bytearray(len(first) // size * BYTES)
            upper[0::2], upper[1::2] = first[size - 2 :: size], first[size - 1 :: size]
            return bytes(upper), rate
        case (3, 32):
            values = struct.unpack(f"<{len(first) // 4}f", first[: len(first) // 4 * 4])
            return pcm_of(
                array("h", (round(max(-1.0, min(0.99996, value)) * 32768) for value in values))
            ), rate
        case _:
            message = f"{name}: WAV format {kind} with {bits} bits; allowed are PCM, float, mu-law and A-law"
            raise ValueError(message)


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        message = f"{name}: not a WAV file"
        raise ValueError(message)
    at = 12
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        yield data[at : at + 4], data[at + 8 : at + 8 + size]  # a file cut short has less than it says
        at += 8 + size + size % 2


def _first_channel(sound: bytes, channels: int, size: int) -> bytes:
    whole = len(sound) // (channels * size) * channels * size
    if channels == 1:
        return sound[:whole]
    out = bytearray(whole // channels)
    for place in range(size):
        out[place::size] = sound[place : whole : channels * size]
    return bytes(out)
