"""Sound is kept only where the site says so and the caller has agreed; nothing of what was said before."""

from __future__ import annotations

import shutil
import stat
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.archive.erasure import erase
from engine.archive.retention import purge
from engine.archive.store import Archive
from engine.calls import Desk
from engine.core.domain import Domain
from engine.core.events import Heard
from engine.nlu.cascade import Understanding
from engine.pack import load, locate
from telephony import answering, recording
from telephony.audio import silence, tone
from telephony.recording import SoundFile
from tests.telephony.talking import RATE, Talk, keys, spoken, talk

ON = 'emergency_number: "112"\nrecording: {assessment: "file 14"}\nretention: {audio: 30}\n'


@pytest.fixture(scope="module")
def recorded_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo site with recording switched on."""
    home = tmp_path_factory.mktemp("recorded")
    for name in ("domains", "policies"):
        shutil.copytree(locate.root() / name, home / name)
    site = home / "domains" / "dental" / "sites" / "gedimino.yml"
    site.write_text(site.read_text("utf-8").replace('emergency_number: "112"\n', ON), "utf-8")
    return site


@pytest.fixture(scope="module")
def recorded(recorded_site: Path) -> tuple[Domain, Understanding]:
    domain = load(str(recorded_site))
    return domain, Understanding(domain)


def take(recorded: tuple[Domain, Understanding], folder: Path, *words: str, **more) -> tuple[Talk, Archive]:
    domain, mind = recorded
    database = str(folder / "site.db")
    desk = Desk.open("gedimino", database, domain=domain, understanding=mind)
    archive = Archive(database, domain, key=bytes(32))
    parts = [keys(item) if item.isdigit() else spoken(item) for item in words]
    return talk(parts, desk=desk, sound=archive.sound_path, **more), archive


def sides(path: Path) -> tuple[array[int], array[int]]:
    """The caller and us."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE, 2)
        both = array("h", file.readframes(file.getnframes()))
        assert len(both) == 2 * file.getnframes()
    return both[0::2], both[1::2]


def loud(side: array[int], from_s: float, to_s: float) -> bool:
    return any(abs(value) > 500 for value in side[round(from_s * RATE) : round(to_s * RATE)])


def heard_at(call: Talk) -> list[tuple[str, float]]:
    began = call.tape.events[0].at
    return [
        (event.transcript.text, (event.at - began).total_seconds())
        for event in call.tape.events
        if isinstance(event, Heard) and event.transcript.final
    ]


def test_after_a_yes_both_sides_are_kept_where_they_sounded_and_nothing_before(recorded, tmp_path):
    call, archive = take(recorded, tmp_path, "yes", "do you have parking?", "no thank you")
    path = archive.sound_path("scripted")
    theirs, ours = sides(path)
    agreed, asked = heard_at(call)[0][1], heard_at(call)[1][1]
    assert not any(theirs[: round(agreed * RATE)])
    assert not any(ours[: round(agreed * RATE)])
    assert loud(theirs, asked - 1.5, asked), "the question, where the tape has it"
    assert loud(ours, asked, asked + 2.0)
    assert b"synthetic=right" in path.read_bytes()[:256]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("answer", ["no", "I'd like to book a cleaning please", "glork fneep", ""])
def test_without_a_yes_nothing_is_ever_written(recorded, tmp_path, answer):
    words = [answer, "do you have parking?"] if answer else []
    call, archive = take(recorded, tmp_path, *words)
    assert "utter_ask_recording_consent" in call.said()
    assert call.result.recording is None
    assert not archive.sound_folder.exists()


def test_an_emergency_instead_of_an_answer_is_put_through_and_not_recorded(recorded, tmp_path):
    call, archive = take(recorded, tmp_path, "my face is swelling and I can't breathe")
    assert call.line.control.transfers
    assert not archive.sound_folder.exists()


def test_whoever_takes_the_yes_back_is_recorded_no_longer(recorded, tmp_path):
    call, archive = take(
        recorded, tmp_path, "yes", "can you switch off the recording", "no", "do you have parking?"
    )
    theirs, ours = sides(archive.sound_path("scripted"))
    times = dict(heard_at(call))
    assert "utter_recording_off" in call.said()
    assert loud(theirs, times["yes"], times["no"] - 1.0)
    assert len(theirs) <= round(times["no"] * RATE)
    assert len(ours) == len(theirs)


