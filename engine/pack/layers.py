"""Reading a pack: every file of it, of its parents and of the site, checked for shape, parents first."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.core.errors import Problem
from engine.pack import locate, shapes, shapes_site
from engine.pack.report import Report, nearest
from engine.pack.schema import ListOf, Spec
from engine.pack.source import Kind, Node, Sources

_CASES = shapes.TABLE
"""Cases are checked by whoever runs them; a pack that only takes calls need not look inside."""


_HOLDS = {
    "flows": ("flow",),
    "responses": ("response",),
    "policies": ("required policy", "rule"),
    "knowledge.yml": ("answer",),
}
"""Folder or file to the kinds of names that it defines."""
EVERYTHING = frozenset({
    "flow", "response", "required policy", "rule", "answer", "slot", "slot, type or flow", "service",
    "action", "transfer target",
})  # fmt: skip


@dataclass(slots=True)
class Layer:
    """One pack of the chain, or the site at its end."""

    id: str
    folder: Path
    domain: Node
    """The pack file or the site file."""
    is_site: bool = False
    flows: list[Node] = field(default_factory=list)
    responses: list[Node] = field(default_factory=list)
    knowledge: list[Node] = field(default_factory=list)
    vocabulary: dict[str, list[Node]] = field(default_factory=dict)
    """Language to the documents of its files: `nlu/en.yml`, `nlu/en.examples.yml`."""
    safety: dict[str, Node] = field(default_factory=dict)
    policies: list[Node] = field(default_factory=list)
    """Documents in the order in which the pack lists their files."""
    people: list[Node] = field(default_factory=list)
    appointments: list[Node] = field(default_factory=list)


class LayerReader:
    """Reads the chain of packs from a place up to its farthest parent."""

    def __init__(self, sources: Sources, report: Report) -> None:
        self.sources = sources
        self.report = report

    def chain(self, place: locate.Place) -> list[Layer]:
        """The layers, the farthest parent first; a broken link ends the chain with a problem."""
        layers: list[Layer] = []
        seen: set[Path] = set()
        node = self._site(place, layers) if place.is_site else None
        folder: Path | None = place.path
        if place.is_site:
            folder = self._parent(node, place.folder, named=place.folder) if node is not None else None
        while folder is not None:
            seen.add(folder.resolve())
            domain = self._one(folder / locate.DOMAIN_FILE)
            if domain is None:
                self.report.unsure |= EVERYTHING
                break
            shapes.DOMAIN.check(domain, self.report)
            self._check_name(domain, folder)
            layers.append(Layer(domain.words("pack", folder.name), folder, domain))
            folder = self._parent(domain, folder)
            if folder is not None and folder.resolve() in seen:
                extends = domain.get("extends") or domain
                self.report.error(
                    extends, f"'{extends.text}' extends this pack already: the chain has no end"
                )
                folder = None
        layers.reverse()
        for layer in layers:
            self._contents(layer)
        folders = [layer.folder for layer in layers]
        for layer in layers:
            self._policies(layer, folders)
        self._check_sites(layers)
        return layers

    def _check_name(self, domain: Node, folder: Path) -> None:
        """A pack is found by its folder, so the two names are one."""
        pack = domain.get("pack")
        if pack is not None and pack.kind is Kind.TEXT and pack.text != folder.name:
            message = f"pack '{pack.text}' is in a folder called '{folder.name}'"
            self.report.error(pack, message, f"write pack: {folder.name}, or rename the folder")

    def _site(self, place: locate.Place, layers: list[Layer]) -> Node | None:
        node = self._one(place.path)
        if node is not None:
            layers.append(Layer(node.words("site", place.path.stem), place.folder, node, is_site=True))
            if node.get("extends") is None:
                self.report.error(node, "a site file needs the key 'extends'", "the pack it belongs to")
        return node

    def _parent(self, node: Node, folder: Path, named: Path | None = None) -> Path | None:
        extends = node.get("extends")
        if extends is None or extends.kind is not Kind.TEXT:
            return None
        if named is not None and named.name == extends.text and (named / locate.DOMAIN_FILE).is_file():
            return named
        found = locate.parent(folder, extends.text) if extends.text.replace("_", "").isalnum() else None
        if found is None:
            self.report.unsure |= EVERYTHING
            hint = nearest(extends.text, locate.shipped_names())
            self.report.error(extends, f"there is no pack '{extends.text}' to extend", hint)
        return found

    def _one(self, path: Path) -> Node | None:
        name = locate.shown(path)
        before = len(self.report.problems)
        documents = self.sources.read(path, name)
        if len(documents) == 1 and documents[0].kind is Kind.MAP:
            return documents[0]
        if len(self.report.problems) == before:
            what = "several documents" if len(documents) > 1 else "no mapping"
            self.report.problems.append(
                Problem(name, 1, 1, f"the file holds {what}, one mapping is expected")
            )
        return None

    def _read(self, path: Path) -> list[Node]:
        before = len(self.report.problems)
        documents = self.sources.read(path, locate.shown(path))
        if not documents and len(self.report.problems) > before:
            self.report.unsure |= {*_HOLDS.get(path.parent.name, ()), *_HOLDS.get(path.name, ())}
        return documents

    def _documents(self, path: Path, spec: Spec) -> list[Node]:
        documents = self._read(path)
        for document in documents:
            spec.check(document, self.report)
        return [document for document in documents if document.kind in {Kind.MAP, Kind.LIST}]

    def _contents(self, layer: Layer) -> None:
        if layer.is_site:
            return
        for path in sorted(layer.folder.glob("flows/*.yml")):
            layer.flows += self._documents(path, shapes.FLOWS)
        for path in sorted(layer.folder.glob("responses/*.yml")):
            layer.responses += self._documents(path, shapes.RESPONSES)
        if (layer.folder / "knowledge.yml").is_file():
            layer.knowledge += self._documents(layer.folder / "knowledge.yml", shapes.KNOWLEDGE)
        for path in sorted(layer.folder.glob("nlu/*.yml")):
            language = path.stem.partition(".")[0]
            layer.vocabulary.setdefault(language, []).extend(self._documents(path, shapes.TABLE))
        for path in sorted(layer.folder.glob("safety/*.yml")):
            for document in self._documents(path, shapes.TABLE):
                layer.safety[path.stem] = document

    def _policies(self, layer: Layer, folders: list[Path]) -> None:
        kinds = shapes.kinds(ListOf(_CASES, one=False))
        for item in layer.domain.list_of("policies"):
            path = locate.policy_file(folders, item.text)
            if path is None:
                self.report.unknown(item, "policy", item.text, locate.policy_names(folders))
                self.report.unsure.add("required policy")
                continue
            if path in self.sources.files:
                self.report.error(
                    item, f"policy file '{item.text}' is listed already", "a parent or this file lists it"
                )
                continue
            for document in self._read(path):
                rules = document.list_of("policies") if "policies" in document.entries else (document,)
                for rule in rules:
                    kind = (
                        "guarantee"
                        if "guarantee" in rule.entries
                        else "forbid"
                        if "forbid" in rule.entries
                        else "do"
                    )
                    kinds[kind].check(rule, self.report)
                layer.policies += [rule for rule in rules if rule.kind is Kind.MAP]

    def _check_sites(self, layers: list[Layer]) -> None:
        subject, languages = "person", ["en"]
        for layer in layers:
            subject = layer.domain.words("subject", subject)
            languages = [item.text for item in layer.domain.list_of("languages")] or languages
            if layer.is_site:
                shapes_site.site(subject, tuple(languages)).check(layer.domain, self.report)
                layer.people = self._seed(layer, "people", shapes_site.people())
                layer.appointments = self._seed(layer, "appointments", shapes_site.appointments(subject))

    def _seed(self, layer: Layer, key: str, spec: Spec) -> list[Node]:
        named = layer.domain.get(key)
        if named is None or named.kind is not Kind.TEXT:
            return []
        for home in (layer.folder, layer.domain.file.path.parent):
            path = (home / named.text).resolve()
            if path.is_file() and path.is_relative_to(home.resolve()):
                return [item for document in self._documents(path, spec) for item in document.each()]
        self.report.error(named, f"there is no file '{named.text}'", "give it relative to the pack folder")
        return []
