"""From layers to a Domain: the parts of the compiler in their order."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from engine.core.condition import Names
from engine.core.domain import Domain, Ladder
from engine.core.errors import PackError
from engine.pack import compile_site, compile_words, locate
from engine.pack.check_flows import check_flows
from engine.pack.check_languages import check_languages, disclosure
from engine.pack.check_sayings import check_sayings
from engine.pack.check_start import check_start
from engine.pack.check_unused import check_unused
from engine.pack.check_vocabulary import check_vocabulary
from engine.pack.compile_flows import compile_flows
from engine.pack.compile_model import compile_model
from engine.pack.compile_policies import compile_policies
from engine.pack.compile_responses import compile_answers, compile_responses, response_ids
from engine.pack.compile_site import SiteCompiler
from engine.pack.compile_slots import compile_services, compile_slots, slot_type, voids
from engine.pack.compile_sound import compile_recording, compile_waits
from engine.pack.draft import Draft
from engine.pack.holiday import holidays
from engine.pack.layers import Layer, LayerReader
from engine.pack.locate import Place
from engine.pack.merge import Merged, Merger
from engine.pack.report import Report, in_order
from engine.pack.site_values import country_of
from engine.pack.source import Kind, Node, Sources
from engine.pack.step_ids import readbacks

_PARTS = (".", "flows", "responses", "nlu", "safety", "policies")


@dataclass(slots=True)
class Compiled:
    """A pack, compiled as far as its problems allow."""

    domain: Domain
    draft: Draft
    sources: Sources
    report: Report

    def folders(self) -> list[Path]:
        """The folders in which a new file would change the pack."""
        shared = [locate.root() / "policies", locate.root() / "data" / "languages"]
        return shared + [layer.folder / part for layer in self.draft.merged.layers for part in _PARTS]


def compile_place(place: Place) -> tuple[Compiled | None, Report]:
    """Read, compile and check a pack or site; None when not even its own file can be read."""
    sources = Sources()
    report = Report(sources.problems)
    return build(place, sources, report), report


def read_layers(place: Place) -> list[Layer]:
    """The files of a pack or site without compiling them.

    Raises:
        PackError: they cannot be read.
    """
    sources = Sources()
    report = Report(sources.problems)
    layers = LayerReader(sources, report).chain(place)
    if report.errors:
        raise PackError(in_order(report.problems))
    return layers


def build(place: Place, sources: Sources, report: Report) -> Compiled | None:
    """Read and compile a pack or site; None when not even its own file can be read."""
    layers = LayerReader(sources, report).chain(place)
    if not layers or layers[-1].folder != place.folder:
        return None
    return assemble(layers, sources, report)


def assemble(layers: list[Layer], sources: Sources, report: Report, like: Domain | None = None) -> Compiled:
    """Compile and check layers that were read.

    `like` is a pack compiled from layers with the same words, whose screens and tables are taken over: they
    are most of the work.
    """
    merged = Merger(report).merge(layers)
    draft = _draft(merged, report)
    compile_slots(draft)
    compile_services(draft)
    compile_flows(draft)
    compile_responses(draft)
    compile_answers(draft)
    compile_policies(draft)
    compiled = Compiled(_domain(draft, layers, sources, like), draft, sources, report)
    check_flows(draft)
    check_sayings(draft)
    check_start(draft, compiled.domain)
    check_languages(draft, compiled.domain)
    check_unused(draft)
    check_vocabulary(draft)
    return compiled


def _draft(merged: Merged, report: Report) -> Draft:
    names = Names(
        slots={name: slot_type(item.node) for name, item in merged.slots.items()},
        responses=response_ids(merged),
        flows=frozenset(merged.flows),
        services=frozenset(merged.services),
        signals=compile_words.signals(merged.layers),
        readbacks=readbacks(merged.flows.values()),
    )
    offerings = compile_site.ids(merged.site, "services")
    return Draft(merged, report, names, offerings, compile_site.ids(merged.site, "providers"))


def _domain(draft: Draft, layers: list[Layer], sources: Sources, like: Domain | None) -> Domain:
    merged, report = draft.merged, draft.report
    own = layers[-1]
    subject_node = merged.last("subject")
    subject = subject_node.text if subject_node is not None else "person"
    site = compile_site.no_site()
    if own.is_site:
        compiler = SiteCompiler(own, merged.languages, subject, report)
        site = compiler.site(holidays(own.domain, report))
    spoken_places = _language_places(merged)
    languages = compile_words.Languages(sources, report)
    tables = like.tables if like is not None else languages.tables(spoken_places)
    return Domain(
        id=own.id,
        version=version(sources),
        name=site.name,
        languages=merged.languages,
        subject=subject,
        slots=draft.slots,
        flows=draft.flows,
        responses=draft.responses,
        services=draft.services,
        policies=tuple(draft.policies),
        guards=tuple(draft.guards),
        guarantees=tuple(draft.guarantees),
        answers=draft.answers,
        transfers=_transfers(draft, site.phones),
        phones=site.phones,
        country=country_of(site.phones),
        emergency_number=site.emergency_number,
        catalogue=site.catalogue,
        patterns=like.patterns if like is not None else compile_words.compile_safety(layers, report),
        tables=tables,
        vocabulary=like.vocabulary
        if like is not None
        else compile_words.vocabulary(layers, merged.languages),
        voids=voids(draft),
        spoken=like.spoken if like is not None else languages.spoken(tables, spoken_places),
        digits=compile_words.digit_words(tables),
        ladder=_ladder(merged),
        model=compile_model(draft),
        waits=compile_waits(draft),
        recording=compile_recording(draft),
        disclosure=disclosure(merged),
        success={name: item.node.text for name, item in merged.success_responses.items()},
        dates=site.dates,
        retention=site.retention,
        facts=site.facts,
        people=site.people,
        appointments=site.appointments,
    )


def _language_places(merged: Merged) -> dict[str, Node]:
    node = merged.last("languages")
    if node is None:
        return {"en": merged.layers[-1].domain}
    return {item.text: item for item in node.each() if item.kind is Kind.TEXT}


def _transfers(draft: Draft, phones: object) -> dict[str, tuple[str, ...]]:
    """Target to telephones; with a site, every telephone must be one of its own."""
    known = phones if isinstance(phones, dict) and draft.merged.site is not None else None
    found = {}
    for name, definition in draft.merged.transfers.items():
        items = definition.node.each()
        if known is not None:
            for item in items:
                draft.known(item, "telephone", known, f"transfer target '{name}': ")
        found[name] = tuple(item.text for item in items if known is None or item.text in known)
    return found


def _ladder(merged: Merged) -> Ladder:
    values = {}
    for name, definition in merged.ladder.items():
        if name in Ladder.__dataclass_fields__ and definition.node.text.isdecimal():
            values[name] = int(definition.node.text)
    return Ladder(**values)


def version(sources: Sources) -> str:
    """The hash of every file that was read, by name and content."""
    lines = sorted(f"{sources.names[path]} {digest}" for path, digest in sources.files.items())
    return sha256("\n".join(lines).encode()).hexdigest()[:16]
