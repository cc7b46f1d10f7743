"""Packs and sites are found by shipped name and by path; a name that is nowhere names the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.errors import PackError
from engine.pack import locate
from tests.pack.packs import copy_template


@pytest.mark.parametrize(("name", "is_site"), [("_template", False), ("crossroads", True), ("base", False)])
def test_a_shipped_name_is_found(name: str, is_site: bool) -> None:
    assert locate.find(name).is_site is is_site
    assert name in locate.shipped_names()


def test_a_folder_its_file_and_a_site_file_are_found_by_path(tmp_path: Path) -> None:
    pack = copy_template(tmp_path)
    assert locate.find(str(pack)) == locate.find(str(pack / "domain.yml"))
    site = locate.find(str(pack / "sites" / "crossroads.yml"))
    assert site.is_site
    assert site.folder == pack


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("crossraods", "there is no pack or site 'crossraods'"),
        ("../nowhere/at_all", "there is no such file or folder"),
        ("*", "there is no pack or site '*'"),
    ],
)
def test_what_is_nowhere_is_a_problem(name: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        locate.find(name)
    assert caught.value.problems[0].message == message


def test_the_nearest_shipped_name_is_offered() -> None:
    with pytest.raises(PackError, match="did you mean 'crossroads'"):
        locate.find("crossraods")


def test_a_file_is_called_the_same_on_every_machine(tmp_path: Path) -> None:
    assert locate.shown(locate.root() / "domains" / "base" / "domain.yml") == "domains/base/domain.yml"
    pack = copy_template(tmp_path)
    assert locate.shown(pack / "flows" / "book_lesson.yml") == "_template/flows/book_lesson.yml"
