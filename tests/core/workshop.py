"""The desk of the workshop, and a call to it that is driven event by event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2.debug  # noqa: F401 - the parser of expressions, which must be there before the world is switched off

from engine.core.actions import Action, Request, Say
from engine.core.commands import Command, SetSlot, StartFlow
from engine.core.condition import Condition, compile_condition
from engine.core.decision import Decision, Verdict
from engine.core.domain import Domain, Flow, FlowStep, StepKind
from engine.core.events import Answered, CallStarted, Event, Heard, Spoken, Understood
from engine.core.expression import Names
from engine.core.machine import step
from engine.core.rulebook import Act, Guarantee, Guard, Policy
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from engine.pack import load

DOMAIN: Domain = load(str(Path(__file__).parent / "packs" / "workshop" / "sites" / "canal.yml"), cache=False)
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, ten in the morning on the site's clock."""
MORNING = {
    "start": "2026-11-24T10:00", "end": "2026-11-24T10:30", "service": "brakes", "provider": "vilte", "room": "stand",
}  # fmt: skip
LATER = {**MORNING, "start": "2026-11-25T14:00", "end": "2026-11-25T14:30"}
HOLD = {"id": "h1", "expires": "2026-11-23T08:05:00+00:00"}
BOOKED = {**MORNING, "id": "b1"}
NAME = {"first": "Ona", "last": "Petrė"}
TUESDAY = {"days": [["2026-11-24", "2026-11-25"]]}
WORLD: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "bench.find": ("found", {"openings": [MORNING, LATER]}),
    "bench.hold": ("held", {"hold": HOLD}),
    "bench.renew": ("held", {"hold": HOLD}),
    "bench.release": ("released", {}),
    "bench.commit": ("committed", {"booked": BOOKED}),
    "desk.task": ("filed", {}),
}
"""What every service answers, unless a test says otherwise; one that is taken out never answers."""
BOOK: tuple[Command, ...] = (
    StartFlow("book_repair"),
    SetSlot("service", "brakes"),
    SetSlot("bike", "city"),
    SetSlot("full_name", NAME),
    SetSlot("wish", TUESDAY),
)


class Call:
    """One call, and everything that came of its last turn."""

    def __init__(
        self,
        domain: Domain = DOMAIN,
        *,
        number: str | None = None,
        language: str | None = None,
        begin: bool = True,
    ) -> None:
        self.domain = domain
        self.state = DialogueState()
        self.at = START
        self.world = dict(WORLD)
        self.actions: list[Action] = []
        self.decisions: list[Decision] = []
        self._unheard: list[int] = []
        if begin:
            self.happens(CallStarted(self.at, "call-1", number, language))

    def happens(self, *events: Event) -> Call:
        """Let these events happen, and the world answer what it is asked."""
        self.actions, self.decisions = [], []
        for event in events:
            self._fold(event)
        return self

    def _fold(self, event: Event) -> None:
        outcome = step(self.domain, self.state, event)
        self.state = outcome.state
        self.actions += outcome.actions
        self.decisions += outcome.decisions
        for action in outcome.actions:
            if isinstance(action, Say):
                self._unheard.append(action.id)
            elif isinstance(action, Request) and action.service in self.world:
                self._fold(Answered(self.at, action.id, *self.world[action.service]))

    def means(
        self, *commands: Command, source: str = "lexical", listened: bool = True, text: str = "hm"
    ) -> Call:
        """The caller listens to the end, and says something that is understood so."""
        self.happens(*self.listened() if listened else (), Heard(self.at, Transcript.of(text)))
        before = self.actions, self.decisions
        self.happens(Understood(self.at, self.state.turn, commands, source))
        self.actions, self.decisions = before[0] + self.actions, before[1] + self.decisions
        return self

    def listened(self) -> tuple[Event, ...]:
        """Everything that was said is played to its end."""
        played, self._unheard = self._unheard, []
        return tuple(Spoken(self.at, number) for number in played)

    def later(self, seconds: float) -> Call:
        """Time passes."""
        self.at += timedelta(seconds=seconds)
        return self

    @property
    def says(self) -> list[str]:
        """The responses said in the last turn."""
        return [action.response for action in self.actions if isinstance(action, Say)]

    @property
    def text(self) -> str:
        """The words said in the last turn."""
        return " ".join(action.text for action in self.actions if isinstance(action, Say))

    @property
    def requests(self) -> list[str]:
        """The services asked in the last turn."""
        return [action.service for action in self.actions if isinstance(action, Request)]

    @property
    def waits_for(self) -> int:
        """The number of the request whose answer is awaited."""
        return next(number for number, item in self.state.pending.items() if not item.abandoned)

    @property
    def asks(self) -> str | None:
        """The slot that is asked for, or the kind of question that it is."""
        asking = self.state.asking
        return None if asking is None else asking.slot or asking.kind

    def value(self, slot: str) -> Any:
        """What a slot holds."""
        held = self.state.slots.get(slot)
        return held.value if held is not None else None

    def ruled(self, verdict: Verdict) -> list[str]:
        """The rules that came to this verdict in the last turn."""
        return [item.by for item in self.decisions if item.verdict is verdict]


