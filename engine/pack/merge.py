"""Layers put together: a child refines its parents, and what is sealed stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.pack.layers import Layer
from engine.pack.plain import texts
from engine.pack.report import Report
from engine.pack.source import Kind, Node


@dataclass(slots=True)
class Definition:
    """Something with a name, and where it was last defined."""

    key: Node
    node: Node
    layer: int
    sealed: bool


Definitions = dict[str, Definition]


@dataclass(slots=True)
class Merged:
    """A pack with its parents and its site, still as nodes."""

    layers: list[Layer]
    slots: Definitions = field(default_factory=dict)
    services: Definitions = field(default_factory=dict)
    flows: Definitions = field(default_factory=dict)
    answers: Definitions = field(default_factory=dict)
    policies: Definitions = field(default_factory=dict)
    responses: dict[str, Definitions] = field(default_factory=dict)
    transfers: Definitions = field(default_factory=dict)
    ladder: Definitions = field(default_factory=dict)
    waits: Definitions = field(default_factory=dict)
    model: Definitions = field(default_factory=dict)
    models: Definitions = field(default_factory=dict)
    success_responses: Definitions = field(default_factory=dict)
    required: dict[str, Node] = field(default_factory=dict)
    """Required policy to the first place that requires it."""

    @property
    def site(self) -> Layer | None:
        """The site, when there is one."""
        return self.layers[-1] if self.layers and self.layers[-1].is_site else None

    def last(self, key: str) -> Node | None:
        """The value of a key of the pack file in the nearest layer that has it."""
        return next(
            (node for layer in reversed(self.layers) if (node := layer.domain.get(key)) is not None), None
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that are spoken, the first unless the caller or the number says otherwise."""
        node = self.last("languages")
        return (
            tuple(dict.fromkeys(item.text for item in node.each() if item.kind is Kind.TEXT))
            if node
            else ("en",)
        )


class Merger:
    """Puts layers together and reports what a child must not do."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def merge(self, layers: list[Layer]) -> Merged:
        """Put the layers together, parents first."""
        merged = Merged(layers)
        for number, layer in enumerate(layers):
            domain = layer.domain
            if not layer.is_site:
                self._add("slot", merged.slots, domain.pairs("slots"), number)
                self._add("service", merged.services, domain.pairs("services"), number)
            for document in layer.flows:
                self._add("flow", merged.flows, document.pairs("flows"), number)
            for document in layer.knowledge:
                self._add("answer", merged.answers, document.pairs("answers"), number)
            if layer.is_site:
                self._add("answer", merged.answers, domain.pairs("answers"), number)
            self._responses(merged, layer, number)
            self._policies(merged, layer, number)
            for key, into in (("transfers", merged.transfers), ("ladder", merged.ladder),
                              ("waits", merged.waits), ("model", merged.model), ("models", merged.models),
                              ("success_responses", merged.success_responses)):  # fmt: skip
                for name, key_node, node in domain.pairs(key):
                    if key == "success_responses" and name in into and into[name].node.text != node.text:
                        hint = (
                            f"it is so in {into[name].key.where}; a child may add to these, never change them"
                        )
                        message = f"'{name}' follows '{into[name].node.text}' and nothing else"
                        self.report.error(node, message, hint)
                        continue
                    into[name] = Definition(key_node, node, number, sealed=False)
            for item in domain.list_of("required_policies"):
                merged.required.setdefault(item.text, item)
        return merged

    def _add(self, what: str, into: Definitions, pairs: Iterable[tuple[str, Node, Node]], layer: int) -> None:
        for name, key, node in pairs:
            before = into.get(name)
            if before is not None and before.layer == layer:
                self.report.error(key, f"{what} '{name}' is defined twice", f"first in {before.key.where}")
                continue
            if before is not None and before.sealed:
                message = f"{what} '{name}' is sealed and cannot be replaced"
                self.report.error(
                    key, message, f"sealed in {before.key.where}; add a rule of your own beside it"
                )
                continue
            into[name] = Definition(key, node, layer, node.words("sealed") == "true")

    def _responses(self, merged: Merged, layer: Layer, number: int) -> None:
        for document in layer.responses:
            language = document.words("language", document.file.path.stem)
            self._add(
                "response", merged.responses.setdefault(language, {}), document.pairs("responses"), number
            )
        if layer.is_site:
            for language, _, node in layer.domain.pairs("responses"):
                self._add("response", merged.responses.setdefault(language, {}), node.own_pairs(), number)

    def _policies(self, merged: Merged, layer: Layer, number: int) -> None:
        pairs = []
        for rule in layer.policies:
            key = rule.get("policy") or rule.get("guarantee")
            if key is not None and key.kind is Kind.TEXT:
                pairs.append((key.text, key, rule))
        self._add("policy", merged.policies, pairs, number)


def merge_tables(nodes: Iterable[Node]) -> dict[str, Any]:
    """Tables of words put together: mappings by key, lists one after the other, the last text wins."""
    merged: dict[str, Any] = {}
    for node in nodes:
        table = texts(node)
        if isinstance(table, dict):
            merged = _joined(merged, table)
    return merged


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        both = dict(first)
        for name, value in second.items():
            both[name] = _joined(both[name], value) if name in both else value
        return both
    if isinstance(first, list) and isinstance(second, list):
        known = {item for item in first if isinstance(item, str)}
        return first + [item for item in second if not (isinstance(item, str) and item in known)]
    return second
