"""Problems of a pack: collected, never raised one by one, and shown with their line and a caret."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict

from engine.core.errors import Problem
from engine.pack.source import Kind, Node

Prove = Callable[[str], tuple[tuple[Problem, ...], tuple[str, ...]]]
_QUOTED = re.compile(r"'([^']+)'$")
_SHOWN = 6
"""How many allowed names a message lists."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say "did you mean ...?" when a known name is close, else what is allowed."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a broken pack needs it

    names = sorted(known)
    near = get_close_matches(name, names, 1, 0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not names:
        return ""
    more = ", ..." if len(names) > _SHOWN else ""
    return f"allowed: {', '.join(names[:_SHOWN])}{more}"


class Report:
    """Collects problems while a pack is read, compiled and checked."""

    def __init__(self, problems: list[Problem] | None = None) -> None:
        self.problems: list[Problem] = [] if problems is None else problems
        self.unsure: set[str] = set()
        """Kinds of names of which some are not known, because a file that holds them could not be read: of
        these nothing can be said to be unknown."""

    def error(self, node: Node, message: str, hint: str = "") -> None:
        """A mistake that keeps the pack from serving calls."""
        self._add(node, message, hint, "error")

    def warning(self, node: Node, message: str, hint: str = "") -> None:
        """Something that is probably not meant."""
        self._add(node, message, hint, "warning")

    def unknown(self, node: Node, what: str, name: str, known: Iterable[str], by: str = "") -> None:
        """A name that stands for nothing."""
        if what not in self.unsure:
            self.error(node, f"{by}unknown {what} '{name}'", nearest(name, known))

    def known(self, node: Node | None, what: str, known: Container[str], by: str = "") -> bool:
        """Whether a node's text is a known name, or there is none; an unknown one is reported."""
        if node is None or node.kind is not Kind.TEXT or node.text in known:
            return True
        self.unknown(node, what, node.text, known if isinstance(known, Iterable) else (), by)
        return False

    def inside(self, node: Node, message: str, hint: str, offset: int, width: int) -> None:
        """A mistake within a text, at a place counted from its first character."""
        if node.text[offset : offset + width] not in message and (named := _QUOTED.search(message)):
            offset, width = max(0, node.text.find(named[1])), len(named[1])
        line, column, shown = _place(node, offset, width)
        self.problems.append(
            Problem(node.file.name, line, column, message, hint, node.file.line(line), shown)
        )

    def _add(self, node: Node, message: str, hint: str, level: str) -> None:
        source = node.file.line(node.line)
        place = (node.file.name, node.line, node.column)
        self.problems.append(Problem(*place, message, hint, source, node.width(), level))

    @property
    def errors(self) -> int:
        """How many of them keep the pack from starting."""
        return sum(problem.level == "error" for problem in self.problems)


def _place(node: Node, offset: int, width: int) -> tuple[int, int, int]:
    """Line, column and width of a stretch of a node's text, which may run over several lines."""
    if node.kind is not Kind.TEXT:
        return node.line, node.column, 1
    wanted = node.text[offset : offset + width].split("\n", 1)[0].strip()
    before = node.text[:offset]
    nth = before.count(wanted) if wanted else 0
    for number in range(node.line, max(node.line, node.last_line) + 1):
        source = node.file.line(number)
        column = node.column - 1 if number == node.line else 0
        while wanted and (column := source.find(wanted, column)) >= 0:
            if nth == 0:
                return number, column + 1, len(wanted)
            nth -= 1
            column += max(1, len(wanted))
    return node.line, node.column, node.width()


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Every problem once, by file, line and column."""
    return tuple(sorted(set(problems)))


def as_text(problems: Iterable[Problem]) -> str:
    """The problems as people read them, with a line that counts them."""
    found = tuple(problems)
    shown = [_marked(problem) for problem in found]
    errors = sum(problem.level == "error" for problem in found)
    counts = [_counted(errors, "error"), _counted(len(found) - errors, "warning")]
    total = ", ".join(part for part in counts if part)
    return "\n".join([*shown, total]) if found else ""


def _marked(problem: Problem) -> str:
    if problem.level == "error":
        return str(problem)
    place = f"{problem.file}:{problem.line}:{problem.column}: "
    return str(problem).replace(place, f"{place}warning: ", 1)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def as_json_text(problems: Iterable[Problem]) -> str:
    """The problems as one JSON array, for editors and scripts."""
    return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)


def check(packs: Iterable[str], *, as_json: bool = False, prove: Prove | None = None) -> int:
    """Print everything that is wrong with packs or sites; 1 when one of them must not start, else 0.

    `prove` looks further at a pack without errors: what a call could run into, and what it found to hold.
    """
    from engine.pack import problems  # noqa: PLC0415 - the package imports this module

    found = {pack: problems(pack) for pack in packs}
    well: dict[str, tuple[str, ...]] = {}
    for pack, items in found.items():
        if prove is not None and not any(problem.level == "error" for problem in items):
            wrong, well[pack] = prove(pack)
            found[pack] = (*items, *wrong)
    every = in_order(problem for items in found.values() for problem in items)
    if as_json:
        sys.stdout.write(as_json_text(every) + "\n")
    else:
        said: set[str] = set()
        for pack, items in found.items():
            sys.stdout.write((as_text(items) if items else f"{pack}: no problems") + "\n")
            sys.stdout.write("".join(f"{line}\n" for line in well.get(pack, ()) if line not in said))
            said |= set(well.get(pack, ()))
    return int(any(problem.level == "error" for problem in every))
