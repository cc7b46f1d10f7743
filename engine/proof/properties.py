"""What a step must never do: the guarantees that every pack is held to, beside those that it states itself.

A pack's own guarantees are monitored by the machine, so that one that would break never does: the machine
drops the step and asks for a person. A pack that needs that net is broken all the same, and it is here that
it is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.core.actions import HangUp, Request, Say, Transfer, Understand
from engine.core.decision import Verdict
from engine.core.domain import SlotType, StepKind
from engine.core.events import Answered, CallStarted, Heard
from engine.core.handover import EMERGENCY
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.decision import Step
    from engine.core.domain import Domain, Service
    from engine.core.events import Event
    from engine.core.state import DialogueState

Fresh = frozenset[str]
"""Services that have answered with success, and have not been asked again since."""


@dataclass(frozen=True, slots=True)
class Property:
    """Something that no call may bring about."""

    id: str
    why: str
    where: str = ""
    """file:line of a guarantee of the pack; empty for what every pack is held to."""


BUILT_IN = (
    Property(
        "emergency_in_its_step", "words of an emergency reach a person in the step in which they are heard"
    ),
    Property("held_and_agreed", "nothing is written without a live hold and a heard, confirmed read-back"),
    Property("success_only_of_a_record", "a success is said only after the service has answered with one"),
    Property(
        "identity_first", "what a service gives about a known person is not spoken before they are known"
    ),
    Property("disclosure_first", "the caller is told that a machine speaks before anything else"),
    Property("never_dead", "in every state something is said or awaited"),
    Property("nothing_speculative", "words that are still being spoken write nothing and end nothing"),
    Property("loops_end", "a question that is not answered is given up after its limit"),
    Property("silence_ends", "a caller who says nothing more reaches the end or a person"),
    Property(
        "nothing_left_held", "what was held for a caller is given back when the call ends or is put through"
    ),
    Property("late_success_undone", "a success for which nobody waits any more is taken back"),
    Property("nothing_fails", "every rule, prompt and request can be evaluated wherever it is reached"),
    Property("no_early_goodbye", "we do not hang up while a task is open"),
    Property("written_once", "a write is not asked for again while it is under way"),
    Property("levels_rise", "the safety level of a call never falls"),
)
"""What every pack is held to."""


class Judge:
    """Looks at single steps; what needs more than one step to see is in `liveness`."""

    def __init__(self, domain: Domain, urgent: frozenset[str]) -> None:
        self._domain = domain
        self._urgent = urgent
        self._held = frozenset(
            slot for service in domain.services.values() if service.undo for _, slot in service.gives
        )
        self._gated = _gated(domain)
        self._saying = {
            name: frozenset(
                slot
                for variants in response.variants.values()
                for variant in variants
                for slot in variant.template.names_used
                if slot in self._gated
            )
            for name, response in domain.responses.items()
        }
        self._claims = frozenset(domain.success.values())
        self._ends = frozenset(
            flow.id
            for flow in domain.flows.values()
            if any(step.kind is StepKind.HANG_UP for step in flow.steps)
        )

    def fresh(self, before: DialogueState, event: Event, outcome: Step, fresh: Fresh) -> Fresh:
        """Which services stand by their success after a step."""
        if not self._claims:
            return fresh
        if isinstance(event, Answered):
            item = before.pending.get(event.request)
            if item is not None and not item.abandoned and item.service in self._claims:
                service = self._domain.services[item.service]
                fresh = fresh | {service.id} if event.outcome in service.success else fresh - {service.id}
        asked = {item.service for item in outcome.actions if isinstance(item, Request)}
        return fresh - asked if asked else fresh

    def breaches(self, before: DialogueState, event: Event, outcome: Step, fresh: Fresh) -> list[str]:
        """The ids of what a step breaks."""
        found = [item.by for item in outcome.decisions if item.verdict is Verdict.BREACHED]
        if not found and any(item.verdict is Verdict.FAILED_CLOSED for item in outcome.decisions):
            found.append("nothing_fails")
        after = outcome.state
        if after.level > before.level:
            found.append("levels_rise")
        if after.phase == "talking" and not _awaits(after):
            found.append("never_dead")
        if after.phase in {"ended", "transferring"} and self._is_holding(after):
            found.append("nothing_left_held")
        if isinstance(event, Heard):
            found += self._of_words(before, event, outcome)
        elif isinstance(event, CallStarted):
            first = outcome.actions[0] if outcome.actions else None
            if not isinstance(first, Say) or first.response != self._domain.disclosure:
                found.append("disclosure_first")
        elif isinstance(event, Answered) and self._kept_late(before, event, outcome):
            found.append("late_success_undone")
        for action in outcome.actions:
            found += self._of_action(before, outcome, action, fresh)
        return found

    def _is_holding(self, state: DialogueState) -> bool:
        return any(name in state.slots and state.slots[name].value is not None for name in self._held)

    def _of_words(self, before: DialogueState, event: Heard, outcome: Step) -> list[str]:
        if not event.transcript.final:
            speculative = (Request, Transfer, HangUp, Understand)
            early = any(isinstance(item, speculative) for item in outcome.actions)
            return ["nothing_speculative"] if early or outcome.state.phase != before.phase else []
        if self._urgent.isdisjoint(event.transcript.texts) or before.phase not in {"talking", "transferring"}:
            return []
        ringing = before.transfer
        under_way = before.phase == "transferring" and ringing is not None and ringing.target == EMERGENCY
        if under_way or any(isinstance(item, Transfer) for item in outcome.actions):
            return []
        return ["emergency_in_its_step"]

    def _kept_late(self, before: DialogueState, event: Answered, outcome: Step) -> bool:
        item = before.pending.get(event.request)
        if item is None or not item.abandoned or item.task == 0:
            return False
        service = self._domain.services[item.service]
        if event.outcome not in service.success or not service.undo:
            return False
        undone = (
            isinstance(action, Request) and action.service == service.undo for action in outcome.actions
        )
        return not any(undone)

    def _of_action(self, before: DialogueState, outcome: Step, action: Action, fresh: Fresh) -> list[str]:
        found: list[str] = []
        if isinstance(action, Request):
            service = self._domain.services[action.service]
            if service.effect == "write" and not action.compensates:
                if not self._is_agreed(service, outcome.state):
                    found.append("held_and_agreed")
                if self._is_under_way(service, before, outcome):
                    found.append("written_once")
        elif isinstance(action, Say):
            claimed = self._domain.success.get(action.response)
            if claimed is not None and claimed not in fresh:
                found.append("success_only_of_a_record")
            for slot in self._saying.get(action.response, ()):
                known = self._gated[slot]
                if not any(_value(state, known) is not None for state in (before, outcome.state)):
                    found.append("identity_first")
        elif isinstance(action, HangUp) and self._is_early(before, outcome):
            found.append("no_early_goodbye")
        return found

    def _is_agreed(self, service: Service, after: DialogueState) -> bool:
        """Whether what a write uses up is held, alive and agreed to; true of writes that use nothing up."""
        slots = self._domain.slots
        holds = [slot for _, slot in service.needs if slot in self._held]
        if not holds:
            return True
        if after.readback is None or not after.readback.heard:
            return False
        if not all(_is_live(after, slot) for slot in holds if slots[slot].type is SlotType.HOLD):
            return False
        chosen = [slot for _, slot in service.needs if slots[slot].type is SlotType.OPENING]
        return all(slot in after.slots and after.slots[slot].status is Status.CONFIRMED for slot in chosen)

    def _is_under_way(self, service: Service, before: DialogueState, outcome: Step) -> bool:
        """Whether a write was asked for before this step, and is still waited for after it."""
        return any(
            item.service == service.id and not item.abandoned and number in outcome.state.pending
            and not outcome.state.pending[number].abandoned
            for number, item in before.pending.items()
        )  # fmt: skip

    def _is_early(self, before: DialogueState, outcome: Step) -> bool:
        """Whether a task is open that has neither come to its end nor been given up after its ladder."""
        flows = self._domain.flows
        if (
            outcome.state.row >= self._domain.ladder.in_a_row
            or outcome.state.failures >= self._domain.ladder.in_all
        ):
            return False
        over = {
            item.by for item in outcome.decisions if item.verdict is Verdict.ADVANCED and item.why == "ends"
        }
        tasks = [
            frame.flow
            for frame in before.stack
            if not (frame.called or flows[frame.flow].pattern or frame.flow in over)
        ]
        if tasks and tasks[-1] in self._ends:
            tasks.pop()
        return bool(tasks)


def _gated(domain: Domain) -> dict[str, str]:
    """What services give about a person to the record that says who the person is."""
    slots = domain.slots
    asked = {
        service.id: all(slots[slot].filled_by == "caller" for _, slot in service.needs)
        for service in domain.services.values()
    }
    known = {
        slot
        for service in domain.services.values()
        if asked[service.id] and service.needs
        for _, slot in service.gives
        if slots[slot].type is SlotType.RECORD and slots[slot].data_class == "personal"
    }
    return {
        given: slot
        for service in domain.services.values()
        for _, slot in service.needs
        if slot in known
        for _, given in service.gives
    }


def _value(state: DialogueState, slot: str) -> Any:
    held = state.slots.get(slot)
    return held.value if held is not None else None


def _is_live(state: DialogueState, slot: str) -> bool:
    hold = _value(state, slot)
    return (
        hold is not None and state.at is not None and datetime.fromisoformat(str(hold["expires"])) > state.at
    )


def _awaits(state: DialogueState) -> bool:
    if state.asking is not None or state.understanding is not None:
        return True
    return any(not item.abandoned for item in state.pending.values())
