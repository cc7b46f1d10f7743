"""What each carrier is told to do with a call: talk to us, and to a person when our socket has ended.

Twilio's document has a module of its own (`twiml.py`), since transfers need more of its verbs. In all of them
the person stands behind the stream, so that a process that dies rings somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET

import orjson

from telephony.lines.twiml import Dialling, call_document

Document = tuple[str, str]
"""The text and its media type."""


def twilio(url: str, person: Dialling, caller: str) -> Document:
    """TwiML."""
    return call_document(url, person, {"from": caller} if caller else {}), "text/xml"


def telnyx(url: str, person: Dialling, caller: str) -> Document:
    """TeXML, which is TwiML with a say in the codec."""
    response = ET.Element("Response")
    wanted = {"url": url, "track": "inbound_track", "codec": "PCMU", "bidirectionalMode": "rtp"}
    ET.SubElement(ET.SubElement(response, "Connect"), "Stream", wanted)
    dial = ET.SubElement(response, "Dial", {"timeout": str(person.ring_s)})
    ET.SubElement(dial, "Number").text = person.number
    ET.SubElement(response, "Hangup")
    return _written(response), "text/xml"


def plivo(url: str, person: Dialling, caller: str) -> Document:
    """Plivo's XML; `keepCallAlive` is what lets the next element run only after the stream."""
    response = ET.Element("Response")
    wanted = {"bidirectional": "true", "keepCallAlive": "true", "contentType": "audio/x-mulaw;rate=8000"}
    ET.SubElement(response, "Stream", wanted).text = url
    dial = ET.SubElement(response, "Dial", {"timeout": str(person.ring_s)})
    ET.SubElement(dial, "Number").text = person.number.removeprefix("+")
    ET.SubElement(response, "Hangup")
    return _written(response), "text/xml"


def vonage(url: str, person: Dialling, caller: str) -> Document:
    """An NCCO: two connections, the second of which is made when the first is over."""
    headers = {"from": caller if caller.startswith("+") or not caller else f"+{caller}"}
    socket = {"type": "websocket", "uri": url, "content-type": "audio/l16;rate=16000", "headers": headers}
    phone = {"type": "phone", "number": person.number.removeprefix("+")}
    told = [
        {"action": "connect", "endpoint": [socket]},
        {"action": "connect", "timeout": str(person.ring_s), "endpoint": [phone]},
    ]
    return orjson.dumps(told).decode("utf-8"), "application/json"


DOCUMENTS: Mapping[str, Callable[[str, Dialling, str], Document]] = {
    "twilio": twilio,
    "telnyx": telnyx,
    "plivo": plivo,
    "vonage": vonage,
}
"""By carrier: from the address of the media socket, the person and the caller's number."""


def _written(response: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(response, encoding="unicode")
