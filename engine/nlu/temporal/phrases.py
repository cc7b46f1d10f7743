"""Phrase patterns of a language, compiled into tries over tokens and symbols.

A pattern is written as people read it: `[the] <ordinal> [of] <month>`. Square brackets are optional,
round brackets with bars are a choice, `<symbol>` or `<symbol:name>` binds what another symbol means
(`<symbol:_>` only wants it there), `!symbol` looks ahead and refuses, everything else is a word.
Patterns of one symbol share prefixes, so what a turn costs depends on its words and hardly on the
number of patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.nlu.temporal.tokens import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_PART = re.compile(
    r"<(?P<symbol>\w+)(?::(?P<name>\w+))?>|!(?P<guard>\w+)|(?P<mark>[\[\]()|])|(?P<word>[^\s\[\]()|<>]+)"
)


class Ref(NamedTuple):
    """A place in a pattern where another symbol stands."""

    symbol: str
    name: str
    guard: bool = False


Element = str | Ref

END = ""
"""Stands for the word after the last one."""
SOFT = frozenset({",", "-", "."})
"""Marks that may be passed over inside a phrase."""


@dataclass(slots=True)
class Node:
    """A state of the matcher: what may come next, and what it means to stop here."""

    words: dict[str, Node] = field(default_factory=dict)
    refs: list[tuple[Symbol, str, Node]] = field(default_factory=list)
    guards: list[tuple[Symbol, Node]] = field(default_factory=list)
    ends: list[Callable[..., Any]] = field(default_factory=list)
    _open: dict[str, tuple[tuple[Symbol, str, Node], ...]] = field(default_factory=dict)

    def open_to(self, key: str) -> tuple[tuple[Symbol, str, Node], ...]:
        """The symbols that can go on from here with this word; worked out once for each word."""
        found = self._open.get(key)
        if found is None:
            if not self.refs or key not in self.refs[0][0].known:
                return ()  # such words are without number: they are not kept
            found = self._open[key] = tuple(ref for ref in self.refs if key in ref[0].first)
        return found

    def unguarded(self) -> Iterator[Node]:
        """The state itself and those that only a guard stands before: guards look, and take no word."""
        yield self
        for _, child in self.guards:
            yield from child.unguarded()

    def may_end(self) -> bool:
        """Whether a phrase may stop here."""
        return any(node.ends for node in self.unguarded())

    def takes(self, key: str) -> bool:
        """Whether some phrase goes on from here with this word."""
        return any(
            key in node.words or any(key in symbol.first for symbol, _, _ in node.refs)
            for node in self.unguarded()
        )


@dataclass(slots=True, eq=False)
class Symbol:
    """One named set of phrases with their meaning."""

    name: str
    index: int
    root: Node = field(default_factory=Node)
    builtin: Callable[[Any, int], list[tuple[int, Any]]] | None = None
    """Set for symbols that are computed rather than listed: the numbers."""
    anywhere: bool = False
    """True for a computed symbol that looks at the utterance rather than at a place: only for `!symbol`."""
    first: frozenset[str] = frozenset()
    """Every key a phrase of this symbol can begin with: whatever else stands there is skipped for nothing."""
    alone: frozenset[str] = frozenset()
    """Every key that is a whole phrase of this symbol."""
    known: frozenset[str] = frozenset()
    """Every word the language's phrases use."""
    _pairs: dict[tuple[str, str], bool] = field(default_factory=dict)

    def begins(self, key: str, after: str) -> bool:
        """Whether a phrase can begin with these two words, or be the first of them; may say so in vain.

        "a check-up" opens dozens of symbols with its "a", and none of them knows "check": two words tell
        that before anything is walked. Worked out once for each pair of the language's own words.
        """
        if after not in self.known:  # such words are without number, and none goes on with a phrase
            after = END
        found = self._pairs.get((key, after))
        if found is None:
            found = key in self.alone or key in SOFT or self._opens(key, after, set())
            self._pairs[key, after] = found
        return found

    def _opens(self, key: str, after: str, seen: set[int]) -> bool:
        """Look for a phrase of two words and more; `seen` are the symbols being looked at already."""
        if self.builtin is not None:
            return True  # it is computed, so only asking it tells
        if self.index in seen:
            return False
        seen.add(self.index)
        return any(
            ((following := node.words.get(key)) is not None and following.takes(after))
            or any(
                symbol._opens(key, after, seen) or (key in symbol.alone and child.takes(after))  # noqa: SLF001 - its own kind
                for symbol, _, child in node.open_to(key)
            )
            for node in self.root.unguarded()
        )


