"""The documents that tell Twilio what to do with a call (TwiML).

The first one holds the promise that a caller is never left alone: `<Connect>` blocks until our socket has
closed, and the verb after it dials a person. It carries no `action`, which would be asked of the very
process that has just died, and no `<Pause>`, which would be silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

LONGEST_PARAMETER = 500
"""Twilio refuses a longer name and value together."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """How a person is dialled."""

    number: str
    """E.164."""
    ring_s: int = 20
    caller_id: str | None = None
    """A number of ours; None shows the caller's."""


def call_document(
    stream_url: str,
    person: Dialling | None,
    parameters: Mapping[str, str] | None = None,
    status_url: str = "",
) -> str:
    """Connect the call to our media socket, and to a person should the socket end without a word from us.

    Raises:
        ValueError: a parameter that Twilio would refuse, or a url that it would not open.
    """
    if not stream_url.startswith(("wss://", "ws://")) or "?" in stream_url:
        raise ValueError("the url of a media stream is a WebSocket's and has no query: Twilio drops it")
    response = ET.Element("Response")
    attributes = {"url": stream_url} | ({"statusCallback": status_url} if status_url else {})
    stream = ET.SubElement(ET.SubElement(response, "Connect"), "Stream", attributes)
    for name, value in (parameters or {}).items():
        if len(name) + len(value) > LONGEST_PARAMETER:
            raise ValueError(f"parameter {name!r} is longer than the {LONGEST_PARAMETER} characters allowed")
        ET.SubElement(stream, "Parameter", {"name": name, "value": value})
    if person is not None:
        _dial(response, person)
    ET.SubElement(response, "Hangup")
    return _written(response)


def person_document(person: Dialling) -> str:
    """Put a call through to a person without us."""
    response = ET.Element("Response")
    _dial(response, person)
    ET.SubElement(response, "Hangup")
    return _written(response)


def transfer_document(person: Dialling, *, action_url: str, status_url: str) -> str:
    """Put the caller through; `action_url` hears how it ended and may bring the caller back."""
    response = ET.Element("Response")
    dial = _dial(response, person, action=action_url)
    dial[0].attrib |= {
        "statusCallback": status_url,
        "statusCallbackEvent": "initiated ringing answered completed",
    }
    return _written(response)


def whisper_document(text: str, language: str, *, action_url: str, wait_s: int = 8) -> str:
    """Tell a person whom we have called who is waiting, and ask for a key: 1 takes the call."""
    response = ET.Element("Response")
    gather = ET.SubElement(
        response, "Gather", {"numDigits": "1", "timeout": str(wait_s), "action": action_url, "method": "POST"}
    )
    ET.SubElement(gather, "Say", {"language": language}).text = text
    ET.SubElement(response, "Hangup")
    return _written(response)


def conference_document(room: str) -> str:
    """Bring a leg into the room of a call; when either side leaves, nobody is left alone in it."""
    response = ET.Element("Response")
    attributes = {
        "startConferenceOnEnter": "true",
        "endConferenceOnExit": "true",
        "beep": "false",
    }
    ET.SubElement(ET.SubElement(response, "Dial"), "Conference", attributes).text = room
    return _written(response)


def hang_up_document() -> str:
    """End the call."""
    response = ET.Element("Response")
    ET.SubElement(response, "Hangup")
    return _written(response)


def _dial(response: ET.Element, person: Dialling, action: str = "") -> ET.Element:
    attributes = {"timeout": str(person.ring_s), "answerOnBridge": "true"}
    attributes |= {"callerId": person.caller_id} if person.caller_id else {}
    attributes |= {"action": action, "method": "POST"} if action else {}
    dial = ET.SubElement(response, "Dial", attributes)
    ET.SubElement(dial, "Number").text = person.number
    return dial


def _written(response: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(response, encoding="unicode")
