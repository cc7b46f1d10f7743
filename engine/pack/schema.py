"""What a file may hold: small specs that check nodes, give plain data and export JSON Schema.

One declaration serves three readers: the checker (every shape mistake with its place and what is
allowed), the runners of cases and calls (plain typed data) and editors (completion while typing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Protocol

from engine.core.frozen import quick
from engine.pack.plain import loose
from engine.pack.report import Report, nearest
from engine.pack.source import Kind, Node


class Spec(Protocol):
    """What stands at one place of a file."""

    @property
    def what(self) -> str:
        """The thing as a message calls it, with its article."""

    def check(self, node: Node, report: Report) -> None:
        """Report everything about the node that has the wrong shape."""

    def plain(self, node: Node) -> Any:
        """The node as typed plain data; what has the wrong shape comes out as written."""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema, draft 2020-12."""


@quick(frozen=True, slots=True)
class Scalar:
    """A text with a meaning: a number, a time, an id."""

    what: str
    read: Callable[[str], Any] = str
    """Raises ValueError for a text that it does not mean anything to."""
    example: str = ""
    json: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    nullable: bool = False

    def check(self, node: Node, report: Report) -> None:
        """Report what has the wrong shape."""
        if node.kind is Kind.NULL and self.nullable:
            return
        if node.kind is not Kind.TEXT:
            report.error(node, f"{self.what} is expected here, this is {node.kind.value}", self._hint())
            return
        try:
            self.read(node.text)
        except ValueError as error:
            report.error(
                node, f"'{node.text}' is not {self.what}", str(error) if _ours(error) else self._hint()
            )

    def _hint(self) -> str:
        return f"for example {self.example}" if self.example else ""

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        if node.kind is not Kind.TEXT:
            return None if node.kind is Kind.NULL else loose(node)
        try:
            return self.read(node.text)
        except ValueError:
            return node.text

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        return {"anyOf": [dict(self.json), {"type": "null"}]} if self.nullable else dict(self.json)


class NotAllowedError(ValueError):
    """A text outside its set; the message says what is allowed."""


def _ours(error: ValueError) -> bool:
    return isinstance(error, NotAllowedError)


def choice(*values: str) -> Scalar:
    """One of a closed set of words."""

    def read(text: str) -> str:
        if text not in values:
            raise NotAllowedError(nearest(text, values))
        return text

    return Scalar(f"one of {', '.join(values)}", read, json={"enum": list(values)})


@quick(frozen=True, slots=True)
class ListOf:
    """A list; where `one` is set, a single item may stand without brackets."""

    item: Spec
    one: bool = True
    pair: bool = False
    """Exactly two items."""

    @property
    def what(self) -> str:
        """The thing as a message calls it."""
        return f"a list, each item {self.item.what}"

    def check(self, node: Node, report: Report) -> None:
        """Report what has the wrong shape."""
        if node.kind is Kind.LIST:
            if self.pair and len(node.items) != 2:
                report.error(node, "exactly two items are expected here")
            for item in node.items:
                self.item.check(item, report)
        elif self.one:
            self.item.check(node, report)
        else:
            report.error(node, f"a list is expected here, this is {node.kind.value}")

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        return [self.item.plain(item) for item in node.each()]

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        item = self.item.schema()
        shape = {"type": "array", "items": item}
        return {"anyOf": [shape, item]} if self.one else shape


@quick(frozen=True, slots=True)
class MapOf:
    """A mapping with names of the author's own as keys."""

    value: Spec
    key: Scalar = field(default_factory=lambda: Scalar("a name"))
    noun: str = "a mapping"

    @property
    def what(self) -> str:
        """The thing as a message calls it."""
        return self.noun

    def check(self, node: Node, report: Report) -> None:
        """Report what has the wrong shape."""
        if node.kind is not Kind.MAP:
            report.error(node, f"{self.noun} is expected here, this is {node.kind.value}", "write key: value")
            return
        for _, key, value in node.own_pairs():
            self.key.check(key, report)
            self.value.check(value, report)

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        if node.kind is not Kind.MAP:
            return loose(node)
        return {name: self.value.plain(value) for name, _, value in node.own_pairs()}

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        shape: dict[str, Any] = {"type": "object", "additionalProperties": self.value.schema()}
        if "pattern" in self.key.json:
            shape["propertyNames"] = dict(self.key.json)
        return shape


