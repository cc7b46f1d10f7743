"""`frontdesk voice build`: render once what a site says in the same words in every call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.errors import ConditionError
from engine.core.events import CallStarted
from engine.core.machine import step
from engine.core.state import DialogueState
from engine.core.turn import Turn
from telephony.manners import Manners
from telephony.speech import SpeechUnavailable
from telephony.tts.clips import ClipSynthesizer, clip_folder, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.core.domain import Domain
    from engine.core.reply import Template
    from engine.core.view import View
    from telephony.speech import Synthesizer

Phrase = tuple[str, str, str]
"""Text, style and language."""


def fixed_phrases(domain: Domain, now: datetime) -> Iterator[Phrase]:
    """Every prompt whose words do not depend on the call, and the sentences of others that do not."""
    for language in domain.languages:
        started = CallStarted(now, "voice-build", None, language)
        view = Turn(domain, step(domain, DialogueState(), started).state, started).view
        for response in domain.responses.values():
            templates = [variant.template for variant in response.variants.get(language, ())]
            for template in (*templates, *response.again.get(language, ())):
                for text in _fixed(template, view):
                    yield text, response.style, language
        moment = Manners.of(domain.tables.get(language, {}), domain.digits).moment
        if moment:
            yield moment, "neutral", language


def _fixed(template: Template, view: View) -> list[str]:
    """The texts of a template that are always the same."""
    if not template.names_used and "context." not in template.text:
        try:
            return [" ".join(template.render(view).split())]
        except ConditionError:
            pass  # it says something of this call after all
    return [sentence for sentence in sentences(template.text) if not set("{}%") & set(sentence)]


async def build(
    domain: Domain, voice: Synthesizer, folder: Path, now: datetime, rate: int
) -> tuple[int, int]:
    """Render the fixed phrases that are not there yet; how many there are, and how many were made."""
    clips = ClipSynthesizer(voice, folder)
    count = made = 0
    for text, style, language in dict.fromkeys(fixed_phrases(domain, now)):
        try:
            made += await clips.render(text, style=style, language=language, rate=rate)
        except SpeechUnavailable:
            continue  # this voice does not speak the language
        count += 1
    return count, made


def run(domain: Domain, folder: Path | None, now: datetime, rate: int) -> str:
    """Build with the embedded voice; what was done, in a sentence.

    Raises:
        ValueError: the speech extra is not installed.
    """
    from telephony.embedded import MISSING
    from telephony.tts import local

    try:
        voice = local.load()
    except SpeechUnavailable as error:
        raise ValueError(MISSING) from error
    place = folder or clip_folder()
    count, made = asyncio.run(build(domain, voice, place, now, rate))
    voice.close()
    return f"{count} fixed phrases, {made} of them rendered now, in {place}"
