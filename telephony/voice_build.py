"""`frontdesk voice build`: render once what a site says in the same words in every call.

Fixed prompts and sentences are rendered whole; days, times, services and the names of who gives them are
rendered once as pieces of sentences. A recording of a person takes the place of a fixed prompt; what is not
recorded is all said by one voice. Names of callers are never rendered ahead.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz, process

from engine.core.errors import ConditionError
from engine.core.events import CallStarted
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.core.turn import Turn
from telephony import wav_file
from telephony.manners import Manners
from telephony.speech import SpeechUnavailable
from telephony.tts import pieces
from telephony.tts.clips import ClipSynthesizer, clip_folder, clip_name, sentences
from telephony.voice_pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.core.domain import Domain
    from engine.core.reply import Template
    from engine.core.view import View
    from telephony.speech import Synthesizer

Phrase = tuple[str, str, str]
"""Text, style and language."""
_RECORDED = re.compile(r"(?P<response>utter_\w+?)(?:\.(?P<number>\d+))?\.wav")


class Built(NamedTuple):
    """What a site has clips of."""

    phrases: int
    pieces: int
    recorded: int
    made: int
    """Of them all, those that were rendered now."""


def _view(domain: Domain, language: str, now: datetime) -> View:
    started = CallStarted(now, "voice-build", None, language)
    return Turn(domain, step(domain, DialogueState(), started).state, started).view


def _wordings(domain: Domain, response: str, language: str) -> list[Template]:
    found = domain.responses[response]
    templates = [variant.template for variant in found.variants.get(language, ())]
    return [*templates, *found.again.get(language, ())]


def fixed_phrases(domain: Domain, now: datetime) -> Iterator[Phrase]:
    """Every prompt whose words do not depend on the call, and the sentences of others that do not."""
    for language in domain.languages:
        view = _view(domain, language, now)
        for response in domain.responses.values():
            for template in _wordings(domain, response.id, language):
                for text in _fixed(template, view):
                    yield text, response.style, language
        moment = Manners.of(domain.tables.get(language, {}), domain.digits).moment
        if moment:
            yield moment, "neutral", language


def _fixed(template: Template, view: View) -> list[str]:
    """The texts of a template that are always the same."""
    whole = _whole(template, view)
    if whole is not None:
        return [whole]
    return [sentence for sentence in sentences(template.text) if not set("{}%") & set(sentence)]


def _whole(template: Template, view: View) -> str | None:
    """The text of a template that is the same in every call."""
    if template.names_used or "context." in template.text:
        return None
    try:
        return " ".join(template.render(view).split())
    except ConditionError:
        return None  # it says something of this call after all


def sentence_pieces(domain: Domain, now: datetime) -> Iterator[Phrase]:
    """Every piece of the sentences that change from call to call."""
    for language in domain.languages:
        parts = Pieces(domain, _view(domain, language, now), now)
        for response in domain.responses.values():
            for template in _wordings(domain, response.id, language):
                for text in parts.of(template):
                    yield text, response.style, language


async def build(
    domain: Domain,
    voice: Synthesizer,
    folder: Path,
    now: datetime,
    rate: int,
    recordings: Path | None = None,
    name: str = "",
) -> Built:
    """Render what is not there yet; `name` tells one voice of a vendor's from another.

    Raises:
        ValueError: a recording that belongs to no fixed prompt, or is no WAV file.
        OSError: a recording cannot be read.
    """
    clips = ClipSynthesizer(voice, folder, voice=name)
    recorded = _take_recordings(domain, clips, now, rate, recordings) if recordings is not None else 0
    phrases = parts = made = 0
    for text, style, language in dict.fromkeys(fixed_phrases(domain, now)):
        try:
            made += await clips.render(text, style=style, language=language, rate=rate)
        except SpeechUnavailable:
            continue  # this voice does not speak the language
        phrases += 1
    wanted = {(pieces.key(text), style, language) for text, style, language in sentence_pieces(domain, now)}
    for key, style, language in sorted(item for item in wanted if item[0]):
        try:
            for final in (False, True):
                made += await clips.render_piece(key, style=style, language=language, rate=rate, final=final)
        except SpeechUnavailable:
            continue
        parts += 1
    return Built(phrases, parts, recorded, made)


def _take_recordings(
    domain: Domain, clips: ClipSynthesizer[Synthesizer], now: datetime, rate: int, folder: Path
) -> int:
    """Put recordings in the place of clips: LANGUAGE/RESPONSE.wav; RESPONSE.2.wav for the second wording."""
    count = 0
    for path in sorted(folder.glob("*/*.wav")):
        language, found = path.parent.name, _RECORDED.fullmatch(path.name)
        if language not in domain.languages or found is None or found["response"] not in domain.responses:
            raise ValueError(_stray(domain, path))
        response = domain.responses[found["response"]]
        wordings = _wordings(domain, response.id, language)
        number = int(found["number"] or 1)
        if not 1 <= number <= len(wordings):
            raise ValueError(f"{path.name}: {response.id} has {len(wordings)} wordings in '{language}'")
        text = _whole(wordings[number - 1], _view(domain, language, now))
        if text is None:
            raise ValueError(
                f"{path.name}: what {response.id} says changes from call to call; only fixed prompts"
            )
        clips.put(clip_name(clips.voice, text, response.style, language, rate), _sound_of(path, rate))
        count += 1
    return count


def _stray(domain: Domain, path: Path) -> str:
    near = process.extractOne(path.stem, sorted(domain.responses), scorer=fuzz.ratio, score_cutoff=60)
    hint = f"did you mean {near[0]}?" if near else f"languages: {', '.join(domain.languages)}"
    return f"{path.parent.name}/{path.name}: not LANGUAGE/RESPONSE.wav of this site; {hint}"


def _sound_of(path: Path, rate: int) -> bytes:
    """A recording at the line's rate, without silence at its ends."""
    from telephony.resample import resampled, to_float, to_pcm

    pcm, recorded = wav_file.read(path.read_bytes(), path.name)
    if recorded != rate:
        pcm = to_pcm(resampled(to_float(pcm), recorded, rate))
    return pieces.trimmed(pcm, rate)


def run(
    domain: Domain,
    folder: Path | None,
    now: datetime,
    rate: int,
    recordings: Path | None = None,
    lines: Path | None = None,
) -> list[str]:
    """Build with the voices that a configuration names, or the embedded one; what was done, in sentences.

    Raises:
        ValueError: the speech extra is not installed, or a recording belongs to nothing.
        OSError: a recording cannot be read.
        FrontdeskError: the configuration is not fit, or a secret is missing.
    """
    told = []
    for name, voice in _voices(lines):
        place = folder / name if folder is not None and lines is not None else folder or clip_folder(name)
        built = asyncio.run(build(domain, voice, place, now, rate, recordings, name))
        people = f", {built.recorded} recorded by people" if built.recorded else ""
        told.append(
            f"{name}: {built.phrases} fixed phrases and {built.pieces} pieces of sentences{people}, "
            f"{built.made} clips rendered now, in {place}"
        )
    return told


def _voices(lines: Path | None) -> list[tuple[str, Synthesizer]]:
    from telephony.config import VendorSettings, read_settings
    from telephony.embedded import MISSING
    from telephony.vendors import voices

    wanted = read_settings(lines).voices if lines is not None else (VendorSettings(use="local"),)
    try:
        return voices(wanted)
    except SpeechUnavailable as error:
        raise ValueError(MISSING) from error
