"""The operations of the book, as a dialogue asks for them: plain JSON in, outcome and plain JSON out."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.booking.forms import BadRequest
from engine.booking.service import OUTCOMES, Answer, Booking
from engine.booking.sqlite import SqliteStore
from engine.booking.store import CancelOutcome, CancelResult, CommitOutcome, CommitResult, StoreUnavailable
from engine.core.catalogue import Person

ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
ADA = Person("p01", "Ada Vale", date(1984, 3, 12), "", last={"review": date(2026, 5, 18)})
EXACT = {"exact": ["2026-11-24T09:00"]}
SEEDED = {
    "id": "a01", "subject": "p01", "service": "massage", "provider": "clark", "room": "r3", "start": "2026-12-01T10:00",
}  # fmt: skip


class Line:
    """One call: counts its keys and lets the time stand still."""

    def __init__(self, booking: Booking, call_id: str = "call", now: datetime = NOW) -> None:
        self.booking, self.call_id, self.now, self.keys = booking, call_id, now, 0

    def __call__(self, operation: str, key: str = "", **args: Any) -> Answer:
        self.keys += 1
        key = key or f"{self.call_id}-{self.keys}"
        outcome, data = self.booking.answer(operation, args, call_id=self.call_id, key=key, now=self.now)
        assert outcome in OUTCOMES[operation.removeprefix("booking.")]
        assert json.loads(json.dumps(data)) == data, "plain JSON only"
        return outcome, data


@pytest.fixture
def line(booking) -> Line:
    return Line(booking)


def opening(line: Line, service: str = "massage", subject: str | None = "p01", **more: Any) -> dict[str, str]:
    outcome, data = line("find", service=service, subject=subject, wish=EXACT, **more)
    assert outcome == "found"
    first: dict[str, str] = data["openings"][0]
    return first


def book(line: Line, **more: Any) -> dict[str, Any]:
    wanted = opening(line, **more)
    _, held = line("hold", opening=wanted)
    outcome, data = line("commit", hold=held["hold"], opening=wanted, subject="p01")
    assert outcome == "committed"
    entry: dict[str, Any] = data["appointment"]
    return entry


# --- a whole booking


def test_find_hold_commit_and_it_is_in_the_book(line, booking):
    found, data = line("booking.find", service="massage", subject="p01", wish=EXACT)
    assert (found, data["nearest"], data["exact"], data["reason"]) == ("found", False, True, "")
    [wanted] = data["openings"]
    outcome, held = line("hold", opening=wanted)
    assert (outcome, held["hold"]) == ("held", {"id": "h01", "expires": "2026-11-23T07:18:00+00:00"})
    assert line("renew", hold=held["hold"])[0] == "held"
    outcome, data = line("commit", hold=held["hold"], opening=wanted, subject="p01", note="by the window")
    assert outcome == "committed"
    row = {
        "id": "a01", "subject": "p01", "service": "massage", "provider": "clark", "room": "r3",
        "start": "2026-11-24T09:00", "end": "2026-11-24T10:00", "status": "booked",
    }  # fmt: skip
    assert data["appointment"] == row | {"version": 1}
    assert booking.listing() == [row]
    assert line("list", subject="p01") == ("found", {"appointments": [row | {"version": 1, "late": True}]})


def test_what_the_caller_tells_of_a_visit_narrows_the_list(line):
    first = book(line)
    _, data = line("find", service="massage", subject="p01", wish={"exact": ["2026-11-24T10:30"]})
    wanted = data["openings"][0]
    _, held = line("hold", opening=wanted)
    second = line("commit", hold=held["hold"], opening=wanted, subject="p01")[1]["appointment"]

    def listed(**told: Any) -> tuple[str, list[str]]:
        outcome, data = line("list", subject="p01", **told)
        return outcome, [row["id"] for row in data["appointments"]]

    both = [first["id"], second["id"]]
    assert listed() == ("found", both)
    assert listed(when={"times": [["10:00", "12:00"]]}) == ("found", both[1:])
    assert listed(when={"days": [["2026-11-24", "2026-11-25"]]}, service="massage") == ("found", both)
    assert listed(when={"days": [["2026-11-26", "2026-11-27"]]}) == ("other", both)
    assert listed(service="first_visit") == ("other", both)
    assert listed(provider="nobody") == ("other", both)
    assert listed(provider=first["provider"])[0] == "found"


def test_a_visit_that_was_spoken_of_is_meant_unless_another_one_is_told(line):
    first = book(line)
    _, data = line("find", service="massage", subject="p01", wish={"exact": ["2026-11-24T10:30"]})
    _, held = line("hold", opening=data["openings"][0])
    second = line("commit", hold=held["hold"], opening=data["openings"][0], subject="p01")[1]["appointment"]

    def listed(**told: Any) -> tuple[str, list[str]]:
        outcome, data = line("list", subject="p01", **told)
        return outcome, [row["id"] for row in data["appointments"]]

    assert listed(spoken=second) == ("found", [second["id"]])
    assert listed(spoken={"id": "a99"}) == ("found", [first["id"], second["id"]])
    assert listed(spoken=second, other=True) == ("found", [first["id"]])
    assert listed(other=True) == ("found", [first["id"], second["id"]])
    morning = {"times": [["10:00", "12:00"]]}
    assert listed(spoken=first, when=morning) == ("found", [second["id"]])
    assert listed(spoken=second, when=morning, other=True) == ("found", [first["id"]])


def test_the_usual_and_the_one_of_last_time_are_looked_up(line):
    assert line("last_service", subject="p01") == ("known", {"service": "review"})
    assert line("last_service", subject="p99") == ("unknown", {})
    assert line("last_provider", subject="p01", service="massage") == ("unknown", {})
    assert line("last_provider", subject="p99", service="massage") == ("unknown", {})
    entry = book(line)
    line.now += timedelta(days=3)
    assert line("last_provider", subject="p01", service="massage") == (
        "known",
        {"provider": entry["provider"]},
    )


def test_a_new_person_is_filed_with_the_first_booking(line, booking):
    _, data = line("find", service="first_visit", born="1990-01-01", wish={"exact": ["2026-11-24T09:00"]})
    [wanted] = data["openings"]
    _, held = line("hold", opening=wanted)
    newcomer = {"name": "Cleo New", "born": "1990-01-01", "phone": "+37060000009", "language": "en"}
    outcome, data = line("commit", hold=held["hold"]["id"], opening=wanted, **newcomer)
    assert (outcome, data["appointment"]["subject"]) == ("committed", "p05")
    filed = booking.person("p05")
    assert (filed.name, filed.phone, filed.language) == ("Cleo New", "+37060000009", "en")


def test_a_move_never_leaves_the_caller_without_an_appointment(line, booking):
    old = book(line)
    _, data = line("find", moving=old["id"], wish={"exact": ["2026-11-24T10:30"]})
    [wanted] = data["openings"]
    assert wanted["service"] == "massage"
    _, held = line("hold", opening=wanted)
    standing = [row["start"] for row in booking.listing() if row["status"] == "booked"]
    assert standing == ["2026-11-24T09:00"]
    line("commit", hold=held["hold"], opening=wanted, subject="p01")
    assert line("cancel", appointment=old, subject="p01")[0] == "cancelled"
    assert [row["start"] for row in booking.listing() if row["status"] == "booked"] == ["2026-11-24T10:30"]


def test_a_moved_appointment_keeps_its_time_until_it_is_cancelled(line):
    old = book(line)
    _, data = line("find", moving=old["id"], wish=EXACT)
    assert data["nearest"]


def test_earlier_is_meant_from_the_appointment_that_is_moved(catalogue):
    store = SqliteStore(":memory:")
    booking = Booking(catalogue, store)
    assert booking.seed([ADA], [SEEDED])
    _, data = Line(booking)("find", moving="a01", wish={"order": "earlier"})
    store.close()
    assert not data["nearest"]
    assert all(found["start"] < "2026-12-01T10:00" for found in data["openings"])


# --- searching


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"service": "operation", "subject": "p01"}, "requires_referral"),
        ({"service": "deep_massage", "subject": "p04"}, "requires_visit"),
        ({"service": "child_review", "subject": "p01"}, "too_old"),
        ({"service": "adult_course", "subject": "p02"}, "too_young"),
        ({"service": "first_visit", "subject": "p01"}, "new_only"),
        ({"service": "review", "subject": "p02"}, "existing_only"),
        ({"service": "review", "born": "1990-01-01"}, "existing_only"),
        ({"service": "massage", "subject": "p03"}, "prepayment"),
        ({"service": "flying"}, "unknown_service"),
    ],
)
def test_who_may_not_have_it_is_told_why(line, args, reason):
    outcome, data = line("find", **args)
    assert (outcome, data["reason"]) == ("not_eligible", reason)


def test_a_refusal_says_what_is_asked_for(line):
    _, data = line("find", service="deep_massage", subject="p04")
    assert data["requires"] == {
        "visits": ["review", "first_visit"], "within_months": 12, "at_least_days": None, "referral": False,
    }  # fmt: skip
    _, data = line("find", service="child_review", subject="p01")
    assert data["age_below"] == 16


def test_a_referral_opens_what_needs_one(line):
    assert line("find", service="operation", subject="p01", referral=True)[0] == "found"


def test_what_is_held_or_booked_is_not_offered(line, booking):
    wanted = opening(line)
    line("hold", opening=wanted)
    other = Line(booking, "other")
    assert wanted["start"] not in [
        found["start"] for found in other("find", service="massage", wish=EXACT)[1]["openings"]
    ]


def test_refused_openings_are_not_offered_again(line):
    _, first = line("find", service="massage", subject="p01")
    _, second = line("find", service="massage", subject="p01", refused=first["openings"])
    starts = {found["start"] for found in first["openings"]}
    assert starts.isdisjoint(found["start"] for found in second["openings"])


def test_nothing_is_offered_while_the_person_is_here_anyway(line):
    book(line)
    _, data = line("find", service="review", subject="p01", wish={"exact": ["2026-11-24T09:30"]})
    assert data["nearest"]


def test_a_provider_beside_the_wish_is_part_of_it(line):
    _, data = line("find", service="review", subject="p01", provider="baker")
    assert {found["provider"] for found in data["openings"]} == {"baker"}


# --- holding


def test_two_callers_for_one_time_one_is_told(line, booking):
    wanted = opening(line)
    other = Line(booking, "other")
    assert line("hold", opening=wanted)[0] == "held"
    assert other("hold", opening=wanted) == ("taken", {})


def test_what_could_not_have_been_offered_is_not_held(line):
    wanted = opening(line) | {
        "start": "2026-11-24T11:30",
        "end": "2026-11-24T12:30",
        "utc": "2026-11-24T09:30Z",
    }
    assert line("hold", opening=wanted) == ("taken", {"reason": "not_offered"})


def test_releasing_frees_one_or_all(line, booking):
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    assert line("release", hold=held["hold"])[0] == "released"
    assert line("hold", opening=wanted)[0] == "held"
    assert line("release")[0] == "released"
    assert Line(booking, "other")("hold", opening=wanted)[0] == "held"
    booking.release_call("other")
    assert Line(booking, "third")("hold", opening=wanted)[0] == "held"


# --- committing


def test_the_same_key_books_once(line, booking):
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    args = {"hold": held["hold"], "opening": wanted, "subject": "p01"}
    first = line("commit", key="once", **args)
    line.now += timedelta(hours=1)
    assert line("commit", key="once", **args) == first
    assert len(booking.listing()) == 1


def test_a_commit_that_was_cancelled_since_is_not_called_committed_again(line):
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    args = {"hold": held["hold"], "opening": wanted, "subject": "p01"}
    _, data = line("commit", key="once", **args)
    line("cancel", appointment=data["appointment"])
    assert line("commit", key="once", **args) == ("conflict", {})


def test_what_the_caller_added_is_kept_with_the_appointment(booking):
    line = Line(booking)
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    more = {"note": "by the window", "contact": "+37060000005"}
    _, data = line("commit", hold=held["hold"], opening=wanted, subject="p01", **more)
    entry = booking._store.read(data["appointment"]["id"])
    assert (entry.note, entry.contact) == ("by the window", "+37060000005")


def test_an_expired_hold_is_a_conflict(line, booking):
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    line.now += timedelta(seconds=180)
    assert line("commit", hold=held["hold"], opening=wanted, subject="p01")[0] == "conflict"
    assert booking.listing() == []


def test_a_hold_of_another_call_or_another_time_is_a_conflict(line, booking):
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    assert Line(booking, "other")("commit", hold=held["hold"], opening=wanted, subject="p01")[0] == "conflict"
    other = wanted | {"start": "2026-11-24T13:00", "end": "2026-11-24T14:00", "utc": "2026-11-24T11:00Z"}
    assert line("commit", hold=held["hold"], opening=other, subject="p01")[0] == "conflict"


def test_the_rules_are_asked_again_for_the_person_who_is_booked(line, booking):
    wanted = opening(line, service="review")
    _, held = line("hold", opening=wanted)
    assert line("commit", hold=held["hold"], opening=wanted, subject="p02") == (
        "conflict",
        {"reason": "existing_only"},
    )
    assert booking.listing() == []


# --- cancelling


@pytest.mark.parametrize(
    ("hours", "late", "status"),
    [(24, False, "cancelled"), (23.99, True, "late_cancelled"), (48, False, "cancelled")],
)
def test_notice_decides_whether_a_cancellation_is_late(line, booking, hours, late, status):
    entry = book(line)
    line.now = datetime(2026, 11, 24, 9, tzinfo=ZONE) - timedelta(hours=hours)
    _, data = line("list", subject="p01")
    assert data["appointments"][0]["late"] is late
    outcome, data = line("cancel", appointment=entry["id"], subject="p01")
    assert (outcome, data["appointment"]["status"]) == ("cancelled", status)
    assert line("list", subject="p01") == ("none", {"appointments": []})


def test_notice_says_what_a_late_cancellation_costs(line):
    entry = book(line)
    assert line("notice", appointment=entry) == ("late", {"late_fee": 0})
    line.now -= timedelta(minutes=15)
    assert line("notice", appointment=entry) == ("in_time", {})
    assert line("notice", appointment="a99") == ("failed", {})


def test_nobody_cancels_what_is_not_theirs_or_not_there(line, booking):
    entry = book(line)
    assert line("cancel", appointment=entry, subject="p02")[0] == "conflict"
    assert line("cancel", appointment="a99")[0] == "conflict"
    assert line("cancel", appointment=entry, version=7)[0] == "conflict"
    assert booking.listing()[0]["status"] == "booked"


# --- tasks and notes


def test_a_task_is_filed_with_whatever_is_known(line, booking):
    outcome, data = line("task", kind="callback", number="+370", window={"after": "16:00"})
    assert (outcome, data) == ("filed", {"task": {"id": "t01", "kind": "callback"}})
    [task] = booking.tasks()
    assert (task.number, task.window, task.call_id, task.urgency) == (
        "+370",
        '{"after": "16:00"}',
        "call",
        "normal",
    )


def test_a_note_needs_its_appointment(line):
    entry = book(line)
    assert line("note", appointment=entry, text="late")[0] == "filed"
    assert line("note", appointment="a99", text="late")[0] == "failed"


# --- mistakes of ours


@pytest.mark.parametrize(
    ("operation", "args", "message"),
    [
        ("fly", {}, "unknown operation 'fly'; known: find, hold, renew,"),
        ("hold", {}, "opening: NoneType is not an opening; needed is one that find returned"),
        (
            "hold",
            {"opening": {"start": "x"}},
            "opening: not an opening (Invalid isoformat string: 'x'); needed: start,",
        ),
        ("find", {"service": "massage", "wish": {"day": 1}}, "wish: unknown key 'day'; allowed: days,"),
        ("find", {"service": "massage", "born": "long ago"}, "born: a date such as 1990-12-31 is needed"),
        ("find", {"service": "massage", "count": "two"}, "count: a whole number is needed"),
        ("find", {"service": "massage", "subject": 7}, "subject: int is not an id"),
        ("renew", {}, "hold: missing; needed is its id, or an object with an id"),
        ("task", {"note": "x"}, "kind: missing; given: note"),
    ],
)
def test_malformed_arguments_are_named(booking, operation, args, message):
    with pytest.raises(BadRequest) as raised:
        booking.answer(operation, args, call_id="call", key="k", now=NOW)
    assert str(raised.value).startswith(message)


def test_a_commit_for_nobody_is_named(line):
    wanted = opening(line)
    with pytest.raises(BadRequest, match="subject: missing; needed is a person's id, or name and born"):
        line("commit", hold="h01", opening=wanted)


# --- a store that fails


class LossyStore(SqliteStore):
    """A store whose answers get lost: before or after the write, once or always."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.lose: list[str] = []
        self.dark = False
        self.commits = 0

    def commit(self, *args: Any, **more: Any) -> CommitResult:
        self.commits += 1
        lost = self.lose.pop(0) if self.lose else ""
        if lost == "before":
            return CommitResult(CommitOutcome.UNKNOWN)
        result = super().commit(*args, **more)
        return CommitResult(CommitOutcome.UNKNOWN) if lost == "after" else result

    def cancel(self, *args: Any, **more: Any) -> CancelResult:
        lost = self.lose.pop(0) if self.lose else ""
        if lost == "before":
            return CancelResult(CancelOutcome.UNKNOWN)
        result = super().cancel(*args, **more)
        return CancelResult(CancelOutcome.UNKNOWN) if lost == "after" else result

    def read(self, appointment_id: str) -> Any:
        if self.dark:
            raise StoreUnavailable("dark")
        return super().read(appointment_id)

    def read_key(self, key: str) -> Any:
        if self.dark:
            raise StoreUnavailable("dark")
        return super().read_key(key)

    def busy(self, *args: Any) -> Any:
        if self.dark:
            raise StoreUnavailable("dark")
        return super().busy(*args)

    def appointments(self, *args: Any, **more: Any) -> Any:
        if self.dark:
            raise StoreUnavailable("dark")
        return super().appointments(*args, **more)


