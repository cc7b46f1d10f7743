"""The recogniser that needs no network: Moonshine base, English, decoded again while the caller speaks.

Three clean layers of when to decode: now and then for partials; after a tenth of a second of silence, so
that the words are there when the turn ends; and never twice for the same sound. Decoding runs in one
thread for all calls, with the process's own limits behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from engine.core.utterance import Transcript
from telephony.audio import BYTES
from telephony.speech import Hints, Recognized, SpeechEvent, SpeechFailed, SpeechUnavailable
from telephony.vad import WINDOW_S

if TYPE_CHECKING:
    from telephony.asr.moonshine import Decoded, Moonshine
    from telephony.vad import Detector

SPEECH, STILL_SPEECH = 0.5, 0.35
BEFORE_S = 0.3
"""Sound kept from before the first voice: soft consonants are no voice to a detector."""
AGAIN_S, FIRST_S = 0.6, 0.7
"""Between two partials; and voice before the first: of less the model makes things up."""
PAUSE_S = 0.06
"""Silence after which the words so far are decoded, in case they are all."""
ENDPOINT_S = 2.5
"""Silence after which the words are final whatever anybody says."""
LONGEST_S = 14.0
"""A stretch longer than this is finished at its next pause: decoding costs more than in proportion."""
LEVEL = 0.12
"""The root mean square that sound is brought to; the model is deaf to a whisper."""
MOST_GAIN = 12.0
WIDTH = 4
"""Readings followed side by side where the words may be all; one is enough for words that still change."""
LANGUAGES = frozenset({"en"})


def load() -> LocalRecognizer:
    """The recogniser with its model; the first time the model is built, which takes some ten seconds.

    Raises:
        SpeechUnavailable: the speech extra is not installed.
    """
    try:
        from telephony.asr.moonshine import Moonshine
        from telephony.asr.moonshine_build import model_folder
        from telephony.vad import SileroDetector

        return LocalRecognizer(Moonshine(model_folder()), SileroDetector())
    except ModuleNotFoundError as error:
        raise SpeechUnavailable("not installed", retryable=False) from error


class LocalRecognizer:
    """Moonshine for all calls of a process."""

    name = "local"

    def __init__(self, model: Moonshine, detector: Detector) -> None:
        self.model = model
        self.detector = detector
        self.pool: Executor = ThreadPoolExecutor(1, thread_name_prefix="recogniser")

    async def open(self, rate: int, hints: Hints) -> LocalHearing:
        """Begin to listen.

        Raises:
            SpeechUnavailable: the language is not English.
        """
        if hints.language not in LANGUAGES:
            raise SpeechUnavailable("refused", retryable=False)
        return LocalHearing(self, rate, hints)

    def close(self) -> None:
        """Let the thread go."""
        self.pool.shutdown(wait=True)


class LocalHearing:
    """One call's sound, and what was made of it."""

    partials = True

    def __init__(self, recognizer: LocalRecognizer, rate: int, hints: Hints) -> None:
        self._recognizer, self._rate, self._hints = recognizer, rate, hints
        self._events: asyncio.Queue[SpeechEvent | None] = asyncio.Queue()
        self._detection = recognizer.detector.open(rate, self._activity)
        self._sound = bytearray()
        self._start_s = 0.0
        """Where in the stream the kept sound begins."""
        self._voiced = False
        """Somebody has spoken in it."""
        self._run_s = self._voiced_s = 0.0
        self._voice_s = 0.0
        """The end of the last voice."""
        self._asked_s = 0.0
        """The end of the voice that the last decoding covers, or will."""
        self._begun_s = 0.0
        self._hasty = False
        """That decoding looks for one reading only."""
        self._decoding = False
        self._latest: Recognized | None = None
        self._finishing = False
        self._number = 0
        """Counts the stretches: what was decoded of an earlier one is thrown away."""

    def push(self, pcm: bytes) -> None:
        """Add sound."""
        self._sound += pcm
        self._detection.push(pcm)
        if not self._voiced:
            surplus = len(self._sound) - BYTES * round(BEFORE_S * self._rate)
            if surplus > 0:
                surplus -= surplus % BYTES
                del self._sound[:surplus]
                self._start_s += surplus / BYTES / self._rate

    def expect(self, hints: Hints) -> None:
        """What is asked now."""
        self._hints = hints

    def finish_turn(self) -> None:
        """The shell says that the turn is over."""
        if not self._voiced:
            return
        self._finishing = True
        self._go_on()

    def _activity(self, probability: float, _level_db: float, end_s: float) -> None:
        if probability >= (STILL_SPEECH if self._run_s else SPEECH):
            self._run_s += WINDOW_S
            self._voiced_s += WINDOW_S
            self._voice_s = end_s
            self._voiced = True
        else:
            self._run_s = 0.0
        if self._voiced:
            self._go_on(end_s)

    def _go_on(self, now_s: float | None = None) -> None:
        """Decode if there is anything new to decode, or give the final words."""
        if self._decoding:
            return
        fresh = self._voice_s > self._asked_s + WINDOW_S / 2
        now = now_s if now_s is not None else self._voice_s
        silence = now - self._voice_s
        again = now - self._begun_s >= AGAIN_S and self._voiced_s >= FIRST_S
        last = self._finishing or silence >= PAUSE_S
        if (last and (fresh or self._hasty)) or (fresh and again):
            self._decode(now, last=last)
        elif (
            self._finishing
            or silence >= ENDPOINT_S
            or (self._too_long() and silence >= PAUSE_S and not fresh)
        ):
            self._final()

    def _too_long(self) -> bool:
        return len(self._sound) > LONGEST_S * BYTES * self._rate

    def _decode(self, now_s: float, *, last: bool) -> None:
        """`last`: these may be all the words, so other readings are looked for as well."""
        self._decoding = True
        self._begun_s, self._asked_s, self._hasty = now_s, self._voice_s, not last
        task = asyncio.get_running_loop().run_in_executor(
            self._recognizer.pool, self._work, bytes(self._sound), self._hints, WIDTH if last else 1
        )
        number, start, end = self._number, self._start_s, self._voice_s
        task.add_done_callback(lambda done: self._decoded(done, number, start, end))

    def _work(self, pcm: bytes, hints: Hints, width: int) -> Decoded:
        """In the recogniser's thread."""
        import numpy as np

        from telephony.asr.moonshine import RATE
        from telephony.resample import resampled, to_float

        sound = resampled(to_float(pcm), self._rate, RATE)
        power = float(np.sqrt((sound * sound).mean())) if len(sound) else 0.0
        gain = min(MOST_GAIN, LEVEL / power) if power > 1e-5 else 1.0
        expected = (hints.phrases,) if hints.phrases else ()
        names = hints.on_file if hints.asking == "name" and width > 1 else None
        return self._recognizer.model.decode(
            np.clip(sound * gain, -1.0, 1.0), expected, width=width, on_file=names
        )

    def _decoded(self, done: asyncio.Future[Decoded], number: int, start: float, end: float) -> None:
        self._decoding = False
        if done.cancelled():
            return
        if done.exception() is not None:
            self._events.put_nowait(SpeechFailed("unavailable", retryable=True))
            return
        if number != self._number:
            return
        found = done.result()
        transcript = Transcript(found.hypotheses, final=False)
        self._latest = Recognized(transcript, start, end)
        if not self._finishing or self._hasty or self._voice_s > end + WINDOW_S / 2:
            self._events.put_nowait(self._latest)
        self._go_on()

    def _final(self) -> None:
        latest: Any = self._latest
        if latest is not None and latest.transcript.text:
            final = Transcript(latest.transcript.hypotheses, final=True)
            self._events.put_nowait(Recognized(final, latest.from_s, latest.to_s))
        self._number += 1
        self._finishing = self._voiced = False
        self._voiced_s = 0.0
        self._latest, self._hasty = None, False
        self._start_s += len(self._sound) / BYTES / self._rate
        self._sound.clear()
        self._asked_s = self._voice_s

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard."""
        while (event := await self._events.get()) is not None:
            yield event
            if isinstance(event, SpeechFailed):
                return

    async def aclose(self) -> None:
        """Listen no more."""
        self._number += 1
        self._detection.close()
        self._events.put_nowait(None)
