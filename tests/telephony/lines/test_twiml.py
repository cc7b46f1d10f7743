"""The documents that Twilio gets, read as Twilio reads them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from telephony.lines.twiml import (
    Dialling,
    call_document,
    conference_document,
    hang_up_document,
    person_document,
    transfer_document,
    whisper_document,
)

PERSON = Dialling("+37052190001")
STREAM = "wss://h.example/media/twilio/north/run/word"


def verbs(document):
    return [verb.tag for verb in ET.fromstring(document)]  # noqa: S314 - ours


def test_behind_the_stream_stands_a_person_without_action_and_without_pause():
    """An action would be asked of the very process that has died, and a pause would be a dead line."""
    document = call_document(STREAM, PERSON, {"from": "+37061234567"})
    assert verbs(document) == ["Connect", "Dial", "Hangup"]
    connect, dial, _ = ET.fromstring(document)  # noqa: S314
    assert "action" not in connect.attrib
    assert "action" not in dial.attrib
    assert dial[0].text == "+37052190001"
    assert connect[0].attrib["url"] == STREAM
    assert connect[0][0].attrib == {"name": "from", "value": "+37061234567"}


@pytest.mark.parametrize("url", [STREAM + "?token=1", "https://h.example/media"])
def test_a_url_that_twilio_would_not_open_is_an_error_of_ours(url):
    with pytest.raises(ValueError, match="no query"):
        call_document(url, PERSON)


def test_a_parameter_that_twilio_would_refuse_is_an_error_of_ours():
    with pytest.raises(ValueError, match="'name' is longer than the 500 characters"):
        call_document(STREAM, PERSON, {"name": "x" * 497})


def test_a_transfer_hears_how_it_ended():
    (dial,) = ET.fromstring(transfer_document(PERSON, action_url="https://h/a", status_url="https://h/s"))  # noqa: S314
    assert dial.attrib["action"] == "https://h/a"
    assert dial[0].attrib["statusCallback"] == "https://h/s"
    assert dial[0].attrib["statusCallbackEvent"] == "initiated ringing answered completed"


def test_words_with_markup_in_them_stay_words():
    document = whisper_document('<Hangup/> & "Ona"', "en-GB", action_url="https://h/k")
    assert verbs(document) == ["Gather", "Hangup"]
    assert ET.fromstring(document)[0][0].text == '<Hangup/> & "Ona"'  # noqa: S314


def test_nobody_is_left_alone_in_a_conference():
    (dial,) = ET.fromstring(conference_document("room"))  # noqa: S314
    assert dial[0].attrib["endConferenceOnExit"] == "true"


@pytest.mark.parametrize(
    ("document", "expected"),
    [(person_document(PERSON), ["Dial", "Hangup"]), (hang_up_document(), ["Hangup"])],
)
def test_short_documents(document, expected):
    assert verbs(document) == expected