@quick(frozen=True, slots=True)
class Record:
    """A mapping with known keys."""

    title: str
    """With its article: "a slot"."""
    fields: Mapping[str, Spec]
    required: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Exactly one of these keys must be there; it says what kind of thing this is."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tag to the keys that only that kind may have."""

    @property
    def what(self) -> str:
        """The thing as a message calls it."""
        return self.title

    def check(self, node: Node, report: Report) -> None:
        """Report what has the wrong shape."""
        if node.kind is not Kind.MAP:
            report.error(
                node, f"{self.title} is expected here, this is {node.kind.value}", "write key: value"
            )
            return
        tag = self._tag(node, report)
        allowed = self.allowed(tag)
        for name, key, value in node.own_pairs():
            spec = self.fields.get(name)
            if name in self.tags and name != tag:
                continue
            if name not in allowed or spec is None:
                self._not_a_key(name, key, tag, allowed, report)
            elif value.kind is Kind.NULL and not getattr(spec, "nullable", False):
                report.error(key, f"the key '{name}' has no value", f"expected: {spec.what}")
            else:
                spec.check(value, report)
        for name in self.required:
            if name not in node.entries:
                report.error(node, f"{self.title} needs the key '{name}'")

    def _not_a_key(self, name: str, key: Node, tag: str, allowed: set[str], report: Report) -> None:
        of = f"{self.title} with '{tag}'" if tag and name in self.fields else self.title
        report.error(key, f"'{name}' is not a key of {of}", nearest(name, allowed))

    def _tag(self, node: Node, report: Report) -> str:
        if not self.tags:
            return ""
        found = [name for name in node.entries if name in self.tags]
        if len(found) == 1:
            return found[0]
        if found:
            entry = node.entries[found[1]]
            report.error(entry.key, f"{self.title} has '{found[0]}' or '{found[1]}', not both", "make it two")
            return found[0]
        near = next((hint for name in node.entries if "mean" in (hint := nearest(name, self.tags))), "")
        hint = near or f"one of {', '.join(self.tags)}"
        if not near:
            report.error(node, f"{self.title} does not say what it is", hint)
        return ""

    def allowed(self, tag: str) -> set[str]:
        """The keys that this kind of record may have; every key while the kind is unknown."""
        if not tag:
            return set(self.fields)
        foreign = {name for other, names in self.own.items() if other != tag for name in names}
        others = {name for name in self.tags if name != tag}
        return set(self.fields) - (foreign - set(self.own.get(tag, ()))) - others

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        if node.kind is not Kind.MAP:
            return loose(node)
        return {
            name: self.fields[name].plain(value) if name in self.fields else loose(value)
            for name, _, value in node.own_pairs()
        }

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        shape: dict[str, Any] = {
            "type": "object",
            "properties": {name: spec.schema() for name, spec in self.fields.items()},
            "additionalProperties": False,
        }
        if self.required:
            shape["required"] = list(self.required)
        if self.tags:
            shape["oneOf"] = [{"required": [name]} for name in self.tags]
        return shape


@quick(frozen=True, slots=True)
class Either:
    """Different things by the shape of the node."""

    what: str
    text: Spec | None = None
    list: Spec | None = None
    map: Spec | None = None
    nullable: bool = False

    def _pick(self, node: Node) -> Spec | None:
        return {Kind.TEXT: self.text, Kind.LIST: self.list, Kind.MAP: self.map}.get(node.kind)

    def check(self, node: Node, report: Report) -> None:
        """Report what has the wrong shape."""
        if node.kind is Kind.NULL and self.nullable:
            return
        spec = self._pick(node)
        if spec is None:
            report.error(node, f"{self.what} is expected here, this is {node.kind.value}")
        else:
            spec.check(node, report)

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        spec = self._pick(node)
        return loose(node) if spec is None else spec.plain(node)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        shapes = [spec.schema() for spec in (self.text, self.list, self.map) if spec is not None]
        return {"anyOf": [*shapes, {"type": "null"}] if self.nullable else shapes}


class Free:
    """Anything: what it means is checked by whom it is for."""

    nullable = True

    def __init__(self, what: str = "any value") -> None:
        self._what = what

    @property
    def what(self) -> str:
        """The thing as a message calls it."""
        return self._what

    def check(self, node: Node, report: Report) -> None:
        """Nothing can be wrong here."""

    def plain(self, node: Node) -> Any:
        """The node as typed plain data."""
        return loose(node)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        return {}
