"""However broken a pack is, the loader says so; it never raises anything but a PackError."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.core.errors import PackError, Problem
from engine.pack import example_calls, load, problems
from tests.pack.packs import TEMPLATE, copy_template

FILES = sorted(path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*.yml"))
ODD = [
    "",
    "null",
    "[]",
    "{}",
    "- x",
    "x: [1, {y: z}]",
    '"',
    "{{ x",
    "= 1 +",
    "[[[",
    "&a",
    "*a",
    "!!int x",
    "on: 1",
    "\t",
    "é\u2028",
]
scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text("abcxyz: -[]{}#'\"", max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abxyz", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def pack() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield copy_template(Path(folder))


def never_raises(pack: Path) -> None:
    """Whatever reads the pack answers, and it loads if and only if there is no error."""
    site = str(pack / "sites" / "crossroads.yml")
    found = problems(site)
    assert all(isinstance(item, Problem) and item.line >= 1 for item in found)
    errors = [item for item in found if item.level == "error" and not of_an_example(item)]
    if not errors:
        assert load(site, cache=False).flows
    refused(lambda: example_calls(site))


def of_an_example(problem: Problem) -> bool:
    named = any(
        words in problem.message for words in ("a case", "a turn", "what is expected", "a moment of a call")
    )
    return "/calls/" in problem.file or named or problem.message.startswith("expected ")


def refused(read: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems for which something is not read; none when it is."""
    try:
        read()
    except PackError as error:
        return error.problems
    return ()


def spoil(pack: Path, name: str, text: str) -> None:
    path = pack / name
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(text, encoding="utf-8")
        never_raises(pack)
    finally:
        path.write_text(before, encoding="utf-8")


@given(data=st.data())
@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_an_edit_anywhere_is_at_worst_a_problem(pack: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    text = (TEMPLATE / name).read_text(encoding="utf-8")
    begin = data.draw(st.integers(0, len(text)))
    end = min(len(text), begin + data.draw(st.integers(0, 25)))
    spoil(pack, name, text[:begin] + data.draw(st.sampled_from(ODD) | st.text(max_size=5)) + text[end:])


@given(data=st.data())
@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_any_value_in_the_place_of_another_is_at_worst_a_problem(pack: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    lines = (TEMPLATE / name).read_text(encoding="utf-8").splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[place].partition(":")
    if colon:
        lines[place] = f"{key}: {data.draw(values)!r}"
        spoil(pack, name, "\n".join(lines))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_or_empty_is_at_worst_a_problem(tmp_path: Path, name: str) -> None:
    pack = copy_template(tmp_path)
    if not name.endswith(("crossroads.yml", "domain.yml")):
        (pack / name).unlink()
        never_raises(pack)
    shutil.copy(TEMPLATE / name, pack / name)
    for text in ("", "- x", "a: 1", "---\n---\n"):
        spoil(pack, name, text)
