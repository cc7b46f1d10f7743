"""Words: safety patterns, the pack's vocabulary and the tables of each language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.core.safety import PatternError, Patterns, compile_patterns
from engine.core.spoken import Spoken
from engine.core.words import fold_word
from engine.pack import locate
from engine.pack.layers import Layer
from engine.pack.learned import learn
from engine.pack.merge import merge_tables
from engine.pack.report import Report
from engine.pack.source import Kind, Node, Sources

_SPOKEN_EXAMPLES = ".examples"
"""End of the names of files that hold the examples of one language."""
_DIGITS = ("units", "pairs", "tens")
"""Kinds of number words that stand for digits one after the other."""


def signals(layers: Iterable[Layer]) -> frozenset[str]:
    """Every signal that some safety rule gives."""
    return frozenset(name for rule in _rules(layers) if (name := rule.words("signal")))


def emergency_levels(layers: Iterable[Layer]) -> dict[str, Node]:
    """Each level that patterns give or a check question raises to, with the first rule that does."""
    found: dict[str, Node] = {}
    for rule in _rules(layers):
        for key in ("level", "if_yes"):
            if rule.words(key):
                found.setdefault(rule.words(key), rule)
    return found


def checks(layers: Iterable[Layer]) -> Iterable[Node]:
    """The responses that safety rules ask with."""
    for rule in _rules(layers):
        check = rule.get("check")
        if check is not None:
            yield check


def _rules(layers: Iterable[Layer]) -> Iterator[Node]:
    """The safety rules of all layers, and what asks about words like those of the examples."""
    for layer in layers:
        for node in layer.safety.values():
            yield from node.list_of("rules")
            examples = node.get("examples")
            if examples is not None:
                yield examples


def compile_safety(layers: Iterable[Layer], report: Report) -> dict[str, Patterns]:
    """The safety screens of every pack and language, spoken or not: people in need fall back to their own.

    Each pack's screen stands alone, so that a pack's fillers and suppressors take nothing back that its
    parent's rules have found.
    """
    found: dict[str, Patterns] = {}
    parents: list[Layer] = []
    for layer in layers:
        parents.append(layer)
        for language, node in layer.safety.items():
            if language.endswith(_SPOKEN_EXAMPLES):
                continue
            data = merge_tables([node])
            data["rules"] = [_placed(rule) for rule in node.list_of("rules")]
            examples = node.get("examples")
            if examples is not None:
                data["examples"] = _examples(examples, parents)
            try:
                found[f"{language}/{layer.id}"] = compile_patterns(data, learn)
            except PatternError as error:
                for problem in error.problems:
                    place, message = _place([node], problem)
                    report.error(place, message)
            except (AttributeError, TypeError, KeyError, ValueError) as error:
                report.error(node, f"this safety table has the wrong shape ({type(error).__name__})")
    return found


def _examples(node: Node, layers: Iterable[Layer]) -> dict[str, Any]:
    """The examples of all languages for one model: each is what the words of the others are told from.

    What callers say of the pack's ordinary tasks is calm too.
    """
    layers = tuple(layers)
    table = _placed(node)
    skipped = frozenset(table.pop("urgent_labels", ()))
    spoken = [
        merge_tables([lines])
        for layer in layers
        for name, lines in sorted(layer.safety.items())
        if name.endswith(_SPOKEN_EXAMPLES)
    ]
    urgent = [text for lines in spoken for text in lines.get("urgent") or ()]
    calm = [text for lines in spoken for text in lines.get("calm") or ()]
    for language in sorted({language for layer in layers for language in layer.vocabulary}):
        nodes = (part for layer in layers for part in layer.vocabulary.get(language, ()))
        ordinary: Mapping[str, Any] = merge_tables(nodes).get("examples") or {}
        calm += [text for label, texts in sorted(ordinary.items()) if label not in skipped for text in texts]
    return {**table, "urgent": urgent, "calm": calm}


def _placed(rule: Node) -> dict[str, Any]:
    table = merge_tables([rule])
    return {**table, "where": rule.where}


def _place(nodes: list[Node], problem: str) -> tuple[Node, str]:
    """The rule, sign or suppressor that a message of the compiler is about."""
    for node in reversed(nodes):
        for rule in node.list_of("rules"):
            if problem.startswith(f"rule {rule.words('id')}:"):
                return rule, problem
        for section in ("signs", "suppressors", "lists", "numbers"):
            for name, key, value in node.pairs(section):
                if problem.startswith((f"{section}: {name}:", f"{section}: {name}/", f"suppressor {name}:")):
                    return next(_phrases(value, problem), key), problem
    return nodes[-1], problem


def _phrases(node: Node, problem: str) -> Iterator[Node]:
    """The phrases under a name that a message quotes."""
    if node.kind is Kind.TEXT and f"'{node.text}'" in problem:
        yield node
    for part in (*node.items, *(entry.value for entry in node.entries.values())):
        yield from _phrases(part, problem)


def vocabulary(layers: Iterable[Layer], languages: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What the pack adds for understanding, by language: parents first."""
    layers = list(layers)
    return {
        language: merge_tables(node for layer in layers for node in layer.vocabulary.get(language, ()))
        for language in languages
    }


class Languages:
    """The tables of each language that is spoken or screened."""

    def __init__(self, sources: Sources, report: Report) -> None:
        self.sources = sources
        self.report = report

    def tables(self, languages: Mapping[str, Node]) -> dict[str, Mapping[str, Any]]:
        """Language code to tables; a language without a file is reported where it is named."""
        home = locate.root() / "data" / "languages"
        found: dict[str, Mapping[str, Any]] = {}
        for language, place in languages.items():
            path = home / f"{language}.yml"
            if not path.is_file():
                known = ", ".join(sorted(item.stem for item in home.glob("*.yml")))
                self.report.error(
                    place, f"there are no tables for language '{language}'", f"there are {known}"
                )
                continue
            documents = [
                node for node in self.sources.read(path, locate.shown(path)) if node.kind is Kind.MAP
            ]
            found[language] = merge_tables(documents)
        return found

    def spoken(
        self, tables: Mapping[str, Mapping[str, Any]], languages: Mapping[str, Node]
    ) -> dict[str, Spoken]:
        """The spoken forms of each language."""
        found: dict[str, Spoken] = {}
        for language, table in tables.items():
            try:
                found[language] = Spoken(table)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
                message = f"language '{language}' cannot be spoken: {error}"
                self.report.error(languages[language], message, f"data/languages/{language}.yml")
        return found


def digit_words(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The folded words for digits and their repeats in all languages: card numbers are also spoken."""
    found: dict[str, str] = {}
    for table in tables.values():
        digits = table.get("identity", {}).get("digits", {})
        words = {word: digit for kind in _DIGITS for word, digit in digits.get(kind, {}).items()}
        words |= {word: f"{times}x" for word, times in digits.get("repeat", {}).items()}
        found |= {fold_word(word): digit for word, digit in words.items() if " " not in word}
    return found
