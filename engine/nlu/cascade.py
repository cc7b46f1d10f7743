"""From words to Commands: the best hypothesis first, the others where they help, other languages last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.core.actions import Expecting, Understand
from engine.core.command_forms import plain
from engine.core.commands import (
    Affirm,
    Choose,
    Command,
    Correct,
    Deny,
    NotUnderstood,
    SetSlot,
)
from engine.core.domain import Domain, SlotType
from engine.core.utterance import Hypothesis
from engine.nlu.assign import Slotting
from engine.nlu.classify import Classifier, Verdict, command_of
from engine.nlu.opinion import asked_about, disputed, is_likely, is_one_thing, is_same, refused
from engine.nlu.reading import Reader, Reading
from engine.nlu.result import Result
from engine.nlu.vocabulary import Vocabulary
from engine.nlu.votes import vote_of

__all__ = ["Result", "Understanding"]

_HYPOTHESES = 5
"""How far down the n-best is read."""
_NEAR = 0.2
"""How much less sure a second hypothesis may be and still contradict the first in a value."""
_CERTAIN = 0.95
"""A hypothesis this sure is contradicted by none."""
_SWITCH = 0.7
"""How sure another language must be before it is taken for the caller's."""
_FAMILIAR = 0.6
"""Share of the words that a language must know to be the one spoken, whatever a name in them means."""
_CLEARLY = 0.2
"""How much larger that share must be in another language for the caller to have changed to it."""
_GUESSABLE = frozenset({"no_match", "ambiguous", "unsure"})
"""Why words were not understood where the classifier may know better; the other reasons are certain."""
_CRITICAL = frozenset(
    {SlotType.WHEN, SlotType.DATE, SlotType.TIME, SlotType.BIRTH_DATE, SlotType.PHONE, SlotType.NUMBER}
)
"""Types of slots in which two hypotheses that differ are a question, not a choice of ours."""