def test_a_card_number_is_taken_out_of_the_sound(recorded, tmp_path):
    number = "four one one one one one one one one one one one one one one one"
    call, archive = take(recorded, tmp_path, "yes", f"my card is {number}", "do you have parking?")
    assert "utter_no_secrets" in call.said()
    theirs, _ = sides(archive.sound_path("scripted"))
    (_, agreed), (_, card), (_, parking) = heard_at(call)[:3]
    assert not loud(theirs, agreed + 0.1, card)
    assert loud(theirs, parking - 1.5, parking)


def test_a_site_that_does_not_record_keeps_nothing_whatever_the_caller_says(tmp_path):
    call = talk([spoken("yes"), spoken("do you have parking?")], sound=lambda name: tmp_path / f"{name}.wav")
    assert "utter_ask_recording_consent" not in call.said()
    assert not any(tmp_path.iterdir())


def test_a_site_that_records_is_not_served_without_a_place_to_keep_it(recorded_site, tmp_path):
    lines = tmp_path / "lines.yml"
    lines.write_text(
        "public_url: http://127.0.0.1:1\nrecognisers: [{use: wyoming}]\nvoices: [{use: wyoming}]\n"
        'sites: {gedimino: {person: "+37052190001"}}\n'
    )
    with pytest.raises(ValueError, match="--db must name a file"):
        answering.run([str(recorded_site)], lines, ":memory:")


# --- what becomes of the file


@pytest.fixture
def filed(recorded, tmp_path) -> Archive:
    """A recorded call that is on file with its tape."""
    call, archive = take(recorded, tmp_path, "yes", "do you have parking?", number="+37061234567")
    writer = archive.tape("scripted")
    for step in call.tape.steps:
        writer.write(*step)
    assert archive.audio("scripted") is None
    writer.close()
    return archive


def test_a_recording_is_filed_with_its_tape_also_when_the_tape_comes_in_again(filed):
    path = filed.sound_path("scripted")
    assert filed.audio("scripted") == path
    filed.add(filed.text("scripted"), "again")
    assert filed.audio("scripted") == path


def test_a_recording_is_purged_when_its_days_are_over(filed):
    later = datetime.fromisoformat("2026-12-25T12:00:00+02:00")
    assert purge(filed, later - timedelta(days=5)).removed == {}
    assert purge(filed, later).removed["audio"] == ["scripted"]
    assert not any(filed.sound_folder.iterdir())
    assert filed.audio("scripted") is None


def test_a_recording_goes_with_the_person_who_is_erased(filed):
    with filed.file.reading() as db:
        person = db.execute("SELECT id FROM people WHERE phone = '+37061234567'").fetchone()["id"]
    assert erase(filed, person).audio == 1
    assert not any(filed.sound_folder.iterdir())


# --- the file itself


def test_a_long_call_is_written_as_it_goes_and_can_be_read_after_a_crash(tmp_path):
    path = tmp_path / "sound" / "call.wav"
    with ThreadPoolExecutor(1) as pool:
        file = SoundFile(RATE, path, pool, "consent")
        file.theirs(tone(300.0, 1.0, RATE), 1.0)
        file.consent(2.0, agreed=True)
        for second in range(3, 63):
            file.theirs(tone(300.0, 1.0, RATE), float(second))
            file.ours(silence(1.0, RATE), float(second - 1))
            file.tick(float(second))
        pool.submit(bool).result()  # what was handed over before is in the file now
        data = path.read_bytes()
        assert len(file.left) <= (recording.HELD_S + 6.0) * RATE * 2
        file.close()
    head = data.index(b"data") + 8
    written = (len(data) - head) / (4 * RATE)
    assert 25.0 < written < 40.0
    from telephony import wav_file

    pcm, rate = wav_file.read(data, "cut short")
    assert (len(pcm) / 2 / rate) == pytest.approx(written)


def test_a_full_disk_costs_the_recording_and_not_the_call(tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    with ThreadPoolExecutor(1) as pool:
        file = SoundFile(RATE, blocked / "call.wav", pool, "consent")
        file.consent(0.0, agreed=True)
        file.theirs(tone(300.0, 1.0, RATE), 1.0)
        file.close()
    assert blocked.is_file()
