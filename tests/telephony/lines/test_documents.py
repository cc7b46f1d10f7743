"""Every carrier's document connects the call to us, and to a person when our socket has ended."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from telephony.lines.carrier_signatures import SIGNED
from telephony.lines.carriers import CARRIERS
from telephony.lines.documents import DOCUMENTS
from telephony.lines.twiml import Dialling

URL, PERSON = "wss://h.example/media/x/north/run/word", Dialling("+37052190001")


@pytest.mark.parametrize("carrier", ["twilio", "telnyx", "plivo"])
def test_in_xml_the_person_stands_behind_the_stream(carrier):
    text, kind = DOCUMENTS[carrier](URL, PERSON, "+37061234567")
    assert kind == "text/xml"
    verbs = list(ET.fromstring(text))  # noqa: S314 - ours
    assert [verb.tag for verb in verbs] == ["Stream" if carrier == "plivo" else "Connect", "Dial", "Hangup"]
    stream = verbs[0] if carrier == "plivo" else verbs[0][0]
    assert (stream.text if carrier == "plivo" else stream.attrib["url"]) == URL
    assert str(verbs[1][0].text).lstrip("+") == "37052190001"


def test_in_an_ncco_as_well():
    text, kind = DOCUMENTS["vonage"](URL, PERSON, "37061234567")
    socket, person = json.loads(text)
    assert kind == "application/json"
    assert socket["endpoint"][0] | {"headers": {}} == {
        "type": "websocket", "uri": URL, "content-type": "audio/l16;rate=16000", "headers": {}
    }  # fmt: skip
    assert socket["endpoint"][0]["headers"] == {"from": "+37061234567"}
    assert person["endpoint"] == [{"type": "phone", "number": "37052190001"}]


def test_every_carrier_of_the_table_has_a_document_and_a_signature():
    assert set(DOCUMENTS) == set(CARRIERS) | {"vonage"}
    assert set(SIGNED) == set(DOCUMENTS) - {"twilio"}
