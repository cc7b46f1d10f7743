"""YAML as it was written: texts with their places, nothing typed and nothing resolved.

YAML 1.1 reads 12:30 as 750, `no` as False and 0123456 as 42798, and lets the second of two equal keys
win in silence. So we take the parser's nodes, ignore its guesses, and let our schema type each text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.errors import Problem

if TYPE_CHECKING:
    import yaml

TRAPS = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false", "null", "~"})
"""Plain keys that other YAML readers take for a truth value."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge", "value")
)
"""What the parser guesses by itself; any other tag was written."""
_DEEPEST = 60
"""More levels than any honest file has; deeper ones are an attack or an accident."""


class Kind(Enum):
    """The four shapes of a node."""

    TEXT = "a text"
    NULL = "nothing"
    LIST = "a list"
    MAP = "a mapping"


@dataclass(slots=True)
class SourceFile:
    """A file of a pack."""

    name: str
    """Relative to the root that holds the pack, with forward slashes: what messages and traces say."""
    path: Path
    text: str
    _lines: list[str] = field(default_factory=list)

    def line(self, number: int) -> str:
        """The source line with this number, from 1; empty outside the file."""
        if not self._lines:
            self._lines = self.text.splitlines() or [""]
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""


@dataclass(slots=True, eq=False)
class Node:
    """A value and where it stands; `line` and `column` count from 1."""

    file: SourceFile
    line: int
    column: int
    kind: Kind
    text: str = ""
    """The scalar as written, unquoted; empty for the other kinds."""
    plain: bool = False
    """A scalar without quotation marks."""
    items: tuple[Node, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)
    last_line: int = 0

    def get(self, key: str) -> Node | None:
        """The value of a key; None when it is absent or written as nothing."""
        entry = self.entries.get(key)
        return None if entry is None or entry.value.kind is Kind.NULL else entry.value

    def words(self, key: str, default: str = "") -> str:
        """The text under a key; the default for anything that is not a text."""
        node = self.get(key)
        return node.text if node is not None and node.kind is Kind.TEXT else default

    def list_of(self, key: str) -> tuple[Node, ...]:
        """The nodes under a key, a single one counting as a list of one."""
        node = self.get(key)
        return () if node is None else node.each()

    def each(self) -> tuple[Node, ...]:
        """The items of a list; anything else is a list of itself."""
        if self.kind is Kind.LIST:
            return self.items
        return () if self.kind is Kind.NULL else (self,)

    def pairs(self, key: str) -> Iterator[tuple[str, Node, Node]]:
        """Key text, key node and value node of the mapping under a key."""
        node = self.get(key)
        if node is not None:
            yield from node.own_pairs()

    def own_pairs(self) -> Iterator[tuple[str, Node, Node]]:
        """Key text, key node and value node of this mapping."""
        for name, entry in self.entries.items():
            yield name, entry.key, entry.value

    @property
    def where(self) -> str:
        """file:line, as decisions and traces name a rule."""
        return f"{self.file.name}:{self.line}"

    def width(self) -> int:
        """How many characters of its first line belong to it."""
        if self.kind is not Kind.TEXT:
            return 1
        written = len(self.text) if self.plain else len(self.text) + 2
        return max(1, min(written, len(self.file.line(self.line)) - self.column + 1))


@dataclass(slots=True, eq=False)
class Entry:
    """A key of a mapping with its value."""

    key: Node
    value: Node


_NO_ENTRIES: dict[str, Entry] = {}
"""Shared by every node that is no mapping; nobody writes to it."""


@dataclass(slots=True)
class Sources:
    """Every file read so far: their hash is the version of the pack."""

    problems: list[Problem] = field(default_factory=list)
    files: dict[Path, str] = field(default_factory=dict)
    """Path to the hash of its content."""
    names: dict[Path, str] = field(default_factory=dict)

    def read(self, path: Path, name: str) -> list[Node]:
        """The documents of a file; what cannot be read becomes a problem and no document."""
        try:
            raw = path.read_bytes()
        except OSError as error:
            self.problems.append(Problem(name, 1, 1, f"the file cannot be read: {error.strerror or error}"))
            return []
        self.files[path] = sha256(raw).hexdigest()
        self.names[path] = name
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem(name, line, 1, "the file is not UTF-8", "save it as UTF-8"))
            return []
        return parse(SourceFile(name, path, text), self.problems)


