"""How a text is marked for a voice."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.tts.ssml import MANNERS, Voice, ssml

PLAIN = Voice("en-GB-SoniaNeural", "en-GB")
CHEERFUL = Voice("en-GB-SoniaNeural", "en-GB", frozenset({"cheerful"}))


def body(text, style="neutral", voice=PLAIN, sounds=None):
    document = ssml(text, style, voice, sounds)
    return document[document.index("SoniaNeural") + 13 : document.index("</voice>")]


def test_plain_words_stay_plain():
    assert body("We open at eight.") == "We open at eight."


def test_a_style_is_rate_and_pitch_and_the_voices_own_where_it_has_it():
    assert body("Booked!", "bright") == '<prosody rate="+4%" pitch="+4%">Booked!</prosody>'
    assert body("Booked!", "bright", CHEERFUL) == (
        '<mstts:express-as style="cheerful"><prosody rate="+4%" pitch="+4%">Booked!</prosody></mstts:express-as>'
    )
    assert body("Hello", "unheard of") == "Hello"


def test_bad_news_and_numbers_are_given_time():
    assert body("I am sorry, nothing is free.", "gentle") == (
        '<prosody rate="-8%" pitch="-3%">I am sorry, <break time="150ms"/>nothing is free.</prosody>'
    )
    assert '<break time="350ms"/>' in body("five five five, one two", "slow")


@pytest.mark.parametrize("number", ["+370 52 190 000", "860012345", "8-600-12345"])
def test_a_telephone_number_is_said_digit_by_digit(number):
    assert body(f"Call {number} now") == f'Call <say-as interpret-as="telephone">{number}</say-as> now'


@pytest.mark.parametrize("text", ["in 2026", "15 euros", "at 14 30"])
def test_a_short_number_is_left_to_the_voice(text):
    assert body(text) == text


def test_a_spelled_name_is_said_letter_by_letter():
    assert body("K-A-Z, is that right?") == '<say-as interpret-as="characters">KAZ</say-as>, is that right?'


def test_a_name_sounds_as_it_is_pronounced():
    sounds = {"Ona": "ˈɔnɐ", "Ona Petraitė": "ˈɔnɐ pɛtrˈɐɪteː"}
    assert body("Ona Petraitė or Ona, not Onas", sounds=sounds) == (
        '<phoneme alphabet="ipa" ph="ˈɔnɐ pɛtrˈɐɪteː">Ona Petraitė</phoneme> or '
        '<phoneme alphabet="ipa" ph="ˈɔnɐ">Ona</phoneme>, not Onas'
    )


@given(text=st.text(max_size=80), style=st.sampled_from(sorted(MANNERS)))
def test_whatever_the_words_are_the_document_can_be_read_and_says_them(text, style):
    document = ET.fromstring(ssml(text, style, CHEERFUL, {"Ona": 'a"<b'}))  # noqa: S314 - ours
    assert [child.tag.rpartition("}")[2] for child in document] == ["voice"]
    said = "".join(document.itertext())
    kept = [letter for letter in text if letter.isalnum()]
    assert [letter for letter in said if letter.isalnum()] == kept
