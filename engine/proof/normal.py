"""States in normal form: two calls that no rule can tell apart are one state.

What is left out, and why nothing is lost by it:

- texts, what a caller said, confidences, histories, mentions: no rule of a pack and no line of the core reads
  them when it decides (`sight` finds what rules read);
- numbers of turns, prompts, requests and tasks: they are only compared with each other, so they are numbered
  anew; the turn is kept up to the largest one that a rule asks for;
- values: those between which no condition can tell are one (`values`), and a slot that nothing waits for and
  no rule reads is left out;
- time: the clock stands still, and a hold moves towards it instead: fresh, to be renewed, run out;
- what ladders count: they start from nothing in each state, which adds calls and takes none away; that
  ladders end is shown apart, by climbing each of them (`alphabet`), and a failing call is folded again
  without any of this before it is reported;
- requests whose answer can change nothing any more, and, while a transfer rings, the flows that it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.core.actions import Expecting
from engine.core.prompts import OPEN_QUESTION
from engine.core.safety import Level
from engine.core.state import DialogueState, FlowFrame, Pending, Prompt, Readback, Ringing, SlotValue, Status
from engine.proof.sight import HEARD_ONLY, Sight, numbers_of, slots_of
from engine.proof.values import Values

if TYPE_CHECKING:
    from datetime import datetime

    from engine.core.domain import Domain

Key = tuple[Any, ...]
_GONE = 99
"""The number of a task that is over; stacks are never so high."""


class Normal:
    """The normal form of the states of one pack."""

    def __init__(self, domain: Domain, seen: Sight, values: Values, at: datetime) -> None:
        self.domain, self.seen, self.values, self.at = domain, seen, values, at
        self.kept = slots_of(domain, seen)
        self._kept = tuple((name, domain.slots[name]) for name in self.kept)
        self._places = {name: (place, slot) for place, (name, slot) in enumerate(self._kept)}
        worded = {
            name
            for response in domain.responses.values()
            for variants in response.variants.values()
            for variant in variants
            for name in variant.template.names_used
        }
        self._worded = tuple(
            name for name in domain.slots if name in worded - set(self.kept)
            and domain.slots[name].filled_by == "service"
        )  # fmt: skip
        told = frozenset(str(item) for item in seen.constants.get("safety.level", ()))
        self._level_names = {level: level.name if level.name in told else Level.L4.name for level in Level}
        self._turn = max([1, *(number + 1 for number in numbers_of(seen, "turn"))])
        self._ears = HEARD_ONLY & seen.late
        self._language = "language" in seen.facts
        self._slot_codes: dict[int, tuple[SlotValue, Any]] = {}
        self._slot_values: dict[tuple[str, int, bool], SlotValue] = {}
        self._explored: tuple[Mapping[str, SlotValue], Any] = {}, frozenset()

    def explore(self, state: DialogueState) -> None:
        """Remember what the slots of a state come to while it is explored: most moves leave them alone."""
        self._explored = state.slots, self._slots(state.slots)

    def key(self, state: DialogueState, fresh: frozenset[str] = frozenset()) -> Key:
        """What two states have in common exactly when no rule can tell them apart."""
        pending = self._pending(state)
        if state.phase == "ended":
            return ("ended", pending, self._holds(state))
        ringing = state.transfer if state.phase == "transferring" or "target" in self.seen.facts else None
        asking = state.asking
        readback = state.readback
        return (
            state.phase,
            min(state.turn, self._turn),
            self._level(state.level),
            () if state.phase == "transferring" else tuple([self._frame(frame) for frame in state.stack]),
            self._slots(state.slots),
            (asking.kind, asking.slot, asking.reads, len(asking.options)) if asking is not None else None,
            None if state.understanding is None else state.understanding == state.turn,
            pending,
            self._prompts(state),
            (readback.step, readback.heard) if readback is not None else None,
            _unclear(state.clarify),
            state.heard & self.seen.heard,
            state.said & self.seen.said,
            (ringing.target, ringing.rung) if ringing is not None else None,
            (state.signals & self.seen.signals) if "signals" in self._ears else None,
            state.check if "check" in self._ears else None,
            state.secret if "secret" in self._ears else None,
            state.language if self._language else None,
            fresh,
        )

    def state(self, state: DialogueState) -> DialogueState:
        """The state that stands for all that have its key."""
        if state.phase == "ended":
            return DialogueState(
                call="proof", at=self.at, phase="ended", language=state.language,
                pending=self._renumbered(state), requests=len(state.pending),
            )  # fmt: skip
        turn = min(state.turn, self._turn)
        prompts, readback = self._said(state, turn)
        stack = () if state.phase == "transferring" else self._stack(state.stack)
        pending = self._renumbered(state)
        ringing = state.transfer if state.phase == "transferring" or "target" in self.seen.facts else None
        return DialogueState(
            call="proof",
            at=self.at,
            number=state.number,
            language=state.language,
            phase=state.phase,
            turn=turn,
            slots=self._held(state.slots),
            stack=stack,
            tasks=len(stack),
            asking=_asked(state.asking),
            understanding=None if state.understanding is None else turn - (state.understanding < state.turn),
            pending=pending,
            requests=len(pending),
            prompts=prompts,
            says=len(prompts),
            heard=state.heard & self.seen.heard,
            said=state.said & self.seen.said,
            level=Level[self._level(state.level)],
            signals=state.signals & self.seen.signals,
            check=state.check,
            readback=readback,
            clarify=state.clarify,
            transfer=Ringing(ringing.target, ringing.rung, "") if ringing is not None else None,
            secret=state.secret,
        )

    # --- parts -----------------------------------------------------------------------------------------

    def _level(self, level: Level) -> str:
        return self._level_names[level]

    def _frame(self, frame: FlowFrame) -> Any:
        if not frame.context and not frame.given:
            return (frame.flow, frame.step, frame.called, frame.queued)
        return (
            frame.flow, frame.step, frame.called, frame.queued,
            tuple([item.slot for item in frame.given]),
            tuple(sorted((key, str(item)) for key, item in frame.context.items() if self._matters(key))),
        )  # fmt: skip

    def _matters(self, key: str) -> bool:
        return key.startswith("asked:") or key in self.seen.context

    def _stack(self, stack: tuple[FlowFrame, ...]) -> tuple[FlowFrame, ...]:
        return tuple(
            FlowFrame(item.flow, item.step, place, item.called, 0, item.queued, item.given, item.context)
            for place, item in enumerate(stack, 1)
        )

    def _slots(self, slots: Mapping[str, SlotValue]) -> Any:
        if slots is self._explored[0]:
            return self._explored[1]
        found = []
        for name, held in slots.items():
            cached = self._slot_codes.get(id(held))
            if cached is not None:
                found.append(cached[1])
            elif held.value is not None and name in self._places:
                place, slot = self._places[name]
                agreed = held.status is Status.CONFIRMED and name in self.seen.confirmed
                found.append((place, self.values.code(slot, held.value), agreed))
        return frozenset(found)

    def _held(self, slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
        found: dict[str, SlotValue] = {}
        for place, (name, slot) in enumerate(self._kept):
            held = slots.get(name)
            if held is None or held.value is None:
                continue
            agreed = held.status is Status.CONFIRMED and name in self.seen.confirmed
            code = self.values.code(slot, held.value)
            value = self._slot_values.get((name, code, agreed))
            if value is None:
                status = Status.CONFIRMED if agreed else Status.GIVEN
                value = SlotValue(self.values.held(name, code), status, "caller", 1.0, 0)
                self._slot_values[name, code, agreed] = value
                self._slot_codes[id(value)] = value, (place, code, agreed)
            found[name] = value
        for name in self._worded:
            held = slots.get(name)
            if held is not None and held.value is not None:
                found[name] = SlotValue(held.value, Status.GIVEN, "service", 1.0, 0)
        return found

    def _holds(self, state: DialogueState) -> bool:
        return any(
            (held := state.slots.get(slot)) is not None and held.value is not None
            for service in self.domain.services.values()
            if service.undo
            for _, slot in service.gives
        )

    def _idle(self, item: Pending) -> bool:
        """Whether no answer to a request can change anything any more."""
        service = self.domain.services[item.service]
        if item.task == 0:
            return not (service.gives and service.success)
        return item.abandoned and not (service.success and service.undo)

    def _pending(self, state: DialogueState) -> Any:
        if not state.pending:
            return ()
        depth = {frame.task: place for place, frame in enumerate(state.stack, 1)}
        found = {
            (item.service, 0 if item.abandoned else depth.get(item.task, -1), item.step, item.task == 0)
            for item in state.pending.values()
            if not self._idle(item)
        }
        return tuple(sorted(found))

    def _renumbered(self, state: DialogueState) -> dict[int, Pending]:
        depth = {frame.task: place for place, frame in enumerate(state.stack, 1)}
        found: dict[Any, Pending] = {}
        for item in state.pending.values():
            if not self._idle(item):
                task = 0 if item.task == 0 else depth.get(item.task, _GONE)
                place = (
                    item.service,
                    item.abandoned,
                    0 if item.abandoned else task,
                    item.step,
                    item.task == 0,
                )
                found.setdefault(place, Pending(item.service, task, item.step, {}, item.abandoned))
        return dict(enumerate(found.values(), 1))

    def is_open(self, state: DialogueState, prompt: Prompt) -> bool:
        """Whether it still matters that a prompt is heard to its end."""
        readback = state.readback
        if readback is not None and readback.say == prompt.id and not readback.heard:
            return True
        return prompt.response in self.seen.heard and prompt.response not in state.heard

    def _prompts(self, state: DialogueState) -> Any:
        found: list[tuple[str, bool, bool]] = []
        for prompt in state.prompts:
            is_open = self.is_open(state, prompt)
            now = prompt.turn == state.turn
            if is_open or prompt.response in self.seen.named:
                found.append((prompt.response, is_open, now))
            elif not found or found[-1] != ("", False, now):
                found.append(("", False, now))
        return tuple(found)

    def _said(self, state: DialogueState, turn: int) -> tuple[tuple[Prompt, ...], Readback | None]:
        """The prompts that can still be heard or repeated, the others as one, numbered anew."""
        found: list[Prompt] = []
        ids: dict[int, int] = {}
        neutral: int | None = None
        for prompt in state.prompts:
            now = prompt.turn == state.turn
            when = turn if now else turn - 1
            if self.is_open(state, prompt) or prompt.response in self.seen.named:
                ids[prompt.id] = len(found) + 1
                found.append(Prompt(len(found) + 1, prompt.response, prompt.text, when, 0.0))
                neutral = None
            elif neutral != when:
                neutral = when
                found.append(Prompt(len(found) + 1, OPEN_QUESTION, "", when, 1.0))
        old = state.readback
        if old is None:
            return tuple(found), None
        return tuple(found), Readback(old.step, ids.get(old.say, 0), old.slots, old.heard)


def _unclear(clarify: tuple[str, tuple[Any, ...]] | None) -> Any:
    """What the caller is asked to choose among: of readings how many, of tasks which."""
    if clarify is None:
        return None
    return clarify[0], len(clarify[1]) if clarify[0] else clarify[1]


def _asked(asking: Expecting | None) -> Expecting | None:
    if asking is None:
        return None
    return Expecting(
        asking.kind, asking.slot, asking.type, asking.accepts, reads=asking.reads, options=asking.options
    )
