"""Measure names, birth dates, telephone numbers and e-mail on labelled data that live outside the project.

    python tests/bench/understanding/identity.py --data DIR      (or FRONTDESK_BENCHMARKS=DIR)

The sentences are read, never copied. Each file is split by a hash of its ids into a half that was looked at
while the grammar was written and a half that was not; both are reported.

A caller is asked as the product asks: all that was heard so far goes to the people on file, a name and a birth
date that agree are accepted, whatever is not agreed is asked again, three times at most. The postcode stands
for any third fact on file: it is accepted when it is what the record says, up to two misheard characters.
The second table of each half leaves the records aside: what all attempts add up to is taken when it is sure.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib.util
import json
import os
import re
import sys
import tempfile
import time as stopwatch
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import Levenshtein

from engine.core.catalogue import Person
from engine.nlu.identity import SURE, IdentityGrammar, NamesOnFile, PeopleIndex, settle
from engine.nlu.temporal import Clock, TemporalGrammar

_ROOT = Path(__file__).resolve().parents[3]
_LANGUAGES = {"en": "GB", "de": "DE", "es": "ES"}
"""Languages of the written and spoken sets, and the country whose numbers need no prefix."""
_ATTEMPTS = 3
_SLIPS = 2
"""Characters of a postcode that may be misheard when the record says what it is."""
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
Line = dict[str, Any]


@dataclass(slots=True)
class Heard:
    """All that one caller was heard to say so far, and how often each thing was asked."""

    names: list[Mapping[str, str | None]] = field(default_factory=list)
    born: list[date] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    attempts: dict[str, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))
    """The readings of each attempt, to see what they add up to."""
    spelled: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)


class Desk:
    """The product's grammars and the people on file."""

    def __init__(self, records: Sequence[Mapping[str, str]], *, strangers: bool) -> None:
        self.strangers = strangers
        tables = _tables("en")
        self.records = {record["scenario_id"]: record for record in records}
        people = [
            Person(record["scenario_id"], record["name"], date.fromisoformat(record["dob"]), "")
            for record in records
        ]
        self.grammar = IdentityGrammar(tables, region="GB", known=[person.name for person in people])
        self.temporal = TemporalGrammar(tables)
        self.clock = Clock(datetime(2022, 1, 1, 10), prefer="past")
        self.index = PeopleIndex(people)
        self.by_code: dict[str, list[str]] = defaultdict(list)
        for record in records:
            self.by_code[_code(record["postcode"])].append(record["scenario_id"])
        self.names = NamesOnFile(person.name for person in people)
        self.seconds: list[float] = []

    def ask(self, caller: Line) -> Line:
        """One caller from the first question to the last; the prediction as the scorer wants it."""
        heard, accepted = Heard(), dict[str, str]()
        for attempt in range(_ATTEMPTS):
            for item, listen in (
                ("name", self._hear_name),
                ("dob", self._hear_born),
                ("postcode", self._hear_code),
            ):
                texts = _texts(caller, item, attempt)
                if item not in accepted:
                    heard.asked[item] += 1
                    started = stopwatch.perf_counter()
                    listen(heard, texts)
                    self.seconds.append(stopwatch.perf_counter() - started)
            if not self.strangers:
                self._agree(heard, accepted)
            if len(accepted) == _ATTEMPTS:
                break
        self._agree_among_attempts(heard, accepted)
        first, _, last = accepted.get("name", "").rpartition("|")
        return {
            "id": caller["id"],
            "first": first or None,
            "last": last or None,
            "dob": accepted.get("dob"),
            "postcode": accepted.get("postcode"),
            "attempts": dict(heard.asked),
        }

    def _hear_name(self, heard: Heard, texts: Sequence[str]) -> None:
        for entity in self.grammar.names(texts, asking=True):
            heard.names += entity.alternatives or (entity.value,)
            heard.attempts["name"].append(list(entity.alternatives or (entity.value,)))
        for entity in self.grammar.spelled(texts):
            heard.spelled += entity.alternatives or (entity.value,)
            heard.names += [{"spelled": letters} for letters in entity.alternatives or (entity.value,)]

    def _hear_born(self, heard: Heard, texts: Sequence[str]) -> None:
        readings = [day for text in texts for day in self._born(text)]
        heard.born += readings
        heard.attempts["dob"].append(readings)

    def _born(self, text: str) -> Iterable[date]:
        for entity in self.temporal.birth_date(text, self.clock):
            for value in entity.alternatives or (entity.value,):
                if value:
                    yield date.fromisoformat(value)

    def _hear_code(self, heard: Heard, texts: Sequence[str]) -> None:
        for entity in self.grammar.codes(texts):
            values = entity.alternatives or (entity.value,)
            heard.codes += [_code(value) for value in values]
            heard.attempts["postcode"].append([value.upper() for value in values])

    def _agree(self, heard: Heard, accepted: dict[str, str]) -> None:
        """Take from the record whatever two facts that agree have identified."""
        found = self.index.match(names=heard.names, born=heard.born).person or self._by_code(heard)
        if found is None:
            return
        record = self.records[found]
        accepted["name"] = f"{record['name_first']}|{record['name_last']}"
        accepted["dob"] = record["dob"]
        if any(_slips(code, record["postcode"]) <= _SLIPS for code in heard.codes):
            accepted["postcode"] = record["postcode"]

    def _by_code(self, heard: Heard) -> str | None:
        """The person whose postcode was heard and whose name or birth date agrees with it."""
        people = {person for code in heard.codes for person in self.by_code.get(code, ())}
        agreeing = [person for person in people if self._agrees(person, heard)]
        return agreeing[0] if len(agreeing) == 1 else None

    def _agrees(self, person: str, heard: Heard) -> bool:
        born = date.fromisoformat(self.records[person]["dob"])
        return born in heard.born or self.index.match(names=heard.names, born=[born]).person == person

    def _agree_among_attempts(self, heard: Heard, accepted: dict[str, str]) -> None:
        """What no record confirmed is taken when all attempts together leave no doubt."""
        name = self.names.settle(heard.attempts["name"], heard.spelled)
        born = settle(heard.attempts["dob"])
        code = settle(heard.attempts["postcode"])
        if "name" not in accepted and name is not None and name.lead >= SURE:
            accepted["name"] = "|".join(name.value)
        if "dob" not in accepted and born is not None and born.lead >= SURE:
            accepted["dob"] = born.value.isoformat()
        if (
            "postcode" not in accepted
            and code is not None
            and code.lead >= SURE
            and _POSTCODE.fullmatch(code.value)
        ):
            accepted["postcode"] = code.value


