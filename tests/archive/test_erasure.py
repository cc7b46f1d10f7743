"""A person who is erased is found nowhere: not in the database's bytes, its journal, its folders or any tape."""

from __future__ import annotations

import json
import random
import sqlite3
import wave
import zlib
from pathlib import Path

import pytest

from engine.archive import remarks, store
from engine.archive.erasure import erase
from engine.archive.retention import removals
from engine.archive.store import Archive, StillReadError
from engine.calls import Desk
from engine.console.accounts import Accounts
from engine.traces import parse_tape, sealing_key

NOW = "2026-11-23T09:15"
NAME, BORN, PHONE, ID = "Žygimantė Unikalskytė", "1961-02-03", "+37069912345", "q7"
BIRTH = "the third of February, nineteen sixty-one"
PRIVATE = (
    "Unikalskyt",
    "unikalskyt",
    "Žygimant",
    "zygimante",
    BORN,
    "sixty-one",
    PHONE,
    "69912345",
    "699 12345",
)


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    person(tmp_path / "site.db", ID, NAME, BORN, PHONE)
    return desk


def archive_of(desk: Desk) -> Archive:
    assert desk.archive is not None
    return desk.archive


def person(database: Path, number: str, name: str, born: str, phone: str) -> None:
    with sqlite3.connect(database) as db:
        db.execute("INSERT INTO people VALUES (?, ?, ?, ?, 'lt', NULL, NULL, 0)", (number, name, born, phone))
        db.execute("INSERT INTO visits VALUES (?, 'hygiene', '2026-05-01')", (number,))
    db.close()


def take(desk: Desk, name: str, *says: str, number: str | None = None) -> None:
    call = desk.call(desk.clock(NOW), number=number, call=name)
    call.open()
    for text in says:
        if call.state.phase != "ended":
            call.say(text)
    if call.state.phase != "ended":
        call.hang_up()


def sound(archive: Archive, name: str) -> None:
    path = archive.sound_path(name)
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0" * 320)
    archive.keep_audio(name, path)


def everything(desk: Desk) -> dict[str, str]:
    """All that is left anywhere: the bytes of every file, and what the key opens of every tape."""
    archive = archive_of(desk)
    base = archive.live_folder.parent
    found = {
        str(path.relative_to(base)): path.read_bytes().decode("latin-1")
        + path.read_bytes().decode("utf-8", "ignore")
        for path in base.rglob("*")
        if path.is_file()
    }
    with archive.file.reading() as db:
        rows = db.execute("SELECT call, body FROM tapes").fetchall()
    for row in rows:
        text = zlib.decompress(row["body"])
        entries = list(parse_tape(text, row["call"]).unsealed(sealing_key(), partly=True))
        found[f"tape of {row['call']}"] = text.decode() + json.dumps(entries, ensure_ascii=False)
    return found


def leaks(desk: Desk) -> list[tuple[str, str]]:
    return [(where, word) for where, text in everything(desk).items() for word in PRIVATE if word in text]


