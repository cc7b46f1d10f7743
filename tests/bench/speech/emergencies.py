"""Whether words of danger survive the embedded recogniser: `python -m tests.bench.speech.emergencies FOLDER [PREFIX]`.

The folder holds WAV files and a `manifest.tsv` with file and transcript; those whose number begins with PREFIX
(`e`) are emergencies. Each is heard clean, in white noise and in babble (other files of the folder, laid over
each other), through mu-law. It survives when the safety screen acts on what was heard as on what was said.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core.events import CallStarted, Heard
from engine.core.machine import step
from engine.core.safety import Level
from engine.core.state import DialogueState
from engine.core.utterance import Transcript
from telephony import wav_file
from telephony.asr.local import LEVEL, MOST_GAIN, WIDTH
from telephony.asr.moonshine import RATE, Moonshine
from telephony.asr.moonshine_build import model_folder
from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm
from telephony.resample import resampled, to_float, to_pcm
from tests.telephony.talking import domain

Sound = NDArray[np.float32]
AT = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)


def level_of(transcript: Transcript) -> Level:
    """How grave a call is after its first words."""
    state = step(domain(), DialogueState(), CallStarted(AT, "bench")).state
    return step(domain(), state, Heard(AT, transcript)).state.level


def noisy(sound: Sound, noise: Sound, ratio_db: float) -> Sound:
    """Sound with so much noise, both by their mean power, as a telephone carries it."""
    strength = np.sqrt((sound**2).mean() / max(1e-9, (noise**2).mean())) * 10 ** (-ratio_db / 20)
    mixed = np.clip((sound + noise * strength) * 0.5, -1.0, 1.0).astype(np.float32)
    return to_float(ulaw_to_pcm(pcm_to_ulaw(to_pcm(mixed))))


def main(folder: Path, prefix: str) -> None:
    model = Moonshine(model_folder())
    rng = np.random.default_rng(7)
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    sounds = {
        row["file"]: to_float(wav_file.read((folder / row["file"]).read_bytes(), row["file"])[0])
        for row in rows
    }
    urgent = [row for row in rows if row["file"].split("_")[-1].startswith(prefix)]
    others = np.stack([np.resize(sounds[row["file"]], 96_000) for row in rows if row not in urgent][:6]).sum(
        axis=0
    )
    survived, total = Counter[str](), Counter[str]()
    for row in urgent:
        said, sound = level_of(Transcript.of(row["transcript"])), sounds[row["file"]]
        white = rng.standard_normal(len(sound)).astype(np.float32)
        conditions = {"clean": noisy(sound, white, 90.0)}
        for ratio in (20, 10, 5):
            conditions[f"white {ratio} dB"] = noisy(sound, white, ratio)
            conditions[f"babble {ratio} dB"] = noisy(sound, np.resize(others, len(sound)), ratio)
        for name, heard in conditions.items():
            wide = resampled(heard, 8000, RATE)
            gain = min(MOST_GAIN, LEVEL / max(1e-5, float(np.sqrt((wide * wide).mean()))))
            found = model.decode(np.clip(wide * gain, -1.0, 1.0), width=WIDTH)
            level = level_of(Transcript(found.hypotheses))
            total[name] += 1
            survived[name] += level <= said
            if level > said:
                print(f"{name}: {row['transcript']} | {found.text} | {said.name} became {level.name}")
    for name, count in total.items():
        print(f"{name:13} {survived[name]:3} of {count:3} survive  {survived[name] / count:.0%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "e")
