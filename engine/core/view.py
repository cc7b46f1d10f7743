"""What a condition or a template sees of a call: read-only, computed on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.core.actions import Request, Say
from engine.core.events import Heard, TransferEnded, Understood
from engine.core.state import Status

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.domain import Domain
    from engine.core.events import Event
    from engine.core.state import DialogueState

_NOTHING: Mapping[str, Any] = {}


@cache
def snake(name: str) -> str:
    """`WantPerson` as `want_person`."""
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and i else letter.lower() for i, letter in enumerate(name)
    )


def action_name(action: Action) -> str:
    """What guards and traces call an action: the service, the response, or the kind of action."""
    if isinstance(action, Request):
        return action.service
    if isinstance(action, Say):
        return action.response
    return snake(type(action).__name__)


@cache
def _names(name: str, kind: str) -> tuple[str, str, str]:
    """What conditions may call an action; the names of a pack are few, and asked for at every action."""
    return name, name.rpartition(".")[2], snake(kind)


def event_name(event: Event | None) -> str:
    """What policies call an event; words that are still being spoken are a Partial."""
    if isinstance(event, Heard) and not event.transcript.final:
        return "Partial"
    return type(event).__name__ if event is not None else ""


@cache
def _casefolded(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases of a rule, whatever their case: they stand in the pack."""
    return tuple(phrase.casefold() for phrase in phrases)