def at_the_offer(domain: Domain = DOMAIN) -> Call:
    """A caller who is being offered two times."""
    return Call(domain).means(*BOOK)


def at_the_readback(domain: Domain = DOMAIN) -> Call:
    """A caller to whom the repair is being read back."""
    from engine.core.commands import Choose

    return at_the_offer(domain).means(Choose(0))


def condition(text: str) -> Condition:
    """An expression over the workshop's names, written as a test's own rule."""
    names = Names(
        slots={slot.id: slot.type.value for slot in DOMAIN.slots.values()},
        responses=frozenset(DOMAIN.responses),
        flows=frozenset(DOMAIN.flows),
        services=frozenset(DOMAIN.services),
        signals=frozenset({"wants_person"}),
        readbacks=frozenset({"readback", "check"}),
        extra=frozenset({"value"}),
    )
    return compile_condition(text, names, "test.yml:1")


def act(kind: str, arg: Any = None, when: str | None = None) -> Act:
    """One thing that a rule does."""
    return Act(kind, "test.yml:2", arg, condition(when) if when is not None else None)


def with_policy(*acts: Act, when: str = "true", upon: str = "Heard", goes_on: bool = False) -> Domain:
    """The workshop with one policy more, which is asked first."""
    rule = Policy("of_the_test", "test.yml:1", "why", frozenset({upon}), condition(when), acts, goes_on)
    return replace(DOMAIN, policies=(rule, *DOMAIN.policies))


def with_guard(
    *instead: Act, forbids: str, when: str | None = None, unless: str | None = None, prefix: str = ""
) -> Domain:
    """The workshop with one guard more."""
    conditions = [condition(text) if text is not None else None for text in (unless, when)]
    prefixes = (prefix,) if prefix else ()
    rule = Guard(
        "of_the_test", "test.yml:1", "why", (forbids,), conditions[0], conditions[1], instead, prefixes
    )
    return replace(DOMAIN, guards=(rule, *DOMAIN.guards))


def with_guarantee(never: str) -> Domain:
    """The workshop with one guarantee more."""
    rule = Guarantee("of_the_test", "test.yml:1", "why", condition(never))
    return replace(DOMAIN, guarantees=(rule, *DOMAIN.guarantees))


def a_step(name: str, kind: StepKind, **more: Any) -> FlowStep:
    """A step of a test's own flow."""
    return FlowStep(name, kind, "test.yml:3", **more)


def with_flow(name: str, *steps: FlowStep, pattern: bool = False) -> Domain:
    """The workshop with one flow more, or another one of this name."""
    index = {item.id: place for place, item in enumerate(steps)}
    flow = Flow(name, "test.yml:1", "of the test", steps, index, pattern=pattern)
    return replace(DOMAIN, flows={**DOMAIN.flows, name: flow})
