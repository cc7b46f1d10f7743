"""The one place where an action meets the world and becomes an event.

Services are a table of names; a pack declares which of them it uses and what they may answer.
Nothing raised by the world gets past this file: it becomes a Failed event, without a message,
because messages may hold what callers said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.asking import Asking
from engine.booking.service import Booking
from engine.booking.store import StoreUnavailable
from engine.core.actions import Compose, Request, Understand
from engine.core.events import Answered, Composed, Event, Failed, Understood
from engine.effects.compose import question_of, spoken
from engine.nlu.cascade import Result, Understanding
from engine.nlu.identity import Match, PeopleIndex

if TYPE_CHECKING:
    from engine.core.catalogue import Person
    from engine.core.domain import Domain
    from engine.core.state import DialogueState
    from engine.model.consultant import Consultant, Consulted
    from engine.nlu.model import ModelUnderstanding

Service = Callable[[Mapping[str, Any], Request, str, datetime], tuple[str, Mapping[str, Any]]]
"""Arguments, request, call id and time to outcome and data."""

_BOOK = (
    "find", "hold", "renew", "release", "commit", "cancel", "notice", "last_provider", "last_service",
)  # fmt: skip


class Performer:
    """Understands and asks services on behalf of any number of calls."""

    def __init__(
        self,
        domain: Domain,
        booking: Booking,
        understanding: Understanding | None = None,
        consultant: Consultant | None = None,
    ) -> None:
        """Perform for one site; `consultant` asks a language model where one is to help."""
        self._domain = domain
        self._booking = booking
        self._understanding = understanding or Understanding(domain)
        self._consultant = consultant
        self._model = _with_model(domain, self._understanding) if consultant is not None else None
        self._people: PeopleIndex | None = None
        self._on_file: tuple[str, ...] = ()
        self._services: Mapping[str, Service] = {
            "people.find": self._find_person,
            "booking.list": self._list,
            "desk.task": self._from_book("task"),
            "desk.note": self._from_book("note"),
            **{f"booking.{name}": self._from_book(name) for name in _BOOK},
        }

    @property
    def understanding(self) -> Understanding:
        """What it understands with, to be shared with another book of the same site."""
        return self._understanding

    @property
    def services(self) -> frozenset[str]:
        """Names of the services that can be requested."""
        return frozenset(self._services)

    @property
    def on_file(self) -> tuple[str, ...]:
        """Names of the people on file as they were last read, so that a recogniser can expect them."""
        return self._on_file

    def prepare(self) -> None:
        """Compile every language and read who is on file now, instead of when somebody waits for it."""
        self._understanding.prepare()
        with suppress(
            StoreUnavailable
        ):  # a call does without; whoever needs the book will say that it is gone
            self._known_people()

    def understand(self, action: Understand, at: datetime) -> Event:
        """Turn words into Commands without a model; Failed when understanding broke."""
        try:
            found = self._understanding.understand(action, self._local(at))
        except Exception as error:  # noqa: BLE001 - the shell's rule: a failure is an event
            return Failed(at, "understand", kind=type(error).__name__)
        return _understood(at, action, found)

    def begin(self, action: Understand | Compose, state: DialogueState, at: datetime) -> Event | Asking:
        """Understand, or word a reply: at once, or with a model that is given until its deadline."""
        if isinstance(action, Compose):
            return self._compose(action, state, at)
        if self._model is None or self._consultant is None:
            return self.understand(action, at)
        try:
            found = self._understanding.understand(action, self._local(at))
        except Exception as error:  # noqa: BLE001 - the shell's rule: a failure is an event
            return Failed(at, "understand", kind=type(error).__name__)
        try:
            if not self._model.wanted(action, found, state):
                self.over(state.call)
                return _understood(at, action, found)
            turn = self._model.turn(action, found, state)
            ticket = self._consultant.begin(state.call, action.utterance.turn, turn.question, self._wait_s)
        except Exception as error:  # noqa: BLE001 - what cannot be asked is understood without a model
            return _understood(at, action, found, (f"unaskable: {type(error).__name__}",))
        model = self._model

        def finish(consulted: Consulted, then: datetime) -> Event:
            try:
                helped = model.read(consulted.text, turn, action, found, self._local(then))
            except Exception as error:  # noqa: BLE001 - whatever a model says, there is an event
                return _understood(then, action, found, (f"unreadable: {type(error).__name__}",), consulted)
            return _understood(then, action, helped.result, helped.refused, consulted)

        return Asking(action.utterance.turn, ticket, finish)

    def _compose(self, action: Compose, state: DialogueState, at: datetime) -> Event | Asking:
        """Word a reply; without a model, or when the call has used up its requests, nothing comes of it."""
        rules, model = self._domain.model, self._model
        if self._consultant is None or model is None or state.model_calls >= rules.requests_per_call:
            return Composed(at, action.turn, "")

        def finish(consulted: Consulted, then: datetime) -> Event:
            text = spoken(consulted.text)
            return Composed(then, action.turn, text, consulted.calls, consulted.uses)

        try:
            question = question_of(
                action, model.shown(action.question, action.language, state, self._local(at))
            )
            ticket = self._consultant.begin(state.call, action.turn, question, self._wait_s)
        except Exception as error:  # noqa: BLE001 - the shell's rule: a failure is an event
            return Failed(at, "compose", kind=type(error).__name__)
        return Asking(action.turn, ticket, finish)

    @property
    def _wait_s(self) -> float:
        """For how long a caller waits for a model."""
        return self._domain.model.deadline_s

    def over(self, call: str) -> None:
        """What was asked of a model for a call is withdrawn: the call is over, or nobody waits any more."""
        if self._consultant is not None:
            self._consultant.over(call)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._domain.catalogue.zone).replace(tzinfo=None)

    def request(self, action: Request, call: str, at: datetime) -> Event:
        """Ask a service; Failed when it broke or does not exist."""
        service = self._services.get(action.service)
        if service is None:
            return Failed(at, f"request:{action.id}", kind="UnknownService")
        try:
            outcome, data = service(action.args, action, call, at)
        except Exception as error:  # noqa: BLE001 - the shell's rule: a failure is an event
            return Failed(at, f"request:{action.id}", retryable=True, kind=type(error).__name__)
        return Answered(at, action.id, outcome, data)

    def _from_book(self, operation: str) -> Service:
        def ask(
            args: Mapping[str, Any], action: Request, call: str, at: datetime
        ) -> tuple[str, Mapping[str, Any]]:
            resolved = self._resolved(args)
            return self._booking.answer(operation, resolved, call_id=call, key=action.key, now=at)

        return ask

    def _list(
        self, args: Mapping[str, Any], action: Request, call: str, at: datetime
    ) -> tuple[str, Mapping[str, Any]]:
        """What somebody has booked; a single one is the one that is meant."""
        outcome, data = self._booking.answer("list", args, call_id=call, key=action.key, now=at)
        found = data.get("appointments", ())
        if outcome == "found" and len(found) == 1:
            return "found", {**data, "appointment": found[0]}
        return ("several" if outcome == "found" else outcome), data

    def _resolved(self, args: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments as the book takes them: names in one piece, and the provider of last time by id."""
        resolved = {key: full_name(value) for key, value in args.items()}
        provider = resolved.get("provider")
        if provider in {"same", "any"}:
            subject = resolved.get("subject")
            last = subject.get("last_provider") if isinstance(subject, Mapping) else None
            del resolved["provider"]
            resolved |= {"provider": last} if last and provider == "same" else {}
        return resolved

    def _find_person(
        self, args: Mapping[str, Any], _action: Request, _call: str, at: datetime
    ) -> tuple[str, Mapping[str, Any]]:
        """Search by name and birth date; both must agree, and a near tie is nobody."""
        born = date.fromisoformat(str(args["born"]))
        match = self._match(args, born)
        if match.verdict == "none" and self._people is not None:
            self._people = None  # somebody may have been filed since, by this process or another
            match = self._match(args, born)
        if match.verdict == "ambiguous":
            return "ambiguous", {}
        person = self._booking.person(match.person) if match.person is not None else None
        if person is None:
            return "not_found", {}
        return "found", {"subject": subject_of(person, at.astimezone(self._domain.catalogue.zone).date())}

    def _match(self, args: Mapping[str, Any], born: date) -> Match:
        people = self._people if self._people is not None else self._known_people()
        return people.match(names=[args["name"]], born=[born], phone=args.get("phone"))

    def _known_people(self) -> PeopleIndex:
        people = self._booking.people()
        self._on_file = tuple(person.name for person in people)
        self._people = PeopleIndex(people, endings=_endings(self._domain))
        return self._people


