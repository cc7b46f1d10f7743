"""Measure the temporal grammar on labelled sentences that live outside the project.

    python tests/bench/understanding/dates.py --data DIR      (or FRONTDESK_BENCHMARKS=DIR)

The sentences are read, never copied. Each file is split by a hash of its ids into a half that was looked at
while the grammar was written and a half that was not; both are reported. `wrong` counts single, certain
answers that are not the labelled one, apart from mentions that were not found or were given as a question.

Where a file's convention differs from the product's, the difference is translated here and named: the data
belong to no business, so no hours settle a bare "at six" and both readings count as a question; parts of the
day get the hours that file gives them, the beginning and the end of a month its halves; stretches of days are
given with either end, the last day or the next.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import json
import os
import sys
import time as stopwatch
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from engine.nlu.temporal import Clock, TemporalGrammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from engine.nlu.entity import Entity

_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Source:
    """One file and its conventions."""

    path: str
    language: str
    day_first: bool = True
    parts: Mapping[str, tuple[str, str]] | None = None


_OFFICE = {
    "morning": ("08:00", "12:00"),
    "afternoon": ("12:00", "16:00"),
    "evening": ("16:00", "20:00"),
    "night": ("20:00", "23:59"),
    "tonight": ("20:00", "23:59"),
    "lunch": ("11:00", "13:00"),
    "business_hours": ("08:00", "18:00"),
    "nighttime": ("00:00", "08:00"),
    "midmorning": ("10:00", "11:00"),
    "end_of_day": ("23:59", "23:59"),
}
_WIDE = {
    "morning": ("00:00", "12:00"),
    "afternoon": ("12:00", "19:00"),
    "evening": ("18:00", "00:00"),
    "night": ("18:00", "00:00"),
    "tonight": ("18:00", "00:00"),
    "lunch": ("12:00", "14:00"),
}
SOURCES = (
    Source("dates/en_dialogue_turns.jsonl", "en"),
    Source("dates/en_hotel_bank.jsonl", "en"),
    Source("dates/en_a.jsonl", "en", day_first=False, parts=_OFFICE),
    Source("dates/en_b.jsonl", "en", day_first=False, parts=_WIDE),
    Source("dates/en_GB_a.jsonl", "en", parts=_OFFICE),
    Source("dates/en_GB_b.jsonl", "en", parts=_WIDE),
    Source("dates/en_US_b.jsonl", "en", day_first=False, parts=_WIDE),
    Source("lt/dates.jsonl", "lt"),
    Source("dates/es_a.jsonl", "es", parts=_OFFICE),
    Source("dates/es_b.jsonl", "es", parts=_WIDE),
    Source("dates/de_a.jsonl", "de", parts=_OFFICE),
    Source("dates/de_b.jsonl", "de", parts=_WIDE),
)


def looked_at(identifier: str) -> bool:
    """Whether a line is in the half that was looked at while the grammar was written."""
    return hashlib.sha1(identifier.encode(), usedforsecurity=False).digest()[0] % 2 == 0


def grammar(language: str) -> TemporalGrammar:
    """The grammar of a language, from its shipped tables."""
    text = (_ROOT / "data" / "languages" / f"{language}.yml").read_text(encoding="utf-8")
    return TemporalGrammar(yaml.load(text, Loader=yaml.CBaseLoader))  # noqa: S506 - text scalars only


def results(entities: tuple[Entity, ...], source: Source) -> Iterator[dict[str, Any]]:
    """Entities in the scorer's shape, every reading of a mention in one group."""
    for group, entity in enumerate(entities):
        if entity.type.endswith("range"):
            ends = [(entity.start, entity.end)]
            ends += [(reading["from"], reading["to"]) for reading in entity.alternatives]
            for start, end in dict.fromkeys(ends):
                yield from _ranges(start, end, entity, source, group)
        elif entity.type != "order":
            for value in entity.alternatives or (entity.value,):
                if isinstance(value, dict):
                    yield {"group": group, "start": value["from"], "end": value["to"]}
                elif value is not None:
                    yield {"group": group, "kind": entity.type, "value": value}


