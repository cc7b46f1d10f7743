"""The recording of a call: caller left, us right, every sample where it sounded on the tape's clock."""

from __future__ import annotations

import struct
from pathlib import Path

from telephony.audio import BYTES

_COMMENT = b"right channel: synthetic speech (AI assistant)"
"""Synthetic speech is marked as such wherever it is kept."""


class Recording:
    """Both sides of one call, in memory until it ends."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._theirs = bytearray()
        self._ours = bytearray()

    def theirs(self, pcm: bytes, at_s: float) -> None:
        """Sound of the caller that ended to arrive at a time; it follows what came before without a gap."""
        start = round(at_s * self.rate) * BYTES - len(pcm)
        if start > len(self._theirs) + BYTES * self.rate // 5:
            self._theirs += bytes(start - len(self._theirs))  # the line was silent for a while
        self._theirs += pcm

    def ours(self, pcm: bytes, at_s: float) -> None:
        """Sound of ours that begins to sound at a time."""
        start = round(at_s * self.rate) * BYTES
        if start > len(self._ours):
            self._ours += bytes(start - len(self._ours))
        self._ours[start : start + len(pcm)] = pcm

    def cut(self, at_s: float) -> None:
        """What of ours would have sounded after this was thrown away."""
        del self._ours[round(at_s * self.rate) * BYTES :]

    @property
    def left(self) -> bytes:
        """The caller."""
        return bytes(self._theirs)

    @property
    def right(self) -> bytes:
        """Us."""
        return bytes(self._ours)

    def wav(self) -> bytes:
        """The recording as a stereo WAV file."""
        length = max(len(self._theirs), len(self._ours))
        left, right = self._theirs.ljust(length, b"\0"), self._ours.ljust(length, b"\0")
        both = bytearray(2 * length)
        both[0::4], both[1::4] = left[0::2], left[1::2]
        both[2::4], both[3::4] = right[0::2], right[1::2]
        comment = _COMMENT + b"\0" * (1 + (1 + len(_COMMENT)) % 2)
        info = b"INFOICMT" + struct.pack("<I", len(comment)) + comment
        form = struct.pack("<HHIIHH", 1, 2, self.rate, 2 * BYTES * self.rate, 2 * BYTES, 8 * BYTES)
        parts = ((b"fmt ", form), (b"LIST", info), (b"data", bytes(both)))
        body = b"WAVE" + b"".join(name + struct.pack("<I", len(data)) + data for name, data in parts)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    def write(self, path: Path) -> None:
        """Write the WAV file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.wav())
