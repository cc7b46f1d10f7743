"""What the worst 500 words cost: no input may hold a call up, whatever a recogniser makes of noise.

    python tests/bench/understanding/fuzz.py [--site gedimino] [--rounds 40] [--seed 1]

Inputs are drawn from the words that the tables themselves know, because those are the ones that cost: words of
any kind, of one kind alone, numbers in words and digits, and one phrase said over and over. Each is read by the
whole cascade under several questions, in every language of the site. Printed are the dearest inputs, CPU in
milliseconds; the least of several readings counts, since other programs only ever add.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.core.actions import Understand
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.pack import load
from engine.pack.cache import keep_for_good
from tests.bench.understanding.commands import situation

_WORDS = 500
_TIMES = 3
_SHOWN = 8
_NOW = datetime(2026, 11, 23, 9, 15)
_DIGITS = (
    "0",
    "1",
    "7",
    "12",
    "15",
    "24",
    "30",
    "59",
    "330",
    "1030",
    "1984",
    "2026",
    "20261201",
    "+370",
    "@",
)
_ASKED = (None, "wish", "full_name", "phone", "date_of_birth", "confirm")


def phrases_of(table: Any) -> Iterator[str]:
    """Every string of a table, at any depth."""
    if isinstance(table, str):
        yield table
    else:
        for value in table.values() if isinstance(table, Mapping) else table:
            yield from phrases_of(value)


def inputs(tables: Mapping[str, Any], draw: random.Random, rounds: int) -> Iterator[tuple[str, str]]:
    """Texts of 500 words with the kind of each."""
    sections = {name: sorted(set(phrases_of(table))) for name, table in tables.items()}
    sections |= {
        f"words.{name}": sorted(set(phrases_of(t))) for name, t in tables["temporal"]["words"].items()
    }
    sections["digits"] = list(_DIGITS)
    plain = {name: [text for text in texts if "<" not in text] for name, texts in sections.items()}
    plain = {name: texts for name, texts in plain.items() if texts}
    everything = [text for texts in plain.values() for text in texts]
    numbers = [*plain["numbers"], *_DIGITS]
    kinds = {"any": [everything], "numbers": [numbers], **{name: [texts] for name, texts in plain.items()}}
    kinds |= {f"{name} and numbers": [texts, numbers] for name, texts in plain.items()}
    for kind, choices in kinds.items():
        for _ in range(max(1, rounds // 10)):
            yield kind, _filled(draw, choices)
    for _ in range(rounds * 10):
        phrase = " ".join(draw.choice(everything) for _ in range(draw.randint(1, 3)))
        yield "over and over", _filled(draw, [[phrase]])


def _filled(draw: random.Random, choices: Sequence[Sequence[str]]) -> str:
    """Phrases at random until there are 500 words, first from which list, then which of it."""
    words: list[str] = []
    while len(words) < _WORDS:
        words += draw.choice(draw.choice(choices)).split()
    return " ".join(words[:_WORDS])


def main() -> None:
    """Print the dearest inputs of each language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--site", default="gedimino")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    domain = load(options.site)
    understanding = Understanding(domain)
    understanding.prepare()
    keep_for_good()

    def cost(text: str, language: str, asking: str | None) -> float:
        action = Understand(Utterance(Transcript.of(text), 1, language), situation(domain, asking))
        began = time.process_time()
        understanding.understand(action, _NOW)
        return (time.process_time() - began) * 1e3

    for language in domain.languages:
        draw = random.Random(options.seed)  # noqa: S311 - the same inputs each time
        dear: list[tuple[float, str, str | None, str]] = []
        for number, (kind, text) in enumerate(inputs(domain.tables[language], draw, options.rounds)):
            asking = _ASKED[number % len(_ASKED)]
            dear.append((cost(text, language, asking), kind, asking, text))
            dear = sorted(dear, key=lambda item: -item[0])[: 3 * _SHOWN] if len(dear) > 500 else dear
        worst = sorted(
            ((min(cost(text, language, asking) for _ in range(_TIMES)), kind, asking, text)
             for _, kind, asking, text in sorted(dear, key=lambda item: -item[0])[: 3 * _SHOWN]),
            reverse=True,
        )[:_SHOWN]  # fmt: skip
        print(f"== {language}: worst {worst[0][0]:.1f} ms")
        for spent, kind, asking, text in worst:
            print(f"{spent:7.1f}  {kind:28s} asked {asking or '-':14s} {text[:70]}")


if __name__ == "__main__":
    main()