class PatternError(ValueError):
    """A pattern that cannot be read, with the pattern in the message."""


def expand(pattern: str) -> list[tuple[Element, ...]]:
    """Every plain sequence of words and symbols a pattern stands for."""
    parts = list(_PART.finditer(pattern))
    sequences, rest = _choice(parts, 0, pattern)
    if rest != len(parts):
        message = f"pattern {pattern!r}: unexpected {parts[rest].group()!r}; brackets must pair"
        raise PatternError(message)
    return list(dict.fromkeys(sequences))


def bound_names(sequence: tuple[Element, ...]) -> frozenset[str]:
    """The names one plain sequence binds."""
    return frozenset(
        element.name for element in sequence if isinstance(element, Ref) and element.name not in ("", "_")
    )


def _choice(parts: list[re.Match[str]], at: int, pattern: str) -> tuple[list[tuple[Element, ...]], int]:
    sequences: list[tuple[Element, ...]] = []
    branch: list[tuple[Element, ...]] = [()]
    while at < len(parts):
        part = parts[at]
        mark = part["mark"]
        if mark in ("]", ")"):
            break
        at += 1
        if mark == "|":
            sequences += branch
            branch = [()]
        elif mark:
            inner, at = _choice(parts, at, pattern)
            if at >= len(parts) or parts[at]["mark"] != ("]" if mark == "[" else ")"):
                message = f"pattern {pattern!r}: a bracket is not closed"
                raise PatternError(message)
            at += 1
            if mark == "[":
                inner = [(), *inner]
            branch = [(*head, *tail) for head in branch for tail in inner]
        else:
            tail = _elements(part)
            branch = [(*head, *tail) for head in branch]
    return sequences + branch, at


def _elements(part: re.Match[str]) -> tuple[Element, ...]:
    if part["symbol"]:
        return (Ref(part["symbol"], part["name"] or part["symbol"]),)
    if part["guard"]:
        return (Ref(part["guard"], "", guard=True),)
    return tuple(phrase(part["word"]))


