"""Measure commands and slot values on the labelled lines in data/utterances.

    python tests/bench/understanding/commands.py [--errors] [--half look|hidden] [--set commands|calls]

A line is a text, what was being asked, and the commands it means. `asking` is null (nothing is asked), the id of a
slot of the booking flow, or one of the situations below. `calls` was written from the mix of calls of a practice
without a look at the words of the packs. Each file is split by a hash of its texts into a half that
was looked at while the words of the packs were written and a half that was not; both are reported.
Commands are scored by what they do (flow, topic, option, slot), values apart from that.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.core.actions import Expecting, Understand
from engine.core.domain import Domain
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.pack import load

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 23, 9, 15)
BOOK = "book_appointment"
OPTIONS = (
    {
        "start": "2026-12-01T10:00",
        "end": "2026-12-01T11:00",
        "service": "hygiene",
        "provider": "becker",
        "room": "r4",
    },
    {
        "start": "2026-12-02T15:30",
        "end": "2026-12-02T16:30",
        "service": "hygiene",
        "provider": "sakalauskaite",
        "room": "r3",
    },
)
GIVEN = ("service", "wish", "full_name", "date_of_birth", "provider", "phone")
WHAT = ("flow", "slot", "topic", "about", "option", "kind")


def situation(domain: Domain, asking: str | None) -> Expecting:
    """What is expected in a situation of the data."""
    caller = tuple(slot.id for slot in domain.slots.values() if slot.filled_by == "caller")
    match asking:
        case None:
            return Expecting("open", open_slots=caller)
        case "confirm":
            reads = ("service", "opening", "full_name", "date_of_birth")
            rest = tuple(name for name in caller if name not in GIVEN)
            return Expecting("confirm", flow=BOOK, reads=reads, filled=GIVEN, open_slots=rest)
        case "cancelconfirm":
            return Expecting("confirm", flow="cancel_appointment", reads=("appointment",), filled=GIVEN[2:4])
        case "offer":
            rest = tuple(name for name in caller if name not in GIVEN[:4])
            offer = Expecting("offer", slot="opening", type="opening", flow=BOOK, options=OPTIONS)
            return replace(offer, filled=GIVEN[:4], open_slots=rest)
        case _:
            accepts = ("provider",) if asking == "wish" else ()
            filled = ("service",) if asking == "wish" else ()
            flow = None if asking == "anything_else" else BOOK
            rest = tuple(name for name in caller if name != asking and name not in filled)
            kind = domain.slots[asking].type.value
            return Expecting(
                "slot", slot=asking, type=kind, accepts=accepts, flow=flow, filled=filled, open_slots=rest
            )


@dataclass(slots=True)
class Score:
    """Counts of one half of one file."""

    lines: int = 0
    right: int = 0
    hits: int = 0
    said: int = 0
    meant: int = 0
    values: int = 0
    values_right: int = 0
    errors: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, line: dict[str, Any], found: list[dict[str, Any]], elapsed: float) -> None:
        """Count one line."""
        meant, said = Counter(map(deed, line["commands"])), Counter(map(deed, found))
        self.lines += 1
        self.times.append(elapsed)
        self.hits += (meant & said).total()
        self.said += said.total()
        self.meant += meant.total()
        given = dict(values(found))
        wrong = meant != said
        for slot, value in values(line["commands"]):
            self.values += 1
            right = slot in given and value in given[slot]
            self.values_right += right
            wrong |= not right
        self.right += not wrong
        if wrong:
            self.errors.append(
                f"{line['asking']}| {line['text']}\n    meant {line['commands']}\n    found {found}"
            )

    def row(self) -> str:
        """The figures of the table."""
        precision, recall = self.hits / max(1, self.said), self.hits / max(1, self.meant)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        times = sorted(self.times)
        median, late = times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
        value = self.values_right / max(1, self.values)
        return (
            f"{self.lines:4} lines  commands F1 {f1:6.1%} (P {precision:.1%} R {recall:.1%})  values {value:6.1%}"
            f"  lines right {self.right / max(1, self.lines):6.1%}  CPU median {median:.2f} ms  p99 {late:.2f} ms"
        )


def deed(command: dict[str, Any]) -> str:
    """What a command does, without the value: the same for a value given and a value corrected."""
    ((name, fields),) = command.items()
    name = "set_slot" if name == "correct" else name
    return " ".join([name, *(f"{key}={fields[key]}" for key in WHAT if fields.get(key) is not None)])


def values(commands: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Slots with the values, or readings, that they were given; a label has one."""
    for command in commands:
        ((name, fields),) = command.items()
        if name in {"set_slot", "correct"}:
            label = "evidence" not in fields
            yield (
                fields["slot"],
                fields["value"] if label else fields.get("alternatives") or [fields["value"]],
            )


def half_of(text: str) -> str:
    """Which half of the split a text belongs to."""
    return "look" if hashlib.sha256(text.encode()).digest()[0] % 2 else "hidden"


def measure(
    domain: Domain, understanding: Understanding, language: str, name: str = "commands"
) -> dict[str, Score]:
    """Score one file of one language."""
    scores = {"look": Score(), "hidden": Score()}
    path = ROOT / "data" / "utterances" / f"{name}_{language}.jsonl"
    for text in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        utterance = Utterance(Transcript.of(line["text"]), 1, language)
        action = Understand(utterance, situation(domain, line["asking"]))
        start = time.process_time()
        found = understanding.understand(action, NOW)
        elapsed = time.process_time() - start
        scores[half_of(line["text"])].add(line, understanding.plain(found)["commands"], elapsed)
    return scores


def main() -> None:
    """Print the table, and on demand what went wrong."""
    parser = argparse.ArgumentParser(description="Measure commands and slot values.")
    parser.add_argument("--errors", action="store_true", help="print the lines that were misread")
    parser.add_argument("--half", choices=("look", "hidden"), default="look", help="whose errors")
    parser.add_argument("--set", choices=("commands", "calls"), default="commands", help="which lines")
    options = parser.parse_args()
    domain = load("gedimino")
    understanding = Understanding(domain)
    understanding.prepare()
    for language in domain.languages:
        scores = measure(domain, understanding, language, options.set)
        for half, score in scores.items():
            print(f"{language} {half:6} {score.row()}")
        if options.errors:
            print("\n".join(scores[options.half].errors))


if __name__ == "__main__":
    main()
