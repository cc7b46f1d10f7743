"""The operations that a dialogue asks of the book by name: plain JSON in, an outcome and plain JSON out.

The book's rules meet its store only here. Nothing is answered `committed` or `cancelled` that was not read
back, and an unknown answer of the store is looked up by its key before the one retry with the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from engine.booking import forms, recall
from engine.booking.availability import FoundOutcome, Query, admits, find
from engine.booking.eligibility import PersonFacts, Reason, eligible_days
from engine.booking.history import facts_of, facts_of_newcomer
from engine.booking.localtime import hours_before
from engine.booking.opening import Opening
from engine.booking.seeding import draft_of, drafts_of
from engine.booking.store import (
    FREE_STATUSES,
    Appointment,
    BookStore,
    CancelOutcome,
    CommitOutcome,
    CommitResult,
    Hold,
    StoreUnavailable,
    Task,
)
from engine.booking.wish import Wish
from engine.core.catalogue import Catalogue, Person

Args = Mapping[str, Any]
Answer = tuple[str, dict[str, Any]]

FAILED: Answer = ("failed", {})

OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "find": ("found", "none_found", "not_eligible", "failed"),
    "hold": ("held", "taken", "failed"),
    "renew": ("held", "taken", "failed"),
    "release": ("released",),
    "commit": ("committed", "conflict", "unknown"),
    "cancel": ("cancelled", "conflict", "unknown"),
    "list": ("found", "other", "none", "failed"),
    "last_provider": ("known", "unknown", "failed"),
    "last_service": ("known", "unknown", "failed"),
    "notice": ("late", "in_time", "failed"),
    "task": ("filed", "failed"),
    "note": ("filed", "failed"),
}
"""Every operation and all it can answer; anything else is a mistake of ours and raises."""


class Booking:
    """The book of one site. Malformed arguments raise BadRequest; what the world does is an outcome."""

    def __init__(self, catalogue: Catalogue, store: BookStore) -> None:
        self.catalogue = catalogue
        self._store = store
        self._operations: Mapping[str, Callable[..., Answer]] = {
            "find": self.find,
            "hold": self.hold,
            "renew": self.renew,
            "release": self.release,
            "commit": self.commit,
            "cancel": self.cancel,
            "list": self.upcoming,
            "last_provider": self.last_provider,
            "last_service": self.last_service,
            "notice": self.notice,
            "task": self.task,
            "note": self.note,
        }

    def answer(self, operation: str, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """Carry out an operation by its name, `hold` or `booking.hold`; raises BadRequest."""
        name = operation.removeprefix("booking.")
        if name not in self._operations:
            raise forms.BadRequest(f"unknown operation {name!r}; known: {', '.join(self._operations)}")
        return self._operations[name](args, call_id=call_id, key=key, now=now)

    def seed(self, people: Sequence[Person], rows: Iterable[Args]) -> bool:
        """Fill an empty book from a site's seed rows; one that was seeded before is left as it is."""
        return self._store.seed(people, drafts_of(self.catalogue, rows))

    def people(self) -> Sequence[Person]:
        """Return everybody on file; raises StoreUnavailable."""
        return self._store.people()

    def person(self, person_id: str) -> Person | None:
        """Return one person; raises StoreUnavailable."""
        return self._store.person(person_id)

    def listing(self) -> list[dict[str, str]]:
        """Return the whole book by start, as plain rows; raises StoreUnavailable."""
        return [forms.plain_row(entry) for entry in self._store.appointments()]

    def entries(self) -> Sequence[Appointment]:
        """Return the whole book by start; raises StoreUnavailable."""
        return self._store.appointments()

    def holds(self, now: datetime) -> Sequence[Hold]:
        """Return the live holds; raises StoreUnavailable."""
        return self._store.holds(now)

    def release_call(self, call_id: str) -> None:
        """Give back whatever a call holds, when it ends or is transferred."""
        self._store.release_call(call_id)

    def is_late_notice(self, appointment: Appointment, now: datetime) -> bool:
        """Return whether it is too late to cancel without the rule for late cancellations."""
        rules = self.catalogue.rules
        return now > hours_before(appointment.start, rules.cancel_notice_hours, self.catalogue.zone)

    def find(self, args: Args, *, now: datetime, call_id: str = "", key: str = "") -> Answer:
        """Search: {service | moving, subject? | born?, wish?, provider?, refused?, urgent?, referral?}."""
        try:
            moving = self._moving(args)
            service = forms.text(args, "service") or (moving.service if moving else "")
            query = Query(
                service=service,
                person=self._facts(args, now, moving),
                wish=forms.wish(args),
                refused=forms.openings(args, "refused", self.catalogue.zone),
                urgent=bool(args.get("urgent")),
                moving=_opening_of(moving) if moving else None,
                count=forms.number(args, "count"),
            )
            horizon = now + timedelta(days=self.catalogue.rules.book_to_days + 2)
            found = find(self.catalogue, self._store.busy(now, horizon, now), query, now)
        except StoreUnavailable:
            return FAILED
        data: dict[str, Any] = {"service": service, "reason": str(found.reason)}
        if found.outcome is FoundOutcome.FOUND:
            data["openings"] = [opening.plain() for opening in found.openings]
            data |= {"nearest": found.nearest, "exact": found.exact}
        elif found.outcome is FoundOutcome.NOT_ELIGIBLE:
            data |= forms.plain_conditions(self.catalogue.offerings.get(service))
        return str(found.outcome), data

    def hold(self, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """Hold {opening, urgent?} for the call."""
        opening = forms.opening(args, "opening", self.catalogue.zone)
        if not admits(self.catalogue, opening, now, urgent=bool(args.get("urgent"))):
            return "taken", {"reason": "not_offered"}
        draft = draft_of(self.catalogue, opening, "")
        held = self._store.hold(call_id, draft.claims, self.catalogue.rules.hold_seconds, key=key, now=now)
        return str(held.outcome), forms.plain_hold(held)

    def renew(self, args: Args, *, call_id: str, now: datetime, key: str = "") -> Answer:
        """Start the time of {hold} again."""
        held = self._store.renew(forms.reference(args, "hold"), call_id, now=now)
        return str(held.outcome), forms.plain_hold(held)

    def release(self, args: Args, *, call_id: str, now: datetime, key: str = "") -> Answer:
        """Give {hold?} back; without one, all that the call holds. Releasing what is not held is no error."""
        if args.get("hold"):
            self._store.release(forms.reference(args, "hold"), call_id)
        else:
            self._store.release_call(call_id)
        return "released", {}

    def commit(self, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """Book {hold, opening, subject | name + born, phone?, language?, guardian?, contact?, note?}."""
        opening = forms.opening(args, "opening", self.catalogue.zone)
        hold_id = forms.reference(args, "hold")
        subject = forms.optional_reference(args, "subject")
        newcomer = None if subject else forms.newcomer(args)
        try:
            if (committed := self._store.read_key(key)) is not None:
                return self._verified(committed)
            if reason := self._not_eligible(opening, subject, newcomer, now):
                return "conflict", {"reason": str(reason)}
        except StoreUnavailable:
            return "unknown", {}
        contact, note = forms.text(args, "contact"), forms.text(args, "note")
        draft = draft_of(self.catalogue, opening, subject or "", contact=contact, note=note)

        def attempt() -> CommitResult:
            return self._store.commit(hold_id, call_id, draft, key=key, now=now, newcomer=newcomer)

        return self._settled(attempt, key)

    def cancel(self, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """Cancel {appointment, subject?, late?, version?}; late is worked out unless it is said."""
        appointment_id = forms.reference(args, "appointment")
        subject = forms.optional_reference(args, "subject")
        try:
            entry = self._store.read(appointment_id)
            if entry is None or (subject and entry.subject != subject):
                return "conflict", {}
            late = self.is_late_notice(entry, now) if args.get("late") is None else bool(args["late"])
            version = forms.number(args, "version")
            result = self._store.cancel(appointment_id, key=key, now=now, version=version, late=late)
            if (
                result.outcome is CancelOutcome.UNKNOWN
            ):  # the same key twice is safe: it answers what happened
                result = self._store.cancel(appointment_id, key=key, now=now, version=version, late=late)
            after = self._store.read(appointment_id)
        except StoreUnavailable:
            return "unknown", {}
        data = {"appointment": forms.plain_appointment(after)} if after else {}
        if result.outcome is CancelOutcome.CANCELLED and (after is None or after.status not in FREE_STATUSES):
            return "unknown", data
        return str(result.outcome), data

    def upcoming(self, args: Args, *, now: datetime, call_id: str = "", key: str = "") -> Answer:
        """List what {subject} has booked, of it what {when?, service?, provider?, other?, spoken?} tell.

        `when` has the form of a wish. Who tells nothing means the visit that was `spoken` of, and by `other`
        any but that one. If none is as told, the answer is `other` with all of them.
        """
        subject = forms.reference(args, "subject")
        told = forms.wish({"wish": args.get("when")}).localised(self.catalogue.zone)
        try:
            entries = self._store.appointments(subject, upcoming_from=now)
        except StoreUnavailable:
            return FAILED
        meant = [entry for entry in entries if self._is_told(entry, told, args)]
        meant = self._of_those_spoken(meant, entries, args)
        plain = [
            forms.plain_appointment(entry) | {"late": self.is_late_notice(entry, now)}
            for entry in meant or entries
        ]
        return ("found" if meant else "other" if plain else "none"), {"appointments": plain}

    def last_provider(self, args: Args, *, now: datetime, call_id: str = "", key: str = "") -> Answer:
        """Say who last saw {subject} and can give {service}."""
        service = forms.required_text(args, "service")
        try:
            person = self._store.person(forms.reference(args, "subject"))
            entries = self._store.appointments(person.id, kept=True) if person is not None else ()
        except StoreUnavailable:
            return FAILED
        found = recall.last_provider(self.catalogue, person, entries, service, now) if person else None
        return ("known", {"provider": found}) if found else ("unknown", {})

    def last_service(self, args: Args, *, now: datetime, call_id: str = "", key: str = "") -> Answer:
        """Say what {subject} came for last time."""
        try:
            person = self._store.person(forms.reference(args, "subject"))
            entries = self._store.appointments(person.id, kept=True) if person is not None else ()
        except StoreUnavailable:
            return FAILED
        found = recall.last_service(self.catalogue, person, entries, now) if person else None
        return ("known", {"service": found}) if found else ("unknown", {})

    @staticmethod
    def _of_those_spoken(
        told: list[Appointment], entries: Sequence[Appointment], args: Args
    ) -> list[Appointment]:
        """Of several visits the one spoken of; "the other one" is any but that, whatever was told of it."""
        spoken = forms.optional_reference(args, "spoken")
        if args.get("other"):
            others = [entry for entry in told if entry.id != spoken]
            return others or [entry for entry in entries if entry.id != spoken]
        if args.keys() & {"when", "service", "provider"}:
            return told
        return [entry for entry in told if entry.id == spoken] or told

    def _is_told(self, entry: Appointment, told: Wish, args: Args) -> bool:
        """Whether a visit is as the caller told it."""
        if forms.text(args, "service") not in {"", entry.service}:
            return False
        if forms.text(args, "provider") not in {"", entry.provider}:
            return False
        return told.fits(entry.start.astimezone(self.catalogue.zone).replace(tzinfo=None))

    def notice(self, args: Args, *, now: datetime, call_id: str = "", key: str = "") -> Answer:
        """Say whether cancelling {appointment} now would be late, and what that costs."""
        try:
            entry = self._store.read(forms.reference(args, "appointment"))
        except StoreUnavailable:
            return FAILED
        if entry is None:
            return FAILED
        if self.is_late_notice(entry, now):
            return "late", {"late_fee": self.catalogue.rules.late_cancel_fee}
        return "in_time", {}

    def task(self, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """File {kind, subject?, contact?, number?, reason?, urgency?, window?, note?} for a person to do."""
        task = Task(
            kind=forms.required_text(args, "kind"),
            subject=forms.optional_reference(args, "subject"),
            contact=forms.text(args, "contact"),
            number=forms.text(args, "number"),
            reason=forms.text(args, "reason"),
            urgency=forms.text(args, "urgency") or "normal",
            window=forms.text(args, "window"),
            note=forms.text(args, "note"),
            call_id=call_id,
        )
        task_id = self._store.add_task(task, key=key, now=now)
        return ("filed", {"task": {"id": task_id, "kind": task.kind}}) if task_id else FAILED

    def tasks(self) -> Sequence[Task]:
        """Return all tasks, the oldest first; raises StoreUnavailable."""
        return self._store.tasks()

    def note(self, args: Args, *, call_id: str, key: str, now: datetime) -> Answer:
        """Add {text} to {appointment}: running late, a wish for the visit."""
        appointment_id = forms.reference(args, "appointment")
        note_id = self._store.add_note(appointment_id, forms.required_text(args, "text"), key=key, now=now)
        return ("filed", {"note": {"id": note_id, "appointment": appointment_id}}) if note_id else FAILED

    def _facts(self, args: Args, now: datetime, moving: Appointment | None) -> PersonFacts:
        subject = forms.optional_reference(args, "subject") or (moving.subject if moving else None)
        return self._facts_of(
            subject, forms.day(args, "born"), now, moving, referral=bool(args.get("referral"))
        )

    def _facts_of(
        self,
        subject: str | None,
        born: date | None,
        now: datetime,
        moving: Appointment | None,
        *,
        referral: bool,
    ) -> PersonFacts:
        person = self._store.person(subject) if subject else None
        if person is None:
            return facts_of_newcomer(born, referral=referral)
        entries = self._store.appointments(person.id, kept=True)
        skip = moving.id if moving else None
        return facts_of(person, entries, now, self.catalogue.zone, moving=skip, referral=referral)

    def _moving(self, args: Args) -> Appointment | None:
        appointment_id = forms.optional_reference(args, "moving")
        return self._store.read(appointment_id) if appointment_id else None

    def _not_eligible(
        self, opening: Opening, subject: str | None, newcomer: Person | None, now: datetime
    ) -> Reason:
        """Return why the person may not have it after all; a referral was asked for in the search."""
        offering = self.catalogue.offerings.get(opening.service)
        if offering is None:
            return Reason.UNKNOWN_SERVICE
        facts = self._facts_of(subject, newcomer.born if newcomer else None, now, None, referral=True)
        today = now.astimezone(self.catalogue.zone).date()
        window = eligible_days(offering, facts, self.catalogue.rules, today)
        if isinstance(window, Reason):
            return window
        if opening.start.date() < window.first:
            return window.first_reason
        return window.last_reason if opening.start.date() > window.last else Reason.NONE

    def _settled(self, attempt: Callable[[], CommitResult], key: str) -> Answer:
        """Turn the store's answer into ours: what is unknown is looked up by its key before the one retry."""
        try:
            result = attempt()
            if result.outcome is CommitOutcome.UNKNOWN and self._store.read_key(key) is None:
                result = attempt()
            if result.outcome is CommitOutcome.CONFLICT:
                return "conflict", {}
            written = self._store.read_key(key)
        except StoreUnavailable:
            return "unknown", {}
        return self._verified(written) if written else ("unknown", {})

    def _verified(self, written: Appointment) -> Answer:
        """Answer from the record that was read back."""
        if written.status in FREE_STATUSES:
            return "conflict", {}
        return "committed", {"appointment": forms.plain_appointment(written)}


def _opening_of(entry: Appointment) -> Opening:
    return Opening(entry.start, entry.end, entry.service, entry.provider, entry.room)
