"""What a recogniser made of a caller's words."""

from __future__ import annotations

from engine.core.frozen import quick


@quick(frozen=True, slots=True)
class Word:
    """One recognised word and when it was spoken."""

    text: str
    start_s: float
    """Seconds from the start of the call's audio."""
    end_s: float
    confidence: float = 1.0


@quick(frozen=True, slots=True)
class Hypothesis:
    """One way to read what was said."""

    text: str
    confidence: float = 1.0
    """0..1, as the recogniser says it; 1.0 for typed text."""
    words: tuple[Word, ...] = ()


@quick(frozen=True, slots=True)
class Transcript:
    """All the ways to read one stretch of speech, best first."""

    hypotheses: tuple[Hypothesis, ...]
    final: bool = True
    """False while the caller is still speaking: such words only prepare, they never commit."""

    @classmethod
    def of(cls, text: str, *, final: bool = True) -> Transcript:
        """Build the transcript of typed words, which have one certain reading."""
        return cls((Hypothesis(text),), final)

    @property
    def text(self) -> str:
        """The best reading; empty when nothing was recognised."""
        return self.hypotheses[0].text if self.hypotheses else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every reading, best first: the safety screen and the name matcher look at all of them."""
        return tuple(hypothesis.text for hypothesis in self.hypotheses)


@quick(frozen=True, slots=True)
class Utterance:
    """A caller's turn as understanding receives it."""

    transcript: Transcript
    turn: int
    """Which caller turn of the call this is, from 1."""
    language: str