def _texts(caller: Line, item: str, attempt: int) -> list[str]:
    turns = [turn for turn in caller["turns"] if turn["item"] == item and turn["attempt"] == attempt]
    return [text for turn in turns for text in turn["nbest"]]


def _code(text: str) -> str:
    """A postcode without what no ear can tell apart."""
    return text.upper().replace(" ", "").replace("O", "0").replace("I", "1")


def _slips(heard: str, on_file: str) -> int:
    return Levenshtein.distance(heard, _code(on_file))


def _phones(grammar: IdentityGrammar, text: str, *, asking: bool) -> list[str]:
    entities = grammar.phones([text], asking=asking)
    return [dict(e.attributes)["digits"] + dict(e.attributes).get("extension", "") for e in entities]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def written_forms(folder: Path, half: Callable[[str], bool]) -> Iterable[tuple[str, bool]]:
    """(kind, right) for every phone number and e-mail address of the written and the spoken sets."""
    grammars = {code: IdentityGrammar(_tables(code), region=region) for code, region in _LANGUAGES.items()}
    for line in _lines(folder / "itn/sequences.jsonl"):
        if not half(line["id"]) or line["cls"] not in ("phonenumber", "email"):
            continue
        grammar = grammars.get(line["lang"], grammars["en"])
        if line["cls"] == "email":
            found = [entity.value for entity in grammar.emails([line["text"]])]
            yield "e-mail written", found == [gold["value"].lower() for gold in line["gold"]]
        else:
            gold = [_digits(mention["text"]) for mention in line["gold"]]
            kind = "phone written" if line["lang"] in _LANGUAGES else "phone written, unknown language"
            yield kind, _phones(grammar, line["text"], asking=False) == gold
    for line in _lines(folder / "itn/spoken_to_written.jsonl"):
        if not half(line["id"]) or line["lang"] not in _LANGUAGES:
            continue
        if line["cls"] == "telephone":
            yield (
                "phone spoken",
                _phones(grammars[line["lang"]], line["spoken"], asking=True) == [_digits(line["written"])],
            )
        elif line["cls"] == "electronic" and "@" in line["written"]:
            found = [entity.value for entity in grammars[line["lang"]].emails([line["spoken"]])]
            yield "e-mail spoken", found == [line["written"].lower()]


