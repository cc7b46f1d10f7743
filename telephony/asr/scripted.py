"""A recogniser that hears what a script says, word by word, when the words are due; it can also misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from engine.core.utterance import Hypothesis, Transcript, Word
from telephony.audio import seconds
from telephony.speech import Hints, Recognized, SpeechEvent, SpeechFailed

WORD_S, LETTER_S = 0.12, 0.055
"""A word lasts so long, and so much longer for each letter."""
ENDPOINT_S = 0.8
"""After so much silence the recogniser gives its final words by itself."""


def timed(text: str, start_s: float = 0.0, pauses: Sequence[tuple[int, float]] = ()) -> tuple[Word, ...]:
    """The words of a text with plausible times; `pauses` are places of words and seconds before them."""
    words, at = [], start_s
    before = dict(pauses)
    for place, word in enumerate(text.split()):
        at += before.get(place, 0.0)
        end = at + WORD_S + LETTER_S * len(word)
        words.append(Word(word, round(at, 3), round(end, 3)))
        at = end + 0.02
    return tuple(words)


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What goes wrong with a recogniser."""

    lag_s: float = 0.15
    """How late words come."""
    final_lost: bool = False
    """Partials come, finals never do."""
    partials: bool = True
    fails_at_s: float | None = None
    """The stream breaks at this second of it."""
    deaf: bool = False
    """Nothing is ever heard."""


class ScriptedRecognizer:
    """A recogniser for one call at a time; `say` puts words on the line."""

    name = "scripted"

    def __init__(self, misbehaviour: Misbehaviour | None = None) -> None:
        self._misbehaviour = misbehaviour or Misbehaviour()
        self._open: list[ScriptedHearing] = []
        self.hints: list[Hints] = []

    async def open(self, rate: int, hints: Hints) -> ScriptedHearing:
        """Begin to listen."""
        hearing = ScriptedHearing(rate, self._misbehaviour, self.hints)
        self._open.append(hearing)
        return hearing

    def say(self, words: Sequence[Word], at_s: float, others: Sequence[Hypothesis] = ()) -> None:
        """Words are spoken from this second of the stream on; `others` are further readings of the whole."""
        for hearing in self._open:
            hearing.say(words, at_s, others)


class ScriptedHearing:
    """One call's stream."""

    def __init__(self, rate: int, misbehaviour: Misbehaviour, hints: list[Hints]) -> None:
        self._rate, self._wrong, self._hints = rate, misbehaviour, hints
        self.partials = misbehaviour.partials
        self._events: asyncio.Queue[SpeechEvent | None] = asyncio.Queue()
        self._due: list[Word] = []
        self._heard: list[Word] = []
        self._others: Sequence[Hypothesis] = ()
        self._at_s = 0.0
        self._failed = False

    def say(self, words: Sequence[Word], at_s: float, others: Sequence[Hypothesis]) -> None:
        """Words are on the line."""
        self._due += [replace(word, start_s=word.start_s + at_s, end_s=word.end_s + at_s) for word in words]
        self._others = others

    def push(self, pcm: bytes) -> None:
        """Time passes with the sound."""
        self._at_s += seconds(pcm, self._rate)
        wrong = self._wrong
        if self._failed or wrong.deaf:
            return
        if wrong.fails_at_s is not None and self._at_s >= wrong.fails_at_s:
            self._failed = True
            self._events.put_nowait(SpeechFailed("lost", retryable=True))
            return
        new = [word for word in self._due if word.end_s + wrong.lag_s <= self._at_s]
        if new:
            self._due = self._due[len(new) :]
            self._heard += new
            if wrong.partials:
                self._tell(final=False)
        elif self._heard and not self._due and self._at_s - self._heard[-1].end_s > ENDPOINT_S:
            self._final()

    def expect(self, hints: Hints) -> None:
        """Keep the hints, for tests to look at."""
        self._hints.append(hints)

    def finish_turn(self) -> None:
        """The turn is over."""
        late = [word for word in self._due if word.end_s <= self._at_s]
        self._due = self._due[len(late) :]
        self._heard += late
        self._final()

    def _final(self) -> None:
        if not self._wrong.final_lost and not self._wrong.deaf and not self._failed:
            self._tell(final=True)
        self._heard = []

    def _tell(self, *, final: bool) -> None:
        if not self._heard:
            return
        words = tuple(self._heard)
        first = Hypothesis(" ".join(word.text for word in words), 0.93, words)
        others = tuple(self._others) if final and not self._due else ()
        readings = others if others and others[0].text == first.text else (first, *others)
        self._events.put_nowait(Recognized(Transcript(readings, final), words[0].start_s, words[-1].end_s))

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """What is heard."""
        while (event := await self._events.get()) is not None:
            yield event
            if isinstance(event, SpeechFailed):
                return

    async def aclose(self) -> None:
        """Listen no more."""
        self._events.put_nowait(None)
