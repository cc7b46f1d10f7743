"""Understanding with the help of a language model: when to ask, what to ask, and what the answer is worth.

Local stages come first. A model is asked when they did not understand, were not sure or disagreed, or when
the pack says so; what it answers is weighed by `AnswerReader`, and where nothing of it holds the local
result stands.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from engine.core.actions import Expecting
from engine.core.commands import Affirm, Deny, NotUnderstood, SetSlot
from engine.core.domain import Domain, StepKind
from engine.core.events import MODEL
from engine.core.frozen import quick
from engine.core.privacy import REMOVED
from engine.model.question import Question
from engine.nlu.model_privacy import masked
from engine.nlu.model_prompt import Turn, candidates_of, system_text, user_text
from engine.nlu.model_reading import AnswerReader
from engine.nlu.model_schema import OFFERED, Vocabulary
from engine.nlu.retrieval import AnswerIndex

if TYPE_CHECKING:
    from engine.core.actions import Understand
    from engine.core.state import DialogueState
    from engine.nlu.cascade import Result, Understanding

_HELPABLE = frozenset({"no_match", "ambiguous"})
"""Reasons for not understanding that a model may know better; silence and what is not for us are none."""
_JOB = "understand"
_SURE = 0.7
_TOKENS = 300


@quick(frozen=True, slots=True)
class Helped:
    """A result after a model was heard."""

    result: Result
    refused: tuple[str, ...] = ()


class ModelUnderstanding:
    """The understanding job for one site; it holds nothing of any call."""

    def __init__(self, domain: Domain, understanding: Understanding) -> None:
        self._domain = domain
        self._understanding = understanding
        self._rules = domain.model
        self._vocabulary = Vocabulary.of(domain)
        self._reader = AnswerReader(domain, self._vocabulary, understanding)
        self._system = system_text(domain, self._vocabulary)
        self._schema = self._vocabulary.schema(domain)
        self._index = None
        if domain.answers and not self._vocabulary.topics:
            ranks = {code: partial(understanding.nearest_answers, code) for code in domain.languages}
            self._index = AnswerIndex.of(domain, ranks)
        self._never = {*domain.model.never, *_worst_assumed(domain)}

    def wanted(self, action: Understand, result: Result, state: DialogueState) -> bool:
        """Whether a model shall be asked about a turn."""
        text, asked = action.utterance.transcript.text, action.expecting.slot
        if not text.strip() or REMOVED in text or asked in self._never:
            return False
        if state.model_calls >= self._rules.requests_per_call:
            return False
        unknown = [item for item in result.commands if isinstance(item, NotUnderstood)]
        if unknown:
            return all(item.reason in _HELPABLE for item in unknown)
        if asked in self._rules.always and not any(
            isinstance(item, Affirm | Deny) for item in result.commands
        ):
            return True
        if any(isinstance(item, SetSlot) and len(item.alternatives) > 1 for item in result.commands):
            return False  # the caller is asked which, and knows it better
        return result.doubt or result.confidence < self._rules.sure_from

    def turn(self, action: Understand, result: Result, state: DialogueState) -> Turn:
        """What is put to a model about a turn."""
        text, expecting = action.utterance.transcript.text, action.expecting
        shown = masked(text, result.entities, self._domain, state, expecting.type)
        topics = self._index.nearest(shown.text, state.language, OFFERED) if self._index is not None else {}
        candidates = candidates_of(state)
        user = user_text(self._domain, self._vocabulary, expecting, state, shown, candidates, topics)
        question = Question(_JOB, self._system, user, self._schema, _TOKENS)
        return Turn(question, shown, candidates, tuple(topics))

    def shown(self, text: str, language: str, state: DialogueState, now: datetime) -> str:
        """A caller's words without what is personal in them, for whoever else asks a model about them."""
        reading = self._understanding.read_as(language, text, Expecting("open"), now)
        return masked(text, reading.entities, self._domain, state, None).text

    def read(self, text: str | None, turn: Turn, action: Understand, result: Result, now: datetime) -> Helped:
        """What a turn was understood to say, now that a model has answered or not; `now` is local time."""
        if text is None:
            return Helped(result)
        weighed = self._reader.read(text, turn, action.expecting, action.utterance.language, now)
        refused = tuple(weighed.refused)
        if not weighed.commands:
            return Helped(result, refused)
        found = replace(
            result, commands=tuple(weighed.commands), source=MODEL, confidence=_SURE, language=None
        )
        return Helped(found, refused)


def _worst_assumed(domain: Domain) -> set[str]:
    """Slots of which the flow says itself what an unclear answer comes to."""
    return {
        step.slot
        for flow in domain.flows.values()
        for step in flow.steps
        if step.kind is StepKind.COLLECT and (step.unclear_means is not None or step.unclear_next)
    }
