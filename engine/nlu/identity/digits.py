"""Digits as people say them: single, doubled, counted, or grouped into tens and hundreds.

"Twenty three" may mean 23 or 20 3, "six hundred twelve" 612 or 600 12: a run of number words keeps
every reading, the joined one first, and whoever knows what a right number looks like chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Literal

from engine.core.frozen import quick
from engine.nlu.identity.words import Phrases, Word

Kind = Literal[
    "unit", "pair", "tens", "hundreds", "hundred", "repeat", "plural", "written",
    "link", "pause", "plus", "maybe",
]  # fmt: skip

_MARKS = frozenset("-.,/()–—")
_HYPHENS = frozenset("-–")
_MOST_READINGS = 16


@quick(frozen=True, slots=True)
class _Token:
    kind: Kind
    digits: str
    first: int
    last: int
    """Index after the last word."""


@quick(frozen=True, slots=True)
class DigitRun:
    """Neighbouring number words."""

    first: int
    """Index of the first word."""
    last: int
    """Index after the last word."""
    readings: tuple[str, ...]
    """Digit strings, the likeliest first."""
    plus: bool
    """Whether an international plus was said or written."""


class DigitWords:
    """The number words of one language."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Read the `digits` table of a language file."""
        entries: dict[str, tuple[Kind, str]] = {}
        _compounds(table, entries)
        for kind, name in _VALUED:
            for word, digits in (table.get(name) or {}).items():
                entries[str(word)] = (kind, str(digits))
        for kind, name in _BARE:
            for word in table.get(name) or ():
                entries[str(word)] = (kind, "")
        self._phrases: Phrases[tuple[Kind, str]] = Phrases(entries)

    def runs(self, words: Sequence[Word], *, asking: bool) -> list[DigitRun]:
        """Every run of number words; words that only sound like a digit count when digits were asked for."""
        runs: list[DigitRun] = []
        run: list[_Token] = []
        for token in [*self._tokens(words), None]:
            if token is not None:
                run.append(token)
            elif run:
                runs.extend(_run(run, asking=asking))
                run = []
        return runs

    def digits_of(self, words: Sequence[Word]) -> str | None:
        """The digits when the words are nothing but digits, else None."""
        runs = self.runs(words, asking=False)
        if len(runs) == 1 and runs[0].last - runs[0].first == len(words):
            return runs[0].readings[0]
        return None

    def sounding(self, words: Sequence[Word], index: int) -> str | None:
        """The digit that a word sounds like ("for", "to"), for places where only digits and letters stand."""
        hit = self._phrases.at(words, index)
        return hit[1][1] if hit is not None and hit[0] == 1 and hit[1][0] == "maybe" else None

    def _tokens(self, words: Sequence[Word]) -> list[_Token | None]:
        """Number tokens in order, None wherever another word breaks the run."""
        tokens: list[_Token | None] = []
        index = 0
        while index < len(words):
            taken, token = self._token(words, index)
            tokens.append(token)
            index += taken
        return [token for place, token in enumerate(tokens) if not _hyphen(words, tokens, place)]

    def _token(self, words: Sequence[Word], index: int) -> tuple[int, _Token | None]:
        word = words[index]
        if word.key.isdecimal():
            return 1, _Token("written", word.key, index, index + 1)
        if word.key == "+":
            return 1, _Token("plus", "", index, index + 1)
        if word.key in _MARKS:
            return 1, _Token("pause", "", index, index + 1)
        hit = self._phrases.at(words, index)
        if hit is None:
            return 1, None
        taken, (kind, digits) = hit
        return taken, _Token(kind, digits, index, index + taken)


_VALUED: tuple[tuple[Kind, str], ...] = (
    ("maybe", "maybe"), ("plural", "plural"), ("repeat", "repeat"), ("hundreds", "hundreds"),
    ("tens", "tens"), ("pair", "pairs"), ("unit", "units"),
)  # fmt: skip
_BARE: tuple[tuple[Kind, str], ...] = (
    ("pause", "pause"),
    ("link", "link"),
    ("hundred", "hundred"),
    ("plus", "plus"),
)
_NUMBERS = frozenset[Kind](("unit", "pair", "tens", "hundreds", "hundred", "repeat", "plural", "written"))


def _compounds(table: Mapping[str, Any], entries: dict[str, tuple[Kind, str]]) -> None:
    """Words that a language writes together: units before tens, or a unit before the word for hundred."""
    units = table.get("units") or {}
    for joint in table.get("unit_before_ten") or ():
        for unit, digit in (units | (table.get("short_units") or {})).items():
            for ten, tens in (table.get("tens") or {}).items():
                entries[f"{unit}{joint}{ten}"] = ("pair", str(tens)[0] + str(digit))
    for hundred in table.get("joined_hundred") or ():
        for unit, digit in (units | (table.get("short_units") or {})).items():
            entries[f"{unit}{hundred}"] = ("hundreds", f"{digit}00")


def _hyphen(words: Sequence[Word], tokens: Sequence[_Token | None], place: int) -> bool:
    """Whether a mark only writes one number in two words, "seventy-seven", and is no pause."""
    if not 0 < place < len(tokens) - 1:
        return False
    before, mark, after = tokens[place - 1 : place + 2]
    if before is None or mark is None or after is None or words[mark.first].key not in _HYPHENS:
        return False
    return before.kind == "tens" and after.kind == "unit"


