"""What a recogniser wrote, nearer to what was said."""

from __future__ import annotations

import pytest

from engine.core.utterance import Hypothesis, Transcript
from telephony.manners import Manners
from telephony.tidy import tidied, tidy
from telephony.waiting import Profile
from tests.telephony.talking import domain

ENGLISH = Manners.of(domain().tables["en"], domain().digits)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("P-i-t-t-s-b-u-r-g-h", "P I T T S B U R G H"),
        ("J, o, h, n..", "J O H N.."),
        ("R. i. c. h. a r. d.", "R I C H A R D."),
        ("my name is K-A-Z and that's it", "my name is K A Z and that's it"),
        ("I'd like a cleaning", "I'd like a cleaning"),
        ("it's a T-shirt", "it's a T-shirt"),
    ],
)
def test_spelled_letters_stand_apart(written, meant):
    assert tidy(written, ENGLISH, Profile.NAME) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("one o seven oh eight", "one zero seven zero eight"),
        ("six to for five", "six two four five"),
        ("enter 8:13", "enter 813"),
        ("I would like to come for a cleaning", "I would like to come for a cleaning"),
        ("the one of you", "the one of you"),
        ("erase Y B E J Q five o seven", "erase Y B E J Q five zero seven"),
        ("O T E B seventy", "O T E B seventy"),
    ],
)
def test_what_sounds_like_a_digit_is_one_among_digits(written, meant):
    assert tidy(written, ENGLISH, Profile.DIGITS) == meant


def test_nothing_is_a_digit_where_none_was_asked_for():
    assert tidy("one o seven oh eight", ENGLISH, Profile.OPEN) == "one o seven oh eight"


def test_every_reading_is_tidied_and_nothing_else_changes():
    given = Transcript((Hypothesis("A-B-C", 0.7), Hypothesis("eight be", 0.4)), final=False)
    found = tidied(given, ENGLISH, Profile.NAME)
    assert found.texts == ("A B C", "eight be")
    assert [item.confidence for item in found.hypotheses] == [0.7, 0.4]
    assert not found.final
