"""The working memory of one step.

`step` takes a private copy of the state, and everything inside a step changes that copy in place;
nobody outside ever sees it change. One copy a step instead of one a change keeps a turn cheap, and
the functions readable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from engine.core.decision import Decision, Verdict
from engine.core.state import DialogueState, FlowFrame
from engine.core.view import View, action_name

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.domain import Domain, Flow, FlowStep
    from engine.core.events import Event

_FIELDS = tuple(item.name for item in fields(DialogueState))
_values: Callable[[DialogueState], tuple[Any, ...]] = attrgetter(*_FIELDS)
_set: Callable[[object, str, Any], None] = object.__setattr__


@dataclass(slots=True)
class Breach:
    """A guarantee that a proposed action would have broken."""

    by: str
    where: str


class Turn:
    """One event being worked on: the state so far, what is proposed, who decided."""

    __slots__ = ("actions", "breach", "clarified", "decisions", "domain", "event", "state", "view")

    def __init__(self, domain: Domain, state: DialogueState, event: Event) -> None:
        copy = object.__new__(DialogueState)
        for name, value in zip(_FIELDS, _values(state), strict=True):
            _set(copy, name, value)
        self.domain = domain
        self.state = copy
        self.event = event
        self.actions: list[Action] = []
        self.decisions: list[Decision] = []
        self.breach: Breach | None = None
        self.clarified = False
        """Whether the question which of several readings is meant was put in this step."""
        self.view = View(domain, copy, event)

    def change(self, **changes: Any) -> None:
        """Set fields of the private copy."""
        for name, value in changes.items():
            _set(self.state, name, value)

    def decide(
        self, by: str, where: str, verdict: Verdict, why: str = "", actions: tuple[Action, ...] = ()
    ) -> None:
        """Record who decided what."""
        self.decisions.append(
            Decision(by, where, verdict, why, tuple(action_name(action) for action in actions))
        )

    @property
    def frame(self) -> FlowFrame | None:
        """The active flow's frame."""
        return self.state.stack[-1] if self.state.stack else None

    def flow(self, frame: FlowFrame) -> Flow:
        """The flow of a frame."""
        return self.domain.flows[frame.flow]

    def step(self, frame: FlowFrame) -> FlowStep | None:
        """The step that a frame stands on; None at its end."""
        flow = self.domain.flows[frame.flow]
        place = flow.index.get(frame.step)
        return flow.steps[place] if place is not None else None

    def at(self, depth: int = -1, **changes: Any) -> None:
        """Change a frame of the stack, the active one unless said otherwise."""
        stack = list(self.state.stack)
        old = stack[depth]
        values: Mapping[str, Any] = {item: getattr(old, item) for item in FlowFrame.__slots__} | changes
        stack[depth] = FlowFrame(**values)
        self.change(stack=tuple(stack))

    def push(self, flow: str, *, called: bool = False, **extra: Any) -> None:
        """Put a flow on top of the stack, at its first step.

        Unless it only says something, it takes the place of the question which reading was meant: a caller
        who wants a person, or may be in danger, is not kept waiting for "the thirteenth or the thirtieth".
        """
        tasks = self.state.tasks + 1
        steps = self.domain.flows[flow].steps
        if not self.domain.flows[flow].only_speaks:
            self.change(clarify=None)
        frame = FlowFrame(flow, steps[0].id if steps else "", tasks, called=called, **extra)
        self.change(stack=(*self.state.stack, frame), tasks=tasks, asking=None)

    def pop(self) -> FlowFrame:
        """Take the active flow off the stack."""
        frame = self.state.stack[-1]
        self.change(stack=self.state.stack[:-1], asking=None)
        return frame
