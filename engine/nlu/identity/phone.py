"""Telephone numbers as people say them, made E.164, corrected at the tail, and grouped for reading back.

What a right number is comes from the numbering plans of the `phonenumbers` library; it is imported
when the first candidate is found, so a call that never hears a number never pays for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.core.frozen import quick
from engine.nlu.entity import Entity
from engine.nlu.identity.digits import DigitRun, DigitWords
from engine.nlu.identity.words import Word, phrase_set, words_of

_SHAPE = re.compile(r"(?=(?:\D*\d){9,15}\D*$)\+?\d{1,5}\)?(?:[-/. ]{1,2}\(?\d{1,9}\)?){1,5}")
_FEWEST, _MOST = 7, 15
"""Digits of a number that may stand in a sentence unasked (E.164 allows 15)."""
_CODE = 4
"""Characters of a plus and a country code, which nobody corrects."""
_ABROAD = 11
"""Digits from which a number said without its plus may be an international one."""
_FEWEST_PART = 2
"""Digits of an answer that are kept as a part of a number when one was asked for."""


@quick(frozen=True, slots=True)
class _Reading:
    """One way to take a run of digits."""

    digits: str
    number: str | None
    """E.164 when the numbering plan knows it."""
    short: bool
    """Whether more digits could still make it right."""
    plain: bool
    """Whether it is a number even where nobody spoke of one: a mobile, or dialled with a prefix."""


class PhoneGrammar:
    """Finds telephone numbers in sentences."""

    def __init__(self, table: Mapping[str, Any], digits: DigitWords, *, region: str) -> None:
        """Read the `phone` table: cues, not_phone, extension, tail, not."""
        self._digits = digits
        self._region = region
        self._cues = phrase_set(table.get("cues") or ())
        self._others = phrase_set(table.get("not_phone") or ())
        self._extension = phrase_set(table.get("extension") or ())
        self._tail = phrase_set(table.get("tail") or ())
        self._not = phrase_set(table.get("not") or ())

    def find(self, texts: Sequence[str], *, asking: bool, so_far: str = "") -> tuple[Entity, ...]:
        """The numbers of the first text that has a right one; the other texts only add alternatives.

        What is no whole number goes on from the digits said so far.
        """
        found = [self._in_text(text, asking=asking) for text in texts]
        if so_far and not any(_is_whole(entity) for some in found for entity in some):
            found = [self._going_on(text, so_far) for text in texts]
        best = next((some for some in found if any(_is_whole(entity) for entity in some)), None)
        if best is None:
            return next((some for some in found if some), ())
        if len(best) > 1:
            return best
        others = [entity for some in found for entity in some if _is_whole(entity)]
        values = dict.fromkeys(value for entity in others for value in (entity.value, *entity.alternatives))
        if len(values) == 1:
            return best
        head = best[0]
        alternatives = (head.value, *(value for value in values if value != head.value))
        return (_entity(head.text, head.span, head.value, dict(head.attributes), alternatives),)

    def patch_tail(self, number: str, text: str) -> str | None:
        """The number with its end as corrected ("the last two are four five"), None if unclear."""
        words = words_of(text)
        for index in range(len(words)):
            hit = self._tail.at(words, index)
            if hit is not None:
                return self._with_tail(number, words[index + hit[0] :])
        return self._with_part(number, words)

    def _with_tail(self, number: str, words: Sequence[Word]) -> str | None:
        runs = self._digits.runs(words, asking=True)
        if len(runs) > 1 and len(runs[0].readings[0]) == 1:
            count, new = int(runs[0].readings[0]), _of_length(runs[1].readings, int(runs[0].readings[0]))
            return number[:-count] + new if new and 0 < count < len(number) else None
        if len(runs) != 1:
            return None
        new = runs[0].readings[0]
        if len(new) > 1 and int(new[0]) == len(new) - 1:
            new = new[1:]
        return number[: -len(new)] + new if len(new) < len(number) else None

    def _with_part(self, number: str, words: Sequence[Word]) -> str | None:
        """'Not four five, five four': the denied digits are replaced where they stand, if they stand once."""
        runs = self._digits.runs(words, asking=True)
        denied = [run for run in runs if self._not.before(words, run.first)]
        others = [run for run in runs if run not in denied]
        if len(denied) != 1 or len(others) > 1:
            return None
        old = denied[0].readings[0]
        # Said in one breath, both are one run: "not six seven, eight nine".
        half = len(old) // 2
        old, new = (old, others[0].readings[0]) if others else (old[:half], old[half:])
        code, rest = (number[:_CODE], number[_CODE:]) if number.startswith("+") else ("", number)
        if len(old) != len(new) or rest.count(old) != 1:
            return None
        return code + rest.replace(old, new)

    def _going_on(self, text: str, so_far: str) -> tuple[Entity, ...]:
        """The number that begins with the digits said so far, at the place of the words that go on."""
        words = words_of(text)
        runs = self._digits.runs(words, asking=True)
        if not runs:
            return ()
        start, before = words[runs[0].first].start, len(so_far) + 1
        found = [
            item
            for item in self._in_text(f"{so_far} {text[start:]}", asking=True)
            if item.span[0] < before < item.span[1]
        ]
        spans = [(start, item.span[1] - before + start) for item in found]
        return tuple(
            replace(item, text=text[slice(*span)], span=span) for item, span in zip(found, spans, strict=True)
        )

    def _in_text(self, text: str, *, asking: bool) -> tuple[Entity, ...]:
        words = words_of(text)
        runs = self._digits.runs(words, asking=asking)
        if not any(len(run.readings[0]) >= (_FEWEST_PART if asking else _FEWEST) for run in runs):
            return ()
        other = _has(self._others, words)
        cued = asking or (_has(self._cues, words) and not other)
        found: list[Entity] = []
        for run in runs:
            if (
                not _glued_to_letters(words, run)
                and not (other and not asking)
                and not _is_extension_of(found, run)
            ):
                found.extend(self._entity(text, words, run, cued=cued, asking=asking))
        return tuple(found)

    def _entity(
        self, text: str, words: Sequence[Word], run: DigitRun, *, cued: bool, asking: bool
    ) -> Iterable[Entity]:
        fewest = _FEWEST_PART if asking else _FEWEST
        said = [digits for digits in run.readings if fewest <= len(digits) <= _MOST]
        readings = [self._read(digits, plus=run.plus) for digits in said]
        if (
            said
            and not run.plus
            and len(said[0]) >= _ABROAD
            and not any(reading.number for reading in readings)
        ):
            readings = [self._read(said[0], plus=True), *readings]
        whole = [reading for reading in readings if reading.number]
        shown = any(reading.plain or run.plus for reading in whole) or _is_shaped(text, words, run)
        if not readings or not (cued or shown):
            return
        last, facts = self._extension_after(words, run)
        span = (words[run.first].start, words[last - 1].end)
        if whole:
            numbers = tuple(dict.fromkeys(str(reading.number) for reading in whole))
            facts["digits"] = whole[0].digits
            yield _entity(text[slice(*span)], span, numbers[0], facts, numbers if len(numbers) > 1 else ())
            return
        facts |= {"digits": readings[0].digits, "partial" if readings[0].short else "invalid": True}
        yield _entity(text[slice(*span)], span, ("+" if run.plus else "") + readings[0].digits, facts, ())

    def _extension_after(self, words: Sequence[Word], run: DigitRun) -> tuple[int, dict[str, Any]]:
        """The index after the extension, if one follows, and the extension itself."""
        if run.last < len(words):
            hit = self._extension.at(words, run.last)
            if hit is not None:
                at = run.last + hit[0]
                runs = self._digits.runs(words[at:], asking=False)
                if runs:
                    return at + runs[0].last, {"extension": runs[0].readings[0]}
        return run.last, {}

    def _read(self, digits: str, *, plus: bool) -> _Reading:
        """Ask the numbering plans: as dialled at home, or as an international number."""
        import phonenumbers  # noqa: PLC0415 - 50 ms, and most calls hold no number

        try:
            parsed = phonenumbers.parse("+" + digits if plus else digits, None if plus else self._region)
        except phonenumbers.NumberParseException:
            return _Reading(digits, None, short=len(digits) < _FEWEST, plain=False)
        # Numbers kept free for stage and tests are in no plan, yet said with a plus they are meant.
        if phonenumbers.is_valid_number(parsed) or (plus and phonenumbers.is_possible_number(parsed)):
            mobile = phonenumbers.number_type(parsed) in (1, 2)
            prefixed = not plus and len(str(parsed.national_number)) < len(digits)
            number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return _Reading(digits, number, short=False, plain=mobile or prefixed)
        reason = phonenumbers.is_possible_number_with_reason(parsed)
        short = reason in (
            phonenumbers.ValidationResult.TOO_SHORT,
            phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
        )
        return _Reading(digits, None, short=short, plain=False)


def read_phone(number: str, region: str = "LT") -> tuple[str, ...]:
    """The groups in which a number is read back, with the country code only for another country."""
    import phonenumbers  # noqa: PLC0415 - 50 ms, and a number was parsed before one is read back

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return tuple(_breaths(number.strip()))
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    code, *groups = written.replace("-", " ").split()
    spoken = [breath for group in groups for breath in _breaths(group)]
    home = phonenumbers.country_code_for_region(region)
    return tuple(spoken if parsed.country_code == home else [code, *spoken])


def _breaths(group: str) -> list[str]:
    """A long group in parts of two to four digits: 34567 is said 34 567."""
    parts: list[str] = []
    while len(group) > 4:
        cut = 3 if len(group) % 3 in (0, 2) and len(group) != 5 else 2
        parts.append(group[:cut])
        group = group[cut:]
    return [*parts, group]


def _entity(
    text: str, span: tuple[int, int], value: str, facts: Mapping[str, Any], others: tuple[str, ...]
) -> Entity:
    return Entity(
        "phone", text, span, value=value, alternatives=others, attributes=tuple(sorted(facts.items())),
        confidence=0.6 if others else 0.9,
    )  # fmt: skip


def _is_whole(entity: Entity) -> bool:
    return not any(name in ("partial", "invalid") for name, _ in entity.attributes)


def _is_extension_of(found: Sequence[Entity], run: DigitRun) -> bool:
    return bool(found) and dict(found[-1].attributes).get("extension") == run.readings[0]


def _has(phrases: Any, words: Sequence[Word]) -> bool:
    return any(phrases.at(words, index) for index in range(len(words)))


def _glued_to_letters(words: Sequence[Word], run: DigitRun) -> bool:
    """'86221d' is a code, not a number."""
    before = run.first > 0 and words[run.first].glued and words[run.first - 1].key.isalpha()
    after = run.last < len(words) and words[run.last].glued and words[run.last].key.isalpha()
    return before or after


def _is_shaped(text: str, words: Sequence[Word], run: DigitRun) -> bool:
    """Whether digits are written in groups as numbers are and dates are not."""
    return _SHAPE.fullmatch(text[words[run.first].start : words[run.last - 1].end]) is not None


def _of_length(readings: Sequence[str], length: int) -> str | None:
    return next((digits for digits in readings if len(digits) == length), None)
