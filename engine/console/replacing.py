"""Writing a caller's words anew: the stand-ins of a cast in every place where somebody was named.

Each in the form in which the real one was said: in small letters, declined, letter by letter, in the digits
that a recogniser wrote. What has no such form is refused, never left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.console.private_words import Private, common_prefix, is_form
from engine.console.stand_ins import LETTERS, Cast, NoStandInError
from engine.console.told_numbers import digits_of
from engine.core.words import fold_word
from engine.nlu.identity.sounds import alike, sound

if TYPE_CHECKING:
    from engine.core.domain import Domain

_LEAST = 2
"""Digits that are known for a part of a number."""
_DIGITS = re.compile(r"\d+")
_LOOSE = re.compile(r"(?<=\w)[-'’](?=\W|$)|(?<=\s)[-'’](?=\w)")
"""Marks of a name whose other part is gone."""
_LIKE = 0.7
"""Likeness of sound from which two words are one name, heard twice."""
_SPELLED = 0.6
"""Share of single letters from which a stretch is spelling."""


def rewritten(text: str, places: Sequence[Private], cast: Cast, domain: Domain, language: str) -> str:
    """A caller's words with the stand-ins in place of everything private.

    Raises:
        NoStandInError: something private stands there that nothing can stand in for.
    """
    out, at = [], 0
    for item in places:
        said = text[item.start : item.end]
        new = _written(said, item, cast, domain, language)
        before = text[at : item.start]
        # The words of a date begin with an article that may stand before it already.
        lead, _, rest = new.partition(" ")
        if rest and before.rstrip().rpartition(" ")[2].casefold() == lead.casefold():
            new = rest
        out += [before, new]
        at = item.end
    return re.sub(r"  +", " ", "".join([*out, text[at:]])).strip()


def _written(said: str, item: Private, cast: Cast, domain: Domain, language: str) -> str:
    match item.kind:
        case "name":
            return _name(said, cast)
        case "birth":
            return _birth(said, item.value, cast, domain, language)
        case "phone":
            return _phone(said, cast, domain)
        case "email":
            return cast.texts.setdefault(said, f"someone{len(cast.texts) or ''}@example.org")
        case _:
            return _number(said, cast)


def _name(said: str, cast: Cast) -> str:
    words = LETTERS.findall(said)
    if len(words) > 2 and sum(len(word) == 1 for word in words) >= _SPELLED * len(words):
        return _spelled(said, words, cast)
    return _LOOSE.sub("", LETTERS.sub(lambda match: _word(match.group(), cast), said)).strip(" -'’")


def _word(said: str, cast: Cast) -> str:
    """What stands for one word of a name, in the same case and form."""
    folded = fold_word(said)
    if folded in cast.kept or any(is_form(folded, name) for name in cast.kept):
        return said
    if folded in cast.words:
        return _cased(cast.words[folded][1], said)
    for name, (real, stand_in) in cast.words.items():
        if is_form(folded, name):
            return _cased(_declined(said, real, stand_in), said)
    likeness = {name: alike(sound(folded), sound(name)) for name in cast.words}
    nearest = max(likeness, key=lambda name: likeness[name], default="")
    if nearest and likeness[nearest] >= _LIKE:
        return _cased(cast.words[nearest][1], said)  # the same name, misheard
    made = next(cast.spare, None)
    if made is None:
        raise NoStandInError("names")
    cast.words[folded] = said, made
    return _cased(made, said)


def _declined(said: str, real: str, stand_in: str) -> str:
    """The stand-in with the ending that was said instead of the real name's, if the two end alike."""
    stem = common_prefix(said.casefold(), real.casefold())
    lost = real[stem:].casefold()
    fits = lost and stand_in.casefold().endswith(lost)
    return stand_in[: -len(lost)] + said[stem:] if fits else stand_in


def _cased(name: str, said: str) -> str:
    """As a recogniser wrote it: small, without marks on its letters, or as names are written."""
    if said.islower():
        name = name.lower()
    elif said.isupper() and len(said) > 1:
        name = name.upper()
    return name


def _spelled(said: str, letters: Sequence[str], cast: Cast) -> str:
    """The stand-in's letters, one by one, as the real ones were."""
    single = [letter for letter in letters if len(letter) == 1]
    spelled = fold_word("".join(single))
    if spelled in cast.kept:
        return said
    known = next((pair for name, pair in cast.words.items() if name == spelled), None)
    if known is None:
        raise NoStandInError("spelled")
    between = said[said.index(single[0]) + 1 : said.index(single[1], said.index(single[0]) + 1)]
    others = [_word(word, cast) for word in letters if len(word) > 1]
    new = between.join(_cased(known[1], single[0]) if single[0].islower() else known[1].upper())
    return " ".join([*others, new])


