"""A compiled pack: everything `step` may consult, frozen when the pack loads.

The loader resolves every name before a call is taken, so nothing here is looked up by a string
that could be wrong. Each rule carries `where`, the file and line it was written on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.core.catalogue import Catalogue, Person
from engine.core.condition import Condition
from engine.core.frozen import quick
from engine.core.lookups import Lookups, Rules
from engine.core.model_rules import ModelRules
from engine.core.reply import Response
from engine.core.rulebook import Guarantee, Guard, Policy
from engine.core.safety import Patterns
from engine.core.spoken import Spoken

END = "END"
"""The target that ends a flow."""


class SlotType(StrEnum):
    """What a slot holds; the type decides how it is heard, checked, asked again and read back."""

    TEXT = "text"
    BOOL = "bool"
    NUMBER = "number"
    CHOICE = "choice"
    """One of `values`."""
    DATE = "date"
    TIME = "time"
    BIRTH_DATE = "birth_date"
    """A date that prefers the past."""
    WHEN = "when"
    """A wish: days, times, exclusions, order, all optional."""
    NAME = "name"
    """{"first", "last"}"""
    PHONE = "phone"
    """E.164."""
    EMAIL = "email"
    SERVICE = "service"
    """An id of the catalogue's offerings."""
    PROVIDER = "provider"
    """An id of the catalogue's providers."""
    OPENING = "opening"
    """A free time: {"start", "end", "service", "provider", "room"}."""
    HOLD = "hold"
    """{"id", "expires"}; in conditions also `live`."""
    RECORD = "record"
    """A mapping from a service."""
    LIST = "list"
    """A list from a service, e.g. of openings."""


class DataClass(StrEnum):
    """How closely a value must be kept: decides logs, prompts and retention."""

    NONE = "none"
    PERSONAL = "personal"
    HEALTH = "health"
    SECRET = "secret"  # noqa: S105 - a class of data, not a password


@quick(frozen=True, slots=True)
class Rejection:
    """A check of a new value; the old valid one stays when it fails."""

    unless: Condition
    """What must be true of the value, known as `value` in it."""
    response: str
    """What is said when it is not."""


@quick(frozen=True, slots=True)
class Slot:
    """A thing to know."""

    id: str
    type: SlotType
    where: str
    data_class: DataClass = DataClass.NONE
    filled_by: str = "caller"
    """caller: the caller, a model, a flow. answer: the caller, but only when asked for it. service: only
    what a service gives; words can never fill it."""
    values: tuple[str, ...] = ()
    scope: str = "flow"
    """flow: forgotten when the flow that owns it ends. call: kept."""
    depends_on: tuple[str, ...] = ()
    """Slots whose change makes this one void; `gives` and `needs` of services add to it."""
    rejections: tuple[Rejection, ...] = ()
    description: str = ""
    ask: str = ""
    """The response that asks for it: utter_ask_<id> unless said otherwise."""
    silence_s: float = 3.0
    initial: Any = None
    required_fields: tuple[str, ...] = ()
    """For records that callers build up, e.g. a name needs first and last."""
    tells: str = ""
    """The slot of a record that exists, if callers tell by this one which of several they mean."""


class StepKind(StrEnum):
    """What a flow step does."""

    COLLECT = "collect"
    SAY = "say"
    REQUEST = "request"
    OFFER = "offer"
    CONFIRM = "confirm"
    SET = "set_slots"
    CALL = "call"
    LINK = "link"
    NOOP = "noop"
    TRANSFER = "transfer"
    HANG_UP = "hang_up"


@quick(frozen=True, slots=True)
class Branch:
    """One way on from a step."""

    when: Condition | None
    """None: always (`else`)."""
    to: str
    """A step id of the same flow, or END."""


@quick(frozen=True, slots=True)
class FlowStep:
    """One step of a flow. Which fields matter depends on `kind`."""

    id: str
    kind: StepKind
    where: str
    guard: Condition | None = None
    """The step is skipped when it is false."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Outcome of a request, an offer or a confirmation to a step id or END."""
    branches: tuple[Branch, ...] = ()
    """Tried in order when no outcome decides; empty: the following step."""
    following: str = END
    """The step after this one as written, or END."""
    slot: str = ""
    """collect: the slot. offer: the list slot that holds the options."""
    accepts: tuple[str, ...] = ()
    """collect: other slots that answer the question as well."""
    into: str = ""
    """offer: the slot that the choice fills."""
    response: str = ""
    """say: what. collect, offer, confirm: how it is asked."""
    service: str = ""
    reads: tuple[str, ...] = ()
    """confirm: the slots read back."""
    values: tuple[tuple[str, Any], ...] = ()
    """set_slots: slot and constant, or slot and Condition used as an expression; None resets."""
    flow: str = ""
    """call, link: the other flow."""
    target: str = ""
    """transfer: whom."""
    reason: str = ""
    """transfer, hang_up: why, for the trace."""
    unclear_means: Any = None
    """collect: the value taken when the answer is not understood or there is none."""
    unclear_next: str = ""
    """collect: the step to go on with when the answer is not understood or there is none."""
    always_ask: bool = False
    """collect: ask even when the slot is already filled."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A task, as a list of steps."""

    id: str
    where: str
    description: str
    steps: tuple[FlowStep, ...]
    index: Mapping[str, int]
    """Step id to its place in `steps`."""
    guard: Condition | None = None
    """The flow may be started only when it holds."""
    pattern: bool = False
    """A repair flow: runs on top of another and is not resumed itself."""
    owns: frozenset[str] = frozenset()
    """Flow-scoped slots that it or a flow it calls collects or receives."""
    called_only: bool = False
    """Never started by a caller's words."""
    name: Mapping[str, str] = field(default_factory=dict)
    """Language code to what it is called when we say "let us go on with ..."."""
    only_speaks: bool = field(init=False, default=False)
    """Whether it is a repair that says something and asks nothing."""

    def __post_init__(self) -> None:
        only_speaks = self.pattern and all(step.kind is StepKind.SAY for step in self.steps)
        object.__setattr__(self, "only_speaks", only_speaks)


