"""Secrets are found by their arithmetic, in digits and in words; what only looks like them stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.privacy import (
    REMOVED,
    Secret,
    SecretKind,
    detect,
    discreet,
    is_card,
    is_identity_code,
    mask,
)
from engine.core.utterance import Hypothesis, Transcript

ENGLISH = {
    word: str(value)
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
} | {"oh": "0", "double": "2x", "triple": "3x", "eleven": "11", "twenty": "20", "forty": "40"}
LITHUANIAN = {
    "trys": "3",
    "nulis": "0",
    "vienas": "1",
    "du": "2",
    "astuoni": "8",
    "penki": "5",
    "trisdesimt": "30",
}
CARD = "4111111111111111"
CODE = "38501010002"


def _kinds(text: str) -> list[str]:
    return [secret.kind.value for secret in detect(text, ENGLISH | LITHUANIAN)]


@pytest.mark.parametrize(
    "text",
    [
        f"my card is {CARD}",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111, expires twelve",
        "4111. 1111. 1111. 1111.",
        "it's four one one one one one one one one one one one one one one one",
        "four triple one double one one one one one one one one one one one",
        "forty one eleven eleven eleven eleven eleven eleven eleven",
        "3782 822463 10005",
        "5555555555554444 12 27",
        "my number is 612 34567 and the card 4111 1111 1111 1111",
    ],
)
def test_a_card_number_is_found(text: str) -> None:
    assert _kinds(text) == ["card"]


@pytest.mark.parametrize(
    "text",
    [CODE, f"mano asmens kodas {CODE}", "3 850101 0002", "385-0101-0002",
     "trys aštuoni penki nulis vienas nulis vienas nulis nulis nulis du",
     "trisdešimt aštuoni penki nulis vienas nulis vienas nulis nulis nulis du"],
)  # fmt: skip
def test_an_identity_code_is_found(text: str) -> None:
    assert _kinds(text) == ["identity_code"]


@pytest.mark.parametrize(
    "text",
    [
        "+370 612 34567",
        "37061234567",
        "8 612 34567",
        "+370 5 212 3456",
        "my number is oh seven nine one one one two three four five six",
        "1 202 555 0123",
        "+49 1511 2345678",
        "+49-1511-2345678, or +371 29 123 456",
        "born 1985 04 12, phone 612 34567",
        "on 2026-12-01 at 14:30",
        "it costs 1200 or 1500 euros",
        "4111 1111 1111 1112",
        "9111 1111 1111 1111",
        "38513010002",
        "38501010003",
        "order 123 for 20 to 40",
        "call one one two",
        "",
    ],
)
def test_phones_dates_prices_and_wrong_check_digits_stay(text: str) -> None:
    assert _kinds(text) == []


def test_the_code_on_the_card_is_found_beside_its_name_only() -> None:
    assert _kinds("the cvv is 123") == ["card"]
    assert _kinds("cvc one two three") == ["card"]
    assert _kinds("room 123 please") == []
    assert _kinds("cvv, I mean the number, is it 12345") == []
    assert detect("security code 123", ENGLISH, {"security"})[0].kind is SecretKind.CARD


def test_two_secrets_of_one_text_are_both_removed() -> None:
    text = f"card {CARD} and code {CODE}."
    assert mask(text, detect(text, ENGLISH)) == f"card {REMOVED} and code {REMOVED}."


def test_a_card_and_its_expiry_lose_only_the_card() -> None:
    text = "4111 1111 1111 1111 12 27"
    assert mask(text, detect(text, ENGLISH)) == f"{REMOVED} 12 27"


def test_a_repeat_before_the_first_digit_goes_with_it() -> None:
    text = "double four " + "one " * 11 + "eight"
    number = "44" + "1" * 11 + "8"
    expected = (Secret(SecretKind.CARD, 0, len(text)),) if is_card(number) else ()
    assert detect(text, ENGLISH) == expected


def test_a_transcript_is_cleaned_in_every_hypothesis_and_language() -> None:
    said = Transcript((Hypothesis(CARD, 0.9), Hypothesis("hello", 0.1)), final=True)
    clean = discreet(said, ENGLISH | LITHUANIAN)
    assert clean.texts == (REMOVED, "hello")
    assert clean.hypotheses[1] is said.hypotheses[1]
    assert clean.final


def test_the_check_digit_of_an_identity_code_has_three_ways() -> None:
    valid = [code for code in (f"3850101{serial:03d}{check}" for serial in range(400) for check in range(10))
             if is_identity_code(code)]  # fmt: skip
    assert len(valid) == 400
    assert is_identity_code("38501010002")
    assert any(code.endswith("0") for code in valid)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_any_text_can_be_searched_and_masked(text: str) -> None:
    secrets = detect(text, ENGLISH)
    assert all(0 <= secret.start < secret.end <= len(text) for secret in secrets)
    assert mask(text, secrets).count(REMOVED) >= len(secrets)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(min_value=0, max_value=10**14 - 1),
    st.sampled_from([" ", "-", ""]),
    st.sampled_from([2, 3, 4, 6]),
)
def test_every_card_number_is_found_in_any_grouping(middle: int, joint: str, size: int) -> None:
    body = f"4{middle:014d}"
    number = next(body + str(check) for check in range(10) if is_card(body + str(check)))
    spoken = joint.join(number[at : at + size] for at in range(0, len(number), size))
    assert (
        mask(f"it is {spoken} thanks", detect(f"it is {spoken} thanks", ENGLISH)) == f"it is {REMOVED} thanks"
    )


def test_a_transcript_without_a_secret_is_left_as_it_is() -> None:
    harmless = Transcript.of("my bicycle has 21 gears")
    assert discreet(harmless, ENGLISH) is harmless
    cautious = Transcript.of("my number is 6 1 2 3 4 5 6 7, call me after 4 2 1 1 5 5")
    assert discreet(cautious, ENGLISH).text == cautious.text