def parse(file: SourceFile, problems: list[Problem]) -> list[Node]:
    """The documents of a text as nodes; mistakes of notation are appended to `problems`."""
    import yaml  # noqa: PLC0415 - a pack that is read from the cache needs no YAML

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [node for node in yaml.compose_all(file.text, Loader=loader) if node is not None]
    except yaml.YAMLError as error:
        problems.append(_unreadable(file, error))
        return []
    except (RecursionError, ValueError) as error:
        problems.append(Problem(file.name, 1, 1, f"the file cannot be read: {type(error).__name__}"))
        return []
    reader = _Reader(file, problems)
    try:
        return [reader.node(document, 0) for document in documents]
    except _AliasError as alias:
        message = "an anchor that is used again by '*' is not allowed in packs"
        hint = "write the value where it is used"
        problems.append(Problem(file.name, alias.line, alias.column, message, hint, file.line(alias.line)))
        return []


def _unreadable(file: SourceFile, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    if mark is None:
        return Problem(file.name, 1, 1, f"this is not YAML: {what}")
    context = getattr(error, "context", None)
    hint = f"{context}" if context else ""
    line = min(mark.line + 1, max(1, len(file.text.splitlines())))
    column = mark.column + 1 if line == mark.line + 1 else 1
    return Problem(file.name, line, column, f"this is not YAML: {what}", hint, file.line(line))


class _AliasError(Exception):
    """A value that stands in several places: expanded, a small file can fill any memory."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line = line
        self.column = column


class _Reader:
    """Turns the parser's nodes into ours and reports what YAML lets through."""

    def __init__(self, file: SourceFile, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.watch = "*" in file.text
        self.seen: set[int] = set()

    def node(self, raw: yaml.Node, depth: int) -> Node:
        mark = raw.start_mark
        line, column = mark.line + 1, mark.column + 1
        if raw.tag not in _TAGS:
            tag = raw.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(line, column, f"the tag '{tag}' is not used in packs", "write the plain value")
        if self.watch:
            if id(raw) in self.seen:
                raise _AliasError(line, column)
            self.seen.add(id(raw))
        kind: str = getattr(raw, "id", "")
        if kind == "scalar":
            plain = not getattr(raw, "style", None)
            shape = Kind.NULL if plain and raw.value in _NULLS else Kind.TEXT
            last = raw.end_mark.line + 1
            return Node(self.file, line, column, shape, raw.value, plain, (), _NO_ENTRIES, last)
        if depth > _DEEPEST:
            self._problem(line, column, f"more than {_DEEPEST} levels deep", "packs are flat")
            return Node(self.file, line, column, Kind.NULL)
        if kind == "sequence":
            items = tuple([self.node(item, depth + 1) for item in raw.value])
            return Node(self.file, line, column, Kind.LIST, "", False, items, _NO_ENTRIES)  # noqa: FBT003
        entries = self._entries(raw, depth)
        return Node(self.file, line, column, Kind.MAP, "", False, (), entries)  # noqa: FBT003

    def _entries(self, raw: yaml.Node, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for raw_key, raw_value in raw.value:
            key = self.node(raw_key, depth + 1)
            value = self.node(raw_value, depth + 1)
            if key.kind is Kind.LIST or key.kind is Kind.MAP:
                self._problem(key.line, key.column, f"a key must be a text, this is {key.kind.value}", "")
                continue
            if key.plain and key.text.lower() in TRAPS:
                hint = f'YAML readers take it for a truth value; write "{key.text}" or choose another name'
                self._problem(
                    key.line, key.column, f"the key '{key.text}' must be quoted", hint, len(key.text)
                )
            if key.text in entries:
                first = entries[key.text].key
                hint = f"it stands in line {first.line} already"
                self._problem(key.line, key.column, f"duplicate key '{key.text}'", hint, key.width())
                continue
            entries[key.text] = Entry(key, value)
        return entries

    def _problem(self, line: int, column: int, message: str, hint: str, width: int = 1) -> None:
        source = self.file.line(line)
        self.problems.append(Problem(self.file.name, line, column, message, hint, source, width))
