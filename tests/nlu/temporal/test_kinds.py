"""Every construct in other words: `kinds/<code>.yml`, by the clock of Monday 2026-11-23 10:00, hours 8 to 18.

The lists were written before the grammar was tried on them; several mentions are parted by semicolons.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

_KINDS = Path(__file__).with_name("kinds")
_EXPRESSIONS = [
    pytest.param(file.stem, text, expected, id=f"{file.stem}-{kind}-{text}")
    for file in sorted(_KINDS.glob("*.yml"))
    for kind, lines in yaml.safe_load(file.read_text(encoding="utf-8")).items()
    for text, expected in lines.items()
]


@pytest.mark.parametrize(("language", "text", "expected"), _EXPRESSIONS)
def test_a_construct_has_its_meaning(
    read: Callable[..., list[Any]], language: str, text: str, expected: str
) -> None:
    assert "; ".join(read(text, language)) == ("" if expected == "nothing" else expected)
