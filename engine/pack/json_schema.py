"""JSON Schemas of every kind of file, for editors, from the very specs that check the files."""

from __future__ import annotations

from typing import Any

from engine.pack import shapes, shapes_calls, shapes_site
from engine.pack.schema import Either, Free, ListOf, Record, Spec

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SUBJECT = "subject"
_LANGUAGES = ("en", "lt", "lv", "de", "es")


def schemas() -> dict[str, dict[str, Any]]:
    """Kind of file to its schema."""
    rules = shapes.kinds(shapes_calls.CASES)
    rule = Either("a rule", map=_AnyOf(tuple(rules.values())))
    kinds: dict[str, tuple[str, Spec]] = {
        "domain": ("domain.yml of a pack", shapes.DOMAIN),
        "flows": ("flows/*.yml of a pack", shapes.FLOWS),
        "responses": ("responses/<language>.yml of a pack", shapes.RESPONSES),
        "knowledge": ("knowledge.yml of a pack", shapes.KNOWLEDGE),
        "policies": (
            "policies/*.yml",
            _AnyOf((*rules.values(), Record("rules", {"policies": ListOf(rule)}, ("policies",)))),
        ),
        "site": ("sites/<site>.yml", shapes_site.site(_SUBJECT, _LANGUAGES)),
        "people": ("people on file at a site", shapes_site.people()),
        "appointments": ("bookings of a site from the start", shapes_site.appointments(_SUBJECT)),
        "call": ("calls/<class>/*.yml of a pack", shapes_calls.CALL),
    }
    return {
        kind: {"$schema": _DRAFT, "title": title, **spec.schema()} for kind, (title, spec) in kinds.items()
    }


class _AnyOf(Free):
    """Several shapes of which one must fit; what checks files looks at a rule's keys to know which."""

    def __init__(self, specs: tuple[Spec, ...]) -> None:
        super().__init__("a rule")
        self.specs = specs

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""
        return {"anyOf": [spec.schema() for spec in self.specs]}
