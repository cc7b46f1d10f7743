"""What every test may lean on: hypothesis that repeats itself, and the language tables as their authors wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]

# The gate must say the same twice, so examples are derived, not drawn. To look for new ones:
# pytest --hypothesis-profile=explore
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, max_examples=100, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, database=None)
hypothesis.settings.load_profile("gate")

Tables = dict[str, Any]


@cache
def _tables(code: str) -> Tables:
    path = ROOT / "data" / "languages" / f"{code}.yml"
    # Text only, as the pack loader reads it: YAML 1.1 would make 750 of 12:30 and False of no.
    tables: Tables = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    return tables


@pytest.fixture(scope="session", autouse=True)
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys and caches go where the tests end, not into the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield


@pytest.fixture(scope="session")
def tables() -> Callable[[str], Tables]:
    """The tables of one language, data/languages/<code>.yml, every scalar as text."""
    return _tables
