"""What every store of the book must do, whichever database keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.booking.localtime import epoch
from engine.booking.opening import Claim
from engine.booking.store import (
    BookStore,
    CancelOutcome,
    CommitOutcome,
    Draft,
    HoldOutcome,
    SeedError,
    Status,
    Task,
)
from engine.core.catalogue import Person

ZONE = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZONE)
TEN = datetime(2026, 11, 24, 10, tzinfo=ZONE)
TTL = 180
ADA = Person("p01", "Ada Vale", date(1984, 3, 12), "+37060000001", "en", last={"review": date(2026, 5, 18)})
BEN = Person(
    "p02",
    "Ben Vale",
    date(2016, 6, 30),
    "+37060000001",
    "lt",
    guardian="p01",
    missed=2,
    last_provider="adams",
)


def draft(
    start: datetime = TEN, *, provider: str = "adams", room: str = "r1", subject: str = "p01", name: str = ""
) -> Draft:
    begins = epoch(start)
    claims = (
        Claim(f"provider:{provider}", begins, begins + 1800),
        Claim(f"room:{room}", begins, begins + 2100),
    )
    end = start + timedelta(minutes=30)
    return Draft(subject, "review", provider, room, start, end, claims, "Europe/Vilnius", id=name)


@pytest.fixture
def book(store: BookStore) -> BookStore:
    store.seed([ADA, BEN], [draft(TEN + timedelta(days=1), name="a07")])
    return store


def held(book: BookStore, wanted: Draft, call: str = "call", key: str = "hold") -> str:
    result = book.hold(call, wanted.claims, TTL, key=key, now=NOW)
    assert result.outcome is HoldOutcome.HELD
    return result.id


# --- seed data and people


def test_seeding_happens_once(book):
    assert book.seed([Person("p99", "Not Me", date(2000, 1, 1), "")], []) is False
    assert book.people() == [ADA, BEN]
    assert [entry.id for entry in book.appointments()] == ["a07"]


def test_a_person_comes_back_as_filed(book):
    assert book.person("p02") == BEN
    assert book.person("p77") is None


def test_overlapping_seed_data_is_refused_by_name_and_leaves_nothing(store):
    with pytest.raises(SeedError, match=r"appointment a02 \(adams, r2, 2026-11-24 10:15\) overlaps"):
        store.seed([ADA], [draft(name="a01"), draft(TEN + timedelta(minutes=15), room="r2", name="a02")])
    assert store.people() == []
    assert store.seed([ADA], [draft(name="a01")])


def test_seed_data_of_somebody_unknown_is_refused(store):
    with pytest.raises(SeedError, match="every person"):
        store.seed([ADA], [draft(subject="p55", name="a01")])


def test_new_people_are_counted_on_from_the_seed(book):
    person = Person("", "Cleo Reed", date(1969, 7, 7), "+37060000003", last={"review": date(2026, 1, 2)})
    assert book.add_person(person, key="k1") == "p03"
    filed = book.person("p03")
    assert (filed.name, filed.last) == ("Cleo Reed", {"review": date(2026, 1, 2)})


def test_somebody_on_file_is_not_filed_twice(book):
    for number, name in enumerate(("Ada Vale", "ada  vale", "Áda Välé")):
        assert book.add_person(Person("", name, date(1984, 3, 12), ""), key=f"k{number}") == "p01"
    assert book.add_person(Person("", "Ada Vale", date(1984, 3, 13), ""), key="other") == "p03"


# --- holding


def test_a_hold_takes_everything_until_it_expires(book):
    hold = book.hold("call", draft().claims, TTL, key="k", now=NOW)
    assert hold.expires == (NOW + timedelta(seconds=TTL)).astimezone(UTC)
    assert [live.id for live in book.holds(NOW)] == [hold.id]
    assert set(book.busy(TEN, TEN + timedelta(hours=1), NOW)) == set(draft().claims)
    assert list(book.busy(TEN, TEN + timedelta(hours=1), hold.expires)) == []
    assert list(book.holds(hold.expires)) == []


@pytest.mark.parametrize(
    ("minutes", "provider", "room", "outcome"),
    [
        (0, "adams", "r2", HoldOutcome.TAKEN),
        (0, "baker", "r1", HoldOutcome.TAKEN),
        (0, "baker", "r2", HoldOutcome.HELD),
        (29, "adams", "r2", HoldOutcome.TAKEN),
        (-29, "adams", "r2", HoldOutcome.TAKEN),
        (30, "adams", "r2", HoldOutcome.HELD),
        (-30, "adams", "r2", HoldOutcome.HELD),
        (30, "baker", "r1", HoldOutcome.TAKEN),
        (35, "baker", "r1", HoldOutcome.HELD),
        (-35, "baker", "r1", HoldOutcome.HELD),
        (-34, "baker", "r1", HoldOutcome.TAKEN),
    ],
)
def test_each_resource_is_exclusive_for_itself_and_half_open(book, minutes, provider, room, outcome):
    held(book, draft(), "first", "first")
    other = draft(TEN + timedelta(minutes=minutes), provider=provider, room=room)
    assert book.hold("second", other.claims, TTL, key="second", now=NOW).outcome is outcome


def test_a_refused_hold_leaves_nothing(book):
    held(book, draft(), "first", "first")
    other = draft(provider="baker")  # free provider, taken room
    assert book.hold("second", other.claims, TTL, key="second", now=NOW).outcome is HoldOutcome.TAKEN
    assert len(book.holds(NOW)) == 1
    assert (
        book.hold("third", draft(provider="baker", room="r2").claims, TTL, key="third", now=NOW).outcome
        is HoldOutcome.HELD
    )


def test_an_expired_hold_makes_way(book):
    held(book, draft(), "first", "first")
    later = NOW + timedelta(seconds=TTL)
    assert (
        book.hold("second", draft().claims, TTL, key="k", now=later - timedelta(seconds=1)).outcome
        is HoldOutcome.TAKEN
    )
    assert book.hold("second", draft().claims, TTL, key="k2", now=later).outcome is HoldOutcome.HELD


def test_the_same_key_answers_the_same_and_writes_nothing(book):
    first = book.hold("call", draft().claims, TTL, key="k", now=NOW)
    assert book.hold("call", draft(room="r2").claims, TTL, key="k", now=NOW + timedelta(seconds=9)) == first
    book.release(first.id, "call")
    assert book.hold("call", draft().claims, TTL, key="k", now=NOW) == first
    assert list(book.holds(NOW)) == []
    held(book, draft(), "other", "o")
    taken = book.hold("call", draft().claims, TTL, key="k2", now=NOW)
    book.release_call("other")
    assert book.hold("call", draft().claims, TTL, key="k2", now=NOW) == taken


def test_a_call_that_asks_again_for_what_it_holds_keeps_its_hold(book):
    first = held(book, draft(), "call", "k1")
    again = book.hold("call", draft().claims, TTL, key="k2", now=NOW + timedelta(seconds=60))
    assert (again.outcome, again.id) == (HoldOutcome.HELD, first)
    assert again.expires == NOW + timedelta(seconds=60 + TTL)


def test_renewing_starts_the_time_again_but_not_for_the_dead_or_others(book):
    hold = held(book, draft())
    later = NOW + timedelta(seconds=100)
    renewed = book.renew(hold, "call", now=later)
    assert renewed.outcome is HoldOutcome.HELD
    assert renewed.expires == later + timedelta(seconds=TTL)
    assert book.renew(hold, "stranger", now=later).outcome is HoldOutcome.TAKEN
    assert book.renew("h99", "call", now=later).outcome is HoldOutcome.TAKEN
    assert book.renew(hold, "call", now=renewed.expires).outcome is HoldOutcome.TAKEN


def test_only_the_holder_releases(book):
    hold = held(book, draft())
    assert book.release(hold, "stranger") is False
    assert book.release(hold, "call") is True
    assert book.release(hold, "call") is False
    assert list(book.busy(NOW, TEN + timedelta(hours=1), NOW)) == []


def test_the_end_of_a_call_releases_all_it_holds_and_no_more(book):
    held(book, draft(), "call", "k1")
    held(book, draft(provider="baker", room="r2"), "call", "k2")
    other = held(book, draft(provider="clark", room="r3"), "other", "k3")
    assert book.release_call("call") is True
    assert book.release_call("call") is False
    assert [hold.id for hold in book.holds(NOW)] == [other]


# --- committing


def test_a_commit_turns_the_hold_into_an_appointment(book):
    hold = held(book, draft())
    result = book.commit(hold, "call", draft(), key="k", now=NOW)
    assert result.outcome is CommitOutcome.COMMITTED
    entry = result.appointment
    assert (entry.id, entry.subject, entry.status, entry.version, entry.start) == (
        "a08",
        "p01",
        Status.BOOKED,
        1,
        TEN,
    )
    assert book.read("a08") == book.read_key("k") == entry
    assert list(book.holds(NOW)) == []
    assert set(book.busy(TEN, TEN + timedelta(hours=1), NOW + timedelta(days=9))) == set(draft().claims)


def test_the_same_key_commits_once(book):
    hold = held(book, draft())
    first = book.commit(hold, "call", draft(), key="k", now=NOW)
    again = book.commit(hold, "call", draft(), key="k", now=NOW + timedelta(days=1))
    assert again == first
    assert len(book.appointments()) == 2


@pytest.mark.parametrize("wrong", ["call", "claims", "late", "released", "hold"])
def test_no_commit_without_a_live_hold_of_this_call_over_these_claims(book, wrong):
    hold = held(book, draft())
    if wrong == "released":
        book.release(hold, "call")
    result = book.commit(
        "h99" if wrong == "hold" else hold,
        "stranger" if wrong == "call" else "call",
        draft(room="r2") if wrong == "claims" else draft(),
        key="k",
        now=NOW + timedelta(seconds=TTL if wrong == "late" else 0),
    )
    assert result.outcome is CommitOutcome.CONFLICT
    assert result.appointment is None
    assert book.read_key("k") is None
    assert len(book.appointments()) == 1


def test_a_hold_is_spent_by_its_commit(book):
    hold = held(book, draft())
    book.commit(hold, "call", draft(), key="k1", now=NOW)
    assert book.commit(hold, "call", draft(), key="k2", now=NOW).outcome is CommitOutcome.CONFLICT


def test_a_commit_for_nobody_on_file_is_a_conflict_and_keeps_the_hold(book):
    hold = held(book, draft())
    assert book.commit(hold, "call", draft(subject="p55"), key="k", now=NOW).outcome is CommitOutcome.CONFLICT
    assert [live.id for live in book.holds(NOW)] == [hold]


def test_a_newcomer_is_filed_with_the_commit_or_not_at_all(book):
    newcomer = Person("", "Cleo Reed", date(1969, 7, 7), "+37060000003")
    assert (
        book.commit("h99", "call", draft(), key="k1", now=NOW, newcomer=newcomer).outcome
        is CommitOutcome.CONFLICT
    )
    assert len(book.people()) == 2
    hold = held(book, draft())
    result = book.commit(hold, "call", draft(subject=""), key="k2", now=NOW, newcomer=newcomer)
    assert result.appointment.subject == "p03"
    assert book.person("p03").name == "Cleo Reed"


def test_who_gives_no_birth_date_is_told_by_name_and_telephone(book):
    phones = ["+37060000003", "+37060000004", "+37060000003"]
    filed = []
    for hour, phone in enumerate(phones):
        wanted = draft(TEN + timedelta(hours=hour), subject="")
        hold = held(book, wanted, key=f"h{hour}")
        newcomer = Person("", "Cleo Reed", None, phone)
        result = book.commit(hold, "call", wanted, key=f"k{hour}", now=NOW, newcomer=newcomer)
        filed.append(result.appointment.subject)
    assert filed == ["p03", "p04", "p03"]
    assert book.person("p03") == Person("p03", "Cleo Reed", None, phones[0])


def test_what_is_booked_cannot_be_held(book):
    book.commit(held(book, draft()), "call", draft(), key="k", now=NOW)
    later = NOW + timedelta(hours=2)
    assert book.hold("second", draft().claims, TTL, key="k", now=later).outcome is HoldOutcome.TAKEN


# --- cancelling


def test_a_cancelled_appointment_frees_its_time(book):
    book.commit(held(book, draft()), "call", draft(), key="k", now=NOW)
    result = book.cancel("a08", key="c", now=NOW)
    assert result.outcome is CancelOutcome.CANCELLED
    assert (result.appointment.status, result.appointment.version) == (Status.CANCELLED, 2)
    assert list(book.busy(TEN, TEN + timedelta(hours=1), NOW)) == []
    assert book.hold("second", draft().claims, TTL, key="k2", now=NOW).outcome is HoldOutcome.HELD


def test_a_late_cancellation_is_marked(book):
    assert book.cancel("a07", key="c", now=NOW, late=True).appointment.status is Status.LATE_CANCELLED


def test_the_same_key_cancels_once_and_another_key_is_a_conflict(book):
    first = book.cancel("a07", key="c", now=NOW)
    assert book.cancel("a07", key="c", now=NOW) == first
    assert book.cancel("a07", key="c2", now=NOW).outcome is CancelOutcome.CONFLICT


def test_a_changed_record_is_a_conflict_and_never_overwritten(book):
    assert book.cancel("a07", key="c1", now=NOW, version=2).outcome is CancelOutcome.CONFLICT
    assert book.read("a07").status is Status.BOOKED
    assert book.cancel("a07", key="c2", now=NOW, version=1).outcome is CancelOutcome.CANCELLED


def test_what_is_not_there_or_has_begun_is_not_cancelled(book):
    assert book.cancel("a99", key="c1", now=NOW).outcome is CancelOutcome.CONFLICT
    assert book.cancel("a07", key="c2", now=TEN + timedelta(days=1)).outcome is CancelOutcome.CONFLICT


# --- reading, tasks, notes


def test_appointments_are_listed_by_person_and_from_a_moment_on(book):
    book.commit(held(book, draft(subject="p02")), "call", draft(subject="p02"), key="k", now=NOW)
    assert [entry.id for entry in book.appointments()] == ["a08", "a07"]
    assert [entry.id for entry in book.appointments("p02")] == ["a08"]
    assert [entry.id for entry in book.appointments(upcoming_from=TEN + timedelta(minutes=29))] == [
        "a08",
        "a07",
    ]
    assert [entry.id for entry in book.appointments(upcoming_from=TEN + timedelta(minutes=30))] == ["a07"]
    book.cancel("a07", key="c", now=NOW)
    assert [entry.id for entry in book.appointments("p01", upcoming_from=NOW)] == []


def test_what_was_cancelled_or_missed_is_left_out_when_only_what_was_kept_is_wanted(book):
    book.commit(held(book, draft()), "call", draft(), key="k", now=NOW)
    book.cancel("a07", key="c", now=NOW)
    assert [entry.id for entry in book.appointments("p01")] == ["a08", "a07"]
    assert [entry.id for entry in book.appointments("p01", kept=True)] == ["a08"]


def test_a_task_is_filed_once_per_key(book):
    task = Task(
        "callback", "p01", "Ada", "+37060000001", "results", "normal", "after four", "please", call_id="call"
    )
    assert book.add_task(task, key="k", now=NOW) == "t01"
    assert book.add_task(task, key="k", now=NOW) == "t01"
    assert book.add_task(Task("callback", number="+370"), key="k2", now=NOW) == "t02"
    first, second = book.tasks()
    assert (first.id, first.subject, first.window, first.status, first.created) == (
        "t01",
        "p01",
        "after four",
        "open",
        NOW,
    )
    assert (second.subject, second.number) == (None, "+370")


def test_a_note_is_kept_with_its_appointment(book):
    assert book.add_note("a07", "ten minutes late", key="k", now=NOW) == "n01"
    assert book.add_note("a07", "ten minutes late", key="k", now=NOW) == "n01"
    assert book.add_note("a99", "nowhere", key="k2", now=NOW) is None
    assert [(note.text, note.created) for note in book.notes("a07")] == [("ten minutes late", NOW)]


# --- any sequence


Owned = tuple[tuple[Claim, ...], str, datetime | None]
"""Claims, the call they belong to, and until when; no end for what is booked."""


class Calls(RuleBasedStateMachine):
    """Calls that hold, renew, release, commit, cancel and retry in any order, against a model kept in a list.

    The model knows only the promise: who owns what, and what each key was answered.
    """

    open_store: Callable[[], BookStore]

    def __init__(self) -> None:
        super().__init__()
        self.book = self.open_store()
        self.book.seed([ADA, BEN], [])
        self.now = NOW
        self.owned: dict[str, Owned] = {}
        self.answers: dict[str, object] = {}
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def live(self) -> dict[str, Owned]:
        return {name: own for name, own in self.owned.items() if own[2] is None or own[2] > self.now}

    @rule(seconds=st.sampled_from([1, 60, 179, 180, 400]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(
        call=st.sampled_from("ab"),
        step=st.integers(0, 5),
        provider=st.sampled_from("xy"),
        room=st.sampled_from("12"),
    )
    def hold(self, call, step, provider, room):
        wanted = draft(TEN + timedelta(minutes=10 * step), provider=provider, room=room)
        same = [
            n
            for n, (c, owner, until) in self.live().items()
            if until and owner == call and set(c) == set(wanted.claims)
        ]
        clash = any(
            mine.resource == theirs.resource and mine.start < theirs.end and theirs.start < mine.end
            for claims, _, _ in self.live().values()
            for theirs in claims
            for mine in wanted.claims
        )
        key = self.key()
        result = self.book.hold(call, wanted.claims, TTL, key=key, now=self.now)
        assert (result.outcome is HoldOutcome.HELD) == (bool(same) or not clash)
        if result.outcome is HoldOutcome.HELD:
            assert not same or result.id == same[0]
            self.owned[result.id] = (wanted.claims, call, self.now + timedelta(seconds=TTL))
        self.answers[key] = result

    def holds(self):
        return sorted(name for name, own in self.owned.items() if own[2] is not None)

    @precondition(lambda self: self.holds())
    @rule(data=st.data(), call=st.sampled_from("ab"))
    def renew(self, data, call):
        hold = data.draw(st.sampled_from(self.holds()))
        claims, owner, until = self.owned[hold]
        result = self.book.renew(hold, call, now=self.now)
        assert (result.outcome is HoldOutcome.HELD) == (
            owner == call and (until is not None and until > self.now)
        )
        if result.outcome is HoldOutcome.HELD:
            self.owned[hold] = (claims, owner, self.now + timedelta(seconds=TTL))

    @rule(call=st.sampled_from("ab"))
    def hang_up(self, call):
        self.book.release_call(call)
        self.owned = {n: own for n, own in self.owned.items() if own[2] is None or own[1] != call}

    @precondition(lambda self: self.holds())
    @rule(data=st.data(), call=st.sampled_from("ab"))
    def commit(self, data, call):
        hold = data.draw(st.sampled_from(self.holds()))
        claims, owner, until = self.owned[hold]
        start = datetime.fromtimestamp(claims[0].start, tz=ZONE)
        provider, room = (claim.resource.split(":")[1] for claim in claims)
        key = self.key()
        for _ in range(2):  # every commit is retried
            result = self.book.commit(
                hold, call, draft(start, provider=provider, room=room), key=key, now=self.now
            )
            assert (result.outcome is CommitOutcome.COMMITTED) == (
                owner == call and (until is not None and until > self.now)
            )
        if result.appointment is not None:
            del self.owned[hold]
            self.owned[result.appointment.id] = (claims, owner, None)

    @precondition(lambda self: any(own[2] is None for own in self.owned.values()))
    @rule(data=st.data())
    def cancel(self, data):
        booked = data.draw(
            st.sampled_from(sorted(name for name, own in self.owned.items() if own[2] is None))
        )
        assert self.book.cancel(booked, key=self.key(), now=self.now).outcome is CancelOutcome.CANCELLED
        del self.owned[booked]

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def retry_an_old_hold(self, data):
        key = data.draw(st.sampled_from(sorted(self.answers)))
        assert self.book.hold("a", draft().claims, TTL, key=key, now=self.now) == self.answers[key]

    @invariant()
    def the_book_agrees(self):
        owned = [claim for claims, _, _ in self.live().values() for claim in claims]
        busy = list(self.book.busy(NOW, NOW + timedelta(days=9), self.now))
        assert sorted(busy, key=repr) == sorted(owned, key=repr)
        assert {hold.id for hold in self.book.holds(self.now)} == {
            n for n, own in self.live().items() if own[2]
        }

    def teardown(self):
        self.book.close()


def test_any_sequence_of_calls_agrees_with_the_promise(open_store):
    run_state_machine_as_test(type("CallsOn", (Calls,), {"open_store": staticmethod(open_store)}))
