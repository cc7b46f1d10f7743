"""Checks of what is said in each language: nothing missing, the machine disclosed, no number in a text."""

from __future__ import annotations

import re

from engine.core.domain import Domain
from engine.pack.check_start import RESPONSES_OF_THE_CORE
from engine.pack.draft import Draft
from engine.pack.merge import Merged
from engine.pack.source import Kind, Node

DISCLOSURE = "utter_greeting"
"""The prompt that says that a machine speaks, unless the pack names another as `disclosure`."""
_EMERGENCY_NUMBERS = frozenset({"112", "911", "999"})
"""Looked for in packs, which have no number of their own; a site has its own."""


def check_languages(draft: Draft, domain: Domain) -> None:
    """Report texts that are missing in a language, and texts that must not be as they are."""
    _disclosure(draft, domain)
    bare = _bare_layers(draft, domain)
    used = {saying.response for saying in draft.sayings} | set(RESPONSES_OF_THE_CORE)
    for name in sorted(draft.names.responses):
        _missing_texts(draft, domain, name, bare, used=name in used)
    _emergency_numbers(draft, domain)
    _answers(draft, domain)


def disclosure(merged: Merged) -> str:
    """The prompt that says that a machine speaks."""
    named = merged.last("disclosure")
    return named.text if named is not None else DISCLOSURE


def _disclosure(draft: Draft, domain: Domain) -> None:
    named, name = draft.merged.last("disclosure"), disclosure(draft.merged)
    if name not in draft.names.responses:
        hint = "name the response that says that a machine speaks: disclosure: utter_..."
        if "response" not in draft.report.unsure:
            place = named or draft.merged.layers[-1].domain
            draft.report.error(place, f"there is no response '{name}' to disclose the machine with", hint)
        return
    for language in domain.languages:
        found = draft.merged.responses.get(language, {}).get(name)
        if found is None:
            continue
        if found.node.kind is not Kind.MAP or found.node.words("barge_in") != "never":
            message = f"disclosure '{name}' can be interrupted in '{language}'"
            draft.report.error(found.key, message, "barge_in: never")


def _bare_layers(draft: Draft, domain: Domain) -> frozenset[tuple[int, str]]:
    """Layers with texts in some language and none at all in another: reported once, not for every text."""
    found: set[tuple[int, str]] = set()
    for number, layer in enumerate(draft.merged.layers):
        spoken = {
            code
            for code, texts in draft.merged.responses.items()
            for item in texts.values()
            if item.layer == number
        }
        for language in domain.languages:
            if spoken & set(domain.languages) and language not in spoken and not layer.is_site:
                found.add((number, language))
                place = draft.merged.last("languages") or layer.domain
                hint = f"write responses/{language}.yml, or leave it out of `languages`"
                if "response" not in draft.report.unsure:
                    draft.report.error(place, f"pack '{layer.id}' has no responses in '{language}'", hint)
    return frozenset(found)


def _missing_texts(
    draft: Draft, domain: Domain, name: str, bare: frozenset[tuple[int, str]], *, used: bool
) -> None:
    places = {code: draft.merged.responses.get(code, {}).get(name) for code in domain.languages}
    written = [place for place in places.values() if place is not None]
    compiled = domain.responses.get(name)
    for language in domain.languages:
        if not written or places[language] is not None or (written[0].layer, language) in bare:
            continue
        if compiled is None or language not in compiled.variants:
            report = draft.report.error if used else draft.report.warning
            message = f"response '{name}' has no text in '{language}'"
            report(written[0].key, message, f"add it to responses/{language}.yml")


def _emergency_numbers(draft: Draft, domain: Domain) -> None:
    """A number of life and death is a fact of the site, and stands in one place."""
    numbers = frozenset({domain.emergency_number}) if domain.emergency_number else _EMERGENCY_NUMBERS
    pattern = re.compile(rf"(?<!\w)({'|'.join(sorted(map(re.escape, numbers)))})(?!\w)")
    for language in domain.languages:
        for place in draft.merged.responses.get(language, {}).values():
            for node in _texts(place.node):
                for match in pattern.finditer(node.text):
                    hint = "write {{ facts.emergency_number | digits }}"
                    message = f"the emergency number '{match[0]}' is written into a text"
                    draft.report.inside(node, message, hint, match.start(), len(match[0]))


def _texts(node: Node) -> list[Node]:
    if node.kind is Kind.TEXT:
        return [node]
    texts = [
        node.get("text"),
        *node.list_of("again"),
        *(item.get("text") for item in node.list_of("variants")),
    ]
    return [text for text in texts if text is not None and text.kind is Kind.TEXT]


def _answers(draft: Draft, domain: Domain) -> None:
    """An answer that carries its own text carries it in every language."""
    for name, definition in draft.merged.answers.items():
        given = [code for code in definition.node.entries if code in domain.languages]
        for language in domain.languages:
            response = domain.responses.get(f"utter_answer_{name}")
            if given and (response is None or language not in response.variants):
                message = f"answer '{name}' has no text in '{language}'"
                draft.report.error(definition.key, message, f"add {language}: ...")
