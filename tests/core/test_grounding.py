"""A reply may leave out and put side by side what the facts say, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.grounding import fault
from tests.core.workshop import DOMAIN

ENGLISH, LITHUANIAN = DOMAIN.tables["en"], DOMAIN.tables["lt"]
PARKING = "There is paid parking in the courtyard, one euro fifty an hour; the first half hour is free for customers."
HOURS = "We are open Monday to Thursday from eight to six, Friday from eight to four, and Saturday from nine to one."
FUND = "We have no contract with the state fund for adults; children are treated free of charge."
PILLS = "Please bring a list of the medicines you take, and come ten minutes early."
KAINA = "Kieme yra mokama aikštelė, pusantro euro už valandą; klientams pirmas pusvalandis nemokamas."
DARBAS = "Dirbame pirmadieniais nuo aštuntos iki aštuonioliktos, šeštadieniais nuo devintos iki tryliktos valandos."


def why(text: str, *facts: str, tables: Any = ENGLISH, most: int = 45) -> str | None:
    return fault(text, facts or (PARKING,), tables, most)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("There is paid parking in the courtyard.", PARKING),
        ("There is paid parking in the courtyard, one euro fifty an hour.", PARKING),
        ("The first half hour is free for customers.", PARKING),
        ("On Saturday from nine to one.", HOURS),
        ("We are open Monday to Thursday.", HOURS),
        ("Children are treated free of charge.", FUND),
        ("We have no contract with the state fund.", FUND),
    ],
)
def test_what_the_facts_say_may_be_said_shorter(text: str, facts: str) -> None:
    assert why(text, facts) is None


def test_two_facts_may_stand_side_by_side() -> None:
    assert (
        why("On Saturday from nine to one. There is paid parking in the courtyard.", HOURS, PARKING) is None
    )


@pytest.mark.parametrize(
    ("text", "facts", "reason"),
    [
        ("There is paid parking, two euros an hour.", PARKING, "it says a word that no fact says"),
        (
            "There is paid parking in the courtyard, one euro an hour.",
            PARKING,
            "it joins what the facts do not join",
        ),
        ("There is paid parking in the courtyard, one euro.", PARKING, "it cuts a number off"),
        ("The first hour is free for customers.", PARKING, "it joins what the facts do not join"),
        ("Fifty an hour.", PARKING, "a number begins a sentence that it does not begin in the facts"),
        ("Parking is free for customers.", PARKING, "it joins what the facts do not join"),
        ("Saturday from eight to six.", HOURS, "it joins what the facts do not join"),
        ("Saturday. From nine to one.", HOURS, "a word stands alone that does not in the facts"),
        ("We have a contract with the state fund for adults.", FUND, "it leaves out a negation"),
        ("You take the medicines you bring.", PILLS, "it joins what the facts do not join"),
        ("I promise you a place at noon.", PARKING, "it says a word that no fact says"),
        ("Take ibuprofen and do not worry.", PILLS, "it says a word that no fact says"),
        ("Yes.", PARKING, "it says a word that no fact says"),
        ("It is there.", PARKING, "it says nothing"),
        ("", PARKING, "it is empty or too long"),
        ("Parking. Parking. Parking. Parking.", PARKING, "it is empty or too long"),
        ("<b>Paid parking</b>", PARKING, "it holds what cannot be spoken"),
        ("Paid parking\nin the courtyard.", PARKING, "it holds what cannot be spoken"),
        ("Kieme yra mokama aikštelė.", PARKING, "it says a word that no fact says"),
    ],
)
def test_whatever_else_is_said_is_a_fault(text: str, facts: str, reason: str) -> None:
    assert why(text, facts) == reason


def test_a_reply_that_is_too_long_for_a_telephone_is_a_fault() -> None:
    assert why("There is paid parking in the courtyard.", most=5) == "it is empty or too long"


@pytest.mark.parametrize(
    ("text", "facts", "good"),
    [
        ("Kieme yra mokama aikštelė, pusantro euro už valandą.", KAINA, True),
        ("Kieme yra mokama aikštelė, euro už valandą.", KAINA, False),
        ("Šeštadieniais nuo devintos iki tryliktos valandos.", DARBAS, True),
        ("Šeštadienį nuo aštuntos iki aštuonioliktos.", DARBAS, False),
        ("Šeštadieniais nuo aštuntos.", DARBAS, False),
    ],
)
def test_a_language_with_endings_is_checked_by_its_stems(text: str, facts: str, good: bool) -> None:
    assert (why(text, facts, tables=LITHUANIAN) is None) is good


def test_without_a_table_nothing_is_said() -> None:
    assert why(PARKING, tables={}) == "the language has no table for replies"


def test_a_fact_itself_may_always_be_said() -> None:
    for text in (HOURS, FUND, PILLS):
        assert why(text, text) is None


@given(st.text(max_size=120))
def test_any_text_at_all_is_judged(text: str) -> None:
    assert why(text) is None or isinstance(why(text), str)


@given(st.lists(st.sampled_from(PARKING.replace(";", ".").split()), min_size=1, max_size=12))
def test_no_order_of_the_words_of_a_fact_makes_another_price(words: list[str]) -> None:
    """Whatever passes, a number in it stands between the words between which it stands in the fact."""
    text = " ".join(words)
    if why(text) is None:
        for number, unit in (("one", "euro"), ("fifty", "hour")):
            plain = text.casefold().replace(",", " ").split()
            for place, word in enumerate(plain):
                if word == number:
                    assert unit in plain[place + 1 : place + 3]