def _with_model(domain: Domain, understanding: Understanding) -> ModelUnderstanding:
    from engine.nlu.model import ModelUnderstanding  # noqa: PLC0415 - rules alone need none of it

    return ModelUnderstanding(domain, understanding)


def _understood(
    at: datetime,
    action: Understand,
    found: Result,
    refused: tuple[str, ...] = (),
    consulted: Consulted | None = None,
) -> Understood:
    calls, uses = (consulted.calls, consulted.uses) if consulted is not None else (0, ())
    return Understood(
        at, action.utterance.turn, found.commands, found.source, found.confidence, found.language, calls,
        refused, uses, found.why,
    )  # fmt: skip


def full_name(value: Any) -> Any:
    """A name that was given in parts, in one piece; anything else as it is."""
    if isinstance(value, Mapping) and value.keys() == {"first", "last"}:
        return " ".join(part for part in (value["first"], value["last"]) if part)
    return value


def _endings(domain: Domain) -> dict[str, str]:
    """The case endings of all the pack's languages: a name is heard in whatever case it was said."""
    found: dict[str, str] = {}
    for tables in domain.tables.values():
        found |= tables.get("identity", {}).get("case_endings", {})
    return found


def subject_of(person: Person, today: date) -> dict[str, Any]:
    """What flows may know of somebody on file."""
    born = person.born
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    return {
        "id": person.id,
        "name": person.name,
        "born": born.isoformat() if born else None,
        "age": age,
        "language": person.language,
        "is_new": False,
        "guardian": person.guardian,
        "last_provider": person.last_provider,
        "missed": person.missed,
    }
