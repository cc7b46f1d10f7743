"""The demo's call as sound: our own voice is the caller, over a telephone's band; both sides are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.pack import example_calls
from telephony.embedded import Speech
from telephony.lines.g711 import pcm_to_ulaw, ulaw_to_pcm
from telephony.lines.wav import Part
from telephony.recorded_call import RATE, Script, table, take

if TYPE_CHECKING:
    from engine.calls import Desk

_FOLDER = "/calls/demo/"
_SEED = 5
"""Another way of speaking than the desk's, so that the two are told apart."""
_LOUDNESS = 0.5


def example_of(site: str) -> Mapping[str, Any] | None:
    """The last of a site's calls for the demo: one in which the caller only talks."""
    found = [item.data for item in example_calls(site) if _FOLDER in f"/{item.where}"]
    return found[-1] if found else None


def play(desk: Desk, example: Mapping[str, Any], out: Path) -> list[str]:
    """Take the call and leave its WAV; what was said and how long replies took, in lines of text.

    Raises:
        ValueError: the speech extra is not installed.
        OSError: the file cannot be written.
    """
    speech = Speech.load()
    desk.prepare()
    script = Script()
    parts = [_spoken(speech, str(turn["user"])) for turn in example["turns"] if "user" in turn]
    clock = desk.clock(str(example["now"]))
    result = take(
        desk,
        parts,
        speech,
        clock=clock,
        call="sample",
        number=example.get("from"),
        tape=script,
        processor=True,
    )
    speech.close()
    if result.recording is not None:
        result.recording.write(out)
    return [*(f"{who:8}{words}" for who, words in script.lines), *table(result)]


def _spoken(speech: Speech, text: str) -> Part:
    """A sentence as a telephone carries it."""
    pcm = speech.synthesizer.live.whole(text, RATE, seed=_SEED, gain=_LOUDNESS)
    return Part(ulaw_to_pcm(pcm_to_ulaw(pcm)))
