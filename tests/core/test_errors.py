"""Problems say where, what, and what is allowed."""

from __future__ import annotations

from engine.core.errors import PackError, Problem


def test_a_problem_underlines_what_is_wrong() -> None:
    problem = Problem("a.yml", 12, 5, "unknown slot 'bik'", "did you mean 'bike'?", "  - collect: bik", 3)
    assert str(problem) == (
        "a.yml:12:5: unknown slot 'bik'\n  12 |   - collect: bik\n           ^^^ did you mean 'bike'?"
    )


def test_a_problem_without_its_line_is_said_in_one() -> None:
    assert (
        str(Problem("a.yml", 1, 1, "no such pack", "there are two"))
        == "a.yml:1:1: no such pack (there are two)"
    )
    assert str(Problem("a.yml", 1, 1, "no such pack")) == "a.yml:1:1: no such pack"


def test_a_pack_error_carries_everything_that_is_wrong() -> None:
    problems = (Problem("a.yml", 1, 1, "first"), Problem("b.yml", 2, 1, "second"))
    error = PackError(problems)
    assert error.problems == problems
    assert str(error) == "a.yml:1:1: first\nb.yml:2:1: second"
