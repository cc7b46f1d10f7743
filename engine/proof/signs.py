"""Utterances made from the safety tables of a pack: literal words for the phrases that a rule looks for.

A phrase is a pattern, and what is made of it here need not be good English: it only has to be what the
screen takes for the sign, and the screen itself is asked whether it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.pack.source import Node

_OPTIONAL = re.compile(r"\([^()]*\)\?")
_GROUP = re.compile(r"\(([^()]*)\)")
_LIST = re.compile(r"<([a-z_]+)>")
_NUMBER = re.compile(r"<(\d+)-\d+>")
_PHRASES = 3
"""Phrases of each sign that are tried."""
_MADE = 12
"""Utterances that are made of each rule."""


def utterances(tables: Iterable[Node]) -> list[str]:
    """What callers might say to bring about each rule of some safety tables."""
    found: list[str] = []
    for table in tables:
        signs = {name: [item.text for item in node.each()] for name, _, node in table.pairs("signs")}
        lists = {name: [item.text for item in node.each()] for name, _, node in table.pairs("lists")}
        for rule in table.list_of("rules"):
            found += _of_rule([item.text for item in rule.list_of("all")], signs, lists)
    return found


def _of_rule(wanted: list[str], signs: dict[str, list[str]], lists: dict[str, list[str]]) -> Iterator[str]:
    phrases = [[literal(text, lists) for text in signs.get(name, ())[:_PHRASES]] for name in wanted]
    for chosen in islice(product(*phrases), _MADE):
        yield " ".join(chosen)


def literal(phrase: str, lists: dict[str, list[str]]) -> str:
    """Words that match a phrase: what is optional left out, the first of each choice taken."""
    text = _OPTIONAL.sub(" ", phrase)
    text = _LIST.sub(lambda match: next(iter(lists.get(match[1], ())), match[1]), text)
    text = _NUMBER.sub(lambda match: match[1], text)
    text = _GROUP.sub(lambda match: match[1].split("|")[0], text)
    words = [word.split("|")[0].rstrip("*") for word in text.split() if word.strip(".")]
    return " ".join(words)