class Understanding:
    """Understands the callers of one site."""

    def __init__(self, domain: Domain, classifier: Classifier | None = None) -> None:
        """Compile the first language; another one when a caller speaks it, or by `prepare`."""
        self._domain = domain
        self._classifier = classifier
        usual = domain.vocabulary.get(domain.languages[0], {}).get("default_flow", "")
        self._slotting = Slotting(domain, str(usual))
        self._readers: dict[str, Reader] = {}
        self._reader(domain.languages[0])

    def prepare(self) -> None:
        """Compile every language of the pack now, so that no call has to wait for it."""
        for code in self._domain.languages:
            self._reader(code)
        if self._classifier is not None:
            self._classifier.prepare()

    def nearest_answers(self, language: str, question: str, most: int) -> list[str]:
        """The names of the answers that the classifier finds nearest to a question; none without one."""
        return self._classifier.answers(language, question, most) if self._classifier is not None else []

    def _reader(self, code: str) -> Reader:
        reader = self._readers.get(code)
        if reader is None:
            tables, pack = self._domain.tables.get(code) or {}, self._domain.vocabulary.get(code) or {}
            vocabulary = Vocabulary(code, tables, pack, self._domain.catalogue)
            reader = self._readers[code] = Reader(self._domain, vocabulary, self._slotting)
        return reader

    def understand(self, action: Understand, now: datetime) -> Result:
        """Turn a caller's words into Commands; what is not understood is said to be so."""
        expecting, utterance = action.expecting, action.utterance
        languages = self._domain.languages
        code = utterance.language if utterance.language in languages else languages[0]
        hypotheses = utterance.transcript.hypotheses[:_HYPOTHESES]
        reading = self._in_language(code, hypotheses, expecting, now)
        language = reading.language if reading.language in languages and reading.language != code else None
        familiar = self._reader(code).familiar(utterance.transcript.text)
        if not _is_understood(reading) or familiar < _FAMILIAR:
            other = self._elsewhere(code, hypotheses, expecting, now, max(_FAMILIAR, familiar + _CLEARLY))
            if other is not None:
                language, reading = other
        found = _result(reading, language)
        missed = {command.reason for command in found.commands if isinstance(command, NotUnderstood)}
        # An answer to a question is never guessed, and what is known not to be for us is left alone.
        if self._classifier is None or not self._reader(code).is_open(expecting) or missed - _GUESSABLE:
            return found
        return self._with_opinion(found, reading, language or code, hypotheses, expecting, now)

    def _with_opinion(
        self,
        found: Result,
        reading: Reading,
        code: str,
        hypotheses: Sequence[Hypothesis],
        expecting: Expecting,
        now: datetime,
    ) -> Result:
        """What the classifier adds: a task where rules are weak, another where it is surer, or a doubt."""
        verdict = self._classifier.classify(code, hypotheses[0].text) if self._classifier else None
        if verdict is None:
            return found
        agrees = any(is_same(command, command_of(verdict.label)) for command in found.commands)
        answered = any(isinstance(command, Affirm | Deny | Choose) for command in found.commands)
        if (agrees or answered) and not (reading.weak and verdict.accepted):
            if not is_one_thing(found, reading, verdict):
                return found
            return self._voted(found, code, verdict, hypotheses, expecting, now)
        if not reading.weak:
            return disputed(found, reading, verdict) or self._voted(
                found, code, verdict, hypotheses, expecting, now
            )
        if verdict.accepted or (not answered and is_likely(verdict, found)):
            return self._voted(found, code, verdict, hypotheses, expecting, now)
        return refused(found, verdict)

    def _voted(
        self,
        found: Result,
        code: str,
        verdict: Verdict,
        hypotheses: Sequence[Hypothesis],
        expecting: Expecting,
        now: datetime,
    ) -> Result:
        """What the words say when they are taken for what the classifier takes them for.

        A task that is only likely is asked about, with the one that the rules fell back on.
        """
        texts = [item.text for item in hypotheses]
        voted = self._reader(code).read(texts, expecting, now, vote_of(verdict.label))
        sure = round(verdict.confidence * hypotheses[0].confidence, 3)
        commands = voted.commands
        if not verdict.accepted:
            commands = asked_about(commands, found.commands)
        return replace(
            found,
            commands=commands,
            source="classifier",
            confidence=sure,
            doubt=not verdict.accepted,
            why=verdict.told,
        )

    def read_as(self, code: str, text: str, expecting: Expecting, now: datetime) -> Reading:
        """What the grammars make of a few words under one question, and nothing else."""
        languages = self._domain.languages
        return self._reader(code if code in languages else languages[0]).read([text], expecting, now)

    def knows(self, code: str, word: str) -> bool:
        """Whether a folded word is one that a language or the pack has a use for, other than as a name."""
        languages = self._domain.languages
        return self._reader(code if code in languages else languages[0]).knows(word)

    def plain(self, found: Result) -> dict[str, Any]:
        """A result in the form of the outside interface."""
        return {
            "commands": [plain(command) for command in found.commands],
            "entities": [entity.plain() for entity in found.entities],
            "confidence": found.confidence,
            "source": found.source,
            **({"language": found.language} if found.language is not None else {}),
            **({"why": found.why} if found.why else {}),
        }

    def _in_language(
        self, code: str, hypotheses: Sequence[Hypothesis], expecting: Expecting, now: datetime
    ) -> Reading:
        """The best hypothesis that means something, checked against those that came close."""
        if not hypotheses:
            return Reading((NotUnderstood("empty"),), (), 0.0)
        reader = self._reader(code)
        texts = [item.text for item in hypotheses]
        first = reader.read(texts, expecting, now)
        if _is_understood(first):
            return _with_rivals(self._domain, first, self._rivals(reader, hypotheses, expecting, now))
        for place in range(1, len(hypotheses)):
            reading = reader.read([texts[place], *texts[:place], *texts[place + 1 :]], expecting, now)
            if _is_understood(reading):
                share = hypotheses[place].confidence / (hypotheses[0].confidence or 1.0)
                return replace(reading, confidence=reading.confidence * min(1.0, share))
        return first

    def _rivals(
        self, reader: Reader, hypotheses: Sequence[Hypothesis], expecting: Expecting, now: datetime
    ) -> list[Reading]:
        best = hypotheses[0].confidence
        if best >= _CERTAIN:
            return []
        near = [item.text for item in hypotheses[1:] if item.confidence >= best - _NEAR]
        return [reader.read([text], expecting, now) for text in near if text != hypotheses[0].text]

    def _elsewhere(
        self,
        code: str,
        hypotheses: Sequence[Hypothesis],
        expecting: Expecting,
        now: datetime,
        familiar: float,
    ) -> tuple[str | None, Reading] | None:
        """Another language that knows so many of the words, and in which they mean something.

        One short word does not switch to it.
        """
        for other in self._domain.languages:
            if other == code or not hypotheses:
                continue
            if self._reader(other).familiar(hypotheses[0].text) < familiar:
                continue
            reading = self._in_language(other, hypotheses, expecting, now)
            if _is_understood(reading) and reading.confidence >= _SWITCH:
                spoken = len(hypotheses[0].text.split()) > 1
                return (other if spoken else None), reading
        return None


def _result(reading: Reading, language: str | None) -> Result:
    source = "lexical" if _is_understood(reading) else "none"
    return Result(reading.commands, reading.entities, source, round(reading.confidence, 3), language)


def _is_understood(reading: Reading) -> bool:
    return not any(isinstance(command, NotUnderstood) for command in reading.commands)


def _with_rivals(domain: Domain, first: Reading, rivals: Sequence[Reading]) -> Reading:
    """Values that another likely hypothesis gives differently become a question."""
    if not rivals:
        return first
    commands = tuple(_contrasted(domain, command, rivals) for command in first.commands)
    return replace(first, commands=commands) if commands != first.commands else first


def _contrasted(domain: Domain, command: Command, rivals: Sequence[Reading]) -> Command:
    if not isinstance(command, SetSlot | Correct) or domain.slots[command.slot].type not in _CRITICAL:
        return command
    values: list[Any] = [*(command.alternatives or (command.value,))]
    for rival in rivals:
        for other in rival.commands:
            if (
                isinstance(other, SetSlot | Correct)
                and other.slot == command.slot
                and other.value not in values
            ):
                values.append(other.value)
    if len(values) == len(command.alternatives or (command.value,)):
        return command
    return replace(command, alternatives=tuple(values[:4]), confidence=min(command.confidence, 0.5))