def _lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _tables(code: str) -> Mapping[str, Any]:
    text = (_ROOT / "data" / "languages" / f"{code}.yml").read_text(encoding="utf-8")
    tables: Mapping[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - text only, no objects
    return tables


def _score(folder: Path, gold: Sequence[Line], predictions: Sequence[Line]) -> None:
    """Print the table of the data's own scorer."""
    spec = importlib.util.spec_from_file_location("score_identity", folder / "scorers" / "score_identity.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for name, lines in (("gold", gold), ("pred", predictions)):
            path = Path(scratch) / f"{name}.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            paths.append(str(path))
        scorer.main(*paths)


def _looked_at(identifier: str) -> bool:
    return int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % 2 == 0


def main(arguments: Sequence[str]) -> None:
    """Print one table for each half."""
    parser = argparse.ArgumentParser(description="Measure identity on labelled data.")
    parser.add_argument("--data", default=os.environ.get("FRONTDESK_BENCHMARKS"), type=Path)
    parser.add_argument("--verbose", action="store_true", help="list what the looked-at half gets wrong")
    options = parser.parse_args(arguments)
    if options.data is None:
        parser.error("say where the data are: --data DIR or FRONTDESK_BENCHMARKS=DIR")
    folder: Path = options.data
    desks = _desks(folder)
    callers = _lines(folder / "identity" / "callers_en.jsonl")
    for title, looked_at in (("half looked at", True), ("half not looked at", False)):
        gold = [caller for caller in callers if _looked_at(caller["id"]) is looked_at]
        for kind, desk in desks.items():
            print(f"\n{title}: callers_en, {kind}")
            predictions = [desk.ask(caller) for caller in gold]
            _score(folder, gold, predictions)
            if options.verbose and looked_at:
                _explain(gold, predictions)
        print(f"\n{title}: itn")
        _print_forms(folder, looked_at=looked_at)
    spent = sorted(second for desk in desks.values() for second in desk.seconds)
    median, p99 = spent[len(spent) // 2], spent[len(spent) * 99 // 100]
    print(f"\nms per heard answer: median {1e3 * median:.2f}, p99 {1e3 * p99:.2f}")


def _desks(folder: Path) -> dict[str, Desk]:
    """The same people once as those on file, once as a list of names that others have too."""
    with (folder / "identity" / "registry_en.csv").open(encoding="utf-8") as file:
        records = list(csv.DictReader(file))
    return {
        "people on file": Desk(records, strangers=False),
        "as if nobody were on file": Desk(records, strangers=True),
    }


def _print_forms(folder: Path, *, looked_at: bool) -> None:
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for kind, right in written_forms(folder, lambda name: _looked_at(name) is looked_at):
        counts[kind][right] += 1
    for kind, count in counts.items():
        print(f"{kind:32s} {count[True]}/{count.total()} = {100 * count[True] / count.total():.1f}")


def _explain(gold: Sequence[Line], predictions: Sequence[Line]) -> None:
    for caller, said in zip(gold, predictions, strict=True):
        right = caller["gold"]
        for item, value in (
            ("first", right["first"]),
            ("last", right["last"]),
            ("dob", right["dob"]),
            ("postcode", right["postcode"]),
        ):
            if said[item] != value:
                print(f"  {caller['id']} {item}: {said[item]} for {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
