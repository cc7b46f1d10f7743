"""Voice to voice, measured from the recording: the caller's last voiced sample to the first of our reply."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from telephony.audio import BYTES, level_db

if TYPE_CHECKING:
    from telephony.recording import Recording
    from telephony.timing import Timings

_STEP_S = 0.01
_BELOW_DB = 32.0
"""Quieter than a side's loud speech by more than this is no voice of it."""
_PAUSE_S = 0.3
"""Silence of ours after which what comes is a reply."""
_LEAST_S = 0.08
"""A shorter sound of the caller is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of ours, seconds since the recording began."""

    caller_ended_s: float
    we_began_s: float

    @property
    def latency_s(self) -> float:
        """What the caller waited."""
        return self.we_began_s - self.caller_ended_s


def voiced(pcm: bytes, rate: int) -> list[tuple[float, float]]:
    """The stretches of sound, begin and end in seconds, with a resolution of 10 ms."""
    size = BYTES * round(_STEP_S * rate)
    levels = [level_db(pcm[start : start + size]) for start in range(0, len(pcm) - size + 1, size)]
    loud = sorted(level for level in levels if level > -90.0)
    if not loud:
        return []
    threshold = max(-55.0, loud[int(0.95 * (len(loud) - 1))] - _BELOW_DB)
    stretches: list[tuple[float, float]] = []
    for place, level in enumerate(levels):
        if level < threshold:
            continue
        begin, end = place * _STEP_S, (place + 1) * _STEP_S
        if stretches and begin - stretches[-1][1] < _PAUSE_S:
            stretches[-1] = stretches[-1][0], end
        else:
            stretches.append((begin, end))
    return stretches


def replies(theirs: bytes, ours: bytes, rate: int) -> list[Reply]:
    """Each reply of ours with the end of the caller's speech before it."""
    callers = [item for item in voiced(theirs, rate) if item[1] - item[0] >= _LEAST_S]
    found: list[Reply] = []
    for begin, _ in voiced(ours, rate):
        before = [end for start, end in callers if start < begin]
        if before and before[-1] <= begin and (not found or found[-1].caller_ended_s != before[-1]):
            found.append(Reply(before[-1], begin))
    return found


def of_recording(recording: Recording) -> list[Reply]:
    """The replies of a recorded call."""
    return replies(recording.left, recording.right, recording.rate)


def quantile(values: list[float], share: float) -> float:
    """The value below which a share of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def rows(recording: Recording, timings: Timings) -> list[tuple[str, ...]]:
    """A table of turns: what was waited for, what our parts took, and what the recording says, in ms."""
    measured = of_recording(recording)
    out = []
    for number, turn in enumerate(timings.turns, 1):
        heard = [item for item in measured if abs(item.caller_ended_s - turn.speech_end_s) < 0.4]
        steps = (turn.ended_s, turn.understood_s, turn.decided_s, turn.sounded_s)
        parts = [
            f"{1000 * (after - before):.0f}" if before is not None and after is not None else "-"
            for before, after in pairwise(steps)
        ]
        whole = f"{1000 * heard[0].latency_s:.0f}" if heard else "-"
        out.append((str(number), turn.why, f"{1000 * turn.waited_s:.0f}", *parts, whole))
    return out
