"""The recording of a call: caller left, us right, every sample where it sounded on the tape's clock.

A `Recording` keeps all of it in memory: for `frontdesk call`, whose sound is the user's own file. A
`SoundFile` is what a site keeps of real callers: it writes nothing, and remembers nothing, unless the
caller has agreed; what was said before stays silence, so that positions still match the tape.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from telephony.audio import BYTES

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.core.state import DialogueState
    from telephony.line import LineOpened

_COMMENT = b"synthetic=right; right channel: synthetic speech (AI assistant); left channel: the caller"
"""Synthetic speech is marked as such wherever it is kept."""
HELD_S = 30.0
"""For so long what was said can still be taken out: a card number, once it is known for one."""
_PIECE_S = 5.0
"""A file is written in pieces of at least so much."""
_OPEN = 0x7FFF_FFFF - 4096
"""The length in the head of a file that is still being written: readers take what there is."""


class Recording:
    """Both sides of one call, in memory."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._theirs = bytearray()
        self._ours = bytearray()
        self._gone = 0
        """Bytes of each side that are no longer in memory."""

    def theirs(self, pcm: bytes, at_s: float) -> None:
        """Sound of the caller that ended to arrive at a time; it follows what came before without a gap."""
        start = self._place(at_s) - len(pcm)
        if start > len(self._theirs) + BYTES * self.rate // 5:
            self._theirs += bytes(start - len(self._theirs))  # the line was silent for a while
        self._theirs += pcm

    def ours(self, pcm: bytes, at_s: float) -> None:
        """Sound of ours that begins to sound at a time."""
        start = self._place(at_s)
        if start > len(self._ours):
            self._ours += bytes(start - len(self._ours))
        self._ours[start : start + len(pcm)] = pcm

    def cut(self, at_s: float) -> None:
        """What of ours would have sounded after this was thrown away."""
        del self._ours[self._place(at_s) :]

    def blot(self, from_s: float, to_s: float) -> None:
        """Take what the caller said in a stretch out of it."""
        start, end = self._place(from_s), min(self._place(to_s), len(self._theirs))
        if end > start:
            self._theirs[start:end] = bytes(end - start)

    def follow(self, state: DialogueState, at_s: float) -> None:
        """Nothing: whose sound this is needs no asking."""

    def tick(self, at_s: float) -> None:
        """Nothing: all of it stays in memory."""

    def close(self) -> None:
        """Nothing."""

    def _place(self, at_s: float) -> int:
        return max(0, round(at_s * self.rate) * BYTES - self._gone)

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
        both = _woven(self._theirs, self._ours, max(len(self._theirs), len(self._ours)))
        return _head(self.rate, len(both)) + both

    def write(self, path: Path) -> None:
        """Write the WAV file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.wav())


class SoundFile(Recording):
    """What a site keeps of a call whose caller agrees; the file is there from the moment of the yes on."""

    def __init__(self, rate: int, path: Path, pool: Executor, consent: str) -> None:
        """`pool` has one thread, which writes; `consent` is the slot that a caller's yes fills."""
        super().__init__(rate)
        self._path, self._pool, self._slot = path, pool, consent
        self._file: BinaryIO | None = None
        self._written = 0
        self._started = False
        self.agreed = False

    def follow(self, state: DialogueState, at_s: float) -> None:
        """Look whether the caller agrees; only a yes is one."""
        held = state.slots.get(self._slot)
        self.consent(at_s, agreed=held is not None and held.value is True)

    def consent(self, at_s: float, *, agreed: bool) -> None:
        """The caller has agreed, or does so no longer."""
        if agreed and not self.agreed:
            if not self._started:
                self._gone = round(at_s * self.rate) * BYTES
                self._started = True
                self._pool.submit(self._open, self._gone)
            now = self._place(at_s)
            for side in (self._theirs, self._ours):
                side.extend(bytes(max(0, now - len(side))))
        elif self.agreed and not agreed:
            self.cut(at_s)
        self.agreed = agreed

    def theirs(self, pcm: bytes, at_s: float) -> None:
        """Sound of the caller, kept if they have agreed."""
        if self.agreed:
            super().theirs(pcm, at_s)

    def ours(self, pcm: bytes, at_s: float) -> None:
        """Sound of ours, kept if the caller has agreed."""
        if self.agreed:
            super().ours(pcm, at_s)

    def cut(self, at_s: float) -> None:
        """What of ours would have sounded after this was thrown away."""
        if self.agreed:
            super().cut(at_s)

    def tick(self, at_s: float) -> None:
        """Hand over to the file what is old enough to stay."""
        old = min(self._place(at_s - HELD_S), max(len(self._theirs), len(self._ours)))
        if self._started and old >= round(_PIECE_S * self.rate) * BYTES:
            self._flush(old)

    def close(self) -> None:
        """The call is over: write the rest."""
        if self._started:
            self._flush(max(len(self._theirs), len(self._ours)))
            self._started = self.agreed = False
            self._pool.submit(self._finish)

    def _flush(self, length: int) -> None:
        piece = _woven(self._theirs[:length], self._ours[:length], length)
        del self._theirs[:length], self._ours[:length]
        self._gone += length
        self._pool.submit(self._append, piece)

    # --- in the thread that writes

    def _open(self, silence: int) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._file = self._path.open("wb")
        self._file.write(_head(self.rate, _OPEN))
        self._append(bytes(2 * silence))

    def _append(self, piece: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(piece)
            self._file.flush()
            self._written += len(piece)
        except OSError:  # a full disk costs the recording, never the call
            self._finish()

    def _finish(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with file, suppress(OSError):
                file.seek(0)
                file.write(_head(self.rate, self._written))


def begun(
    domain: Domain, opened: LineOpened, sound: Callable[[str], Path] | None, pool: Executor
) -> SoundFile | None:
    """What is kept of a call, if the site records and there is a place for it."""
    if sound is None or domain.recording is None:
        return None
    return SoundFile(opened.rate, sound(opened.call), pool, domain.recording.consent)


def _woven(theirs: bytes | bytearray, ours: bytes | bytearray, length: int) -> bytes:
    """Two sides as one stereo sound."""
    left, right = theirs.ljust(length, b"\0"), ours.ljust(length, b"\0")
    both = bytearray(2 * length)
    both[0::4], both[1::4] = left[0::2], left[1::2]
    both[2::4], both[3::4] = right[0::2], right[1::2]
    return bytes(both)


def _head(rate: int, length: int) -> bytes:
    """All of a WAV file that stands before its sound."""
    comment = _COMMENT + b"\0" * (1 + (1 + len(_COMMENT)) % 2)
    info = b"INFOICMT" + struct.pack("<I", len(comment)) + comment
    form = struct.pack("<HHIIHH", 1, 2, rate, 2 * BYTES * rate, 2 * BYTES, 8 * BYTES)
    parts = b"".join(
        name + struct.pack("<I", len(data)) + data for name, data in ((b"fmt ", form), (b"LIST", info))
    )
    size = len(b"WAVE" + parts + b"data") + 4 + length
    return b"RIFF" + struct.pack("<I", size) + b"WAVE" + parts + b"data" + struct.pack("<I", length)