class View:
    """One moment of a call, as conditions and templates read it."""

    __slots__ = (
        "action", "action_kind", "action_name", "action_names", "context", "domain", "event", "outcome",
        "raised", "state", "values",
    )  # fmt: skip

    def __init__(self, domain: Domain, state: DialogueState, event: Event | None = None) -> None:
        self.domain = domain
        self.state = state
        self.event = event
        self.action: Action | None = None
        self.action_name = ""
        """The proposed action's name, or empty."""
        self.action_kind = ""
        """say | request | transfer | hang_up | ... or empty."""
        self.action_names: tuple[str, ...] = ()
        """What conditions may call it: its name, the last part of its service's name, its kind."""
        self.values: Mapping[str, Any] = _NOTHING
        self.context: Mapping[str, Any] = _NOTHING
        self.outcome = ""
        self.raised = False
        """Whether this event raised the safety level."""

    def look_at(self, action: Action) -> None:
        """Let conditions see an action that is proposed."""
        if action is not self.action:
            self.action = action
            self.action_names = _names(action_name(action), type(action).__name__)
            self.action_name, _, self.action_kind = self.action_names

    def slot(self, name: str) -> Any:
        """The value of a slot, or None."""
        held = self.state.slots.get(name)
        return held.value if held is not None else None

    def filled(self, name: str) -> bool:
        """Whether a slot holds a value."""
        return self.slot(name) is not None

    def confirmed(self, name: str) -> bool:
        """Whether a slot's present value was read back to the end and agreed to."""
        held = self.state.slots.get(name)
        return held is not None and held.value is not None and held.status is Status.CONFIRMED

    def pick(self, value: Any, *path: str) -> Any:
        """A field of a record; None where there is none."""
        for part in path:
            value = value.get(part) if type(value) is dict or isinstance(value, Mapping) else None
        return value

    def live(self, name: str) -> bool:
        """Whether a hold has not run out."""
        hold = self.slot(name)
        if not isinstance(hold, Mapping) or not hold.get("expires"):
            return False
        return self.state.at is not None and datetime.fromisoformat(str(hold["expires"])) > self.state.at

    def heard(self, name: str) -> bool:
        """Whether a prompt, or the read-back that is open, was played to its end."""
        readback = self.state.readback
        if readback is not None and name in {"readback", readback.step}:
            return readback.heard
        return name in self.state.heard

    def said(self, name: str) -> bool:
        """Whether a prompt was said in this call."""
        return name in self.state.said

    def active(self, name: str) -> bool:
        """Whether a flow is in progress or interrupted."""
        return any(frame.flow == name for frame in self.state.stack)

    def meant(self, name: str) -> bool:
        """Whether understanding has just returned a command of this kind."""
        event = self.event
        return isinstance(event, Understood) and any(
            snake(type(item).__name__) == name for item in event.commands
        )

    def acts(self, name: str) -> bool:
        """Whether the proposed action is of this kind, or its service's name ends so."""
        return name in self.action_names

    def contains(self, text: str, phrases: tuple[str, ...]) -> bool:
        """Whether any of some phrases stands in a text, whatever the case."""
        lowered = text.casefold()
        for phrase in _casefolded(phrases):  # noqa: SIM110 - a generator takes five times as long, for every prompt
            if phrase in lowered:
                return True
        return False

    def count(self, value: Any) -> int:
        """How many items a list holds; 0 for none."""
        return len(value) if value is not None else 0

    @property
    def facts(self) -> Mapping[str, Any]:
        """What may be said about the site, in the caller's language where it differs."""
        return self.domain.facts

    @property
    def event_name(self) -> str:
        """The present event's name."""
        return event_name(self.event)

    @property
    def action_text(self) -> str:
        """The words of a proposed prompt, or empty."""
        return self.action.text if isinstance(self.action, Say) else ""

    @property
    def prepared(self) -> str | None:
        """The level that a partial transcript prepared for."""
        return self.state.prepared.name if self.state.prepared is not None else None

    @property
    def flow(self) -> str | None:
        """The task in hand: the topmost flow that is not a repair."""
        for frame in reversed(self.state.stack):
            flow = self.domain.flows.get(frame.flow)
            if flow is not None and not flow.pattern and not frame.called:
                return frame.flow
        return None

    @property
    def asking(self) -> str | None:
        """The slot being asked for."""
        return self.state.asking.slot if self.state.asking is not None else None

    @property
    def no_match_slot(self) -> int:
        """How often the question in hand was answered in vain."""
        return self.state.no_match.get(self.asking or "", 0)

    @property
    def no_input_slot(self) -> int:
        """How often the question in hand met silence."""
        return self.state.no_input.get(self.asking or "", 0)

    @property
    def transfer_outcome(self) -> str:
        """How a transfer ended, while that is the event."""
        return self.event.outcome if isinstance(self.event, TransferEnded) else ""

    @property
    def transfer_target(self) -> str:
        """Whom the caller is, or was last, being put through to."""
        return self.state.transfer.target if self.state.transfer is not None else ""

    def _local(self) -> datetime:
        at = self.state.at
        if at is None:
            message = "the call has not started"
            raise ValueError(message)
        return at.astimezone(self.domain.catalogue.zone)

    @property
    def open(self) -> bool:
        """Whether the site is open now."""
        now, catalogue = self._local(), self.domain.catalogue
        stretches = catalogue.hours.get(now.weekday(), ()) if now.date() not in catalogue.closed else ()
        return any(begin <= now.time() < end for begin, end in stretches)

    def today(self) -> str:
        """The local date, ISO."""
        return self._local().date().isoformat()

    def hours_until(self, moment: str) -> float:
        """Hours from now to a local ISO moment, through changes of the clock."""
        there = datetime.fromisoformat(moment)
        if there.tzinfo is None:
            there = there.replace(tzinfo=self.domain.catalogue.zone)
        return (there.astimezone(UTC) - self._local().astimezone(UTC)) / timedelta(hours=1)

    def days_until(self, moment: str) -> int:
        """Calendar days from today to a local ISO moment."""
        return (date.fromisoformat(moment[:10]) - self._local().date()).days

    def age_on(self, day: str, born: str) -> int:
        """Full years of somebody born on one ISO date, on another."""
        there, birth = date.fromisoformat(day[:10]), date.fromisoformat(born[:10])
        return there.year - birth.year - ((there.month, there.day) < (birth.month, birth.day))
