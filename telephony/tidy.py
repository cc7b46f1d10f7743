"""What a recogniser wrote, nearer to what was said: letters of a spelled name, digits of a number. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.core.utterance import Transcript
from telephony.waiting import Profile

if TYPE_CHECKING:
    from telephony.manners import Manners

_LETTERS = re.compile(r"(?<![\w'’])[^\W\d_](?:[-.,\s]{1,3}[^\W\d_](?![\w'’])){2,}")
"""Single letters in a row, however they are parted."""
_PARTED = re.compile(r"[-.,\s]+")
_CLOCK = re.compile(r"(?<=\d)[:.](?=\d)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+")
_MOSTLY = 0.75
_AT_LEAST = 2


def tidied(transcript: Transcript, manners: Manners, profile: Profile) -> Transcript:
    """The transcript with letters apart, and digits for what sounds like them where digits were asked for."""
    readings = tuple(
        replace(item, text=tidy(item.text, manners, profile)) if item.text else item
        for item in transcript.hypotheses
    )
    return replace(transcript, hypotheses=readings)


def tidy(text: str, manners: Manners, profile: Profile) -> str:
    """One reading, tidied."""
    text = _LETTERS.sub(lambda match: _PARTED.sub(" ", match.group()).upper(), text).strip()
    if profile is Profile.DIGITS:
        text = _CLOCK.sub("", text)
    if profile in {Profile.DIGITS, Profile.BIRTH_DATE}:
        text = _digits(text, manners)
    return text


def _digits(text: str, manners: Manners) -> str:
    """ "five o to" is a number among numbers: 502; in a sentence it stays what it is."""
    text = _zeros(text, manners)
    words = [match.group().lower() for match in _WORD.finditer(text)]
    known = sum(word.isdecimal() or (word in manners.digits and word not in manners.sounds) for word in words)
    unsure = sum(word in manners.sounds for word in words)
    if not unsure or known < _AT_LEAST or known + unsure < _MOSTLY * len(words):
        return text
    return _WORD.sub(lambda match: manners.sounds.get(match.group().lower(), match.group()), text)


def _zeros(text: str, manners: Manners) -> str:
    """A word that is a digit as well, "oh", is one right after another digit, whatever else is said."""
    before = ""

    def read(match: re.Match[str]) -> str:
        nonlocal before
        word = match.group()
        folded = word.lower()
        if before and folded in manners.sounds and folded in manners.digits:
            word = folded = manners.sounds[folded]
        before = folded if folded.isdecimal() or folded in manners.digits else ""
        return word

    return _WORD.sub(read, text)
