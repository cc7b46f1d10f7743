"""The alphabet: everything that can happen to a call in a state.

Complete over the vocabulary of events and commands: what is left out differs from something that is tried
only in what no rule reads. `Correct` is weighed by the core exactly as `SetSlot` is; of answers to questions
one of each kind is asked; of words, one of each kind that the screen tells apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.core.commands import (
    Affirm,
    Ask,
    Cancel,
    Choose,
    Command,
    Correct,
    Deny,
    NotUnderstood,
    Repeat,
    SetSlot,
    SmallTalk,
    StartFlow,
    Wait,
    WantPerson,
)
from engine.core.domain import SlotType, StepKind
from engine.core.flow import COMPLETED
from engine.proof.moves import Move
from engine.proof.values import FRESH_S, SHORT_S
from engine.proof.words import NEUTRAL, Words

if TYPE_CHECKING:
    from engine.core.actions import Expecting
    from engine.core.domain import Domain, Flow
    from engine.core.state import DialogueState, Pending
    from engine.proof.normal import Normal
    from engine.proof.sight import Sight
    from engine.proof.values import Values

TRANSFERS = ("answered", "declined", "busy", "no_answer", "voicemail", "failed", "caller_left")
_KEYS = ("0", "1", "2", "9", "#", "12031984", "0012025550101")
_PASSING = (FRESH_S - SHORT_S + 1.0, FRESH_S + 1.0)
"""Seconds after which a fresh hold should be renewed, and has run out."""


class Alphabet:
    """The moves that a pack's calls allow."""

    def __init__(
        self, domain: Domain, seen: Sight, values: Values, normal: Normal, words: tuple[Words, ...]
    ) -> None:
        self._domain, self._seen, self._values, self._normal = domain, seen, values, normal
        self.words = words
        self.urgent = frozenset(item.text for item in words if item.urgent)
        self._meant: dict[Any, tuple[Move, ...]] = {}
        self._spoken = self._raw()
        self._ringing = self._in_transfer()
        self._answers: dict[Any, tuple[Move, ...]] = {}

    def moves(self, state: DialogueState) -> Iterator[Move]:
        """Everything that can happen in a state of normal form."""
        if state.phase == "ended":
            yield from self._of_requests(state)
            return
        yield from self._of_requests(state)
        unheard = [prompt.response for prompt in state.prompts if self._normal.is_open(state, prompt)]
        for response in unheard:
            yield Move("spoken", response)
            yield Move("cut_off", response, 1)
        if state.phase == "transferring":
            yield from self._ringing
        elif state.understanding is not None:
            yield from self._understood(state)
        else:
            if state.asking is not None:
                yield from _AT_A_QUESTION
            yield Move("heard", NEUTRAL, int(state.asking is None or bool(unheard)))
        if state.phase == "talking":
            yield from self._spoken
        if any(name in state.slots for name in self._holds()):
            yield from (Move("clock", seconds, 1) for seconds in _PASSING)
        yield Move("hang_up", "caller", 1)

    def _holds(self) -> list[str]:
        return [name for name, slot in self._domain.slots.items() if slot.type is SlotType.HOLD]

    def _raw(self) -> tuple[Move, ...]:
        """Raw words that a policy may take the turn for, and what comes late or out of turn."""
        found = [Move("heard", item.text, 1) for item in self.words if item.text != NEUTRAL]
        urgent = next((item.text for item in self.words if item.urgent), None)
        if urgent is not None:
            found += [Move("partial", urgent, 1), Move("second", urgent, 1)]
        found += [Move("partial", NEUTRAL, 1), Move("stale", (Affirm(),), 1), Move("transfer", "busy", 1)]
        return (*found, Move("again", ("found", {}), 1), Move("composed", None, 1))

    def _in_transfer(self) -> tuple[Move, ...]:
        found = [Move("transfer", outcome, int(outcome != TRANSFERS[0])) for outcome in TRANSFERS]
        found += [Move("heard", item.text, 1) for item in self.words]
        return (*found, Move("silence", None, 1), Move("stale", (Affirm(),), 1))

    # --- services --------------------------------------------------------------------------------------

    def _of_requests(self, state: DialogueState) -> Iterator[Move]:
        for item in state.pending.values():
            place = item.service, item.step, item.abandoned, item.task == 0
            if place not in self._answers:
                self._answers[place] = tuple(self._answered(item))
            yield from self._answers[place]

    def _answered(self, item: Pending) -> Iterator[Move]:
        service = self._domain.services[item.service]
        request = item.service, item.step, item.abandoned
        late = int(item.abandoned and item.task != 0)
        wished = service.success or service.outcomes[:1]
        for outcome, data in self._values.answers(service, self._told(item)):
            yield Move("answered", (request, outcome, data), late or int(outcome not in wished))
        yield Move("answered", (request, "something_else", {}), 1)
        yield Move("timed_out", (request,), 1)
        yield Move("failed", (request,), 1)

    def _told(self, item: Pending) -> frozenset[str]:
        """Outcomes after which the flow says what the service has given, before it waits for anybody."""
        given = {slot for _, slot in self._domain.services[item.service].gives}
        return frozenset(
            outcome
            for flow in self._domain.flows.values()
            for step in flow.steps
            if (step.service, step.id) == (item.service, item.step)
            for outcome, target in step.outcomes.items()
            if any(given & self._says(response) for response in _said_from(flow, target))
        )

    def _says(self, response: str) -> frozenset[str]:
        found = self._domain.responses.get(response)
        variants = [variant for items in found.variants.values() for variant in items] if found else []
        return frozenset(name for variant in variants for name in variant.template.names_used)

    # --- understanding ---------------------------------------------------------------------------------

    def _understood(self, state: DialogueState) -> Iterator[Move]:
        asking = state.asking
        tasks = tuple(frame.flow for frame in state.stack if not frame.called)
        place = (
            (asking, tasks)
            if asking is None
            else (asking.kind, asking.slot, asking.reads, len(asking.options), tasks)
        )
        if place not in self._meant:
            plain = self._to_the_point(asking, tasks)
            found = [Move("understood", (item, "lexical"), 0) for item in plain]
            found += [
                Move("understood", (item, "model"), 1)
                for item in self._anything(asking, tasks)
                if item not in plain
            ]
            for language in self._domain.languages[1:]:
                found.append(Move("understood", ((NotUnderstood("no_match"),), "lexical", 1.0, language), 1))
            self._meant[place] = tuple(found)
        yield from self._meant[place]
        yield Move("not_understood", None, 1)
        yield Move("heard", NEUTRAL, 1)

    def _to_the_point(self, asking: Expecting | None, tasks: tuple[str, ...]) -> list[tuple[Command, ...]]:
        """What answers the question."""
        if asking is None:
            return []
        match asking.kind:
            case "open":
                return [(StartFlow(name),) for name in self._startable()]
            case "confirm":
                return [(Affirm(),)]
            case "offer":
                return [(Choose(0),)]
            case _ if asking.type == SlotType.BOOL:
                more = tasks[-1:] == (COMPLETED,)
                return [(Deny(),)] if more else [(Affirm(),), (Deny(),)]
            case _:
                name = str(asking.slot)
                shown = self._values.shown.get(name, ())
                whole = shown[:1] if asking.type == SlotType.NAME else shown
                return [(SetSlot(name, value),) for value in whole]

    def _startable(self) -> list[str]:
        flows = self._domain.flows.values()
        return [flow.id for flow in flows if not (flow.pattern or flow.called_only)]

    def _anything(self, asking: Expecting | None, tasks: tuple[str, ...]) -> Iterator[tuple[Command, ...]]:
        """What else understanding may claim, whatever was said."""
        plain: list[Command] = [
            Affirm(), Deny(), Cancel(), Choose(0), Choose(1), Choose(-1), Repeat(), Wait(), WantPerson(),
            NotUnderstood("no_match"), NotUnderstood("out_of_scope"), SmallTalk("goodbye"),
            SmallTalk("how_are_you"), SmallTalk("thanks"), Ask("nothing of the kind"),
            StartFlow("nothing of the kind"),
        ]  # fmt: skip
        plain += [Cancel(flow) for flow in tasks]
        plain += [StartFlow(flow) for flow in self._startable()]
        plain += [
            StartFlow(flow.id) for flow in self._domain.flows.values() if flow.called_only or flow.pattern
        ][:1]
        plain += [Deny(slot) for slot in asking.reads] if asking is not None else []
        plain += self._questions()
        plain += self._values_said()
        yield ()
        yield from ((item,) for item in plain)
        starts = self._startable()
        if len(starts) > 1:
            yield (StartFlow(starts[0]), StartFlow(starts[1]))
            yield (StartFlow(starts[1]), StartFlow(starts[0]))
            yield (StartFlow(starts[0], (starts[0], starts[1])),)
            yield (StartFlow(starts[0], (starts[0],)),)
        if asking is not None and asking.kind == "confirm":
            for slot in asking.reads:
                if slot in self._values.other and self._domain.slots[slot].filled_by != "service":
                    said = Correct(slot, self._values.other[slot])
                    yield (Deny(), said)
                    yield (Affirm(), said)
                    yield (said, Affirm())

    def _questions(self) -> list[Command]:
        kinds: dict[Any, Command] = {}
        for answer in self._domain.answers.values():
            named = answer.response if answer.response in self._seen.named else None
            kinds.setdefault((answer.transfer, answer.flow, named), Ask(answer.id))
        return list(kinds.values())

    def _values_said(self) -> Iterator[Command]:
        """Values for any slot at any time: of each kind, another of the first kind, and what cannot be."""
        kept = frozenset(self._normal.kept)
        for slot in self._domain.slots.values():
            shown = self._values.shown[slot.id]
            if slot.filled_by == "service":
                if slot.id in kept and slot.type in {SlotType.HOLD, SlotType.OPENING}:
                    yield SetSlot(slot.id, shown[0])
                continue
            yield from (SetSlot(slot.id, value) for value in (shown if slot.id in kept else shown[:1]))
            if slot.id in self._values.other and slot.id in kept:
                yield SetSlot(slot.id, self._values.other[slot.id])
                readings = (shown[0], self._values.other[slot.id])
                yield SetSlot(slot.id, shown[0], alternatives=readings)
            yield from (SetSlot(slot.id, value) for value in self._values.refused[slot.id][-1:])


def _said_from(flow: Flow, target: str) -> Iterator[str]:
    """What a flow says from a step on, up to where it waits for somebody."""
    waiting: list[str] = [target]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        place = flow.index.get(name)
        if place is None or name in seen:
            continue
        seen.add(name)
        step = flow.steps[place]
        yield step.response
        if step.kind in {StepKind.SAY, StepKind.NOOP, StepKind.SET}:
            waiting += [branch.to for branch in step.branches] or [step.following]


_AT_A_QUESTION = (
    Move("silence", None, 1),
    Move("silence", None, 1, climbs=True),
    Move("understood", ((NotUnderstood("no_match"),), "lexical"), 1, climbs=True),
    *(Move("keys", digits, 1) for digits in _KEYS),
)
