"""What understanding knows of one language, compiled once: its tables, the pack's words, the site's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.core.catalogue import Catalogue
from engine.core.words import split_words
from engine.nlu.heard import Listener
from engine.nlu.names import name_entries
from engine.nlu.phrases import Endings, Lexicon
from engine.nlu.rules import RuleBook

ANSWERS = (
    "yes",
    "no",
    "acknowledge",
    "listening",
    "unsure",
    "but",
    "fine",
    "wrong",
    "done",
    "not_an_answer",
    "asking",
    "plain",
)
"""Marks of agreement and disagreement, in the table `yes_no`; in the lexicon they begin with `=`."""
CHOICES = ("later", "earlier", "either", "neither")
"""Ways to take one of several options, in the table `choices`; in the lexicon they begin with `#`."""
_NAMES_OF_WORDS = ("weekdays", "months", "numbers")


class Vocabulary:
    """The compiled words of one language."""

    def __init__(
        self, language: str, tables: Mapping[str, Any], pack: Mapping[str, Any], catalogue: Catalogue
    ) -> None:
        """Compile; raises RuleError for a rule that cannot be read."""
        commands = tables.get("commands") or {}
        self.language = language
        self.endings = Endings(_listed(commands.get("endings")))
        entries: list[tuple[str, str]] = [
            *_concepts(commands),
            *_concepts(pack),
            *_answers(tables),
            *_choices(tables),
        ]
        entries += [*_about(commands), *_amounts(commands)]
        entries += name_entries(catalogue, pack, language, self.endings, _softened(commands))
        self.lexicon = Lexicon(entries, self.endings)
        self.light = frozenset([*_listed(commands.get("light")), *_listed(pack.get("light"))])
        """Concepts that say little by themselves."""
        self.rules = RuleBook([*(commands.get("rules") or ()), *(pack.get("rules") or ())], self.light)
        self.deniable = frozenset([*_listed(commands.get("deniable")), *_listed(pack.get("deniable"))])
        """Concepts that a negation turns round ("I don't want to cancel")."""
        self.old_marks = frozenset(_listed(pack.get("old_marks")))
        """Concepts beside which a day is that of the booking that exists."""
        self.done_to = frozenset(_listed(pack.get("done_to")))
        """Concepts right behind which a day is that of the booking that exists ("rearrange Thursday")."""
        self.closing = frozenset(_listed(pack.get("closing")))
        self.covers = {flow: _listed(general) for flow, general in (pack.get("covers") or {}).items()}
        """Tasks that another one is a case of: they add nothing when both are said."""
        """Slots that ask whether there is anything more: "no, that's fine" is a no to them."""
        self.default_flow = str(pack.get("default_flow", ""))
        """The flow that words without a task are taken to be about."""
        ordinary = {word for section in _NAMES_OF_WORDS for word in _words_in(tables.get(section))}
        ordinary |= set(
            _words_in(pack.get("examples"))
        )  # what callers are known to say is no slip of the ear
        self.listener = Listener(_listed(commands.get("fillers")), self.lexicon, ordinary)


def _concepts(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, phrases in (section.get("concepts") or {}).items():
        for phrase in _listed(phrases):
            yield phrase, str(name)


def _about(commands: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Words for what may be wrong about a read-back, by the type of the slot."""
    for name, phrases in (commands.get("about") or {}).items():
        for phrase in _listed(phrases):
            yield phrase, f"!{name}"


def _amounts(commands: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, phrases in (commands.get("amounts") or {}).items():
        for phrase in _listed(phrases):
            yield phrase, f"amount:{number}"


def _answers(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    section = tables.get("yes_no") or {}
    for name in ANSWERS:
        for phrase in _listed(section.get(name)):
            yield phrase, f"={name}"


def _choices(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    section = tables.get("choices") or {}
    for name in CHOICES:
        for phrase in _listed(section.get(name)):
            yield phrase, f"#{name}"
    for phrase in _listed(section.get("pointer")):
        yield phrase, "#pointer"
    for place, phrases in (section.get("ordinals") or {}).items():
        for phrase in _listed(phrases):
            yield phrase, f"#{place}"


def _softened(commands: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(hard): str(soft) for hard, soft in (commands.get("softened") or {}).items()}


def _listed(value: Any) -> Sequence[str]:
    if value is None:
        return ()
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _words_in(node: object) -> Iterable[str]:
    """Every word of a table, folded."""
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _words_in(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _words_in(item)
    elif isinstance(node, str):
        yield from split_words(node).folded
