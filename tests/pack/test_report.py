"""Problems are shown with their line and a caret, counted, and also as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.core.errors import Problem
from engine.pack import report
from engine.pack.report import Report, as_json_text, as_text, in_order, nearest
from engine.pack.source import SourceFile, parse
from tests.pack.packs import copy_template, edit

MISTAKE = Problem(
    "flows/book.yml",
    4,
    10,
    "flow 'book' asks for unknown slot 'dat'",
    "did you mean 'date'?",
    "  - ask: dat",
    3,
)
WARNING = Problem("domain.yml", 2, 1, "nobody reads it", source="slot: x", width=4, level="warning")


def test_a_problem_is_shown_with_its_line_and_a_caret() -> None:
    assert as_text([MISTAKE]) == (
        "flows/book.yml:4:10: flow 'book' asks for unknown slot 'dat'\n"
        "   4 |   - ask: dat\n"
        "                ^^^ did you mean 'date'?\n"
        "1 error"
    )


def test_a_warning_says_that_it_is_one() -> None:
    assert as_text([WARNING]).startswith("domain.yml:2:1: warning: nobody reads it")
    assert as_text([MISTAKE, MISTAKE, WARNING]).endswith("2 errors, 1 warning")


def test_problems_are_in_the_order_of_files_and_lines_and_each_is_said_once() -> None:
    assert in_order([MISTAKE, WARNING, MISTAKE]) == (WARNING, MISTAKE)


def test_problems_are_plain_json() -> None:
    (item,) = json.loads(as_json_text([MISTAKE]))
    assert (item["file"], item["line"], item["column"], item["level"]) == ("flows/book.yml", 4, 10, "error")


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("dat", ["date", "time"], "did you mean 'date'?"),
        ("xyz", ["date", "time"], "allowed: date, time"),
        ("xyz", ["a", "b", "c", "d", "e", "f", "g"], "allowed: a, b, c, d, e, f, ..."),
        ("xyz", [], ""),
    ],
)
def test_the_nearest_name_is_offered_else_what_is_allowed(name: str, known: list[str], hint: str) -> None:
    assert nearest(name, known) == hint


def test_a_mistake_inside_a_long_text_is_found_in_its_line() -> None:
    text = "when: >\n  first line and\n  second bad line\n"
    (document,) = parse(SourceFile("a.yml", Path("a.yml"), text), [])
    node = document.get("when")
    assert node is not None
    found = Report()
    found.inside(node, "unknown name 'bad'", "", node.text.index("bad"), 3)
    assert [(item.line, item.column, item.width) for item in found.problems] == [(3, 10, 3)]


def test_check_prints_everything_and_its_exit_code_tells_whether_the_pack_may_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = copy_template(tmp_path)
    edit(pack, [{"file": "domain.yml", "from": "languages: [en]", "to": "langauges: [en]"}])
    assert report.check([str(pack)]) == 1
    assert "did you mean 'languages'?" in capsys.readouterr().out
    assert report.check([str(pack)], as_json=True) == 1
    assert "langauges" in capsys.readouterr().out
