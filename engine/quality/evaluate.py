"""How well a pack is understood: `frontdesk evaluate`.

The classifier is judged on sentences that it was not trained on; labelled lines, and the pack's examples, go
through the rules. Whoever writes a pack reads here which of its sentences are taken for something else.
What is found is plain data; `evaluation_text` words it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.actions import Expecting, Understand
from engine.core.command_forms import plain
from engine.core.utterance import Transcript, Utterance
from engine.nlu.cascade import Understanding
from engine.nlu.classify import OUT_OF_SCOPE, command_of
from engine.nlu.classify.training import train
from engine.pack import load, locate
from engine.quality.guesses import judged, of_guesses
from engine.quality.labelled import expecting_of, is_for, labelled
from engine.quality.model_need import model_need
from engine.quality.trained import examples_in

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.nlu.classify.calibration import Guess

_NOW = datetime(2026, 11, 23, 9, 15)
"""The clock under which labelled lines are read."""
_SHOWN = 12
"""Lines of each list."""
_WHAT = ("flow", "slot", "topic", "about", "option", "kind")
"""What a command does; values of slots are measured apart."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a labelled line means, and what it was understood to mean."""

    text: str
    meant: tuple[str, ...]
    found: tuple[str, ...]
    source: str
    """The stage of the cascade that understood it, or none."""

    @property
    def both(self) -> int:
        """How many commands are meant and found."""
        return (Counter(self.meant) & Counter(self.found)).total()

    @property
    def is_right(self) -> bool:
        """Whether exactly what was meant was found."""
        return Counter(self.meant) == Counter(self.found)


def evaluate(pack: str, data: Path | None = None) -> dict[str, Any]:
    """The report of a pack, a part for each language: of its own examples, or of lines from elsewhere.

    Raises:
        PackError: there is no such pack, or it must not serve calls.
        NothingToLearnError: it has no examples.
        TrainingError: scikit-learn is not installed, or the examples are too few.
        DataError: a line has no text and label.
        OSError: the file cannot be read.
    """
    domain = load(pack)
    site = _site_of(pack, domain)
    understanding = Understanding(site)
    given = labelled(data) if data is not None else None
    languages: dict[str, Any] = {}
    for language, examples in examples_in(domain).items():
        trained = train(examples)
        lines = _lines(language) if given is None else given
        lines = [line for line in lines if is_for(line, language, domain)]
        guesses = trained.held_out if given is None else judged(trained.model, lines)
        languages[language] = {
            "classifier": {**trained.figures, **of_guesses(guesses)},
            "examples": of_examples(site, understanding, language, trained.held_out),
            "lines": of_lines(site, understanding, language, lines),
        }
    return {"pack": pack, "site": site.id, "languages": languages, "calls": model_need(pack)}


def below(report: Mapping[str, Any], least: float) -> Iterator[str]:
    """What does not reach a share: how often the classifier is right when it acts, commands of lines."""
    for language, part in report["languages"].items():
        for what, value in (
            ("classifier: right among those acted on", part["classifier"]["precision"]),
            ("labelled lines: command F1", part["lines"]["f1"] if part["lines"]["lines"] else None),
        ):
            if value is not None and value < least:
                yield f"{language} {what} {value:.1%}, less than {least:.1%}"


def hear(
    domain: Domain, understanding: Understanding, language: str, lines: Iterable[Mapping[str, Any]]
) -> Iterator[Heard]:
    """What is understood of lines; those with names that this pack does not know are left out."""
    for line in lines:
        expecting, wanted = expecting_of(domain, line.get("asking")), line["commands"]
        if expecting is None or not all(_is_known(domain, command) for command in wanted):
            continue
        yield _heard(understanding, language, line["text"], expecting, wanted)


