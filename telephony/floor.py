"""The vocabulary of taking turns: who has the floor, what happens on it, what follows from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.utterance import Hypothesis, Transcript
from telephony.waiting import OPEN_QUESTION, Answer, Question

# --- what happens; every time is in seconds of one clock that begins with the call


@dataclass(frozen=True, slots=True)
class Voice:
    """One window of the caller's sound."""

    at_s: float
    """Its end."""
    probability: float
    """0..1 that somebody speaks in it."""
    level_db: float
    """dB below full scale, negative."""
    length_s: float


@dataclass(frozen=True, slots=True)
class Words:
    """A recogniser said something; a final replaces the partials of its stretch."""

    at_s: float
    transcript: Transcript
    to_s: float
    """The end of the sound it comes from."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What understanding made of the words so far."""

    at_s: float
    text: str
    answer: Answer
    """How far they answer what is being asked, with a valid value."""
    urgent: bool = False
    """A rule has seen danger in them: nobody waits for the rest of the sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """We wait for the caller."""

    at_s: float
    question: Question
    now: bool = True
    """False: our own words are still to come, and the caller's time to answer begins after them."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A prompt of ours has begun to sound."""

    at_s: float
    policy: str
    """never | after_words | at_once: whether the caller may talk over it."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing of ours sounds any more, or is about to."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed a key."""

    at_s: float
    digit: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at_s: float


Happening = Voice | Words | Judged | Asked | Speaking | Quiet | Key | Tick


# --- what follows


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop speaking for now: it may have been a cough."""


@dataclass(frozen=True, slots=True)
class Resume:
    """It was one: go on where we stopped."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The caller takes the floor: what we were saying is over."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Words so far, for those who must hear them at once; they may still change."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Guess:
    """The turn may end with these words: whoever can think ahead should."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Finish:
    """The recogniser is to give its final words now."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The caller's turn is over."""

    transcript: Transcript
    why: str
    """silence | stable | longest | urgent | noise, with "+rescued" when no final words came"""
    waited_s: float
    """Silence that was waited for, seconds."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The caller made a sound that takes no turn."""

    why: str
    """backchannel | noise | late"""


@dataclass(frozen=True, slots=True)
class NobodySpoke:
    """The caller said nothing for as long as the question allows."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller has answered with keys."""

    digits: str


Consequence = Hush | Resume | Interrupt | Mentioned | Guess | Finish | Ended | Ignored | NobodySpoke | Pressed


# --- the floor


@dataclass(frozen=True, slots=True)
class Floor:
    """Who speaks, since when, and what was said of the turn so far."""

    question: Question = OPEN_QUESTION
    armed_s: float | None = None
    """Since when we wait for the caller; None: the silence is ours to fill."""
    policy: str | None = None
    """The policy of the prompt that sounds; None: nothing does."""
    quiet_s: float = 0.0
    """When our last prompt ended."""
    hushed_s: float | None = None
    """Since when the prompt is held back because the caller made a sound."""
    sceptical: bool = False
    """A sound was no interruption: over this prompt only words will be."""
    run_s: float = 0.0
    """Voice without a pause up to now, seconds."""
    voiced_s: float = 0.0
    """Voice of this turn in all, seconds."""
    began_s: float | None = None
    """When the caller's turn began; None: it has not."""
    over: bool = False
    """It began while we were speaking."""
    voice_s: float | None = None
    """The end of the last window with voice."""
    loudness_db: float | None = None
    """How loud the caller speaks, a slow mean."""
    finals: tuple[Transcript, ...] = ()
    partial: Transcript | None = None
    words_s: float = 0.0
    """When the words last changed."""
    covers_s: float = 0.0
    """The end of the sound that the words so far come from."""
    judged: Judged | None = None
    guessed: str = ""
    """The words that were last guessed to be all."""
    finishing_s: float | None = None
    """Since when the recogniser owes us final words."""
    told_s: float = 0.0
    """Words from before this belong to a turn that is over."""
    keys: str = ""
    key_s: float = 0.0

    @property
    def transcript(self) -> Transcript:
        """All that was said in this turn, put together; several readings only when one stretch holds it."""
        parts = self._parts()
        if len(parts) == 1:
            return parts[0]
        best = [part.hypotheses[0] for part in parts]
        words = tuple(word for item in best for word in item.words)
        confidence = min((item.confidence for item in best), default=0.0)
        return Transcript((Hypothesis(self.text, confidence, words),))

    @property
    def text(self) -> str:
        """The best reading of all that was said in this turn."""
        return " ".join(part.text for part in self._parts())

    def _parts(self) -> list[Transcript]:
        latest = (self.partial,) if self.partial is not None and self.partial.text else ()
        return [*self.finals, *latest]
