"""What a caller of the demo site means: the shipped site, understood under any question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from engine.core.actions import Expecting, Understand
from engine.core.commands import Command, Correct, SetSlot
from engine.core.domain import Domain
from engine.core.utterance import Hypothesis, Transcript, Utterance
from engine.nlu.cascade import Result, Understanding
from engine.pack import load

NOW = datetime(2026, 11, 23, 9, 15)
BOOK = "book_appointment"
OPTIONS = (
    {"start": "2026-12-01T10:00", "end": "2026-12-01T11:00", "service": "hygiene", "provider": "becker"},
    {
        "start": "2026-12-02T15:30",
        "end": "2026-12-02T16:30",
        "service": "hygiene",
        "provider": "sakalauskaite",
    },
)
HELD = ("service", "wish", "full_name", "date_of_birth")

Say = Callable[..., Result]


@pytest.fixture(scope="session")
def domain() -> Domain:
    return load("gedimino")


@pytest.fixture(scope="session")
def understanding(domain: Domain) -> Understanding:
    made = Understanding(domain)
    made.prepare()
    return made


@pytest.fixture(scope="session")
def say(domain: Domain, understanding: Understanding) -> Say:
    """Understand words; `asked` is a slot, "confirm", "offer", or nothing."""
    caller = tuple(slot.id for slot in domain.slots.values() if slot.filled_by == "caller")

    def hear(
        words: str | list[tuple[str, float]],
        asked: str | None = None,
        *,
        language: str = "en",
        filled: tuple[str, ...] = (),
        **more: Any,
    ) -> Result:
        held = filled or (HELD if asked in {"confirm", "offer"} else ())
        rest = tuple(name for name in caller if name != asked and name not in held)
        match asked:
            case None:
                expecting = Expecting("open", open_slots=caller, filled=filled)
            case "confirm":
                reads = more.pop("reads", ("service", "opening", "full_name", "date_of_birth"))
                more.setdefault("flow", BOOK)
                expecting = Expecting("confirm", reads=reads, filled=held, open_slots=rest, **more)
            case "offer":
                options = more.pop("options", OPTIONS)
                more.setdefault("slot", "opening")
                more.setdefault("type", "opening")
                expecting = Expecting(
                    "offer", flow=BOOK, options=options, filled=held, open_slots=rest, **more
                )
            case _:
                kind = domain.slots[asked].type.value
                more.setdefault("flow", BOOK)
                expecting = Expecting("slot", slot=asked, type=kind, filled=filled, open_slots=rest, **more)
        transcript = (
            Transcript.of(words)
            if isinstance(words, str)
            else Transcript(tuple(Hypothesis(text, confidence) for text, confidence in words))
        )
        return understanding.understand(Understand(Utterance(transcript, 1, language), expecting), NOW)

    return hear


@pytest.fixture(scope="session")
def meant(say: Say) -> Callable[..., list[str]]:
    """Commands in short: "Affirm", "StartFlow cancel_appointment", "SetSlot service=hygiene"."""

    def short(words: str, asked: str | None = None, **more: Any) -> list[str]:
        return [brief(command) for command in say(words, asked, **more).commands]

    return short


def brief(command: Command) -> str:
    """One command as a word and what it is about."""
    name = type(command).__name__
    if isinstance(command, SetSlot | Correct):
        return f"{name} {command.slot}={command.value}"
    about = [
        getattr(command, key, None) for key in ("flow", "slot", "topic", "about", "option", "kind", "reason")
    ]
    return " ".join([name, *(str(item) for item in about if item is not None)])
