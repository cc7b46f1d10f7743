"""Packs: YAML in, one frozen Domain out, or every problem at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.core.domain import Domain
from engine.core.errors import PackError, Problem
from engine.pack import locate
from engine.pack.cache import PackCache
from engine.pack.report import in_order

if TYPE_CHECKING:
    from engine.pack.examples import Example
    from engine.pack.locate import Place
    from engine.pack.source import Node

__all__ = ["example_calls", "json_schemas", "load", "mermaid", "policy_cases", "problems"]


def load(name_or_path: str, *, cache: bool = True) -> Domain:
    """A pack or site, ready to take calls; from the cache when nothing of it has changed.

    Raises:
        PackError: it must not serve calls; carries every mistake in it.
    """
    place = locate.find(name_or_path)
    kept = PackCache() if cache else None
    domain = kept.read(place.path) if kept is not None else None
    if domain is not None:
        return domain
    from engine.pack.compiler import compile_place  # noqa: PLC0415 - a cached pack needs no compiler

    compiled, report = compile_place(place)
    errors = in_order(problem for problem in report.problems if problem.level == "error")
    if errors or compiled is None:
        raise PackError(errors)
    if kept is not None:
        kept.write(place.path, compiled.domain, compiled.sources.files, compiled.folders())
    return compiled.domain


def problems(name_or_path: str) -> tuple[Problem, ...]:
    """Every error and warning of a pack or site, its cases and example calls included, by file and line."""
    from engine.pack.compiler import compile_place  # noqa: PLC0415 - a cached pack needs no compiler

    try:
        place = locate.find(name_or_path)
    except PackError as error:
        return error.problems
    compiled, report = compile_place(place)
    if compiled is not None:
        from engine.pack.examples import check_calls, check_cases, read_calls  # noqa: PLC0415

        check_cases(compiled.draft)
        check_calls(compiled.draft, _calls(place, read_calls(place.folder, compiled.sources, report)))
    return in_order(report.problems)


def _calls(place: Place, calls: list[Node]) -> list[Node]:
    """Those of a pack's calls that are for a site; all of them for the pack itself."""
    return [call for call in calls if not place.is_site or call.words("site") == place.path.stem]


def policy_cases(name_or_path: str) -> list[Example]:
    """The cases of every policy of a pack or site, as typed plain data.

    Raises:
        PackError: the pack cannot be read.
    """
    from engine.pack.compiler import read_layers  # noqa: PLC0415
    from engine.pack.examples import cases_of  # noqa: PLC0415

    return cases_of(read_layers(locate.find(name_or_path)))


def example_calls(name_or_path: str) -> list[Example]:
    """The example calls of a pack, or those of it that are for a site, as typed plain data.

    Raises:
        PackError: there is no such pack, or a call cannot be read.
    """
    from engine.pack.examples import as_examples, read_calls  # noqa: PLC0415
    from engine.pack.report import Report  # noqa: PLC0415
    from engine.pack.shapes_calls import CALL  # noqa: PLC0415
    from engine.pack.source import Sources  # noqa: PLC0415

    place = locate.find(name_or_path)
    sources = Sources()
    report = Report(sources.problems)
    calls = _calls(place, read_calls(place.folder, sources, report))
    if report.errors:
        raise PackError(in_order(report.problems))
    examples = as_examples(calls, CALL)
    return [
        replace(item, data={**item.data, "site": locate.site_of(place.folder, item.data["site"])})
        for item in examples
    ]


def json_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (draft 2020-12) of every kind of file, for editors."""
    from engine.pack.json_schema import schemas  # noqa: PLC0415

    return schemas()


def mermaid(pack: Domain | str) -> str:
    """The flows of a pack as a Mermaid chart.

    Raises:
        PackError: the pack must not serve calls.
    """
    from engine.pack.graph import mermaid as chart  # noqa: PLC0415 - only drawing needs the graph

    return chart(load(pack) if isinstance(pack, str) else pack)
