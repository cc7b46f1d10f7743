"""Grammars and clocks that the tests of the temporal grammar share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from engine.nlu.entity import Entity
from engine.nlu.temporal import Clock, TemporalGrammar

MONDAY = datetime(2026, 11, 23, 10, 0)
"""The clock of every example unless a test says otherwise."""

Read = Callable[..., list[str]]


@pytest.fixture(scope="session")
def grammar(tables: Callable[[str], dict[str, Any]]) -> Callable[[str], TemporalGrammar]:
    """The grammar of one language, compiled once."""
    return cache(lambda code: TemporalGrammar(tables(code)))


@pytest.fixture(scope="session")
def read(grammar: Callable[[str], TemporalGrammar]) -> Read:
    """What a text says, one short line for each mention: "date 2026-12-01", "timerange 16:00..", "not date ..."."""

    def read(
        text: str, language: str = "en", now: datetime = MONDAY, asking: str | None = None, **facts: Any
    ) -> list[str]:
        found = grammar(language).find(text, Clock(now, **facts), asking=asking)
        return [brief(entity) for entity in found]

    return read


def brief(entity: Entity) -> str:
    """One mention in one line; several readings are joined by bars."""
    if entity.type.endswith("range"):
        readings = [(r["from"], r["to"]) for r in entity.alternatives] or [(entity.start, entity.end)]
        value = "|".join(f"{start or ''}..{end or ''}" for start, end in readings)
    else:
        value = "|".join(
            f"{reading['from'] or ''}..{reading['to'] or ''}" if isinstance(reading, dict) else str(reading)
            for reading in entity.alternatives or (entity.value,)
        )
    return f"{'not ' if entity.excluded else ''}{entity.type} {value}"
