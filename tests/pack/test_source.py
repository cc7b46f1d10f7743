"""YAML is read as it was written: texts with places, and every trap of YAML 1.1 is an error or a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.errors import Problem
from engine.pack.plain import loose, texts
from engine.pack.source import Kind, Node, SourceFile, Sources, parse


def read(text: str) -> tuple[list[Node], list[Problem]]:
    problems: list[Problem] = []
    return parse(SourceFile("a.yml", Path("a.yml"), text), problems), problems


@pytest.mark.parametrize(
    "written",
    ["12:30", "9:30", "NO", "0123456", "2026-11-23", "1_000", "0x1F", "1e3", "yes", ".inf", "+37061234567"],
)
def test_a_value_is_the_text_that_was_written(written: str) -> None:
    (node,), problems = read(f"key: {written}\n")
    assert node.words("key") == written
    assert problems == []


@pytest.mark.parametrize("written", ["null", "~", ""])
def test_nothing_is_nothing_unless_it_is_quoted(written: str) -> None:
    (node,), _ = read(f'key: {written}\nquoted: "{written}"\n')
    assert node.get("key") is None
    quoted = node.get("quoted")
    assert quoted is not None
    assert quoted.kind is Kind.TEXT


def test_a_node_knows_its_place_also_after_letters_outside_ascii() -> None:
    (node,), _ = read('first: "ąčęė", \nsecond: {lt: gydytoja, en: Doctor}\n'.replace('", ', '"'))
    second = node.get("second")
    assert second is not None
    english = second.get("en")
    assert english is not None
    assert (english.line, english.column, english.where) == (2, 28, "a.yml:2")


def test_every_duplicate_key_is_reported_with_the_line_of_the_first() -> None:
    _, problems = read("a: 1\nb: 2\na: 3\nb: 4\n")
    assert [(item.line, item.message, item.hint) for item in problems] == [
        (3, "duplicate key 'a'", "it stands in line 1 already"),
        (4, "duplicate key 'b'", "it stands in line 2 already"),
    ]


@pytest.mark.parametrize("key", ["on", "off", "yes", "no", "y", "n", "true", "False", "NO"])
def test_a_key_that_yaml_takes_for_a_truth_value_must_be_quoted(key: str) -> None:
    _, problems = read(f"{key}: 1\n")
    assert [item.message for item in problems] == [f"the key '{key}' must be quoted"]
    assert read(f'"{key}": 1\n')[1] == []


def test_a_file_that_expands_itself_is_refused() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{to}: &{to} [*{of}, *{of}]\n" for of, to in zip("abcdefgh", "bcdefghi", strict=True)
    )
    documents, problems = read(laughs)
    assert documents == []
    assert len(problems) == 1


def test_a_value_that_contains_itself_is_refused() -> None:
    assert read("a: &a [*a]\n")[0] == []


def test_a_tag_runs_nothing() -> None:
    _, problems = read("a: !!python/object/apply:os.system [true]\n")
    assert [item.message for item in problems] == [
        "the tag '!!python/object/apply:os.system' is not used in packs"
    ]


def test_a_file_that_is_no_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_bytes(b"a: 1\nb: \xff\n")
    sources = Sources()
    assert sources.read(path, "a.yml") == []
    assert [(item.line, item.message) for item in sources.problems] == [(2, "the file is not UTF-8")]


def test_a_file_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    sources = Sources()
    assert sources.read(tmp_path / "a.yml", "a.yml") == []
    assert sources.problems[0].message.startswith("the file cannot be read")


def test_very_deep_nesting_is_a_problem_not_a_crash() -> None:
    documents, problems = read("[" * 200 + "]" * 200)
    assert problems
    assert len(documents) <= 1


def test_plain_data_types_only_what_is_unquoted() -> None:
    (node,), _ = read('{a: true, b: "true", c: 5, d: "5", e: 0123, f: null, g: 1.5, h: 12:30, i: [x, 2]}')
    assert loose(node) == {
        "a": True, "b": "true", "c": 5, "d": "5", "e": "0123", "f": None, "g": 1.5, "h": "12:30", "i": ["x", 2],
    }  # fmt: skip
    assert texts(node)["c"] == "5"


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_at_all_makes_the_reader_raise(text: str) -> None:
    documents, problems = read(text)
    assert isinstance(documents, list)
    assert all(item.line >= 1 and item.column >= 1 for item in problems)
