"""Conditions changed in one place: what an author may have got wrong in an expression.

An expression is taken apart as text, since the compiled form no longer says where in the line it stood. What
comes out of it need not compile: a mistake that the loader finds is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_TOKEN = re.compile(
    r"""'[^']*'|"[^"]*"|\d+(?:\.\d+)?|[A-Za-z_][\w.]*|==|!=|<=|>=|[<>]|[()\[\],{}]|[^\sA-Za-z_0-9]"""
)
_OTHER = {
    "and": "or", "or": "and", "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
}  # fmt: skip
_WEAKER = {"heard": "said", "confirmed": "filled"}
"""A function to one that asks for less: said is not heard, known is not agreed to."""
_FLIPPED = frozenset({"==", "!=", "in", "is", "not"})
"""Operators whose other is the opposite of all that stands around them."""
_OPEN, _CLOSED = "([{", ")]}"


def changed(text: str) -> Iterator[tuple[str, str]]:
    """Every expression that differs in one place, and what is different about it, in words."""
    tokens = _TOKEN.findall(text)
    top = {tokens[place] for place, depth in _depths(tokens, 0, len(tokens)) if depth == 0}
    if top & {"and", "or"} or not top & _FLIPPED:
        yield f"not ({text})", "holds when it should not, and the other way round"
    yield from weaker(text)
    for left, right, word in _parts(tokens, 0, len(tokens)):
        gone = " ".join(tokens[left:right])
        yield _without(tokens, left, right, word), f"no longer looks at '{gone}'"


def weaker(text: str) -> Iterator[tuple[str, str]]:
    """Expressions with one operator, number, name or listed value another."""
    tokens = _TOKEN.findall(text)
    for place, word in enumerate(tokens):
        before, after = tokens[:place], tokens[place + 1 :]
        for new in _instead(word, before, after):
            words = f"'{new}' for '{word}'" if new else f"without '{word}'"
            yield " ".join([*before, *([new] if new else []), *after]), words
    yield from _shorter(tokens)


def _instead(word: str, before: list[str], after: list[str]) -> Iterator[str]:
    follows = before[-1] if before else ""
    if word in _OTHER:
        yield _OTHER[word]
    elif word in _WEAKER and after[:1] == ["("]:
        yield _WEAKER[word]
    elif word.endswith(".live"):
        yield f"filled({word.removesuffix('.live')})"
    elif word == "in" and follows != "not":
        yield "not in"
    elif word == "is" and after[:1] != ["not"]:
        yield "is not"
    elif word == "not":
        yield ""
    elif re.fullmatch(r"\d+", word):
        yield from (str(int(word) + 1), str(int(word) - 1))
    elif re.fullmatch(r"\d+\.\d+", word):
        yield str(float(word) * 2)


def _shorter(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Lists of constants without one of them."""
    for start, word in enumerate(tokens):
        if word != "[" or "contains" in tokens[max(0, start - 4) : start]:  # phrases are words, not rules
            continue
        end = tokens.index("]", start)
        items = [place for place in range(start + 1, end) if tokens[place] != ","]
        if len(items) < 2:
            continue
        for gone in items:
            rest = ", ".join(tokens[place] for place in items if place != gone)
            yield (
                " ".join([*tokens[: start + 1], rest, *tokens[end:]]),
                f"without {tokens[gone]} in its list",
            )


def _parts(tokens: list[str], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """What `and` and `or` join, at every depth: from, to, and the joining word."""
    for word in ("or", "and"):
        places = [
            place for place, depth in _depths(tokens, start, end) if depth == 0 and tokens[place] == word
        ]
        if not places:
            continue
        edges = [start - 1, *places, end]
        for left, right in pairwise(edges):
            yield left + 1, right, word
            yield from _parts(tokens, left + 1, right)
        return
    while start < end and tokens[start] == "not":
        start += 1
    if start < end and tokens[start] == "(" and tokens[end - 1] == ")":
        yield from _parts(tokens, start + 1, end - 1)


def _depths(tokens: list[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    depth = 0
    for place in range(start, end):
        if tokens[place] in _CLOSED:
            depth -= 1
        yield place, depth
        if tokens[place] in _OPEN:
            depth += 1


def _without(tokens: list[str], left: int, right: int, word: str) -> str:
    """The tokens without a part and the word that joined it."""
    if right < len(tokens) and tokens[right] == word:
        return " ".join([*tokens[:left], *tokens[right + 1 :]])
    return " ".join([*tokens[: left - 1], *tokens[right:]])
