"""A desk whose calls are filed in a database of their own; the site is loaded once a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.calls import Desk


@pytest.fixture(scope="module")
def site() -> Desk:
    return Desk.open("gedimino")


@pytest.fixture
def desk(site: Desk, tmp_path: Path) -> Iterator[Desk]:
    found = Desk.open(
        "gedimino", str(tmp_path / "site.db"), domain=site.domain,
        understanding=site.performer.understanding, keep=True,
    )  # fmt: skip
    yield found
    assert found.archive is not None
    found.archive.close()
