"""Names on file that sound like what a recogniser wrote."""

from __future__ import annotations

import pytest

from telephony.asr.namesakes import Namesake, Namesakes

ON_FILE = ["Anna Novak", "Tomas Balčiūnas", "Stephen Wright", "Steven Wright", "Mononym"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("On a Novak.", Namesake("Anna Novak", 0, 2)),
        ("It's on a Novak, please", Namesake("Anna Novak", 1, 3)),
        ("My name is Thomas Balsunas", Namesake("Tomas Balciunas", 3, 4)),
    ],
)
def test_words_that_sound_like_a_name_on_file_are_found(written, expected):
    assert Namesakes(ON_FILE).of(written.split())[0] == expected


def test_two_who_sound_alike_are_both_found():
    found = {one.name for one in Namesakes(ON_FILE).of(["Stephen", "Wright"])}
    assert found == {"Stephen Wright", "Steven Wright"}


@pytest.mark.parametrize(
    "written", ["Petra Lindholm", "the twelfth of March", "yes", "I would like a cleaning please", ""]
)
def test_what_sounds_like_nobody_is_left_alone(written):
    assert Namesakes(ON_FILE).of(written.split()) == []


def test_one_word_is_no_name_and_nobody_is_on_an_empty_file():
    assert Namesakes(ON_FILE).of(["mononym"]) == []
    assert Namesakes(()).of(["Anna", "Novak"]) == []