def _ranges(
    start: str | None, end: str | None, entity: Entity, source: Source, group: int
) -> Iterator[dict[str, Any]]:
    facts = dict(entity.attributes)
    part = (source.parts or {}).get(facts.get("part_of_day", ""))
    if part is not None and start is not None:
        start, end = _in_hours_of_the_file(start, part, facts.get("edge", ""))
        if facts["part_of_day"] == "end_of_day":  # a moment in these files
            yield {"group": group, "kind": "datetime", "value": end}
    yield {"group": group, "start": start, "end": end}
    if source.parts is _OFFICE and facts.get("grain") == "month" and start is not None and end is not None:
        start, end = _half_of_month(start, end, facts.get("edge", ""))
        yield {"group": group, "start": start, "end": end}
    if entity.type == "daterange" and end is not None:
        yield {"group": group, "start": start, "end": _day_before(end)}
    if entity.type == "daterange" and start is not None and dict(entity.attributes).get("bound") == "after":
        yield {"group": group, "start": _day_before(start), "end": end}
    if start is None or end is None or entity.type == "daterange":
        return
    if entity.type == "datetimerange" and end.endswith("T00:00") and start[:10] != end[:10]:
        yield {"group": group, "start": start, "end": None}
        yield {"group": group, "start": None, "end": end}
    if entity.type == "datetimerange" and start.endswith("T00:00") and start[:10] == end[:10]:
        yield {"group": group, "start": None, "end": end}


def _in_hours_of_the_file(start: str, part: tuple[str, str], edge: str) -> tuple[str, str]:
    """A part of the day with the hours this file gives it; early and late are its first and last two hours."""
    first, last = part
    if edge == "early":
        last = f"{int(first[:2]) + 2:02}:00"
    elif edge == "late":
        first = f"{(int(last[:2]) or 24) - (1 if last == '23:59' else 2):02}:00"
    day, _, _ = start.rpartition("T")
    if not day:
        return first, last
    next_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    return f"{day}T{first}", f"{next_day if last == '00:00' else day}T{last}"


def _half_of_month(start: str, end: str, edge: str) -> tuple[str, str]:
    """The beginning and the end of a month are its halves in these files, ours are its thirds."""
    if edge == "beginning":
        return start, f"{start[:8]}16"
    return (f"{start[:8]}16", end) if edge == "end" else (start, end)


@cache
def _holidays(year: int) -> dict[str, tuple[date, ...]]:
    """What a site would load: the holidays of a country by name, here those of the files' authors."""
    import holidays

    named: dict[str, list[date]] = {}
    for country in (
        holidays.country_holidays("US", years=range(year - 1, year + 3)),
        holidays.country_holidays("GB", years=range(year - 1, year + 3)),
    ):
        for day, names in country.items():
            for name in names.split("; "):
                for short in {
                    name.lower(),
                    name.lower().removesuffix(" day"),
                    name.lower().removesuffix("'s day"),
                }:
                    named.setdefault(short, []).append(day)
    named.pop("may", None)  # May Day is not May
    return {name: tuple(sorted(set(days))) for name, days in named.items()}


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def predict(
    source: Source, lines: list[dict[str, Any]], hours: tuple[int, int]
) -> tuple[list[dict[str, Any]], float]:
    """Predictions for the lines of one file, and the seconds they took."""
    reader = grammar(source.language)
    began = stopwatch.process_time()
    predicted = []
    for line in lines:
        now = datetime.fromisoformat(line["reference"][:19])
        closes = time(23, 59) if hours[1] == 24 else time(hours[1])
        clock = Clock(now, time(hours[0]), closes, day_first=source.day_first, holidays=_holidays(now.year))
        predicted.append(
            {"id": line["id"], "results": list(results(reader.find(line["input"], clock), source))}
        )
    return predicted, stopwatch.process_time() - began


