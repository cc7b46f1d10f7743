"""Where an action meets the world: nothing raised there gets past it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.booking.store import StoreUnavailable
from engine.calls import Desk
from engine.core.actions import Expecting, Request, Understand
from engine.core.commands import StartFlow
from engine.core.events import Answered, Event, Failed, Understood
from engine.core.utterance import Transcript, Utterance
from engine.performer import Performer, full_name

NOW = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
TOMAS = {"name": {"first": "Tomas", "last": "Balčiūnas"}, "born": "1984-03-12"}


@pytest.fixture(scope="module")
def shared() -> Desk:
    return Desk.open("gedimino")


@pytest.fixture
def desk(shared: Desk) -> Desk:
    return Desk.open("gedimino", domain=shared.domain)


def asked(desk: Desk, asks: str, number: int = 1, /, **args: Any) -> Event:
    return desk.performer.request(Request(number, asks, args, f"key-{number}"), "call-1", NOW)


def answer(desk: Desk, asks: str, number: int = 1, /, **args: Any) -> Answered:
    event = asked(desk, asks, number, **args)
    assert isinstance(event, Answered), event
    return event


def test_every_service_of_every_shipped_pack_can_be_requested(desk: Desk) -> None:
    assert desk.domain.services.keys() <= desk.performer.services


def test_words_become_commands(desk: Desk) -> None:
    utterance = Utterance(Transcript.of("I'd like to book a cleaning"), 3, "en")
    event = desk.performer.understand(Understand(utterance, Expecting("open")), NOW)
    assert isinstance(event, Understood)
    assert event.turn == 3
    assert StartFlow("book_appointment") in event.commands


def test_an_understanding_that_breaks_is_a_failure_without_a_message(desk: Desk) -> None:
    class Broken:
        def understand(self, *_: object) -> None:
            raise KeyError("what the caller said")

    performer = Performer(desk.domain, desk.booking, Broken())  # type: ignore[arg-type]
    utterance = Utterance(Transcript.of("hm"), 1, "en")
    event = performer.understand(Understand(utterance, Expecting("open")), NOW)
    assert event == Failed(NOW, "understand", kind="KeyError")


def test_a_service_that_does_not_exist_fails(desk: Desk) -> None:
    assert asked(desk, "booking.dream") == Failed(NOW, "request:1", kind="UnknownService")


def test_a_service_that_breaks_is_a_failure_that_may_be_tried_again(desk: Desk) -> None:
    event = asked(desk, "people.find", born="no day", name="x")
    assert event == Failed(NOW, "request:1", retryable=True, kind="ValueError")


def test_somebody_is_found_when_name_and_birth_date_agree(desk: Desk) -> None:
    event = answer(desk, "people.find", **TOMAS)
    assert event.outcome == "found"
    subject = event.data["subject"]
    assert (subject["name"], subject["age"], subject["is_new"]) == ("Tomas Balčiūnas", 42, False)


@pytest.mark.parametrize("born", ["1984-03-13", "2010-01-01"])
def test_a_name_without_its_birth_date_is_nobody(desk: Desk, born: str) -> None:
    assert answer(desk, "people.find", name=TOMAS["name"], born=born).outcome == "not_found"


def test_who_is_on_file_is_read_when_a_server_starts_and_not_by_a_call(desk: Desk) -> None:
    assert desk.performer.on_file == ()
    desk.prepare()
    assert "Tomas Balčiūnas" in desk.performer.on_file


def test_a_book_that_is_gone_does_not_keep_a_server_from_starting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(desk.booking, "people", gone)
    desk.prepare()
    assert desk.performer.on_file == ()


def test_free_times_are_found_kept_and_booked(desk: Desk) -> None:
    subject = answer(desk, "people.find", **TOMAS).data["subject"]
    wish = {"days": [["2026-11-26", "2026-11-27"]]}
    found = answer(desk, "booking.find", service="hygiene", wish=wish, subject=subject, provider="any")
    assert found.outcome == "found"
    opening = found.data["openings"][0]
    held = answer(desk, "booking.hold", 2, opening=opening)
    assert held.outcome == "held"
    done = answer(
        desk,
        "booking.commit",
        3,
        hold=held.data["hold"],
        opening=opening,
        subject=subject,
        name=TOMAS["name"],
    )
    assert done.outcome == "committed"
    assert done.data["appointment"]["start"] == opening["start"]


def test_the_provider_of_last_time_is_who_it_was(desk: Desk) -> None:
    resolved = desk.performer._resolved
    assert resolved({"provider": "same", "subject": {"last_provider": "carter"}})["provider"] == "carter"
    assert "provider" not in resolved({"provider": "same", "subject": {"last_provider": None}})
    assert "provider" not in resolved({"provider": "same"})
    assert "provider" not in resolved({"provider": "any", "subject": {"last_provider": "carter"}})
    assert resolved({"provider": "carter"})["provider"] == "carter"


def test_a_single_visit_is_the_one_that_is_meant(desk: Desk) -> None:
    for person in desk.domain.people:
        event = answer(desk, "booking.list", subject={"id": person.id})
        visits = event.data.get("appointments", ())
        expected = {0: "none", 1: "found"}.get(len(visits), "several")
        assert event.outcome == expected
        assert ("appointment" in event.data) is (len(visits) == 1)


def test_a_single_visit_that_is_not_the_one_told_is_not_taken_for_it(desk: Desk) -> None:
    event = answer(desk, "booking.list", subject={"id": "p02"}, when={"days": [["2026-11-27", "2026-11-28"]]})
    assert event.outcome == "other"
    assert "appointment" not in event.data
    assert [visit["id"] for visit in event.data["appointments"]] == ["a02"]


def test_a_name_in_parts_is_said_in_one() -> None:
    assert full_name({"first": "Ona", "last": "Petrė"}) == "Ona Petrė"
    assert full_name({"first": "Ona", "last": None}) == "Ona"
    assert full_name({"id": "p01"}) == {"id": "p01"}
    assert full_name("Ona") == "Ona"
