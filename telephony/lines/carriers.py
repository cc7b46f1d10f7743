"""Carriers whose media sockets speak JSON with base64 sound: one protocol, one table of differences.

Twilio made the shape and the others took it over with other names; what differs is data, not code.
Sources: the carriers' public documentation of their media streams; see also the peers in tests/peers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from telephony.lines.g711 import alaw_to_pcm, pcm_to_alaw, pcm_to_ulaw, ulaw_to_pcm
from telephony.lines.marks import Codec

Json = dict[str, Any]

ULAW: Codec = (ulaw_to_pcm, pcm_to_ulaw, 8000)
ALAW: Codec = (alaw_to_pcm, pcm_to_alaw, 8000)


@dataclass(frozen=True, slots=True)
class Carrier:
    """How one carrier words what all of them say; paths are keys joined by dots."""

    name: str
    stream: str
    """Path of the stream's id in the start message."""
    call: str
    """Path of the call's id in the start message."""
    encoding: str
    rate: str
    codecs: Mapping[str, Codec]
    """By the name of the encoding, lower case."""
    number: str = ""
    """Path of the caller's number; empty when the stream does not tell it."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What call control needs: our name to its path in the start message."""
    parameters: str = ""
    """Path of a mapping of what our own call document passed on."""
    mark: str = "mark"
    """The event that returns a mark."""
    mark_name: str = "mark.name"
    cleared: str = ""
    """The event that acknowledges a clear; empty when cleared marks come back one by one."""
    reorders: bool = False
    """Sound may arrive out of order."""
    send_sound: Callable[[str, str], Json] = lambda stream, payload: {
        "event": "media",
        "streamSid": stream,
        "media": {"payload": payload},
    }
    send_mark: Callable[[str, str], Json] = lambda stream, name: {
        "event": "mark",
        "streamSid": stream,
        "mark": {"name": name},
    }
    send_clear: Callable[[str], Json] = lambda stream: {"event": "clear", "streamSid": stream}


TWILIO = Carrier(
    name="twilio",
    stream="start.streamSid",
    call="start.callSid",
    encoding="start.mediaFormat.encoding",
    rate="start.mediaFormat.sampleRate",
    codecs={"audio/x-mulaw": ULAW},
    number="start.customParameters.from",
    details={"account": "start.accountSid", "call": "start.callSid"},
    parameters="start.customParameters",
)

TELNYX = Carrier(
    name="telnyx",
    stream="stream_id",
    call="start.call_control_id",
    encoding="start.media_format.encoding",
    rate="start.media_format.sample_rate",
    codecs={"pcmu": ULAW, "pcma": ALAW},
    number="start.from",
    details={"call": "start.call_control_id"},
    parameters="start.custom_parameters",
    reorders=True,
    send_sound=lambda _stream, payload: {"event": "media", "media": {"payload": payload}},
    send_mark=lambda _stream, name: {"event": "mark", "mark": {"name": name}},
    send_clear=lambda _stream: {"event": "clear"},
)

PLIVO = Carrier(
    name="plivo",
    stream="start.streamId",
    call="start.callId",
    encoding="start.mediaFormat.encoding",
    rate="start.mediaFormat.sampleRate",
    codecs={"audio/x-mulaw": ULAW},
    details={"account": "start.accountId", "call": "start.callId"},
    mark="playedStream",
    mark_name="name",
    cleared="clearedAudio",
    send_sound=lambda _stream, payload: {
        "event": "playAudio",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": payload},
    },
    send_mark=lambda stream, name: {"event": "checkpoint", "streamId": stream, "name": name},
    send_clear=lambda stream: {"event": "clearAudio", "streamId": stream},
)

CARRIERS: Mapping[str, Carrier] = {carrier.name: carrier for carrier in (TWILIO, TELNYX, PLIVO)}