@pytest.fixture
def lossy(catalogue):
    store = LossyStore()
    booking = Booking(catalogue, store)
    booking.seed([ADA], [])
    yield store, Line(booking)
    store.close()


@pytest.mark.parametrize(
    ("losses", "outcome", "attempts"),
    [
        (["after"], "committed", 1),
        (["before"], "committed", 2),
        (["before", "after"], "committed", 2),
        (["before", "before"], "unknown", 2),
    ],
)
def test_an_unknown_commit_is_read_back_before_its_one_retry(lossy, losses, outcome, attempts):
    store, line = lossy
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    store.lose = list(losses)
    assert line("commit", hold=held["hold"], opening=wanted, subject="p01")[0] == outcome
    assert store.commits == attempts
    assert len(line.booking.listing()) == (outcome == "committed")
    if outcome == "unknown":
        assert list(store.holds(NOW)), "the units stay blocked"


@pytest.mark.parametrize(
    ("losses", "outcome"),
    [(["after"], "cancelled"), (["before"], "cancelled"), (["before", "before"], "unknown")],
)
def test_an_unknown_cancellation_is_asked_again_with_its_key(lossy, losses, outcome):
    store, line = lossy
    entry = book(line)
    store.lose = list(losses)
    assert line("cancel", appointment=entry)[0] == outcome


def test_a_commit_that_cannot_be_read_back_is_never_called_committed(lossy):
    store, line = lossy
    wanted = opening(line)
    _, held = line("hold", opening=wanted)
    store.dark = True
    assert line("commit", hold=held["hold"], opening=wanted, subject="p01")[0] == "unknown"
    assert line("cancel", appointment="a01")[0] == "unknown"


def test_a_book_that_cannot_be_read_fails_to_find(lossy):
    store, line = lossy
    store.dark = True
    assert line("find", service="massage", subject="p01")[0] == "failed"
    assert line("list", subject="p01")[0] == "failed"
    assert line("last_service", subject="p01")[0] == "failed"
    assert line("last_provider", subject="p01", service="massage")[0] == "failed"
    assert line("notice", appointment="a01")[0] == "failed"
