"""What must never be kept, found in a caller's words: payment card numbers and national identity codes.

Callers say such numbers unasked. They are found by their own arithmetic, in digits or in number words, so
that they can be removed before anything is logged, stored or shown to a model; phone numbers, dates and
prices do not satisfy that arithmetic and stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from engine.core.frozen import quick
from engine.core.utterance import Hypothesis, Transcript
from engine.core.words import Words, fold, split_words

REMOVED = "[removed]"
"""What stands in place of a secret; it must not look like a value."""
CODE_WORDS = frozenset({"cvv", "cvv2", "cvc", "cvc2"})
"""Names of the card's security code in every language; a language may add its own."""

_CARD = range(13, 20)
_CODE = range(3, 5)
_CODE_REACH = 4
"""Most words between the name of the security code and the code."""
_IDENTITY = 11
_IDENTITY_WEIGHTS = ("1234567891", "3456789123")
_ISSUERS = re.compile(r"4|5[0-8]|2[2-7]|3[0-8]|6")
"""First digits of the card schemes in use."""
_JOINED = re.compile(r"[\s.,\-–—/]*")
"""What may stand between the parts of one number."""
_INTERNATIONAL = "+"
"""What stands before a telephone number and before no card: some have the right length and check digit."""
_TEN = 10
_WORDS = re.compile(r"\w+")
_UNITS = frozenset("123456789")
_ROUND = frozenset(f"{unit}0" for unit in _UNITS)


class SecretKind(StrEnum):
    """The kinds of secrets."""

    CARD = "card"
    IDENTITY_CODE = "identity_code"


@quick(frozen=True, slots=True)
class Secret:
    """A stretch of text that must not be kept: characters from `start` up to, not including, `end`."""

    kind: SecretKind
    start: int
    end: int


@quick(frozen=True, slots=True)
class _Part:
    """A word that stands for digits; none yet if it only repeats the next one."""

    place: int
    digits: str
    spoken: bool


def detect(
    text: str, digits: Mapping[str, str], code_words: Collection[str] = CODE_WORDS
) -> tuple[Secret, ...]:
    """Find the secrets of a text, in order and without overlaps.

    `digits` maps folded number words to digits: `four` to `4`, `forty` to `40`; `double` to `2x` repeats
    the next digit. `code_words` are folded words after which three or four digits are a security code.
    """
    words = split_words(text)
    found: list[Secret] = []
    for run in _runs(words, digits):
        if text[: words.starts[run[0].place]].endswith(_INTERNATIONAL):
            continue
        spans = _secrets(run) or _security_code(words, run, code_words)
        found += [Secret(kind, words.starts[first], words.ends[last]) for kind, first, last in spans]
    return tuple(found)


def mask(text: str, secrets: Sequence[Secret]) -> str:
    """Return the text with every secret replaced by `[removed]`."""
    kept: list[str] = []
    at = 0
    for secret in sorted(secrets, key=lambda secret: secret.start):
        kept += [text[at : secret.start], REMOVED]
        at = max(at, secret.end)
    return "".join([*kept, text[at:]])


def _runs(words: Words, digits: Mapping[str, str]) -> Iterator[list[_Part]]:
    """Yield the longest stretches of words that stand for digits and belong together."""
    run: list[_Part] = []
    repeat = 1
    for place, word in enumerate(words.folded):
        spoken = not (word.isdecimal() and word.isascii())
        value = digits.get(word, "") if spoken else word
        if run and not (value and _JOINED.fullmatch(words.text, words.ends[place - 1], words.starts[place])):
            yield run
            run, repeat = [], 1
        if value.endswith("x"):
            repeat = int(value[:-1])
            run.append(_Part(place, "", spoken))
        elif value:
            run.append(_Part(place, value * repeat, spoken))
            repeat = 1
    if run:
        yield run


def _secrets(run: Sequence[_Part]) -> list[tuple[SecretKind, int, int]]:
    """Return the secrets in a run; they begin and end where a word does."""
    parts = _composed(run)
    found = []
    first = 0
    while first < len(parts):
        match = _secret_at(parts, first)
        if match is None:
            first += 1
            continue
        kind, last = match
        found.append((kind, parts[first].place, parts[last].place))
        first = last + 1
    return found


def _secret_at(parts: Sequence[_Part], first: int) -> tuple[SecretKind, int] | None:
    """Return the kind and the last part of the longest secret that begins at a part."""
    number = ""
    best = None
    for last in range(first, len(parts)):
        number += parts[last].digits
        if len(number) > _CARD[-1]:
            break
        if is_card(number):
            best = (SecretKind.CARD, last)
        elif is_identity_code(number):
            best = best or (SecretKind.IDENTITY_CODE, last)
    return best


def _composed(run: Sequence[_Part]) -> list[_Part]:
    """Put `forty one` together as 41; a word for two digits that ends in nought waits for its unit."""
    parts = list(run)
    for index, (tens, unit) in enumerate(pairwise(run)):
        if tens.spoken and unit.spoken and tens.digits in _ROUND and unit.digits in _UNITS:
            parts[index] = _Part(tens.place, tens.digits[0], spoken=True)
    return parts


def _security_code(
    words: Words, run: Sequence[_Part], code_words: Collection[str]
) -> list[tuple[SecretKind, int, int]]:
    """Return a run of three or four digits that stands just after the name of the security code."""
    if sum(len(part.digits) for part in run) not in _CODE:
        return []
    first = run[0].place
    before = words.folded[max(0, first - _CODE_REACH) : first]
    return [] if set(code_words).isdisjoint(before) else [(SecretKind.CARD, first, run[-1].place)]


def is_card(number: str) -> bool:
    """Tell whether digits are a payment card number: length, issuer and Luhn's check digit."""
    if len(number) not in _CARD or not _ISSUERS.match(number):
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value >= _TEN else value
    return total % _TEN == 0


def is_identity_code(number: str) -> bool:
    """Tell whether digits are an identity code of 11 digits: century, birth date and check digit.

    The date excludes phone numbers of the same length: there the month would be 61 or 52.
    """
    if len(number) != _IDENTITY or number[0] not in "12345678":
        return False
    if not ("01" <= number[3:5] <= "12" and "01" <= number[5:7] <= "31"):
        return False
    for weights in _IDENTITY_WEIGHTS:
        check = (
            sum(int(digit) * int(weight) for digit, weight in zip(number, weights, strict=False)) % _IDENTITY
        )
        if check < _TEN:
            return int(number[-1]) == check
    return number[-1] == "0"


def discreet(transcript: Transcript, digits: Mapping[str, str]) -> Transcript:
    """Return the transcript with its secrets removed, as the shell does first of all.

    A secret that never becomes an event is on no tape, in no layer of it.
    """
    if not any(_is_suspicious(text, digits) for text in transcript.texts):
        return transcript
    kept = []
    for hypothesis in transcript.hypotheses:
        secrets = detect(hypothesis.text, digits)
        text = mask(hypothesis.text, secrets)
        kept.append(Hypothesis(text, hypothesis.confidence) if secrets else hypothesis)
    return Transcript(tuple(kept), transcript.final)


def _is_suspicious(text: str, digits: Mapping[str, str]) -> bool:
    """Whether a text has as many digits as the shortest secret; most have not, and need no closer look."""
    found = 0
    for word in _WORDS.findall(fold(text)):
        found += len(word) if word.isdecimal() else word in digits
    return found >= _CODE.start
