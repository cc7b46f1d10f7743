"""How often the embedded recogniser hears whole strings right: `python -m tests.bench.speech.accuracy FOLDER [N] [-v]`.

The folder holds WAV files and a `manifest.tsv` with file, kind (number | date | spelling) and transcript. What
is being asked is known, as it is in a call. A string counts as right when all of it is.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from telephony import wav_file
from telephony.asr.local import LEVEL, MOST_GAIN, WIDTH
from telephony.asr.moonshine import RATE, Moonshine
from telephony.asr.moonshine_build import model_folder
from telephony.manners import Manners
from telephony.resample import resampled, to_float
from telephony.tidy import tidy
from telephony.waiting import Profile
from tests.telephony.talking import domain

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
VALUES = {word: str(place) for place, word in enumerate(UNITS)} | {
    word: str(place + 1) for place, word in enumerate(ORDINALS)
}
VALUES |= {"oh": "0", "twentieth": "20", "thirtieth": "30"}
PROFILES = {"number": Profile.DIGITS, "date": Profile.BIRTH_DATE, "spelling": Profile.SPELLING}


def normal(text: str) -> str:
    """Digits and letters, however they were written: "twenty two" and 22, "June 23rd" and "june twenty third"."""
    words = re.findall(r"[a-z]+|\d+", re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.lower().replace("'", "")))
    out: list[str] = []
    tens = ""
    for word in words:
        value = VALUES.get(word, "")
        if word in TENS:
            out.append(tens + "0" if tens else "")
            tens = str(TENS.index(word) + 2)
            continue
        if tens:
            out.append(tens if len(value) == 1 and value != "0" else f"{tens}0")
            tens = ""
        out.append(value or word)
    return "".join([*out, f"{tens}0" if tens else ""])


def main(folder: Path, most: int) -> None:
    model = Moonshine(model_folder())
    manners = Manners.of(domain().tables["en"], domain().digits)
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))[:most]
    right, count, empty, length, began = Counter[str](), Counter[str](), 0, 0.0, time.process_time()
    for row in rows:
        pcm, rate = wav_file.read((folder / row["file"]).read_bytes(), row["file"])
        sound = resampled(to_float(pcm), rate, RATE)
        length += len(sound) / RATE
        gain = min(MOST_GAIN, LEVEL / max(1e-5, float(np.sqrt((sound * sound).mean()))))
        heard = tidy(
            model.decode(np.clip(sound * gain, -1.0, 1.0), width=WIDTH).text, manners, PROFILES[row["kind"]]
        )
        empty += not heard
        count[row["kind"]] += 1
        if normal(heard) != normal(row["transcript"]) and "-v" in sys.argv:
            print(f"{row['transcript']} | {heard}")
        right[row["kind"]] += normal(heard) == normal(row["transcript"])
    for kind, number in sorted(count.items()):
        print(f"{kind:10} {right[kind]:4} of {number:4} right  {right[kind] / number:.1%}")
    print(f"empty {empty}; CPU seconds per second of sound {(time.process_time() - began) / length:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), next((int(item) for item in sys.argv[2:] if item.isdecimal()), 10_000))
