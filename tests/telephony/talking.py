"""Whole calls with scripted ears and a scripted voice: what an example call says, spoken on a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from engine.calls import Desk
from engine.core.domain import Domain
from engine.core.events import Event
from engine.core.utterance import Hypothesis
from engine.nlu.cascade import Understanding
from engine.pack import load
from engine.quality.examples import DEFAULT_NOW
from telephony.asr import scripted as ears
from telephony.asr.ordered import OrderedRecognizer
from telephony.audio import silence, tone
from telephony.call import CallResult, run_call
from telephony.fast_loop import run_fast
from telephony.lines.wav import Part, WavLine
from telephony.settings import Limits, Shell
from telephony.speech import Recognizer, Synthesizer
from telephony.tts.scripted import ScriptedSynthesizer

RATE = 8000


@cache
def domain(site: str = "gedimino") -> Domain:
    return load(site)


@cache
def understanding(site: str = "gedimino") -> Understanding:
    mind = Understanding(domain(site))
    mind.prepare()
    return mind


def spoken(
    text: str,
    *,
    over_s: float | None = None,
    pauses: Sequence[tuple[int, float]] = (),
    others: Sequence[str] = (),
) -> Part:
    """A sentence as a caller's sound: a hum where words are, silence between them, and the words' times."""
    words = ears.timed(text, 0.1, pauses)
    pcm = b""
    for word in words:
        pcm += silence(word.start_s - len(pcm) / 2 / RATE, RATE)
        pcm += tone(300.0, word.end_s - len(pcm) / 2 / RATE, RATE, level=0.3)
    readings = [Hypothesis(other, 0.5) for other in others]
    return Part(pcm + silence(0.02, RATE), over_s=over_s, words=(words, readings))


def cough(length_s: float = 0.3, *, over_s: float) -> Part:
    return Part(tone(150.0, length_s, RATE, level=0.4), over_s=over_s)


def keys(digits: str) -> Part:
    return Part(keys=digits)


@dataclass
class Told:
    """A tape that keeps the steps themselves."""

    steps: list[tuple[Any, Event, Any]] = field(default_factory=list)
    closed: bool = False

    def write(self, before: Any, event: Event, outcome: Any) -> None:
        assert not self.closed
        self.steps.append((before, event, outcome))

    def close(self) -> None:
        self.closed = True

    @property
    def events(self) -> list[Event]:
        return [event for _, event, _ in self.steps]

    @property
    def actions(self) -> list[Any]:
        return [action for _, _, outcome in self.steps for action in outcome.actions]


@dataclass
class Talk:
    """A call that was had."""

    result: CallResult
    desk: Desk
    tape: Told
    line: WavLine
    synthesizer: Any
    recognizer: Any

    def said(self) -> list[str]:
        return [action.response for action in self.tape.actions if type(action).__name__ == "Say"]


def talk(
    parts: Sequence[Part],
    *,
    site: str = "gedimino",
    now: str = "2026-11-23T09:15",
    number: str | None = None,
    language: str | None = None,
    ears_: ears.Misbehaviour | None = None,
    synthesizer: Synthesizer | None = None,
    recognizer: Recognizer | None = None,
    limits: Limits | None = None,
    world: Any = None,
    paced: bool = True,
    outcomes: Sequence[str] = ("answered",),
    detector: Any = None,
    linger_s: float = 8.0,
    desk: Desk | None = None,
    frozen: bool = True,
    sound: Callable[[str], Path] | None = None,
) -> Talk:
    """Have a call with these parts; time is skipped."""
    desk = desk or Desk.open(site, domain=domain(site), understanding=understanding(site))
    recognizer = recognizer or ears.ScriptedRecognizer(ears_)
    synthesizer = synthesizer or ScriptedSynthesizer()
    tape = Told()
    start = desk.clock(now)()

    def spoke(part: Part, at_s: float) -> None:
        if part.words is not None and isinstance(recognizer, ears.ScriptedRecognizer):
            words, others = part.words
            recognizer.say(words, at_s, others)
        elif part.words is not None and isinstance(recognizer, OrderedRecognizer):
            words, others = part.words
            for inner in recognizer._recognizers:
                for hearing in inner._open if isinstance(inner, ears.ScriptedRecognizer) else ():
                    hearing.say(words, hearing._at_s, others)  # each counts from its own beginning

    line = WavLine(parts, RATE, call="scripted", number=number, paced=paced, spoke=spoke, linger_s=linger_s)
    line.control._outcomes.clear()
    line.control._outcomes.extend(outcomes)

    async def main() -> CallResult:
        import asyncio

        loop = asyncio.get_running_loop()
        began = loop.time()
        shell = Shell(limits=limits or Limits(), **({"detector": detector} if detector else {}))
        try:
            return await run_call(
                line,
                recognizer,
                synthesizer,
                world or desk.performer,
                desk.domain,
                lambda: start + timedelta(seconds=loop.time() - began),
                shell=shell,
                tape=lambda _call: tape,
                record=sound is None,
                sound=sound,
                language=language,
            )
        finally:
            shell.close()

    result = run_fast(main(), frozen=frozen)
    return Talk(result, desk, tape, line, synthesizer, recognizer)


CALLER = {"user", "dtmf", "silence", "nbest"}


def typed(example: Mapping[str, Any]) -> Desk:
    """The same call, typed; the book it leaves."""
    desk = Desk.open(
        example["site"], domain=domain(example["site"]), understanding=understanding(example["site"])
    )
    call = desk.call(
        desk.clock(str(example.get("now", DEFAULT_NOW))), number=example.get("from"), language=example.get("language"), call="typed"
    )  # fmt: skip
    call.open()
    for turn in example["turns"]:
        if "user" in turn:
            call.say(str(turn["user"]))
        elif "nbest" in turn:
            call.nbest([(str(item["text"]), float(item["confidence"])) for item in turn["nbest"]])
        elif "dtmf" in turn:
            call.keys(str(turn["dtmf"]))
        elif "silence" in turn:
            call.silence()
    if call.state.phase != "ended":
        call.hang_up()
    return desk


def parts_of(example: Mapping[str, Any]) -> list[Part]:
    """What the caller of an example does, as sound."""
    parts: list[Part] = []
    for turn in example["turns"]:
        if "user" in turn:
            parts.append(spoken(str(turn["user"])))
        elif "nbest" in turn:
            texts = [str(item["text"]) for item in turn["nbest"]]
            parts.append(spoken(texts[0], others=texts[1:]))
        elif "dtmf" in turn:
            parts.append(keys(str(turn["dtmf"])))
        elif "silence" in turn:
            parts.append(Part(silence(6.0, RATE)))
    return parts


def simple(example: Mapping[str, Any]) -> bool:
    """Whether the caller of an example only talks, presses keys and keeps silent."""
    inputs = {
        "user",
        "dtmf",
        "silence",
        "nbest",
        "partial",
        "barge_in",
        "hang_up",
        "hangup",
        "fault",
        "commands",
        "after",
    }
    return all(set(turn) & inputs <= CALLER for turn in example["turns"])


def book(desk: Desk) -> list[Any]:
    """What is in the book and on the desk, without what two runs never share."""
    rows = [{key: value for key, value in row.items() if key != "id"} for row in desk.appointments()]
    tasks = [(task.kind, task.reason, task.number) for task in desk.booking.tasks()]
    return [*rows, *tasks]