class Vocabulary:
    """All symbols of one language while they are being built, then frozen by `close`."""

    def __init__(self) -> None:
        """Start without symbols."""
        self.symbols: dict[str, Symbol] = {}

    def symbol(self, name: str) -> Symbol:
        """The symbol of that name, made on first mention."""
        if name not in self.symbols:
            self.symbols[name] = Symbol(name, len(self.symbols))
        return self.symbols[name]

    def builtin(
        self, name: str, parse: Callable[[Any, int], list[tuple[int, Any]]], first: Iterable[str]
    ) -> None:
        """Add a computed symbol with the keys it can begin with."""
        symbol = self.symbol(name)
        symbol.builtin, symbol.first = parse, frozenset(first)

    def condition(self, name: str, holds: Callable[[Any], bool]) -> None:
        """Add a symbol for `!name` that holds of a whole utterance."""
        symbol = self.symbol(name)
        symbol.builtin = lambda chart, at: [(at, True)] if holds(chart) else []
        symbol.anywhere, symbol.first = True, frozenset({""})

    def words(self, name: str, forms: Mapping[Any, Iterable[str]]) -> None:
        """Add a symbol that lists words or short phrases, value by value."""
        for value, texts in forms.items():
            for text in texts:
                self._add(name, tuple(phrase(text)), _constant(value))

    def rule(self, name: str, pattern: str, action: Callable[..., Any]) -> None:
        """Add one pattern whose meaning is `action(clock, **bound)`."""
        self.sequences(name, expand(pattern), action)

    def sequences(self, name: str, found: Iterable[tuple[Element, ...]], action: Callable[..., Any]) -> None:
        """Add the plain sequences of a pattern that was expanded already."""
        for sequence in found:
            self._add(name, sequence, action)

    def _add(self, name: str, sequence: tuple[Element, ...], end: Callable[..., Any]) -> None:
        node = self.symbol(name).root
        for element in sequence:
            node = self._step(node, element)
        if end not in node.ends:
            node.ends.append(end)

    def _step(self, node: Node, element: Element) -> Node:
        if isinstance(element, str):
            return node.words.setdefault(element, Node())
        target = self.symbol(element.symbol)
        if element.guard:
            for symbol, child in node.guards:
                if symbol is target:
                    return child
            node.guards.append((target, child := Node()))
            return child
        for symbol, bound, child in node.refs:
            if symbol is target and bound == element.name:
                return child
        node.refs.append((target, element.name, child := Node()))
        return child

    def close(self) -> frozenset[str]:
        """Work out where each symbol can begin; returns every word the language's phrases use."""
        listed = [symbol for symbol in self.symbols.values() if symbol.builtin is None]
        changed = True
        while changed:
            changed = False
            for symbol in listed:
                first, alone = frozenset(_starts(symbol.root)), frozenset(_alone(symbol.root))
                changed |= first != symbol.first or alone != symbol.alone
                symbol.first, symbol.alone = first, alone
        known = frozenset(word for symbol in self.symbols.values() for word in _vocabulary(symbol))
        for symbol in self.symbols.values():
            symbol.known = known
        return known

    def sayable(self, names: Iterable[str], without: str) -> frozenset[str]:
        """Every word that a phrase of these symbols may hold, leaving out what only one other symbol adds.

        Guards look and take no word, so what they refuse is not among them.
        """
        words: set[str] = set()
        seen = {without}
        todo = [name for name in names if name in self.symbols]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            symbol = self.symbols[name]
            nodes = [] if symbol.builtin is not None else [symbol.root]
            words |= symbol.first if symbol.builtin is not None else frozenset()
            while nodes:
                node = nodes.pop()
                words |= node.words.keys()
                todo += [ref.name for ref, _, _ in node.refs]
                nodes += [*node.words.values(), *(child for _, _, child in node.refs)]
                nodes += [child for _, child in node.guards]
        return frozenset(words)

    def undefined(self) -> list[str]:
        """Names that patterns mention and nothing defines: mistakes in the table."""
        return sorted(name for name, symbol in self.symbols.items() if not symbol.first)


def _constant(value: Any) -> Callable[..., Any]:
    return lambda _clock: value


def _starts(node: Node) -> Iterator[str]:
    yield from node.words
    for symbol, _, _ in node.refs:
        yield from symbol.first
    for _, child in node.guards:
        yield from _starts(child)


def _alone(root: Node) -> Iterator[str]:
    """The words that are a whole phrase; a computed symbol may take one word wherever it begins."""
    for node in root.unguarded():
        yield from (word for word, child in node.words.items() if child.may_end())
        for symbol, _, child in node.refs:
            if child.may_end():
                yield from symbol.first if symbol.builtin is not None else symbol.alone


def _vocabulary(symbol: Symbol) -> Iterator[str]:
    if symbol.builtin is not None:
        yield from symbol.first
        return
    todo = [symbol.root]
    while todo:
        node = todo.pop()
        yield from node.words
        todo += node.words.values()
        todo += [child for _, _, child in node.refs]
        todo += [child for _, child in node.guards]
