"""`frontdesk call`: a whole call from a recording through the real audio path, and how long replies took."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.actions import Say, Transfer
from engine.core.events import Event, Heard
from telephony import latency, wav_file
from telephony.answering import keep_timings
from telephony.call import CallResult, run_call
from telephony.embedded import Speech
from telephony.fast_loop import run_fast
from telephony.lines.wav import Part, WavLine, as_recorded, parts_of
from telephony.settings import Shell

if TYPE_CHECKING:
    from engine.calls import Desk
    from engine.core.decision import Step
    from engine.core.state import DialogueState
    from engine.text_call import Tape

RATE = 8000
"""The caller of a recording is on a telephone."""
_HEADER = ("turn", "ended by", "waited", "understood", "decided", "first sound", "voice to voice")


class Script:
    """The words of a call as they were said, beside its tape."""

    def __init__(self, tape: Tape | None = None) -> None:
        self._tape = tape
        self.lines: list[tuple[str, str]] = []
        """caller or desk, and the words."""

    def write(self, before: DialogueState, event: Event, outcome: Step) -> None:
        """Add one step."""
        if isinstance(event, Heard) and event.transcript.final:
            self.lines.append(("caller", event.transcript.text or "(not understood)"))
        self.lines += [("desk", action.text) for action in outcome.actions if isinstance(action, Say)]
        self.lines += [
            ("", f"[transfer to {action.to}, {action.reason}]")
            for action in outcome.actions
            if isinstance(action, Transfer)
        ]
        if self._tape is not None:
            self._tape.write(before, event, outcome)

    def close(self) -> None:
        """Nothing more will come."""
        if self._tape is not None:
            self._tape.close()


def parts_of_files(paths: Sequence[Path], *, straight: bool) -> list[Part]:
    """What the caller says, from recordings.

    Raises:
        ValueError: a file is no WAV file.
        OSError: it cannot be read.
    """
    parts: list[Part] = []
    for path in paths:
        pcm, rate = wav_file.read(path.read_bytes(), path.name)
        if rate != RATE:
            from telephony.resample import resampled, to_float, to_pcm

            pcm = to_pcm(resampled(to_float(pcm), rate, RATE))
        parts += as_recorded(pcm) if straight else parts_of(pcm, RATE)
    return parts


def take(  # noqa: PLR0913 - who calls, and how the call is kept
    desk: Desk,
    parts: Sequence[Part],
    speech: Speech,
    *,
    clock: Callable[[], datetime],
    call: str,
    number: str | None = None,
    language: str | None = None,
    tape: Tape | None = None,
    real_time: bool = False,
    processor: bool = False,
) -> CallResult:
    """Take the call; without `real_time` waiting takes no time, with `processor` nobody else's work does."""
    line = WavLine(parts, RATE, call=call, number=number)
    kept = None if tape is None else (lambda _call: tape)
    shell = Shell(detector=speech.recognizer.detector)

    async def main() -> CallResult:
        loop = asyncio.get_running_loop()
        began, start = loop.time(), clock()
        return await run_call(
            line, speech.recognizer, speech.synthesizer, desk.performer, desk.domain,
            lambda: start + timedelta(seconds=loop.time() - began),
            shell=shell, tape=kept, record=True, language=language,
        )  # fmt: skip

    try:
        return asyncio.run(main()) if real_time else run_fast(main(), processor=processor)
    finally:
        shell.close()


def run(  # noqa: PLR0913 - the options of the command
    desk: Desk,
    recordings: Sequence[Path],
    now: str | None,
    *,
    out: Path | None,
    tape: Path | None,
    number: str | None,
    language: str | None,
    straight: bool,
    real_time: bool,
) -> list[str]:
    """Take a call from recordings; what was said and how long it took, in lines of text.

    Raises:
        ValueError: a recording is no WAV file, `now` is no time, or the speech extra is not installed.
        OSError: a file cannot be read or written.
    """
    clock = desk.clock(now)
    parts = parts_of_files(recordings, straight=straight)
    speech = Speech.load()
    desk.prepare()
    name = desk.name_of(clock)
    script = Script(desk.tape(name, tape))
    result = take(
        desk, parts, speech, clock=clock, call=name, number=number, language=language, tape=script,
        real_time=real_time,
    )  # fmt: skip
    speech.close()
    keep_timings(desk, result)
    if out is not None and result.recording is not None:
        result.recording.write(out)
    return [*(f"{who:8}{words}" for who, words in script.lines), *table(result)]


def table(result: CallResult) -> list[str]:
    """The latencies of a call in lines of text; times in milliseconds."""
    if result.recording is None:
        return []
    rows = [_HEADER, *latency.rows(result.recording, result.timings)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADER))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    heard = [item.latency_s for item in latency.of_recording(result.recording)]
    if heard:
        half, most = latency.quantile(heard, 0.5), latency.quantile(heard, 0.95)
        lines.append(
            f"voice to voice, from the recording: median {1000 * half:.0f} ms, p95 {1000 * most:.0f} ms"
        )
    return lines
