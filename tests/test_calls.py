"""Setting up a call: a site, its book, its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.calls import Desk
from engine.core.errors import PackError
from engine.traces import read_tape


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk.open("gedimino")


def test_a_new_book_starts_with_the_seed_of_the_site(desk: Desk) -> None:
    rows = desk.appointments()
    assert {row["id"] for row in rows} >= {item.id for item in desk.domain.appointments}
    assert all("patient" in row and "subject" not in row for row in rows)


def test_a_site_without_a_seed_has_an_empty_book() -> None:
    assert Desk.open("crossroads").appointments() == []


def test_a_book_on_disk_is_not_seeded_twice(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    first = Desk.open("gedimino", str(path), domain=desk.domain).appointments()
    again = Desk.open("gedimino", f"sqlite:///{path}", domain=desk.domain).appointments()
    assert again == first
    assert path.exists()


def test_another_kind_of_database_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="only sqlite is supported"):
        Desk.open("gedimino", "postgres://host/book", domain=desk.domain)


def test_a_url_without_a_path_is_a_book_in_memory(desk: Desk) -> None:
    assert Desk.open("gedimino", "sqlite:///", domain=desk.domain).appointments() == desk.appointments()


def test_a_site_that_does_not_exist_takes_no_calls() -> None:
    with pytest.raises(PackError, match="did you mean 'gedimino'"):
        Desk.open("gedimin")


def test_a_frozen_clock_stands_still_at_local_time(desk: Desk) -> None:
    clock = desk.clock("2026-11-23T09:15")
    assert clock() == clock() == datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
    assert desk.clock("2026-11-23T09:15:00+00:00")() == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def test_the_real_clock_is_told_in_the_zone_of_the_site(desk: Desk) -> None:
    moment = desk.clock(None)()
    assert moment.utcoffset() == moment.astimezone(desk.domain.catalogue.zone).utcoffset()
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


def test_a_time_that_is_none_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="noon"):
        desk.clock("noon")


def test_every_call_has_a_name_of_its_own(desk: Desk, tmp_path: Path) -> None:
    clock = desk.clock("2026-11-23T09:15")
    names = {desk.call(clock).open().state.call for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith("gedimino-20261123T071500-") for name in names)
    path = tmp_path / "deep" / "call.jsonl"
    call = desk.call(clock, number="+37061234567", language="lt", tape=path, call="mine")
    state = call.open().state
    assert (state.call, state.number, state.language) == ("mine", "+37061234567", "lt")
    call.hang_up()
    assert read_tape(path).header["call"] == "mine"