@quick(frozen=True, slots=True)
class Service:
    """Something the outside world does for us, and what it may answer."""

    id: str
    where: str
    needs: tuple[tuple[str, str], ...] = ()
    """Parameter and slot, all of which must hold a value."""
    wants: tuple[tuple[str, str], ...] = ()
    """Parameter and slot, sent when filled."""
    fixed: tuple[tuple[str, Any], ...] = ()
    """Parameter and constant."""
    gives: tuple[tuple[str, str], ...] = ()
    """Key of the answer's data and the slot it fills."""
    outcomes: tuple[str, ...] = ()
    success: tuple[str, ...] = ()
    """Outcomes after which the world has changed, so that a late one must be undone."""
    undo: str | None = None
    """The service that takes it back."""
    effect: str = "read"
    """read | hold | write"""
    timeout_s: float = 5.0
    on_timeout: str = ""
    """The outcome assumed when no answer comes or the service fails."""


@quick(frozen=True, slots=True)
class Answer:
    """What the site says to a question."""

    id: str
    where: str
    response: str | None
    """The response that answers it, or None when a person does."""
    transfer: str | None = None
    flow: str | None = None
    """The flow that deals with it instead."""
    about: str | None = None
    """The type of thing a question may be about (service, provider), if any."""
    composed: bool = False
    """Whether a model may word the reply anew, from this answer and those named in `facts`."""
    facts: tuple[str, ...] = ()
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language code to how callers put it: what is searched when there are many answers."""


@quick(frozen=True, slots=True)
class Appointment:
    """A booking that is in the book from the start."""

    id: str
    subject: str
    service: str
    provider: str
    room: str
    start: str
    """Local ISO time."""


@quick(frozen=True, slots=True)
class Ladder:
    """How often we ask again before a person takes over."""

    per_slot: int = 3
    yes_no: int = 4
    in_a_row: int = 3
    in_all: int = 6


@dataclass(frozen=True, slots=True)
class Waits:
    """For how long a caller hears nothing of us, in seconds; whoever carries the sound keeps to it."""

    working: float = 2.5
    """While we work: then they hear that we do."""
    in_all: float = 4.0
    """No silence of ours is longer, whatever fails."""


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """A site keeps the sound of calls whose callers have agreed."""

    consent: str
    """The slot that holds the caller's yes; anything else is a no."""
    assessment: str
    """Where the site's assessment of the risk is filed."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A pack with its site, ready to take calls."""

    id: str
    """The site's or the pack's id."""
    version: str
    """Hash of every file it was compiled from."""
    name: Mapping[str, str]
    languages: tuple[str, ...]
    """The first is spoken unless the caller or the number says otherwise."""
    subject: str
    """The pack's word for the person a booking is for."""
    slots: Mapping[str, Slot]
    flows: Mapping[str, Flow]
    responses: Mapping[str, Response]
    services: Mapping[str, Service]
    policies: tuple[Policy, ...]
    guards: tuple[Guard, ...]
    guarantees: tuple[Guarantee, ...]
    answers: Mapping[str, Answer]
    transfers: Mapping[str, tuple[str, ...]]
    """Target to the ids of telephones, tried in order."""
    phones: Mapping[str, str]
    """Telephone id to number."""
    country: str
    """ISO code of the country whose telephone numbers need no prefix; empty without a site."""
    emergency_number: str
    catalogue: Catalogue
    patterns: Mapping[str, Patterns]
    """The safety screens, by language and pack ("en/base"); all of them are always asked."""
    tables: Mapping[str, Mapping[str, Any]]
    """Language code to the language's tables: nested mappings, lists and texts."""
    vocabulary: Mapping[str, Mapping[str, Any]]
    """Language code to what the pack adds for understanding: nested mappings, lists and texts."""
    voids: Mapping[str, tuple[str, ...]]
    """Slot to every slot that becomes void when it changes, transitively."""
    spoken: Mapping[str, Spoken]
    """Language code to its spoken forms, made from `tables`."""
    digits: Mapping[str, str] = field(default_factory=dict)
    """Folded words for digits in all the pack's languages: card numbers are also spoken."""
    ladder: Ladder = Ladder()
    model: ModelRules = ModelRules()
    waits: Waits = Waits()
    recording: RecordingRules | None = None
    """None: no sound is ever kept."""
    disclosure: str = ""
    """The prompt that says that a machine speaks."""
    success: Mapping[str, str] = field(default_factory=dict)
    """Prompt that claims a success to the service that must have answered with one before."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """ISO date to the holiday's name, for the bookable years."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What templates may say about the site: address, prices, hours."""
    retention: Mapping[str, int] = field(default_factory=dict)
    """What a call leaves behind (audio, health, personal, none) to the days the site keeps it."""
    people: tuple[Person, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    fillable: tuple[Slot, ...] = field(init=False, default=())
    """Slots that a caller may fill, in the order of the pack."""
    lookups: Lookups = field(init=False, repr=False, compare=False)
    """What follows from the rules, flows and services."""

    def __post_init__(self) -> None:
        fillable = tuple(slot for slot in self.slots.values() if slot.filled_by == "caller")
        object.__setattr__(self, "fillable", fillable)
        rules = Rules(self.policies, self.guards, self.guarantees)
        object.__setattr__(
            self, "lookups", Lookups(rules, self.flows, self.services, self.slots, self.patterns)
        )
