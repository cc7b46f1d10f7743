"""What happens to an archive while it is served: crashes are tidied up, time runs out, and it is proved."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.archive import listing, retention
from engine.archive.housekeeping import Housekeeper
from engine.archive.retention import last_purge, purge, removals
from engine.archive.store import Archive
from engine.calls import Desk
from engine.traces import parse_tape

NOW = "2026-11-23T09:15"


def archive_of(desk: Desk) -> Archive:
    assert desk.archive is not None
    return desk.archive


def take(desk: Desk, call: str) -> None:
    taken = desk.call(desk.clock(NOW), call=call)
    taken.open()
    taken.say("do you have parking?")
    taken.hang_up()


def test_what_is_over_its_time_goes_by_itself_and_the_proof_stays(desk: Desk) -> None:
    archive = archive_of(desk)
    take(desk, "old")
    later = desk.clock(NOW)() + timedelta(days=100)
    keeper = Housekeeper(archive, lambda: later, every_s=3600)
    keeper.start()
    for _ in range(200):
        if last_purge(archive) is not None:
            break
        time.sleep(0.02)
    keeper.close()
    [report] = removals(archive)
    assert report["report"]["removed"]["health"]["calls"] == ["old"]
    assert report["report"]["overdue"] == {"audio": 0, "health": 0, "personal": 0, "none": 0}
    assert keeper.trouble == ""


def test_a_day_has_one_purge_however_many_serve(desk: Desk) -> None:
    archive = archive_of(desk)
    moment = desk.clock(NOW)()
    for hours in (0, 1, 23, 25):
        Housekeeper(archive, lambda hours=hours: moment + timedelta(hours=hours)).look()  # type: ignore[misc]
    assert [item["at"] for item in removals(archive)] == [
        (moment + timedelta(hours=25)).timestamp(), moment.timestamp(),
    ]  # fmt: skip


def test_a_purge_that_fails_is_told_and_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = archive_of(desk)
    tries: list[int] = []

    def broken(*_: object) -> None:
        tries.append(1)
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("engine.archive.housekeeping.purge", broken)
    keeper = Housekeeper(archive, desk.clock(NOW), every_s=0.01)
    keeper.start()
    while len(tries) < 2:
        time.sleep(0.01)
    assert "database is locked" in keeper.trouble
    keeper.close()


def test_bookings_go_on_while_years_of_tapes_are_purged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction of a purge holds more than a batch, and the proof is read outside of any."""
    archive = archive_of(desk)
    for number in range(7):
        take(desk, f"old {number}")
    monkeypatch.setattr(retention, "_AT_ONCE", 3)
    sizes: list[int] = []
    real = retention.unseal_for_ever

    def noted(db: sqlite3.Connection, call: str, classes: tuple[str, ...]) -> int:
        sizes.append(db.total_changes)
        with pytest.raises(sqlite3.OperationalError):  # this batch alone is being written
            sqlite3.connect(archive.file._path, timeout=0).execute("BEGIN IMMEDIATE")
        return real(db, call, classes)

    monkeypatch.setattr(retention, "unseal_for_ever", noted)
    proofs: list[str] = []
    read = archive.read

    def proved(call: str) -> object:
        proofs.append(call)
        other = sqlite3.connect(archive.file._path, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()
        return read(call)

    monkeypatch.setattr(archive, "read", proved)
    report = purge(archive, desk.clock(NOW)() + timedelta(days=100))
    assert len(report.removed["health"]) == 7
    assert len(proofs) == 7
    assert report.overdue["health"] == 0


def test_a_recording_of_no_call_goes_with_the_others(desk: Desk) -> None:
    archive = archive_of(desk)
    archive.sound_folder.mkdir()
    lost, fresh = archive.sound_path("lost"), archive.sound_path("fresh")
    moment = desk.clock(NOW)()
    for path, days in ((lost, 31), (fresh, 1)):
        path.write_bytes(b"RIFF")
        old = (moment - timedelta(days=days)).timestamp()
        os.utime(path, (old, old))
    report = purge(archive, moment)
    assert report.removed["audio"] == ["lost"]
    assert (lost.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("sound_first", [True, False])
def test_a_recording_and_its_tape_find_each_other_whichever_comes_first(
    desk: Desk, *, sound_first: bool
) -> None:
    archive = archive_of(desk)
    archive.sound_folder.mkdir()
    path = archive.sound_path("call one")
    if sound_first:
        path.write_bytes(b"RIFF")
    take(desk, "call one")
    if not sound_first:
        path.write_bytes(b"RIFF")
        archive.keep_audio("call one", path)
    assert archive.audio("call one") == path
    text = archive.text("call one")
    assert text is not None
    archive.add(text, "again")  # imported once more: the recording stays known, or it would never be purged
    assert archive.audio("call one") == path


def test_a_call_in_another_process_is_live_and_is_not_taken_for_a_crash(desk: Desk) -> None:
    archive = archive_of(desk)
    program = (
        "import sys, time\n"
        "from engine.calls import Desk\n"
        f"desk = Desk.open('gedimino', {archive.file._path!r}, keep=True)\n"
        f"call = desk.call(desk.clock({NOW!r}), call='other')\n"
        "call.open()\n"
        "print('open', flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert [path.stem for path in archive.live()] == ["other"]
        assert archive.recover() == []
        assert archive.live() != []
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert archive.live() == []
        assert archive.recover() == ["other"]
        assert listing.one(archive, "other") is not None
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_a_tape_is_filed_and_copied_where_somebody_asked_for_it(desk: Desk, tmp_path: Path) -> None:
    archive = archive_of(desk)
    copy = tmp_path / "out" / "call.jsonl"
    call = desk.call(desk.clock(NOW), call="two", tape=copy)
    call.open()
    call.hang_up()
    assert copy.read_bytes() == archive.text("two")
    assert parse_tape(copy.read_bytes(), "copy").header["call"] == "two"
