"""Measure what an utterance costs: with and without the classifier, at its worst, and as intents grow in number.

    python tests/bench/understanding/speed.py [--data DIR]                 (or FRONTDESK_BENCHMARKS=DIR)

CPU time of the thread, so that other programs hardly move it. The lines are those of data/utterances under the
questions that they answer, and the pack's examples; with `--data` also dialogue turns from elsewhere, which are read
and never copied. Growth is that of a made-up pack in which each intent has words, a rule and examples of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.core.actions import Expecting, Understand
from engine.core.domain import Domain
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.nlu.classify import Classifier, Model, examples_of
from engine.nlu.classify.training import fitted, train
from engine.pack import load
from engine.quality.labelled import expecting_of, labelled

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 23, 9, 15)
TURNS = "dialogues/dentist.jsonl"
SIZES = (10, 100, 1000)
EACH = 4
"""Examples of each made-up intent."""
WORDS = 500
"""Length of a speech that must not hold up a turn."""
SEED = 7

Asked = tuple[str, Understand]
"""A name of the table's row, and what is to be understood."""


class Ready(Classifier):
    """A classifier whose models are given instead of read."""

    def __init__(self, models: dict[str, Model]) -> None:
        super().__init__({}, Path())
        self._models = dict(models)


def asked(text: str, language: str, expecting: Expecting) -> Understand:
    """An action that asks for a text to be understood."""
    return Understand(Utterance(Transcript.of(text), 1, language), expecting)


def utterances(domain: Domain, data: Path | None) -> Iterator[tuple[str, list[Understand]]]:
    """What is measured, by where it comes from."""
    opened = expecting_of(domain, None)
    assert opened is not None
    for language in domain.languages:
        lines = labelled(ROOT / "data" / "utterances" / f"commands_{language}.jsonl")
        known = [(line["text"], expecting_of(domain, line.get("asking"))) for line in lines]
        yield f"{language} labelled lines", [asked(t, language, e) for t, e in known if e is not None]
        texts = [text for some in examples_of(domain.vocabulary[language]).values() for text in some]
        yield f"{language} examples", [asked(text, language, opened) for text in texts]
    if data is not None:
        turns = [asked(text, "en", opened) for text in caller_turns(data / TURNS)]
        yield "en dialogues from elsewhere", turns


def caller_turns(path: Path) -> Iterator[str]:
    """What callers say in dialogues."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for turn in json.loads(line)["turns"]:
            if turn["spk"] == "U":
                yield turn["text"]


def times(understanding: Understanding, items: Sequence[Understand]) -> list[float]:
    """CPU milliseconds of each, in a warm process, sorted."""
    for item in items[:200]:
        understanding.understand(item, NOW)
    found = []
    for item in items:
        start = time.thread_time_ns()
        understanding.understand(item, NOW)
        found.append((time.thread_time_ns() - start) / 1e6)
    return sorted(found)


def row(name: str, found: Sequence[float]) -> str:
    """A row of the table."""
    median, late = found[len(found) // 2], found[int(len(found) * 0.99)]
    return f"{name:46} {len(found):6} median {median:6.2f} ms  p99 {late:6.2f} ms  most {found[-1]:6.2f} ms"


def whole(domain: Domain, data: Path | None) -> None:
    """Print what whole utterances cost, by the rules alone and with the classifier behind them."""
    models = {code: train(examples_of(words)).model for code, words in domain.vocabulary.items()}
    rules, both = Understanding(domain), Understanding(domain, Ready(models))
    rules.prepare()
    both.prepare()
    for name, items in utterances(domain, data):
        print(row(f"{name}, rules", times(rules, items)))
        print(row(f"{name}, with classifier", times(both, items)))
    print(row(f"{WORDS} words at random, with classifier", times(both, list(speeches(domain)))))


def speeches(domain: Domain) -> Iterator[Understand]:
    """Long nonsense made of the words that the rules know best."""
    chance = random.Random(SEED)  # noqa: S311 - the same nonsense every time
    opened = expecting_of(domain, None)
    assert opened is not None
    for language in domain.languages:
        texts = [text for some in examples_of(domain.vocabulary[language]).values() for text in some]
        words = [word for text in texts for word in text.split()]
        for _ in range(20):
            yield asked(" ".join(chance.choices(words, k=WORDS)), language, opened)


def growth(domain: Domain) -> None:
    """Print what an utterance costs as the intents of a made-up pack grow in number."""
    opened, first = Expecting("open"), 0.0
    for size in SIZES:
        chance = random.Random(SEED)  # noqa: S311 - the same pack every time
        names = [word(chance) for _ in range(size)]
        sentences = {name: [sentence(chance, name, word(chance)) for _ in range(EACH)] for name in names}
        lines = [(text, f"start.{name}") for name, some in sentences.items() for text in some]
        words = {
            "concepts": {name: [name] for name in names},
            "rules": [{"start": name, "all": [name]} for name in names],
        }
        grown = replace(domain, languages=("en",), vocabulary={"en": words})
        understanding = Understanding(grown, Ready({"en": Model(fitted(lines))}))
        # Half are found by a rule, half only by the classifier: a letter of the word that the rule needs is gone.
        texts = [text for text, _ in chance.choices(lines, k=300)]
        texts += [text.replace(label[6:], label[7:]) for text, label in chance.choices(lines, k=300)]
        median = times(understanding, [asked(text, "en", opened) for text in texts])[300]
        first = first or median
        print(f"{size:5} intents  median {median:5.2f} ms  {median / first:.2f} x")


def word(chance: random.Random) -> str:
    """A word that nobody says."""
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(3))


def sentence(chance: random.Random, name: str, other: str) -> str:
    """A sentence about it."""
    forms = (
        "I would like a {} with {} please",
        "can you {} my {} today",
        "is there a {} for the {}",
        "{} and {} now",
    )
    return chance.choice(forms).format(name, other)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure what an utterance costs.")
    parser.add_argument(
        "--data", default=os.environ.get("FRONTDESK_BENCHMARKS"), help="the benchmarks' folder"
    )
    options = parser.parse_args()
    whole(load("gedimino"), Path(options.data) if options.data else None)
    growth(load("crossroads"))


if __name__ == "__main__":
    main()
