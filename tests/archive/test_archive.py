"""The archive: tapes in the book's database, found again, sent away, purged in time, erased on demand."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.archive import listing
from engine.archive.erasure import NobodyError, erase
from engine.archive.retention import purge, removals, without
from engine.archive.store import Archive
from engine.calls import Desk
from engine.cli import app
from engine.core import trace
from engine.core.errors import TapeError
from engine.traces import TapeWriter, parse_tape, sealing_key

NOW = "2026-11-23T09:15"
BOOKING = (
    "Hi, I'd like to book a cleaning, please", "Tomas Balčiūnas", "the twelfth of March, nineteen eighty-four",
    "Thursday afternoon", "the later one", "yes", "no, thank you",
)  # fmt: skip
NUMBER = "+37061200001"


def archive_of(desk: Desk) -> Archive:
    assert desk.archive is not None
    return desk.archive


def take(desk: Desk, *says: str, call: str = "one", number: str | None = None, now: str = NOW) -> str:
    taken = desk.call(desk.clock(now), number=number, call=call)
    taken.open()
    for say in says:
        if taken.state.phase != "ended":
            taken.say(say)
    if taken.state.phase != "ended":
        taken.hang_up()
    return call


def test_a_call_is_a_file_while_it_lasts_and_is_filed_when_it_is_over(desk: Desk) -> None:
    archive = archive_of(desk)
    call = desk.call(desk.clock(NOW), call="live one")
    call.open()
    assert [path.name for path in archive.live()] == ["live_one.jsonl"]
    assert listing.one(archive, "live one") is None
    live = archive.read("live one")
    assert live is not None
    assert live.entries[0]["event"]["is"] == "CallStarted"
    call.hang_up()
    assert archive.live() == []
    row = listing.one(archive, "live one")
    assert row is not None
    assert (row.outcome, row.language, row.turns) == ("abandoned", "en", 0)


def test_a_booking_is_listed_with_what_it_came_to(desk: Desk) -> None:
    take(desk, *BOOKING)
    row = listing.one(archive_of(desk), "one")
    assert row is not None
    assert (row.outcome, row.tasks, row.deeds) == (
        "done",
        ("book_appointment",),
        ("booking.commit committed",),
    )
    tape = archive_of(desk).read("one")
    assert tape is not None
    assert trace.replay(desk.domain, tape.steps(sealing_key())) is None


def test_what_a_crash_left_is_filed_up_to_the_last_whole_line(desk: Desk) -> None:
    archive = archive_of(desk)
    call = desk.call(desk.clock(NOW), call="cut")
    call.open()
    call.say("I'd like a check-up")
    assert isinstance(call._tape, TapeWriter)
    TapeWriter.close(call._tape)  # the process is gone: closed, but never filed
    [path] = archive.live_folder.glob("*.jsonl")
    assert archive.live() == []  # nobody writes it any more
    path.write_bytes(path.read_bytes() + b'{"n":99,"ev')
    assert archive.recover() == ["cut"]
    row = listing.one(archive, "cut")
    assert row is not None
    assert row.outcome == "live"
    assert archive.live() == []


def test_nothing_private_stands_in_the_index(desk: Desk, tmp_path: Path) -> None:
    take(desk, *BOOKING, number=NUMBER)
    with sqlite3.connect(tmp_path / "site.db") as db:
        rows = [db.execute(f"SELECT * FROM {name}").fetchall() for name in ("calls", "marks", "callers")]  # noqa: S608
    db.close()
    text = repr(rows)
    assert not [
        word for word in ("Tomas", "Balčiūnas", "1984", NUMBER, "hygiene", "cleaning") if word in text
    ]


def test_calls_are_found_by_what_happened_in_them(desk: Desk) -> None:
    archive = archive_of(desk)
    take(desk, *BOOKING, call="booked")
    take(desk, "I can't breathe, my face is swelling", call="urgent", now="2026-11-24T10:00")
    take(desk, "can I talk to a person please", call="person", now="2026-11-25T10:00")

    def found(**wanted: str) -> list[str]:
        return [row.call for row in listed(archive, **wanted)]

    def listed(archive: Archive, **wanted: str) -> tuple[listing.Row, ...]:
        return listing.listed(archive, listing.Filter(**wanted)).rows

    assert found() == ["person", "urgent", "booked"]
    assert found(outcome="done") == ["booked"]
    assert found(flag="emergency") == ["urgent"]
    assert found(rule="emergency_transfer") == ["urgent"]
    assert found(task="book_appointment") == ["booked"]
    assert found(since="2026-11-24", until="2026-11-24") == ["urgent"]
    assert found(text="urg") == ["urgent"]
    assert found(text="%") == []
    assert found(language="lt") == []
    assert "emergency_transfer" in listing.choices(archive)["rule"]
    assert set(listing.choices(archive)["outcome"]) == {"done", "transferred"}


def test_pages_follow_each_other_without_gap_or_overlap(desk: Desk) -> None:
    archive = archive_of(desk)
    for number in range(5):
        take(desk, call=f"call-{number}")  # all of them in the same second
    seen, after = [], ""
    while True:
        page = listing.listed(archive, listing.Filter(), after=after, limit=2)
        seen += [row.call for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == [f"call-{number}" for number in range(5)]
    assert page.count == 5


def test_an_export_is_imported_elsewhere_as_it_was(desk: Desk, tmp_path: Path) -> None:
    take(desk, *BOOKING)
    folder = tmp_path / "out"
    assert archive_of(desk).export(folder) == 1
    (folder / "bad.jsonl").write_text("no tape\n", "utf-8")
    other = Archive(str(tmp_path / "other.db"), desk.domain)
    calls, wrong = other.take_copies(sorted(folder.iterdir()))
    assert calls == ["one"]
    assert wrong == ["bad.jsonl:1: not a line of a tape"]
    assert other.text("one") == archive_of(desk).text("one")
    other.close()


def test_a_purge_takes_each_class_in_its_time_and_proves_it(desk: Desk) -> None:
    archive = archive_of(desk)
    take(desk, *BOOKING, number=NUMBER)
    start = datetime.fromisoformat(NOW).replace(tzinfo=UTC)
    assert purge(archive, start + timedelta(days=80)).removed == {}

    report = purge(archive, start + timedelta(days=100))
    assert report.removed == {"health": ["one"]}
    assert set(report.overdue.values()) == {0}
    tape = archive.read("one")
    assert tape is not None
    assert {name for kept in tape.payloads for name in kept} == {"personal"}
    opened = list(tape.unsealed(sealing_key(), partly=True))
    assert opened[0]["event"]["number"] == NUMBER
    assert (
        "sealed" in next(entry for entry in opened if entry["event"]["is"] == "Heard")["event"]["transcript"]
    )
    with pytest.raises(TapeError, match="erased"):
        list(tape.steps(sealing_key()))

    assert purge(archive, start + timedelta(days=200)).removed == {"personal": ["one"]}
    assert purge(archive, start + timedelta(days=800)).removed == {"none": ["one"]}
    assert archive.text("one") is None
    assert listing.one(archive, "one") is None
    assert [item["why"] for item in removals(archive)] == ["purge"] * 4
    assert removals(archive)[-2]["report"]["removed"]["health"]["calls"] == ["one"]


def test_an_audio_file_is_purged_with_its_class(desk: Desk, tmp_path: Path) -> None:
    archive = archive_of(desk)
    take(desk)
    sound = tmp_path / "one.wav"
    sound.write_bytes(b"RIFF")
    archive.keep_audio("one", sound)
    later = datetime.fromisoformat(NOW).replace(tzinfo=UTC) + timedelta(days=31)
    assert purge(archive, later).removed == {"audio": ["one"]}
    assert not sound.exists()


def test_an_erased_class_leaves_a_chain_that_holds(desk: Desk) -> None:
    take(desk, *BOOKING)
    text = archive_of(desk).text("one")
    assert text is not None
    left, count = without(text, ("health",))
    assert count > 10
    assert not parse_tape(left, "one").whole
    assert without(left, ("health",)) == (left, 0)


def test_an_erased_person_is_found_nowhere(desk: Desk, tmp_path: Path) -> None:
    archive = archive_of(desk)
    take(desk, *BOOKING, number=NUMBER)
    take(desk, "do you have parking?", call="other")
    person = next(item for item in desk.booking.people() if item.name == "Tomas Balčiūnas")
    sound = tmp_path / "one.wav"
    sound.write_bytes(b"RIFF")
    archive.keep_audio("one", sound)

    report = erase(archive, person.id)
    assert report.calls == ["one"]
    assert report.payloads > 10
    assert report.audio == 1
    assert report.book["people"] == 1
    assert not sound.exists()
    assert person.id not in json.dumps(report.plain())

    tape = archive.read("one")
    assert tape is not None
    assert not any(tape.payloads)
    assert desk.booking.person(person.id) is None
    assert all(row["patient"] != person.id for row in desk.appointments())
    archive.file.close()
    leftovers = [path for path in tmp_path.iterdir() if path.is_file()]
    assert leftovers
    for path in leftovers:
        kept = path.read_bytes()
        for word in ("Tomas Balčiūnas", person.phone, "1984-03-12"):
            assert word.encode() not in kept, f"{word} is still in {path.name}"
    other = Archive(str(tmp_path / "site.db"), desk.domain)
    assert other.read("other") is not None
    with pytest.raises(NobodyError, match="nobody on file"):
        erase(other, person.id)
    other.close()


@pytest.mark.parametrize("table", ["accesses", "removals"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET at = 0"])
def test_what_was_seen_and_removed_can_only_be_added_to(desk: Desk, table: str, change: str) -> None:
    archive = archive_of(desk)
    archive.saw("rev", "reviewer", "unsealed", "one", "complaint 12")
    purge(archive, datetime.now(UTC))
    assert archive.accesses()[0]["why"] == "complaint 12"
    with (
        pytest.raises(sqlite3.IntegrityError, match="only be added"),
        archive.file.writing(durable=True) as db,
    ):
        db.execute(change.format(table))


def test_the_command_lists_exports_imports_purges_and_erases(desk: Desk, tmp_path: Path) -> None:
    take(desk, *BOOKING)
    database = str(tmp_path / "site.db")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["tapes", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    assert "done" in run("list", "gedimino", "--db", database)
    assert json.loads(run("list", "gedimino", "--db", database, "--json"))[0]["call"] == "one"
    folder = str(tmp_path / "out")
    assert run("export", "gedimino", folder, "--db", database) == "1 tapes written\n"
    assert run("import", "gedimino", folder, "--db", str(tmp_path / "new.db")) == "1 tapes filed\n"
    assert json.loads(run("purge", "gedimino", "--db", database))["overdue"] == {
        "audio": 0, "health": 0, "personal": 0, "none": 0,
    }  # fmt: skip
    person = next(item for item in desk.booking.people() if item.name == "Tomas Balčiūnas")
    assert json.loads(run("erase", "gedimino", person.id, "--db", database))["calls"] == ["one"]
    failed = CliRunner().invoke(app, ["tapes", "erase", "gedimino", "nobody", "--db", database])
    assert failed.exit_code == 1
