"""What a question makes likely to be heard: names and terms of the site, for recognisers that can lean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.speech import Hints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.core.actions import Listen
    from engine.core.domain import Domain

_PEOPLE = frozenset({"provider", "opening", "when"})
"""Types of slots whose answer may name somebody."""


def hints_of(domain: Domain, language: str, listen: Listen, on_file: Sequence[str] = ()) -> Hints:
    """The hints that go with a question; an open question may be answered with any of them.

    `on_file` are the names of people who may call; they are expected where a name is asked for.
    """
    asked = listen.expecting
    kind = "yes_no" if asked.kind == "confirm" else asked.type
    catalogue = domain.catalogue
    phrases: list[str] = []
    if kind is None or kind in _PEOPLE:
        phrases += [provider.name for provider in catalogue.providers.values()]
    if kind in {None, "service"}:
        for offering in catalogue.offerings.values():
            phrases += offering.names.get(language, ())
    if kind == "name":
        phrases += domain.tables.get(language, {}).get("identity", {}).get("names", {}).get("given", ())
    return Hints(language, kind, tuple(phrases), tuple(on_file) if kind == "name" else ())
