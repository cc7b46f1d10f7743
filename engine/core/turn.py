"""The working memory of one step.

`step` takes a private copy of the state, and everything inside a step changes that copy in place;
nobody outside ever sees it change. One copy a step instead of one a change keeps a turn cheap, and
the functions readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.core.decision import Decision, Step, Verdict
from engine.core.frozen import changed, closed, opened
from engine.core.state import DialogueState, FlowFrame
from engine.core.view import View, action_name

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.core.domain import Domain, Flow, FlowStep
    from engine.core.events import Event


@dataclass(slots=True)
class Breach:
    """A guarantee that a proposed action would have broken."""

    by: str
    where: str


class Turn:
    """One event being worked on: the state so far, what is proposed, who decided."""

    __slots__ = ("actions", "breach", "clarified", "decisions", "domain", "event", "state", "view")

    def __init__(self, domain: Domain, state: DialogueState, event: Event) -> None:
        self.domain = domain
        self.state = opened(state)
        self.event = event
        self.actions: list[Action] = []
        self.decisions: list[Decision] = []
        self.breach: Breach | None = None
        self.clarified = False
        """Whether the question which of several readings is meant was put in this step."""
        self.view = View(domain, self.state, event)

    def done(self) -> Step:
        """What came of the event; from here on nothing changes any more."""
        return Step(closed(self.state, DialogueState), tuple(self.actions), tuple(self.decisions))

    def change(self, **changes: Any) -> None:
        """Set fields of the private copy."""
        state = self.state
        for name, value in changes.items():
            setattr(state, name, value)

    def decide(
        self, by: str, where: str, verdict: Verdict, why: str = "", actions: tuple[Action, ...] = ()
    ) -> None:
        """Record who decided what."""
        names = tuple([action_name(action) for action in actions]) if actions else ()
        self.decisions.append(Decision(by, where, verdict, why, names))

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
        stack[depth] = changed(stack[depth], **changes)
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
