"""Measure the safety screen: recall per level on our labelled lines, false alarms on talk from elsewhere.

    python tests/bench/understanding/safety.py [PACK] --data DIR      (or FRONTDESK_BENCHMARKS=DIR)

The sentences from elsewhere are read, never copied. An alarm is level L0 or L1; that a question is asked
first, as for all pain that cannot wait, is counted beside it. Lines that others labelled as possible
emergencies are listed apart: they are not about what the pack serves, and show what the screen makes of
strange words.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time as stopwatch
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.safety import Finding, Level, assess_all
from engine.pack import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.core.safety import Patterns

ROOT = Path(__file__).parents[3]
ALARMS = frozenset({"L0", "L1"})
CALM = frozenset({"L3", "L4"})
GARBAGE_WORDS = 500


@dataclass
class Screen:
    """The tables of a pack, and how long they took."""

    tables: tuple[Patterns, ...]
    microseconds: list[float] = field(default_factory=list)

    def level(self, text: str) -> str:
        """Return the level of a text, L4 if nothing was found."""
        found = self._finding(text).level
        return "L4" if found is None else found.name

    def answer(self, text: str) -> str:
        """Return what a text leads to: an `alarm`, a question that is `asked` first, or `nothing`."""
        found = self._finding(text)
        if found.level is not None and found.level.name in ALARMS:
            return "alarm"
        return "asked" if found.check is not None or found.level is Level.L2 else "nothing"

    def _finding(self, text: str) -> Finding:
        start = stopwatch.process_time()
        found = assess_all(self.tables, [text])
        self.microseconds.append((stopwatch.process_time() - start) * 1e6)
        return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def labelled(screen: Screen) -> None:
    """Print what became of our own lines, by language and level."""
    print(f"{'own lines':32}{'n':>6}{'L0/L1':>8}{'exact':>8}")
    for path in sorted((ROOT / "data" / "utterances").glob("safety_??.jsonl")):
        heard = [(line["level"], screen.level(line["text"])) for line in _lines(path)]
        for level in sorted({wanted for wanted, _ in heard}):
            mine = [got for wanted, got in heard if wanted == level]
            exact = sum(got == level or {got, level} <= CALM for got in mine)
            alarms = sum(got in ALARMS for got in mine)
            print(
                f"{path.stem + ' ' + level:32}{len(mine):>6}{alarms / len(mine):>8.1%}{exact / len(mine):>8.1%}"
            )


def rounds(screen: Screen) -> None:
    """Print what became of lines that nothing was trained on: put through at once, asked about, neither."""
    print(f"\n{'rounds':32}{'n':>6}{'L0/L1':>8}{'asked':>8}")
    for path in sorted((ROOT / "data" / "utterances").glob("safety_rounds_*.jsonl")):
        lines = list(_lines(path))
        for kind in ("emergency", "near miss", "routine"):
            mine = [screen.answer(line["text"]) for line in lines if line["kind"] == kind]
            if mine:
                alarms, asked = mine.count("alarm") / len(mine), mine.count("asked") / len(mine)
                print(f"{f'{path.stem} {kind}':32}{len(mine):>6}{alarms:>8.1%}{asked:>8.1%}")


def elsewhere(screen: Screen, data: Path) -> None:
    """Print the alarms on talk that is routine, and on talk that may not be."""
    print(f"\n{'talk from elsewhere':32}{'n':>6}{'L0/L1':>8}{'asked':>8}")
    for name, texts in _collections(data):
        answers = Counter(map(screen.answer, texts))
        count = sum(answers.values())
        print(f"{name:32}{count:>6}{answers['alarm'] / count:>8.2%}{answers['asked'] / count:>8.2%}")


def _collections(data: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted((data / "dialogues").glob("*.jsonl")):
        texts = list(_caller_turns(_lines(path)))
        if texts:
            yield f"dialogues/{path.stem}", texts
    lay = list(_lines(data / "safety" / "lay_phrases.jsonl"))
    for label in sorted({line["weak_label"] for line in lay}):
        yield f"lay_phrases {label}", [line["text"] for line in lay if line["weak_label"] == label]
    for name in ("intents/broad_with_out_of_scope", "safety/symptoms", "lt/out_of_scope"):
        yield name, [line["text"] for line in _lines(data / f"{name}.jsonl")]


def _caller_turns(dialogues: Iterable[dict[str, Any]]) -> Iterator[str]:
    for dialogue in dialogues:
        for turn in dialogue.get("turns", ()):
            if turn.get("spk") == "U":
                yield turn["text"]


def speed(screen: Screen) -> None:
    """Print the time of one utterance, and of the worst that a fuzzer of signs could say."""
    ordered = sorted(screen.microseconds)
    print(f"\nmedian {ordered[len(ordered) // 2]:.0f} µs, p99 {ordered[len(ordered) * 99 // 100]:.0f} µs")
    chance = random.Random(1)  # noqa: S311  # a fixed seed, so that runs compare
    words = sorted({word for table in screen.tables for word in (*table.signs.exact, *table.others.exact)})
    worst = 0.0
    for _ in range(20):
        text = " ".join(chance.choices(words, k=GARBAGE_WORDS))
        start = stopwatch.process_time()
        assess_all(screen.tables, [text])
        worst = max(worst, stopwatch.process_time() - start)
    print(f"{GARBAGE_WORDS} words of nothing but signs: {worst * 1e3:.0f} ms at worst")


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", nargs="?", default="dental")
    parser.add_argument("--data", type=Path, default=os.environ.get("FRONTDESK_BENCHMARKS"))
    options = parser.parse_args()
    screen = Screen(tuple(load(options.pack).patterns.values()))
    labelled(screen)
    rounds(screen)
    if options.data:
        elsewhere(screen, Path(options.data))
    speed(screen)


if __name__ == "__main__":
    main()
