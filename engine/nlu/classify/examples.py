"""What the classifier learns from, and what its labels mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.commands import Ask, Command, NotUnderstood, StartFlow, WantPerson

OUT_OF_SCOPE, PERSON = "out_of_scope", "command.person"
"""The labels of what nobody here can serve, and of asking for a person."""
Examples = Mapping[str, Sequence[str]]
"""Label to sentences."""


def examples_of(vocabulary: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The examples of one language of a pack, labels and sentences in order: the same set learns the same."""
    found: dict[str, tuple[str, ...]] = {}
    for label, sentences in sorted((vocabulary.get("examples") or {}).items()):
        if isinstance(sentences, list | tuple):
            found[str(label)] = tuple(sorted({str(sentence) for sentence in sentences}))
    return {label: sentences for label, sentences in found.items() if sentences}


def command_of(label: str) -> Command:
    """The command that a label stands for; one that stands for none is not understood."""
    kind, _, name = label.partition(".")
    if kind == "start" and name:
        return StartFlow(name)
    if kind == "ask" and name:
        return Ask(name)
    if label == PERSON:
        return WantPerson()
    return NotUnderstood(OUT_OF_SCOPE if label == OUT_OF_SCOPE else "no_match")
