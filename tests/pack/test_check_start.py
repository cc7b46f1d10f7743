"""What the core starts and says by itself is what the loader demands of a pack."""

from __future__ import annotations

import re
from pathlib import Path

from engine.pack.check_start import FLOWS_OF_THE_CORE, PERSON, RESPONSES_OF_THE_CORE

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "engine" / "core").glob("*.py"))
)


def test_every_flow_that_the_core_names_is_demanded() -> None:
    assert set(re.findall(r'"(pattern_[a-z_]+)"', SOURCES)) == set(FLOWS_OF_THE_CORE)


def test_every_response_that_the_core_names_is_demanded() -> None:
    assert set(re.findall(r'"(utter_[a-z_]+)"', SOURCES)) == set(RESPONSES_OF_THE_CORE)


def test_the_transfer_target_of_last_resort_is_the_cores() -> None:
    assert re.search(rf'^PERSON = "{PERSON}"', SOURCES, re.MULTILINE)
