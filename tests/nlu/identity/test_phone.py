"""Telephone numbers as people say them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.entity import Entity
from engine.nlu.identity import IdentityGrammar, read_phone

Tables = Callable[[str], dict[str, Any]]


def facts(entity: Entity) -> dict[str, Any]:
    return dict(entity.attributes)


@pytest.fixture(scope="module")
def english(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("en"))


@pytest.fixture(scope="module")
def lithuanian(tables: Tables) -> IdentityGrammar:
    return IdentityGrammar(tables("lt"))


@pytest.mark.parametrize(
    "text",
    [
        "six one two three four five six seven",
        "six one two, three four, five six seven",
        "six twelve thirty four five sixty seven",
        "six twelve, thirty-four, five sixty-seven",
        "six hundred and twelve thirty four five hundred sixty seven",
        "plus three seven oh six one two three four five six seven",
        "eight six one two three four five six seven",
        "zero six one two three four five six seven",
        "oh six one two um three four then five six seven",
        "612 34 567",
        "8 612 34567",
        "+370 612 34567",
        "00370 612 34567",
        "6 1 2 3 for five 6 7",
        "yes it's 61234567 thanks",
    ],
)
def test_every_way_to_say_it_gives_the_same_number(english: IdentityGrammar, text: str) -> None:
    if "for" in text:
        text = text.replace("3 for", "3 for")
    (found,) = english.phones([text], asking=True)
    assert (found.type, found.value, found.alternatives) == ("phone", "+37061234567", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("six double one triple two three four", "+37061122234"),
        ("six one two three eights five six", "+37061288856"),
        ("six one two two zeros three four seven", "+37061200347"),
        ("plus three five three eight seven one two three four five six seven", "+353871234567"),
        ("plus 44 7700 900123", "+447700900123"),
    ],
)
def test_doubled_counted_and_foreign(english: IdentityGrammar, text: str, expected: str) -> None:
    assert english.phones([text], asking=True)[0].value == expected


@pytest.mark.parametrize(
    "text",
    [
        "šeši vienas du trys keturi penki šeši septyni",
        "šeši dvylika, trisdešimt keturi, penki šimtai šešiasdešimt septyni",
        "sesi dvylika trisdesimt keturi penki simtai sesiasdesimt septyni",
        "aštuoni šeši šimtai dvylika trisdešimt keturi penki šimtai šešiasdešimt septyni",
        "plius trys septyni nulis šeši vienas du trys keturi penki šeši septyni",
        "nulis šešis vieną du tris keturis penkis šešis septynis",
    ],
)
def test_lithuanian_groups_of_any_size(lithuanian: IdentityGrammar, text: str) -> None:
    assert lithuanian.phones([text], asking=True)[0].value == "+37061234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("šeši vienas du trys aštuonetai penki šeši", "+37061288856"),
        ("šeši dvylika du nuliai trys šešetai nulis", "+37061200666" + "0"),
    ],
)
def test_lithuanian_counted_digits(lithuanian: IdentityGrammar, text: str, expected: str) -> None:
    assert facts(lithuanian.phones([text], asking=True)[0])["digits"] == expected.removeprefix("+370")


@pytest.mark.parametrize(
    ("code", "region", "text", "expected"),
    [
        (
            "de",
            "DE",
            "null eins fünf eins eins dreiundzwanzig fünfundvierzig siebenundsechzig acht",
            "+4915112345678",
        ),
        ("es", "ES", "seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho", "+34612345678"),
        ("lv", "LV", "divdesmit deviņi simts divdesmit trīs četri pieci seši", "+37129123456"),
    ],
)
def test_other_languages_have_their_digits(
    tables: Tables, code: str, region: str, text: str, expected: str
) -> None:
    (found,) = IdentityGrammar(tables(code), region=region).phones([text], asking=True)
    assert found.value == expected


def test_digits_go_on_from_those_of_earlier_turns(english: IdentityGrammar) -> None:
    text = "and the rest is three four five six seven"
    (found,) = english.phones([text], asking=True, so_far="612")
    assert (found.value, text[slice(*found.span)]) == ("+37061234567", "three four five six seven")
    (part,) = english.phones(["six one two"], asking=True, so_far="370")
    assert (part.value, facts(part)["partial"]) == ("370612", True)
    assert english.phones(["well"], asking=True, so_far="370") == ()


def test_a_whole_number_does_not_go_on_from_anything(english: IdentityGrammar) -> None:
    (found,) = english.phones(["six one two three four five six seven"], asking=True, so_far="699")
    assert found.value == "+37061234567"


def test_a_part_of_a_number_is_flagged(english: IdentityGrammar) -> None:
    (found,) = english.phones(["it's six one two"], asking=True)
    assert (found.value, facts(found)) == ("612", {"digits": "612", "partial": True})


def test_a_wrong_number_is_flagged(english: IdentityGrammar) -> None:
    (found,) = english.phones(["nine nine nine nine nine nine nine nine nine nine"], asking=True)
    assert facts(found)["invalid"] is True


@pytest.mark.parametrize(
    "text",
    [
        "on 31 12 1988 at 10",
        "i was born thirty one twelve nineteen eighty eight",
        "my card is 4111 1111 1111 1111",
        "code 86221234d",
        "tuesday at two thirty",
        "in 2026",
    ],
)
def test_other_numbers_are_no_telephone_numbers(english: IdentityGrammar, text: str) -> None:
    assert english.phones([text], asking=False) == ()


def test_a_number_is_heard_unasked(english: IdentityGrammar) -> None:
    text = "please call me back on 8 612 34567 after five"
    (found,) = english.phones([text], asking=False)
    assert (found.value, found.text) == ("+37061234567", "8 612 34567")


def test_an_extension_is_kept_apart(english: IdentityGrammar) -> None:
    (found,) = english.phones(["my number is 5 212 3456 ext 12"], asking=False)
    assert (found.value, facts(found)["extension"]) == ("+37052123456", "12")


def test_hypotheses_that_differ_are_a_question(english: IdentityGrammar) -> None:
    (found,) = english.phones(["61234567", "61234557"], asking=True)
    assert found.alternatives == ("+37061234567", "+37061234557")


def test_the_first_hypothesis_with_a_right_number_wins(english: IdentityGrammar) -> None:
    assert (
        english.phones(["612345", "six one two three four five six seven"], asking=True)[0].value
        == "+37061234567"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, the last two are four five", "+37061234545"),
        ("the last digit is five", "+37061234565"),
        ("it ends in double five", "+37061234555"),
        ("the last 3 are 1 2 3", "+37061234123"),
        ("not six seven but eight nine", "+37061234589"),
        ("not 612, 613", "+37061334567"),
        ("the last two are four five six", None),
        ("not nine nine but one one", None),
        ("no", None),
    ],
)
def test_the_tail_is_patched(english: IdentityGrammar, text: str, expected: str | None) -> None:
    assert english.patch_tail("+37061234567", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paskutiniai du yra keturi penki", "+37061234545"),
        ("baigiasi keturiasdešimt penki", "+37061234545"),
        ("ne septyni, o aštuoni", "+37061234568"),
    ],
)
def test_the_tail_is_patched_in_lithuanian(lithuanian: IdentityGrammar, text: str, expected: str) -> None:
    assert lithuanian.patch_tail("+37061234567", text) == expected


def test_read_back_groups() -> None:
    assert read_phone("+37061234567") == ("612", "34", "567")
    assert read_phone("+353871234567") == ("+353", "87", "123", "4567")
    assert read_phone("61234567") == ("612", "34", "567")


def spoken(digits: str, cuts: list[int], words: dict[str, Any]) -> Iterator[str]:
    """Digits in groups of one to three, each as a language says it."""
    units = {value: word for word, value in reversed(list(words["units"].items()))}
    pairs = {value: word for word, value in words["pairs"].items()}
    tens = {value[0]: word for word, value in reversed(list(words["tens"].items()))}
    at = 0
    for cut in [*cuts, *[1] * len(digits)]:
        group = digits[at : at + cut]
        at += cut
        if len(group) == 2 and group in pairs:
            yield pairs[group]
        elif len(group) == 2 and group[0] in tens:
            yield tens[group[0]] + ("" if group[1] == "0" else f" {units[group[1]]}")
        else:
            yield from (units[digit] for digit in group)


@given(
    subscriber=st.integers(min_value=0, max_value=999_999).map(lambda number: f"61{number:06d}"),
    cuts=st.lists(st.integers(min_value=1, max_value=2), max_size=8),
    prefix=st.sampled_from(["", "8", "0"]),
    code=st.sampled_from(["en", "lt"]),
)
def test_any_grouping_and_prefix_gives_the_number(
    tables: Tables, subscriber: str, cuts: list[int], prefix: str, code: str
) -> None:
    language = tables(code)
    words = " ".join(
        spoken(prefix + subscriber, [*([1] if prefix else []), *cuts], language["identity"]["digits"])
    )
    (found,) = IdentityGrammar(language).phones([words], asking=True)
    assert f"+370{subscriber}" in (found.value, *found.alternatives)


@given(text=st.text(alphabet="0123456789 +-()abc,.", max_size=60))
def test_any_text_can_be_read(english: IdentityGrammar, text: str) -> None:
    for found in english.phones([text], asking=True):
        assert text[slice(*found.span)] == found.text
