"""What a pack says about sound: how long our silence may last, and whether calls are recorded at all."""

from __future__ import annotations

from engine.core.domain import RecordingRules, StepKind, Waits
from engine.pack import shapes
from engine.pack.draft import Draft
from engine.pack.source import Node

CONSENT = "recording_consent"
"""The slot that a caller's yes or no to being recorded fills."""
ASKED = f"utter_ask_{CONSENT}"
_LONGEST_S = 10.0


def compile_waits(draft: Draft) -> Waits:
    """The limits of our silence; one that no caller would wait through is an error."""
    given = {name: item.node for name, item in draft.merged.waits.items()}
    plain = {name: shapes.WAITS.fields[name].plain(node) for name, node in given.items()}
    usual = Waits()
    waits = Waits(float(plain.get("working") or usual.working), float(plain.get("in_all") or usual.in_all))
    for name, node in given.items():
        if not 0.0 < getattr(waits, name) <= _LONGEST_S:
            draft.report.error(node, f"waits: {name} is {node.text}", f"up to {_LONGEST_S:.0f}s")
    if waits.working > waits.in_all:
        message = f"waits: we would be silent for {waits.in_all:g}s before we say that we work"
        draft.report.error(next(iter(given.values())), message, "working is at most in_all")
    return waits


def compile_recording(draft: Draft) -> RecordingRules | None:
    """Whether calls are recorded; a site that wants it without what the law asks for must not serve calls."""
    site = draft.merged.site
    node = site.domain.get("recording") if site is not None else None
    if site is None or node is None:
        return None
    retention = site.domain.get("retention")
    if retention is None or retention.get("audio") is None:
        message = "recording: the site does not say for how many days sound is kept"
        draft.report.error(node, message, "retention: {audio: 30}")
    if CONSENT not in draft.merged.policies:
        message = f"recording: the pack has no policy '{CONSENT}', so silence might count as a yes"
        draft.report.error(node, message, "add it to `policies`")
    _check_consent(draft, node)
    return RecordingRules(CONSENT, node.words("assessment"))


def _check_consent(draft: Draft, node: Node) -> None:
    """The caller is asked, in every language, before anything is kept."""
    slot = draft.slots.get(CONSENT)
    asked = any(
        step.kind is StepKind.COLLECT and step.slot == CONSENT
        for flow in draft.flows.values()
        for step in flow.steps
    )
    if slot is None or slot.type.value != "bool" or slot.filled_by == "service" or not asked:
        message = f"recording: no flow asks the caller for '{CONSENT}'"
        draft.report.error(node, message, "extends: base brings slot and question along")
    for language in draft.merged.languages:
        if ASKED not in draft.merged.responses.get(language, {}):
            message = f"recording: '{ASKED}' has no text in '{language}'"
            draft.report.error(node, message, f"add it to responses/{language}.yml")