def _birth(said: str, value: Any, cast: Cast, domain: Domain, language: str) -> str:
    new = cast.births.get(value) if isinstance(value, str) else None
    if new is None:
        raise NoStandInError("birth")
    if new == value:
        return said
    digits = _in_digits(said, date.fromisoformat(value), date.fromisoformat(new))
    if digits is not None:
        return digits
    spoken = domain.spoken.get(language)
    return new if spoken is None else spoken.date_of_birth(date.fromisoformat(new))


def _in_digits(said: str, real: date, new: date) -> str | None:
    """A date written in digits, its parts replaced where they stand; None when it is not written so."""
    found = _DIGITS.findall(said)
    if len(found) == 1 and len(found[0]) in {6, 8}:
        for form in ("%Y%m%d", "%d%m%Y", "%y%m%d", "%d%m%y"):
            if real.strftime(form) == found[0]:
                return said.replace(found[0], new.strftime(form))
        return None
    parts = {real.year: new.year, real.year % 100: new.year % 100, real.month: new.month, real.day: new.day}
    named_month = len(found) == 2
    if len(found) not in {2, 3} or (named_month and real.month != new.month):
        return None
    if any(int(part) not in parts for part in found):
        return None
    order = _order([int(part) for part in found], real, named_month=named_month)
    if order is None:
        return None
    values = iter(order)

    def put(match: re.Match[str]) -> str:
        number = getattr(new, next(values))
        short = len(match.group()) <= 2
        return f"{number % 100 if short else number:0{len(match.group())}}"

    return _DIGITS.sub(put, said)


def _order(found: Sequence[int], real: date, *, named_month: bool) -> tuple[str, ...] | None:
    """Which part of a date each number is, as people order them."""
    orders = (
        [("day", "year"), ("year", "day")]
        if named_month
        else [("day", "month", "year"), ("year", "month", "day"), ("month", "day", "year")]
    )
    for order in orders:
        if all(
            number == getattr(real, part) or (part == "year" and number == real.year % 100)
            for number, part in zip(found, order, strict=True)
        ):
            return order
    return None


def _phone(said: str, cast: Cast, domain: Domain) -> str:
    """The number, or the part of it, that stands for what was said; in digits, as recognisers write them."""
    digits = digits_of(said, domain.digits)
    for real, new in cast.phones.items():
        stand_in = _part_of(digits, real, new)
        if stand_in is not None:
            return said if real == new else _grouped(said, digits, stand_in)
    return _number(said, cast)


def _part_of(digits: str, real: str, new: str) -> str | None:
    """What stands for digits of a number: the same places of the other one; None if they are not of it."""
    code, national = _parted(real)
    new_code, other = _parted(new)
    for before in (code, f"00{code}", "8", "0", ""):
        if digits == before + national:
            return f"+{new_code}{other}" if new_code != code else before + other
    if len(national) != len(other):
        return None
    whole, instead = code + national, code + other
    for lead in ("", "8", "0"):
        part = digits.removeprefix(lead) if lead else digits
        at = national.find(part) if len(part) < len(digits) else whole.rfind(part)
        if len(part) >= _LEAST and at >= 0:
            within = other if len(part) < len(digits) else instead
            return digits[: len(digits) - len(part)] + within[at : at + len(part)]
    return None


def _parted(number: str) -> tuple[str, str]:
    """Country code and national number."""
    import phonenumbers  # noqa: PLC0415 - half of the calls have no number at all

    parsed = phonenumbers.parse(number, None)
    return str(parsed.country_code), phonenumbers.national_significant_number(parsed)


def _grouped(said: str, digits: str, stand_in: str) -> str:
    """The new digits in the groups in which the real ones were written."""
    if len(re.sub(r"\D", "", said)) != len(digits) or len(stand_in.lstrip("+")) != len(digits):
        return stand_in
    figures = iter(stand_in.lstrip("+"))
    return re.sub(r"\d", lambda _match: next(figures), said)


def _number(said: str, cast: Cast) -> str:
    """Another number of as many digits, in the same groups.

    Raises:
        NoStandInError: it was said in words, and is part of no number that is known.
    """
    if not _DIGITS.search(said):
        raise NoStandInError("telephone")
    if said not in cast.texts:
        figures = iter(f"1{len(cast.texts):0{max(1, len(re.sub(r'[^0-9]', '', said)) - 1)}}")
        cast.texts[said] = re.sub(r"\d", lambda _match: next(figures), said)
    return cast.texts[said]
