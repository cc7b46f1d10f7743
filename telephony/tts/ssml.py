"""A text as a voice should say it: SSML by style, with numbers in groups and names as they sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = 'xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts"'
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){5,}")
"""A number that is said digit by digit; shorter ones are amounts, years and times."""
_LETTERS = re.compile(r"\b(?:[^\W\d_]-){2,}[^\W\d_]\b")
"""A-N-N-A, which is spelled."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one style sounds, in what every voice can do."""

    rate: str = "0%"
    pitch: str = "0%"
    expression: str = ""
    """The voice's own style, used only where the voice has it."""
    pause_ms: int = 0
    """At a comma or the end of a sentence inside the text."""


MANNERS: Mapping[str, Manner] = {
    "neutral": Manner(),
    "bright": Manner(rate="+4%", pitch="+4%", expression="cheerful"),
    "gentle": Manner(rate="-8%", pitch="-3%", expression="empathetic", pause_ms=150),
    "calm": Manner(rate="-5%", pitch="-2%", expression="calm", pause_ms=120),
    "slow": Manner(rate="-18%", pause_ms=350),
}
"""By the style that a prompt carries; an unknown one is neutral."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of the vendor's."""

    name: str
    locale: str
    expressions: frozenset[str] = frozenset()


def ssml(text: str, style: str, voice: Voice, sounds: Mapping[str, str] | None = None) -> str:
    """The document; `sounds` are names as they are pronounced, in IPA, by their spelling."""
    manner = MANNERS.get(style, MANNERS["neutral"])
    body = _body(text, manner, sounds or {})
    if manner.rate != "0%" or manner.pitch != "0%":
        body = f"<prosody rate={quoteattr(manner.rate)} pitch={quoteattr(manner.pitch)}>{body}</prosody>"
    if manner.expression in voice.expressions:
        body = f"<mstts:express-as style={quoteattr(manner.expression)}>{body}</mstts:express-as>"
    return (
        f'<speak version="1.0" {NAMESPACES} xml:lang={quoteattr(voice.locale)}>'
        f"<voice name={quoteattr(voice.name)}>{body}</voice></speak>"
    )


def _body(text: str, manner: Manner, sounds: Mapping[str, str]) -> str:
    """The words with their marks, each piece escaped by itself."""
    names = "|".join(re.escape(name) for name in sorted(sounds, key=len, reverse=True))
    parts = [("number", _NUMBER.pattern), ("letters", _LETTERS.pattern)]
    if names:
        parts.append(("name", rf"\b(?:{names})\b"))
    if manner.pause_ms:
        parts.append(("pause", r"(?<=[,;.!?])\s+(?=\S)"))
    out, place = [], 0
    for found in re.finditer("|".join(f"(?P<{name}>{pattern})" for name, pattern in parts), _clean(text)):
        out.append(escape(_clean(text)[place : found.start()]))
        out.append(_marked(str(found.lastgroup), found[0], manner, sounds))
        place = found.end()
    out.append(escape(_clean(text)[place:]))
    return "".join(out)


def _marked(kind: str, said: str, manner: Manner, sounds: Mapping[str, str]) -> str:
    match kind:
        case "number":
            return f'<say-as interpret-as="telephone">{escape(said)}</say-as>'
        case "letters":
            return f'<say-as interpret-as="characters">{escape(said.replace("-", ""))}</say-as>'
        case "name":
            return f'<phoneme alphabet="ipa" ph={quoteattr(sounds[said])}>{escape(said)}</phoneme>'
        case _:
            return f' <break time="{manner.pause_ms}ms"/>'


def _clean(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
