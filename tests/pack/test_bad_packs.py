"""Every mistake that a pack can hold, one file each: the edit of a good pack, and exactly what is said of it.

Only what is wrong in the edited copy counts: the packs that it extends have tests of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.core.errors import PackError
from engine.pack import load, problems
from engine.pack.report import as_text
from tests.pack.packs import copy_template, edit, own

BAD = sorted(Path(__file__).parent.glob("bad/*.yml"))


def broken(path: Path, folder: Path) -> tuple[str, str]:
    """The pack or site of a case with its edits, and what is expected of it."""
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    pack = copy_template(folder)
    edit(pack, case["edits"])
    target = pack / "sites" / "crossroads.yml" if case.get("check") == "site" else pack
    return str(target), case["expect"]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_mistake_is_reported_word_for_word(path: Path, tmp_path: Path) -> None:
    target, expected = broken(path, tmp_path)
    assert as_text(own(problems(target))) + "\n" == expected


def test_a_pack_broken_in_many_ways_never_starts_and_says_all_of_it_at_once(tmp_path: Path) -> None:
    target, _ = broken(Path(__file__).parent / "bad" / "a_pack_broken_in_many_ways.yml", tmp_path)
    with pytest.raises(PackError) as caught:
        load(target, cache=False)
    assert len(own(caught.value.problems)) == 6


def test_a_warning_keeps_no_pack_from_starting(tmp_path: Path) -> None:
    target, _ = broken(Path(__file__).parent / "bad" / "an_unused_flow.yml", tmp_path)
    assert [item.level for item in own(problems(target))] == ["warning"]
    assert "left_over" in load(target, cache=False).flows


def test_the_pack_that_the_mistakes_are_made_in_is_good(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    assert own(problems(str(pack))) == ()
    assert own(problems(str(pack / "sites" / "crossroads.yml"))) == ()
