"""Matching the compiled phrases against one utterance.

Each symbol is worked out at most once at each place and kept, so the work grows with the length of the
utterance and never with the ways its words could be combined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.nlu.temporal.phrases import END, SOFT

if TYPE_CHECKING:
    from engine.nlu.temporal.clock import Clock
    from engine.nlu.temporal.phrases import Node, Symbol
    from engine.nlu.temporal.tokens import Token

_MOST = 12
"""Readings kept for one symbol at one place: real phrases have two or three, garbage must not have more."""
_DEEPEST = 40
"""Symbols within symbols: speech stays under fifteen, one word said five hundred times must end."""
_NOTHING: list[tuple[int, Any]] = []
_ABBREVIATION = 5
"""A full stop after a word of at most this many letters may belong to it ("Dec. 3", "15 val. 30")."""


class Chart:
    """One utterance, the clock it was said by, and everything understood of it so far."""

    def __init__(self, tokens: list[Token], keys: list[str], clock: Clock) -> None:
        """Prepare for matching; `keys` are the tokens' keys after spelling was mended."""
        self.tokens = tokens
        self.keys = keys
        self.clock = clock
        self.size = len(keys)
        self.numbers: dict[int, Any] = {}
        """What the number words at each place add up to, kept by the number symbols."""
        self.holidays: dict[int, tuple[int, Any]] = {}
        """Where a holiday's name stands: its end and its dates."""
        self.steps = 0
        """Symbols worked out so far: what reading has cost, the same on every machine."""
        self._depth = 0
        self._memo: dict[tuple[int, int], list[tuple[int, Any]]] = {}

    def read(self, symbol: Symbol, at: int) -> list[tuple[int, Any]]:
        """All (end, meaning) of the symbol beginning at a token."""
        if symbol.anywhere:
            at = 0  # it looks at the utterance, not at a place
        elif at >= self.size or self.keys[at] not in symbol.first:
            return _NOTHING  # nothing of this kind begins with this word
        found = self._memo.get((symbol.index, at))
        return self._work_out(symbol, at) if found is None else found

    def _work_out(self, symbol: Symbol, at: int) -> list[tuple[int, Any]]:
        if self._depth > _DEEPEST:
            return _NOTHING
        self.steps += 1
        found: list[tuple[int, Any]] = []
        self._memo[symbol.index, at] = found
        self._depth += 1
        if symbol.builtin is not None:
            found += symbol.builtin(self, at)
        elif self._may_begin(symbol, at):
            self._walk(symbol.root, at, {}, found)
            del found[_MOST:]
        self._depth -= 1
        return found

    def _may_begin(self, symbol: Symbol, at: int) -> bool:
        """Whether the next two words, with or without a mark between, can open the symbol at all."""
        key = self.keys[at]
        after = self.keys[at + 1] if at + 1 < self.size else END
        if symbol.begins(key, after):
            return True
        return after in SOFT and at + 2 < self.size and symbol.begins(key, self.keys[at + 2])

    def _walk(self, node: Node, at: int, bound: dict[str, Any], found: list[tuple[int, Any]]) -> None:
        if node.ends:
            for end in node.ends:
                meaning = end(self.clock, **bound)
                if meaning is not None and (at, meaning) not in found:
                    found.append((at, meaning))
        if node.guards:
            for symbol, child in node.guards:
                if not self.read(symbol, at):
                    self._walk(child, at, bound, found)
        if at >= self.size or len(found) > _MOST or not (node.words or node.refs):
            return
        key = self.keys[at]
        if (following := node.words.get(key)) is not None:
            self._walk(following, at + 1, bound, found)
        if node.refs:
            self._follow(node, at, bound, found)
        if key in SOFT and self._soft(at):
            if (following := node.words.get(self.keys[at + 1])) is not None:
                self._walk(following, at + 2, bound, found)
            self._follow(node, at + 1, bound, found, computed=key != ",")

    def _follow(
        self,
        node: Node,
        at: int,
        bound: dict[str, Any],
        found: list[tuple[int, Any]],
        *,
        computed: bool = True,
    ) -> None:
        for symbol, name, child in node.open_to(self.keys[at]):
            if computed or symbol.builtin is None:
                known = self._memo.get((symbol.index, at))
                if known is None:
                    known = self._work_out(symbol, at)
                for end, meaning in known:
                    self._walk(child, end, bound if name == "_" else {**bound, name: meaning}, found)

    def _soft(self, at: int) -> bool:
        """Whether a mark between two words may be passed over inside a phrase."""
        if at == 0 or at + 1 >= self.size:
            return False
        before, mark, after = self.tokens[at - 1 : at + 2]
        if mark.norm == ",":
            return True
        if mark.norm == "-":
            return not (before.text[0].isdecimal() and after.text[0].isdecimal())
        if not before.text.isalpha() or len(before.text) > _ABBREVIATION:
            return False
        # A capital begins a sentence, unless it is a name behind a name ("Fri. Nov. 27").
        return not after.text[0].isupper() or (before.text[0].isupper() and len(before.text) < _ABBREVIATION)