def test_nothing_is_left_of_somebody_in_any_byte(desk: Desk) -> None:
    archive = archive_of(desk)
    take(desk, "booked", "I'd like to book a cleaning", NAME, BIRTH, "Thursday afternoon", "the later one", "yes", "no",
         number=PHONE)  # fmt: skip
    take(
        desk,
        "callback",
        "can somebody call me back",
        "it is about my invoice",
        NAME,
        "8 699 12345",
        "yes",
        "no",
    )
    # Nobody was looked for, so no index knows whose call this was.
    take(desk, "unindexed", f"this is {NAME}, born {BIRTH}, do you have parking?", "no, goodbye")
    take(desk, "other", "do you have parking?", "no, goodbye", number="+37061200001")
    for name in ("booked", "other"):
        sound(archive, name)
    remarks.add_note(archive, "booked", "a long call", "rev", None)
    remarks.add_note(archive, "other", f"the one after {NAME}", "rev", 1)
    remarks.add_note(archive, "other", "a short call", "rev", None)
    Accounts(archive.file).save_view("rev", "hers", f"text={NAME}")
    places = {where for where, _ in leaks(desk)}
    assert places >= {"tape of booked", "tape of callback", "tape of unindexed"}
    assert any(where.startswith("site.db") for where in places)

    report = erase(archive, ID)
    assert report.calls == ["booked", "callback", "unindexed"]
    assert report.found_inside >= 1
    assert (report.looked_through, report.audio, report.remarks, report.views, report.log) == (4, 1, 2, 1, 0)
    assert leaks(desk) == []

    # What is others' stays: the call, its sound, its notes, and the times that are taken in the book.
    other = archive.read("other")
    assert other is not None
    assert other.whole
    assert archive.sound_path("other").is_file()
    assert [item.text for item in remarks.remarks(archive, "other")] == ["a short call"]
    assert any(row["start"].startswith("2026-11-26T13:00") for row in desk.appointments())
    assert desk.booking.person(ID) is None


def test_a_namesake_keeps_what_is_theirs(desk: Desk) -> None:
    """The name alone is anybody's; with the birth date it is somebody's."""
    take(
        desk,
        "namesake",
        f"this is {NAME}, born the fourth of March, nineteen ninety, do you have parking?",
        "goodbye",
    )
    report = erase(archive_of(desk), ID)
    assert report.calls == []
    tape = archive_of(desk).read("namesake")
    assert tape is not None
    assert tape.whole


def test_a_reason_that_names_them_stays_in_the_log_and_is_told(desk: Desk) -> None:
    archive = archive_of(desk)
    archive.saw("man", "manager", "unsealed", "x", f"complaint of {NAME}")
    report = erase(archive, ID)
    assert report.log == 1
    assert removals(archive)[0]["report"]["log"] == 1


def test_a_call_in_progress_is_told_of_and_found_once_it_is_over(desk: Desk, tmp_path: Path) -> None:
    archive = archive_of(desk)
    call = desk.call(desk.clock(NOW), call="live")
    call.open()
    call.say("do you have parking?")
    assert erase(archive, ID).live == 1
    call.hang_up()
    person(tmp_path / "site.db", "q8", NAME, BORN, PHONE)
    assert erase(archive, "q8").live == 0


def test_the_journal_is_cut_off_even_if_somebody_reads_or_it_is_said_not_to_be(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_WAIT_S", 0.2)
    reader = sqlite3.connect(tmp_path / "site.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM people").fetchone()
    with pytest.raises(StillReadError, match="still in the journal"):
        erase(archive_of(desk), ID)
    reader.execute("COMMIT")
    reader.close()
    with archive_of(desk).forgetting():
        pass
    assert leaks(desk) == []


def test_no_page_of_a_grown_database_keeps_a_copy(desk: Desk, tmp_path: Path) -> None:
    """Rows move from page to page as a table grows; what they leave behind must be gone as well."""
    draw = random.Random(5)  # noqa: S311 - the same names each time
    names = {}
    with sqlite3.connect(tmp_path / "site.db") as db:
        for _ in range(1500):
            key = f"r{draw.randrange(10**9):09}"
            names[key] = "Zz" + "".join(draw.choice("abcdefghij") for _ in range(draw.randint(8, 40)))
            db.execute(
                "INSERT INTO people VALUES (?, ?, '1970-01-01', ?, '', NULL, NULL, 0)",
                (key, names[key], f"+3706{draw.randrange(10**7):07}"),
            )
    db.close()
    gone = draw.sample(sorted(names), 8)
    for key in gone:
        erase(archive_of(desk), key)
    text = (tmp_path / "site.db").read_bytes() + (tmp_path / "site.db-wal").read_bytes()
    assert not [key for key in gone if key.encode() in text or names[key].encode() in text]