def _run(tokens: list[_Token], *, asking: bool) -> list[DigitRun]:
    """A run without the pauses at its ends and without sound-alikes that nothing supports."""
    kept = _sound_alikes(tokens, asking=asking)
    pieces: list[list[_Token]] = [[]]
    for token in kept:
        if token is None:
            pieces.append([])
        else:
            pieces[-1].append(token)
    runs = []
    for piece in pieces:
        numbers = [n for n, token in enumerate(piece) if token.kind in _NUMBERS or token.kind == "plus"]
        if not numbers:
            continue
        piece = piece[numbers[0] : numbers[-1] + 1]  # noqa: PLW2901 - the same run, trimmed
        groups = _groups(piece)
        if groups:
            plus = any(token.kind == "plus" for token in piece[:2])
            runs.append(DigitRun(piece[0].first, piece[-1].last, _readings(groups), plus))
    return runs


def _sound_alikes(tokens: list[_Token], *, asking: bool) -> list[_Token | None]:
    """Take "to" for 2 between two numbers when digits are awaited; elsewhere it ends the run."""
    out: list[_Token | None] = []
    for n, token in enumerate(tokens):
        if token.kind != "maybe":
            out.append(token)
            continue
        before = n > 0 and tokens[n - 1].kind in _NUMBERS
        after = n + 1 < len(tokens) and tokens[n + 1].kind in _NUMBERS
        if asking and before and (after or n + 1 == len(tokens)):
            out.append(_Token("unit", token.digits, token.first, token.last))
        else:
            out.append(None)
    return out


def _groups(tokens: Sequence[_Token]) -> list[tuple[str, ...]]:
    """Each group said in one breath, with its readings."""
    groups: list[tuple[str, ...]] = []
    index = 0
    while index < len(tokens):
        kind = tokens[index].kind
        if kind in ("pause", "link", "plus", "hundred", "plural"):
            index += 1
        elif kind == "repeat":
            taken, group = _repeated(tokens, index)
            index += taken
            groups.extend(group)
        elif _counted(tokens, index):
            groups.append((tokens[index + 1].digits * int(tokens[index].digits),))
            index += 2
        else:
            taken, readings = _number(tokens, index)
            groups.append(readings)
            index += taken
    return groups


def _repeated(tokens: Sequence[_Token], index: int) -> tuple[int, list[tuple[str, ...]]]:
    """'Double five', 'triple two', and 'double 55' when the recogniser already wrote it out."""
    times = int(tokens[index].digits)
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is None or after.kind not in ("unit", "written", "plural"):
        return 1, []
    first, rest = after.digits[0], after.digits[1:]
    if after.digits == first * times:
        return 2, [(after.digits, first * times * times)]
    return 2, [(first * times + rest,)]


def _counted(tokens: Sequence[_Token], index: int) -> bool:
    """'Three eights': a small count before a digit in the plural."""
    here = tokens[index]
    one_digit = here.kind == "unit" or (here.kind == "written" and len(here.digits) == 1)
    return (
        one_digit
        and here.digits in "123456"
        and index + 1 < len(tokens)
        and tokens[index + 1].kind == "plural"
    )


def _number(tokens: Sequence[_Token], index: int) -> tuple[int, tuple[str, ...]]:
    """One spoken number below a thousand: joined, and apart where people also say the parts as digits."""
    head = tokens[index]
    if head.kind in ("unit", "written") and len(head.digits) == 1 and _kind(tokens, index + 1) == "hundred":
        return _after_hundred(tokens, index + 2, head.digits, index)
    if head.kind == "hundreds":
        return _after_hundred(tokens, index + 1, head.digits[0], index)
    if head.kind == "tens":
        return _after_tens(tokens, index)
    return 1, (head.digits,)


def _after_hundred(
    tokens: Sequence[_Token], at: int, hundreds: str, start: int
) -> tuple[int, tuple[str, ...]]:
    """The rest of a number after its hundreds."""
    rest = at + (_kind(tokens, at) == "link")
    kind = _kind(tokens, rest)
    if kind == "tens":
        taken, tails = _after_tens(tokens, rest)
    elif kind == "pair" or (kind == "written" and len(tokens[rest].digits) == 2):
        taken, tails = 1, (tokens[rest].digits,)
    elif kind == "unit" and tokens[rest].digits != "0":
        taken, tails = 1, ("0" + tokens[rest].digits, tokens[rest].digits)
    else:
        return at - start, (hundreds + "00",)
    joined = [hundreds + tail for tail in tails if len(tail) == 2]
    apart = [hundreds + "00" + tail for tail in tails[-1:]]
    return rest + taken - start, (*joined, *apart)


def _after_tens(tokens: Sequence[_Token], at: int) -> tuple[int, tuple[str, ...]]:
    """'Twenty three': 23, or 20 and 3."""
    unit = at + 1 + (_kind(tokens, at + 1) == "link")
    tens = tokens[at].digits
    is_unit = _kind(tokens, unit) == "unit" or (
        _kind(tokens, unit) == "written" and len(tokens[unit].digits) == 1
    )
    counted = unit + 1 < len(tokens) and tokens[unit + 1].kind in ("plural", "hundred")
    if is_unit and tokens[unit].digits != "0" and not counted:
        digit = tokens[unit].digits
        return unit + 1 - at, (tens[0] + digit, tens + digit)
    return 1, (tens,)


def _kind(tokens: Sequence[_Token], index: int) -> Kind | None:
    return tokens[index].kind if index < len(tokens) else None


def _readings(groups: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """All ways to join the groups, those with the most first choices first; bounded, for nobody says more."""
    open_groups = 0
    bounded = []
    for group in groups:
        open_groups += len(group) > 1
        bounded.append(group if open_groups <= 4 else group[:1])
    joined = sorted(
        product(*(enumerate(group) for group in bounded)), key=lambda ways: sum(n for n, _ in ways)
    )
    texts = dict.fromkeys("".join(digits for _, digits in ways) for ways in joined)
    return tuple(texts)[:_MOST_READINGS]
