"""Counts of the index: by day, version and task, what models cost, how long replies took at the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.archive import listing
from engine.archive.listing import Filter
from engine.archive.numbers import numbers
from engine.archive.store import Archive
from engine.calls import Desk
from engine.core.events import Composed, ModelUse, Understood

NOW = "2026-11-23T09:15"
CALLS = {
    "asked": ("do you have parking?", "no, that's all, goodbye"),
    "given up": ("I'd like to book a cleaning",),
    "person": ("can I talk to a person please",),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    desk = Desk.open("gedimino", str(tmp_path_factory.mktemp("numbers") / "site.db"), keep=True)
    for name, says in CALLS.items():
        call = desk.call(desk.clock(NOW), call=name)
        call.open()
        for text in says:
            if call.state.phase != "ended":
                call.say(text)
        if name == "given up":
            use = ModelUse("small", "m", "answered", "said", "", 400, 1000, 800, 20, 0.002)
            late = ModelUse("small", "m", "late", latency_ms=1500)
            call.feed(Understood(call._now(), 99, (), "model", model_calls=2, uses=(late, use)))
            call.feed(Composed(call._now(), 99, "", 1, (use,)))
            call.wait(60)
        if call.state.phase != "ended":
            call.hang_up()
    assert desk.archive is not None
    desk.archive.keep_timings("asked", [
        {"ended_ms": 0, "waited_ms": 300, "sound_ms": 150, "voice_ms": 520},
        {"ended_ms": 9000, "waited_ms": 300, "sound_ms": None, "voice_ms": None},
    ])  # fmt: skip
    yield desk.archive
    desk.archive.close()


def test_calls_are_counted_by_what_callers_came_for(archive: Archive) -> None:
    found = numbers(archive)
    assert [(group.name, group.calls) for group in found.tasks] == [("book_appointment", 1), ("", 2)]
    assert found.tasks[0].abandoned == 1.0
    assert ("full_name", 1) in found.marks["left"]
    only = numbers(archive, task="book_appointment")
    assert (only.all.calls, only.all.outcomes) == (1, {"abandoned": 1})
    assert only.transfers == []
    assert numbers(archive, task="nothing").all.calls == 0


def test_what_models_cost_is_counted_by_day_and_version(archive: Archive) -> None:
    found = numbers(archive)
    for group in (found.all, found.days[0], found.versions[0], found.tasks[0]):
        models = group.models
        assert models.outcomes == {"answered": 2, "late": 1}
        assert (models.input_tokens, models.cached_tokens, models.output_tokens) == (2000, 1600, 40)
        assert models.cost == pytest.approx(0.004)
        assert models.cached == 0.8
        assert (models.percentile(0.5), models.percentile(0.95)) == (400, 1500)
    assert found.all.model_calls == 3
    assert found.tasks[1].models.requests == 0


def test_times_at_the_line_are_counted_where_there_was_one(archive: Archive) -> None:
    found = numbers(archive)
    assert found.all.voice(0.5) == 520
    assert found.tasks[0].voice(0.5) is None


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        (Filter(slot="full_name"), ["given up"]),
        (Filter(left="full_name"), ["given up"]),
        (Filter(left="service"), []),
        (Filter(slow="0.5"), []),
    ],
)
def test_calls_are_found_by_what_was_asked_and_where_they_stopped(
    archive: Archive, wanted: Filter, calls: list[str]
) -> None:
    assert [row.call for row in listing.listed(archive, wanted).rows] == calls


def test_slow_replies_are_found(archive: Archive, tmp_path: Path) -> None:
    desk = Desk.open("gedimino", str(tmp_path / "site.db"), domain=archive.domain, keep=True)
    call = desk.call(desk.clock(NOW), call="slow")
    call.open()
    waiting = call._world.begin

    def slowly(*arguments: object) -> object:
        call.wait(1.2)
        arguments = (*arguments[:-1], call._now())
        return waiting(*arguments)  # type: ignore[arg-type]

    call._world.begin = slowly  # type: ignore[method-assign, assignment]
    call.say("do you have parking?")
    call.hang_up()
    assert desk.archive is not None
    found = {
        name: len(listing.listed(desk.archive, Filter(slow=name)).rows) for name in ("0.5", "1", "2", "4")
    }
    assert found == {"0.5": 1, "1": 1, "2": 0, "4": 0}
    assert listing.choices(desk.archive)["slow"] == ["0.5", "1"]
    desk.archive.close()


def test_everything_of_a_call_goes_with_it(archive: Archive) -> None:
    """Last, since it removes one: nothing of a call that is forgotten stays in any table."""
    from engine.archive.filing import forget

    with archive.forgetting() as db:
        for call in ("asked", "given up"):
            forget(db, call)
        for table in ("calls", "tapes", "marks", "callers", "model_uses", "timings", "remarks"):
            of_them = f"SELECT count(*) FROM {table} WHERE call IN ('asked', 'given up')"  # noqa: S608 - names of ours
            assert db.execute(of_them).fetchone()[0] == 0, table
