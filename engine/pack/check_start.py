"""Checks of what must be true before the first call is taken: what the law and a person in danger need."""

from __future__ import annotations

from engine.core.domain import Domain
from engine.core.rulebook import Policy
from engine.pack.compile_words import checks, emergency_levels
from engine.pack.draft import Draft
from engine.pack.source import Kind, Node

FLOWS_OF_THE_CORE = (
    "pattern_session_start", "pattern_completed", "pattern_continue_interrupted", "pattern_correction",
    "pattern_clarification", "pattern_which_task", "pattern_cancel_flow", "pattern_unfinished",
    "pattern_goodbye", "pattern_repeat",
    "pattern_smalltalk", "pattern_wait", "pattern_cannot_handle", "pattern_no_input", "pattern_no_match",
    "pattern_human_handoff", "pattern_transfer_failed",
)  # fmt: skip
"""Repair flows that the core starts by name in any call."""
RESPONSES_OF_THE_CORE = (
    "utter_how_can_i_help",
    "utter_handover",
    "utter_transfer_retry",
    "utter_same_as_what",
)
"""Prompts that the core says by itself."""
PERSON = "reception"
"""The transfer target of last resort."""
_SHOWN = 3
_EMERGENCY = ("L0", "L1")
_STATE_NAMES = frozenset({"flow", "asking", "turn", "outcome"})


def check_start(draft: Draft, domain: Domain) -> None:
    """Report whatever keeps a pack from taking calls at all."""
    top = draft.merged.layers[-1].domain
    _parts_of_the_core(draft, top)
    for name, node in draft.merged.required.items():
        if name not in draft.merged.policies and "required policy" not in draft.report.unsure:
            draft.report.error(node, f"required policy '{name}' is missing", "add it to `policies`")
    _required(draft)
    for check in checks(draft.merged.layers):
        draft.response(check, "safety: ")
    _emergency(draft, domain)
    _telephones(draft, domain)


def _required(draft: Draft) -> None:
    """What a pack must have it names, and no site can put an empty rule of the same name in its place."""
    place = draft.merged.last("required_policies") or draft.merged.layers[-1].domain
    for name, definition in draft.merged.policies.items():
        marked, named = definition.node.words("required") == "true", name in draft.merged.required
        if marked and not named and "required policy" not in draft.report.unsure:
            message = f"policy '{name}' is required, and the pack does not say so"
            draft.report.error(place, message, f"add '{name}' to `required_policies`")
        elif named and not marked:
            message = f"policy '{name}' is required by the pack, and does not say so itself"
            draft.report.error(definition.key, message, "required: true")
        if named and not definition.sealed:
            message = f"required policy '{name}' is not sealed: a site could replace it"
            draft.report.error(definition.key, message, "sealed: true")


def _parts_of_the_core(draft: Draft, top: Node) -> None:
    needed = (
        ("flow", FLOWS_OF_THE_CORE, draft.names.flows),
        ("response", RESPONSES_OF_THE_CORE, draft.names.responses),
        ("transfer target", (PERSON,), frozenset(draft.merged.transfers)),
    )
    for what, names, known in needed:
        missing = [name for name in names if name not in known]
        if missing and what not in draft.report.unsure:
            named = ", ".join(f"'{name}'" for name in missing[:_SHOWN]) + (
                ", ..." if missing[_SHOWN:] else ""
            )
            message = f"the pack has no {what} {named}, which any call may need"
            draft.report.error(top, message, "extends: base brings it along")


def _emergency(draft: Draft, domain: Domain) -> None:
    """Every emergency level must take the turn from its raw words, in every state, and reach a person."""
    rules = emergency_levels(draft.merged.layers)
    for level in _EMERGENCY:
        if level not in rules:
            continue
        answering = [policy for policy in domain.policies if _answers(policy, level)]
        if not answering:
            message = f"nothing transfers a caller whose words are at level {level}"
            hint = f'a policy upon Heard with when: safety.level in ["{level}"] and do: [{{transfer: ...}}]'
            draft.report.error(rules[level], message, hint)
    for policy in domain.policies:
        if any(_answers(policy, level) for level in _EMERGENCY if level in rules):
            _check_emergency(draft, domain, policy)


def _levels(policy: Policy) -> frozenset[str]:
    return frozenset(str(value) for value in policy.when.constants.get("safety.level", ()))


def _answers(policy: Policy, level: str) -> bool:
    transfers = any(act.kind == "transfer" for act in policy.do)
    return level in _levels(policy) and transfers and not policy.goes_on and "Heard" in policy.upon


def _check_emergency(draft: Draft, domain: Domain, policy: Policy) -> None:
    node = draft.merged.policies[policy.id].node
    when = node.get("when") or node
    bound = sorted(policy.when.names_used | (_STATE_NAMES & frozenset(policy.when.constants)))
    if bound:
        message = (
            f"emergency policy '{policy.id}' looks at '{bound[0]}': it must hold in every state of a call"
        )
        draft.report.error(when, message, "look only at safety and phase")
    for other in domain.policies[: domain.policies.index(policy)]:
        if "Heard" in other.upon and not other.goes_on and not _levels(other) & set(_EMERGENCY):
            message = f"policy '{other.id}' may take the turn before the emergency policy '{policy.id}'"
            draft.report.error(
                draft.merged.policies[other.id].key, message, "list the emergency policy first"
            )
    for act, written in zip(policy.do, node.list_of("do"), strict=False):
        if act.kind == "say" and act.arg in domain.responses:
            _approved(draft, str(act.arg), written)


def _approved(draft: Draft, response: str, act: Node) -> None:
    for language in draft.merged.languages:
        found = draft.merged.responses.get(language, {}).get(response)
        if found is not None and (found.node.kind is not Kind.MAP or found.node.get("approved") is None):
            message = f"emergency text '{response}' is not approved in '{language}' (said in {act.where})"
            draft.report.error(found.key, message, 'approved: {by: ..., version: "1", at: 2026-11-01}')
        elif found is not None and found.node.words("barge_in") != "never":
            message = f"emergency text '{response}' can be interrupted in '{language}' (said in {act.where})"
            draft.report.error(found.key, message, "barge_in: never")


def _telephones(draft: Draft, domain: Domain) -> None:
    """Each target has a number, and the one for emergencies another one behind it."""
    if draft.merged.site is None:
        return
    urgent = {
        str(act.arg)
        for policy in domain.policies
        if _levels(policy) & set(_EMERGENCY)
        for act in policy.do
        if act.kind == "transfer"
    }
    for name, definition in draft.merged.transfers.items():
        phones = domain.transfers.get(name, ())
        if not phones and not definition.node.each():
            draft.report.error(definition.key, f"transfer target '{name}' has no telephone", f"{name}: [...]")
        elif name in urgent and len(phones) == 1 and len(definition.node.each()) == 1:
            message = f"emergency target '{name}' has no alternate when '{phones[0]}' does not answer"
            draft.report.error(definition.key, message, "name a second telephone")