def certain_errors(
    scorer: ModuleType, lines: list[dict[str, Any]], predicted: list[dict[str, Any]]
) -> Counter[str]:
    """How many lines got one certain answer, and how many of those answers are not the labelled one."""
    counts: Counter[str] = Counter()
    for line, prediction in zip(lines, predicted, strict=True):
        if not line["single"] or line["negative"] or not line.get("booking_core"):
            continue
        mention = line["mentions"][0]
        found = prediction["results"]
        certain = [item for item in found if "value" in item]
        counts["lines"] += 1
        if len(found) == 1 and certain:
            right = any(
                scorer.match(gold, found[0], mention["kind"], line["reference"]) for gold in mention["accept"]
            )
            counts["wrong"] += not right
    return counts


def report(source: Source, data: Path, scorer: ModuleType, half: str, options: argparse.Namespace) -> None:
    """Print the table of one half of one file."""
    text = (data / source.path).read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    wanted = {"look": True, "hidden": False}
    lines = [line for line in lines if half == "all" or looked_at(line["id"]) is wanted[half]]
    predicted, seconds = predict(source, lines, options.hours)
    gold, answers, table = (io.StringIO() for _ in range(3))
    gold.writelines(json.dumps(line) + "\n" for line in lines)
    answers.writelines(json.dumps(line) + "\n" for line in predicted)
    folder = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - the scorer reads files
    gold_path, answer_path = folder / f"gold.{os.getpid()}", folder / f"answers.{os.getpid()}"
    gold_path.write_text(gold.getvalue(), encoding="utf-8")
    answer_path.write_text(answers.getvalue(), encoding="utf-8")
    scorer.main(str(gold_path), str(answer_path), "core", table)
    gold_path.unlink()
    answer_path.unlink()
    wrong = certain_errors(scorer, lines, predicted)
    print(
        f"== {source.path} {half}: {seconds / max(1, len(lines)) * 1e6:.0f} us a line, "
        f"certain but wrong {wrong['wrong']} of {wrong['lines']}"
    )
    print(table.getvalue(), end="")
    if options.failures and half == "look":
        _show(source, scorer, lines, predicted, options.failures)


def _show(
    source: Source,
    scorer: ModuleType,
    lines: list[dict[str, Any]],
    predicted: list[dict[str, Any]],
    failures: int,
) -> None:
    """Print lines of the looked-at half that failed, to stderr."""
    for line, prediction in zip(lines, predicted, strict=True):
        if not (line.get("booking_core") or line["negative"]):
            continue
        found = prediction["results"]
        right = (
            not found
            if line["negative"]
            else all(
                any(
                    scorer.match(gold, item, mention["kind"], line["reference"])
                    for item in found
                    for gold in ([mention["future"]] if mention["future"] else mention["accept"])
                )
                for mention in line["mentions"]
            )
        )
        if not right and failures:
            failures -= 1
            gold = [mention["future"] or mention["accept"] for mention in line["mentions"]]
            print(
                f"-- {source.path} {line['reference'][:16]} | {line['input']}\n     gold {gold}\n     got  {found}",
                file=sys.stderr,
            )


def _hours(text: str) -> tuple[int, int]:
    opens, _, closes = text.partition("-")
    return int(opens), int(closes)


def main() -> None:
    """Print the tables of all files, or of those named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=os.environ.get("FRONTDESK_BENCHMARKS"))
    parser.add_argument("--only", default="", help="part of a file's name")
    parser.add_argument("--failures", type=int, default=0, help="failed lines of the looked-at half to show")
    parser.add_argument("--half", choices=("look", "hidden", "all", "both"), default="both")
    parser.add_argument(
        "--hours", type=_hours, default=(0, 24), help="hours of a business that settle a bare hour, 8-18"
    )
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data DIR or set FRONTDESK_BENCHMARKS")
    spec = importlib.util.spec_from_file_location("score_dates", options.data / "scorers" / "score_dates.py")
    if spec is None or spec.loader is None:
        parser.error("no scorers/score_dates.py in the data folder")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    halves = ("look", "hidden") if options.half == "both" else (options.half,)
    for source in SOURCES:
        if options.only in source.path and (data_file := options.data / source.path).exists():
            for half in halves:
                report(source, data_file.parents[1], scorer, half, options)


if __name__ == "__main__":
    main()