def of_lines(
    domain: Domain, understanding: Understanding, language: str, lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Commands of labelled lines: how many are found, by which stage, and the lines that were misread."""
    told = [line for line in lines if "commands" in line]
    heard = list(hear(domain, understanding, language, told))
    meant, found = sum(len(item.meant) for item in heard), sum(len(item.found) for item in heard)
    both = sum(item.both for item in heard)
    return {
        "lines": len(heard),
        "left_out": len(told) - len(heard),
        "f1": 2 * both / max(1, meant + found),
        "precision": both / max(1, found),
        "recall": both / max(1, meant),
        **_stages(heard),
        "worst": [_shown(item) for item in sorted(heard, key=_badness) if not item.is_right][:_SHOWN],
    }


def of_examples(
    domain: Domain, understanding: Understanding, language: str, guesses: Iterable[Guess]
) -> dict[str, Any]:
    """What the rules make of the sentences that the classifier learns from, and what it adds to them."""
    counts: Counter[str] = Counter()
    wrong: list[Heard] = []
    expecting = expecting_of(domain, None)
    assert expecting is not None  # noqa: S101 - nothing asked is always expected
    for guess in guesses:
        heard = _heard(understanding, language, guess.text, expecting, [plain(command_of(guess.label))])
        outside, missed = guess.label == OUT_OF_SCOPE, heard.source == "none"
        hit = any(deed == heard.meant[0] or deed.startswith(f"{heard.meant[0]} ") for deed in heard.found)
        counts["out_of_scope" if outside else "in_scope"] += 1
        if outside:
            counts["out_of_scope_taken"] += not missed
        else:
            counts["missed" if missed else "right" if hit else "wrong"] += 1
        if not missed and not hit:
            wrong.append(heard)
        if missed and guess.accepted:
            counts["added_right" if guess.is_right else "added_wrong"] += 1
    names = ("in_scope", "right", "wrong", "missed", "out_of_scope", "out_of_scope_taken")
    return {
        **{name: counts[name] for name in (*names, "added_right", "added_wrong")},
        "worst": [_shown(item) for item in sorted(wrong, key=_badness)],
    }


def _heard(
    understanding: Understanding,
    language: str,
    text: str,
    expecting: Expecting,
    wanted: Iterable[Mapping[str, Any]],
) -> Heard:
    found = understanding.understand(Understand(Utterance(Transcript.of(text), 1, language), expecting), _NOW)
    said = tuple(_deed(command) for command in understanding.plain(found)["commands"])
    return Heard(text, tuple(map(_deed, wanted)), said, found.source)


def _stages(heard: Sequence[Heard]) -> dict[str, Any]:
    stages = Counter(item.source for item in heard)
    return {"by_stage": dict(sorted(stages.items())), "model_calls": stages["model"]}


def _badness(item: Heard) -> tuple[float, str]:
    """The fewest commands found in common first."""
    return 2 * item.both / max(1, len(item.meant) + len(item.found)), item.text


def _shown(item: Heard) -> dict[str, Any]:
    return {"text": item.text, "meant": list(item.meant), "found": list(item.found)}


def _is_known(domain: Domain, command: Mapping[str, Any]) -> bool:
    ((_, fields),) = command.items()
    names = {"flow": domain.flows, "slot": domain.slots, "topic": domain.answers}
    return all(fields.get(key) is None or fields[key] in known for key, known in names.items())


def _deed(command: Mapping[str, Any]) -> str:
    """What a command does: the same for a value given and a value corrected."""
    ((name, fields),) = command.items()
    name = "set_slot" if name == "correct" else name
    return " ".join([name, *(f"{key}={fields[key]}" for key in _WHAT if fields.get(key) is not None)])


def _lines(language: str) -> list[dict[str, Any]]:
    """The labelled lines of the house."""
    path = locate.root() / "data" / "utterances" / f"commands_{language}.jsonl"
    return labelled(path) if path.is_file() else []


def _site_of(pack: str, domain: Domain) -> Domain:
    """The site itself, or the first of a pack: names of services and people belong to a site."""
    if domain.catalogue.offerings:
        return domain
    folder = locate.find(pack).folder / "sites"
    sites = sorted(path for path in folder.glob("*.yml") if "." not in path.stem)
    return load(str(sites[0])) if sites else domain
