"""A whole call without audio: what the caller types goes in, what the engine says comes out.

It keeps the one loop of `step` and `perform` for the terminal, the tests, the benches and the
reviewers' pages. Time comes from the clock it is given, so a call can be run at any moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from engine.asking import Asking
from engine.core.actions import Action, Compose, HangUp, Request, Say, Transfer, Understand
from engine.core.events import (
    Answered,
    BargedIn,
    CallEnded,
    CallStarted,
    Event,
    FellSilent,
    Heard,
    Keyed,
    Spoken,
    TimedOut,
    TransferEnded,
    Understood,
)
from engine.core.machine import step
from engine.core.privacy import REMOVED, discreet, is_card, is_identity_code
from engine.core.state import DialogueState
from engine.core.utterance import Hypothesis, Transcript

if TYPE_CHECKING:
    from engine.core.commands import Command
    from engine.core.decision import Decision, Step
    from engine.core.domain import Domain

_DONE = "_written"
"""A scripted outcome that ends so is answered after the deed was done, as when an answer gets lost."""
NO_ANSWER = "no_answer"
"""A scripted outcome of any service: nothing comes until the time that the pack allows is over."""
_ENDLESS = 500
"""Events in one turn, after which something is asking and answering itself."""


class World(Protocol):
    """Where the actions of a call meet the world."""

    def begin(self, action: Understand | Compose, state: DialogueState, at: datetime) -> Event | Asking:
        """Turn words into an Understood, or word a reply: at once, or with a model that is being asked."""

    def request(self, action: Request, call: str, at: datetime) -> Event:
        """Ask a service; an Answered, or a Failed."""

    def over(self, call: str) -> None:
        """A call is over: nobody waits for anything any more."""


class Tape(Protocol):
    """Where the steps of a call are written."""

    def write(self, before: DialogueState, event: Event, outcome: Step) -> None:
        """Add one step."""

    def close(self) -> None:
        """Nothing more will come."""


@dataclass(slots=True)
class Reply:
    """What came of one input."""

    says: list[Say] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    """Everything that was done, the prompts included, in order."""
    decisions: list[Decision] = field(default_factory=list)
    state: DialogueState = field(default_factory=DialogueState)
    heard: list[Understood] = field(default_factory=list)
    """What understanding returned."""

    @property
    def text(self) -> str:
        """All that was said, as one text."""
        return " ".join(say.text for say in self.says)

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.state.phase == "ended"


@dataclass(slots=True)
class Fault:
    """An outcome that the next request of a service will have."""

    service: str
    outcome: str
    data: Mapping[str, Any] | None = None
    """What comes with it; None: what the world itself gives, or nothing."""


class TextCall:
    """One call, driven by typed input."""

    def __init__(
        self,
        domain: Domain,
        world: World,
        clock: Callable[[], datetime],
        *,
        call: str,
        number: str | None = None,
        language: str | None = None,
        tape: Tape | None = None,
    ) -> None:
        self.state = DialogueState()
        self._domain, self._world, self._clock = domain, world, clock
        self._start = call, number, language
        self._tape = tape
        self._unheard: list[Say] = []
        self._faults: list[Fault] = []
        self._pinned: tuple[Command, ...] | None = None
        self._waited = timedelta()

    def open(self) -> Reply:
        """Answer the telephone."""
        call, number, language = self._start
        return self._run(CallStarted(self._now(), call, number, language))

    def say(self, text: str) -> Reply:
        """The caller says something, after having listened to the end."""
        return self.hear(Transcript.of(text))

    def hear(self, transcript: Transcript) -> Reply:
        """A recogniser's transcript, final or partial."""
        heard = Heard(self._now(), discreet(transcript, self._domain.digits))
        return self._run(*(self._played(1.0) if transcript.final else ()), heard)

    def nbest(self, hypotheses: Sequence[tuple[str, float]]) -> Reply:
        """A final transcript with several readings."""
        return self.hear(Transcript(tuple(Hypothesis(text, confidence) for text, confidence in hypotheses)))

    def barge_in(self, heard: float, text: str) -> Reply:
        """The caller speaks over the prompt; `heard` is the share of it that was audible, 0..1."""
        said = discreet(Transcript.of(text), self._domain.digits)
        return self._run(*self._played(heard), Heard(self._now(), said))

    def command(self, commands: tuple[Command, ...], text: str = "") -> Reply:
        """The caller says something whose understanding is given."""
        self._pinned = commands
        return self.hear(Transcript.of(text))

    def silence(self) -> Reply:
        """The caller says nothing for as long as the question allows."""
        return self._run(*self._played(1.0), FellSilent(self._now()))

    def keys(self, digits: str) -> Reply:
        """The caller presses keys."""
        kept = REMOVED if is_card(digits) or is_identity_code(digits) else digits
        return self._run(*self._played(1.0), Keyed(self._now(), kept))

    def hang_up(self) -> Reply:
        """The caller hangs up; what was being said is not heard to the end."""
        return self._run(*self._played(0.0), CallEnded(self._now(), "caller"))

    def fault(self, service: str, outcome: str, data: Mapping[str, Any] | None = None) -> Reply:
        """The next request of a service, or the next transfer, will end so."""
        self._faults.append(Fault(service, outcome, data))
        return self._run()

    def feed(self, *events: Event) -> Reply:
        """Any events at all, for tests of the world's misbehaviour."""
        return self._run(*events)

    def resume(self, moment: Step) -> Reply:
        """Put the call into a moment worked out elsewhere; what was said in it is still being heard."""
        self.state = moment.state
        says = [action for action in moment.actions if isinstance(action, Say)]
        self._unheard += says
        return Reply(says, list(moment.actions), list(moment.decisions), moment.state)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._waited += timedelta(seconds=seconds)

    def _now(self) -> datetime:
        return self._clock() + self._waited

    def close(self) -> None:
        """Close the tape; after a call's end nothing can be added to it."""
        if self._tape is not None:
            self._tape.close()
            self._tape = None

    def _played(self, share: float) -> list[Event]:
        """What the caller heard of the last prompts, when `share` of all their words was audible."""
        says, self._unheard = self._unheard, []
        audible = share * sum(len(say.text) for say in says)
        events: list[Event] = []
        for say in says:
            part = min(1.0, audible / len(say.text)) if say.text else 1.0
            audible -= len(say.text)
            if share >= 1.0 or part >= 1.0:
                events.append(Spoken(self._now(), say.id))
            else:
                events.append(BargedIn(self._now(), say.id, max(0.0, part)))
        return events

    def _run(self, *events: Event) -> Reply:
        reply = Reply(state=self.state)
        queue: deque[Event | Asking] = deque(events)
        for _ in range(_ENDLESS):
            if not queue:
                if reply.ended:
                    self._world.over(self.state.call)
                    self.close()
                return reply
            item = queue.popleft()
            event = self._wait_for(item, reply) if isinstance(item, Asking) else item
            queue.extend(self._take(event, reply))
        message = "the call does not come to rest"
        raise RuntimeError(message)

    def _take(self, event: Event, reply: Reply) -> list[Event | Asking]:
        before = self.state
        outcome = step(self._domain, before, event)
        self.state = reply.state = outcome.state
        if self._tape is not None:
            self._tape.write(before, event, outcome)
        reply.decisions += outcome.decisions
        if isinstance(event, Understood):
            reply.heard.append(event)
        answers: list[Event | Asking] = []
        for action in outcome.actions:
            reply.actions.append(action)
            if isinstance(action, Say):
                reply.says.append(action)
                self._unheard.append(action)
            else:
                answer = self._perform(action)
                if answer is not None:
                    answers.append(answer)
        return answers

    def _wait_for(self, asking: Asking, reply: Reply) -> Event:
        """Wait for a model; a caller who waits longer hears so, and nobody waits beyond the deadline."""
        found = asking.wait(asking.filler_s, self._now)
        if found is None:
            self._take(TimedOut(self._now(), asking.timer), reply)
            found = asking.end(self._now)
        return found

    def _perform(self, action: Action) -> Event | Asking | None:
        now = self._now()
        match action:
            case Understand():
                if self._pinned is not None:
                    pinned, self._pinned = self._pinned, None
                    return Understood(now, action.utterance.turn, pinned, "pinned")
                return self._world.begin(action, self.state, now)
            case Compose():
                return self._world.begin(action, self.state, now)
            case Request():
                return self._request(action, now)
            case Transfer():
                scripted = self._scripted("transfer")
                return TransferEnded(now, scripted.outcome if scripted is not None else "answered")
            case HangUp():
                return CallEnded(now, "us")
            case _:
                return None

    def _request(self, action: Request, now: datetime) -> Event:
        scripted = self._scripted(action.service)
        if scripted is None:
            return self._world.request(action, self.state.call, now)
        if scripted.outcome == NO_ANSWER:
            return TimedOut(now, f"request:{action.id}")
        if not scripted.outcome.endswith(_DONE):
            return Answered(now, action.id, scripted.outcome, scripted.data or {})
        self._world.request(action, self.state.call, now)
        return Answered(now, action.id, scripted.outcome.removesuffix(_DONE))

    def _scripted(self, service: str) -> Fault | None:
        for place, fault in enumerate(self._faults):
            if fault.service == service:
                return self._faults.pop(place)
        return None
