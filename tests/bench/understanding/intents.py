"""Measure the product's own classifier on intents from elsewhere, and what it costs as they grow in number.

    python tests/bench/understanding/intents.py --data DIR [--growth] [--split NAME]   (or FRONTDESK_BENCHMARKS=DIR)

Sentences are read, never copied. A quarter of them, by a hash of the name of the split and the text, is kept out of
training; threshold and calibration come from the other three quarters alone. A new name is a quarter by which no
setting was chosen. `--growth` trains up to a thousand labels, which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from engine.nlu.classify import OUT_OF_SCOPE, Model
from engine.nlu.classify.model import Calibration
from engine.nlu.classify.training import fitted, train

FILE = "intents/broad_with_out_of_scope.jsonl"
QUARTER = 4
FOLDS = 3
EACH = 8
"""Sentences of a label when growth is measured."""
SIZES = (10, 100, 1000)
QUERIES = 1000

Lines = Sequence[tuple[str, str]]
"""Sentences with their labels."""


def read(folder: Path) -> list[tuple[str, str]]:
    """Every sentence with its label."""
    rows = map(json.loads, (folder / FILE).read_text(encoding="utf-8").splitlines())
    return [(row["text"], OUT_OF_SCOPE if row["intent"] == "oos" else row["intent"]) for row in rows]


def part(split: str, text: str) -> int:
    """The quarter that a sentence belongs to; 0 is judged."""
    return int(sha256(f"{split}{text}".encode()).hexdigest()[:8], 16) % QUARTER


def by_label(lines: Lines) -> Mapping[str, tuple[str, ...]]:
    """Label to sentences."""
    found: dict[str, list[str]] = {}
    for text, label in lines:
        found.setdefault(label, []).append(text)
    return {label: tuple(texts) for label, texts in found.items()}


def accuracy(lines: Lines, split: str) -> None:
    """Print how much in scope is right, and how much out of scope is refused."""
    start = time.process_time()
    model = train(by_label([line for line in lines if part(split, line[0])]), folds=FOLDS).model
    spent = time.process_time() - start
    inside = outside = found = right = refused = 0
    for text, label in lines:
        verdict = model.classify(text) if not part(split, text) else None
        if verdict is None:
            continue
        if label == OUT_OF_SCOPE:
            outside, refused = outside + 1, refused + (not verdict.accepted)
        else:
            inside, found = inside + 1, found + (verdict.label == label)
            right += verdict.accepted and verdict.label == label
    print(f"{len(model.weights.labels)} labels, {len(lines)} sentences, trained in {spent:.0f} s CPU")
    print(f"in scope      n={inside}  right {found / inside:.1%}  right and accepted {right / inside:.1%}")
    print(f"out of scope  n={outside}  refused {refused / outside:.1%}")
    median, late = cost(model, [text for text, _ in lines if not part(split, text)][:QUERIES])
    print(f"CPU a sentence: median {median:.0f} us, 99th percentile {late:.0f} us")


def growth(lines: Lines) -> None:
    """Print what a sentence costs as labels grow: each intent is cut into labels of a few sentences."""
    texts = [text for text, _ in sorted(lines, key=lambda line: (line[1], line[0]))]
    first = 0.0
    for size in SIZES:
        spread = texts[:: max(1, len(texts) // (size * EACH))][: size * EACH]
        parts = [(text, f"label {place // EACH:04}") for place, text in enumerate(spread)]
        # Its own sentences, so that no size is spared for not knowing words.
        queries = spread[:: max(1, len(spread) // QUERIES)]
        median, late = cost(Model(fitted(parts), Calibration()), queries)
        first = first or median
        print(f"{size:5} labels  median {median:4.0f} us  p99 {late:4.0f} us  {median / first:.2f} x")


def cost(model: Model, texts: Sequence[str]) -> tuple[float, float]:
    """Median and 99th percentile of the CPU microseconds of a sentence, with what a warm process remembers."""
    warmed = list(_times(model, texts))
    times = sorted(_times(model, texts[: len(warmed)]))
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def _times(model: Model, texts: Sequence[str]) -> Iterator[float]:
    for text in texts:
        start = time.thread_time_ns()
        model.classify(text)
        yield (time.thread_time_ns() - start) / 1000


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure the local classifier.")
    parser.add_argument(
        "--data", default=os.environ.get("FRONTDESK_BENCHMARKS"), help="the benchmarks' folder"
    )
    parser.add_argument("--growth", action="store_true", help="only how the cost grows with the labels")
    parser.add_argument("--split", default="", help="a name, for another quarter to judge by")
    options = parser.parse_args()
    if options.data is None:
        parser.error("say where the benchmarks are: --data DIR, or FRONTDESK_BENCHMARKS")
    lines = read(Path(options.data))
    if options.growth:
        growth(lines)
    else:
        accuracy(lines, options.split)


if __name__ == "__main__":
    main()
