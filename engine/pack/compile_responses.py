"""Responses in every language, and the answers to questions."""

from __future__ import annotations

from engine.core.condition import Condition
from engine.core.domain import Answer
from engine.core.reply import Response, Template, Variant
from engine.pack.draft import Draft, Saying
from engine.pack.merge import Definition, Definitions, Merged
from engine.pack.source import Kind, Node

STYLE = "neutral"
BARGE_IN = "at_once"
_ANSWER = "utter_answer_"


def response_ids(merged: Merged) -> frozenset[str]:
    """Every response that some language of the pack words, with those that answers bring along."""
    worded = {name for language in merged.languages for name in merged.responses.get(language, {})}
    return frozenset(worded | {f"{_ANSWER}{name}" for name in merged.answers if _own_texts(merged, name)})


def _own_texts(merged: Merged, answer: str) -> dict[str, Node]:
    """The texts that an answer carries itself, by language."""
    node = merged.answers[answer].node
    return {language: text for language in merged.languages if (text := node.get(language)) is not None}


def compile_responses(draft: Draft) -> None:
    """Compile every response in every language that is spoken."""
    merged = draft.merged
    for name in sorted(draft.names.responses):
        places = {
            language: found for language in merged.languages if (found := _place(merged, language, name))
        }
        wordings = {
            language: worded for language, place in places.items() if (worded := _wording(draft, place))
        }
        if wordings:
            draft.responses[name] = _response(name, places, wordings)


def _place(merged: Merged, language: str, name: str) -> Definition | None:
    own: Definitions = merged.responses.get(language, {})
    answer = name.removeprefix(_ANSWER)
    if name.startswith(_ANSWER) and answer in merged.answers:
        text = merged.answers[answer].node.get(language)
        if text is not None and (name not in own or merged.answers[answer].layer >= own[name].layer):
            return Definition(merged.answers[answer].key, text, merged.answers[answer].layer, sealed=False)
    return own.get(name)


Wording = tuple[tuple[Variant, ...], tuple[Template, ...]]


def _wording(draft: Draft, place: Definition) -> Wording | None:
    node = place.node
    text = draft.template(node) if node.kind is Kind.TEXT else draft.template(node.get("text") or node)
    if text is None:
        return None
    variants: list[Variant] = []
    for item in node.list_of("variants") if node.kind is Kind.MAP else ():
        when: Condition | None = draft.condition(item.get("if"))
        written = item.get("text")
        template = draft.template(written) if written is not None else None
        if when is not None and template is not None:
            variants.append(Variant(when, template))
    again = [draft.template(item) for item in (node.list_of("again") if node.kind is Kind.MAP else ())]
    return (*variants, Variant(None, text)), tuple(template for template in again if template is not None)


def _response(name: str, places: dict[str, Definition], wordings: dict[str, Wording]) -> Response:
    nodes = [place.node for place in places.values() if place.node.kind is Kind.MAP]
    approved: dict[str, str] = {}
    for node in nodes:
        approved = approved or {key: value.text for key, _, value in node.pairs("approved")}
    return Response(
        id=name,
        variants={language: variants for language, (variants, _) in wordings.items()},
        again={language: again for language, (_, again) in wordings.items() if again},
        style=next((style for node in nodes if (style := node.words("style"))), STYLE),
        barge_in=next((rule for node in nodes if (rule := node.words("barge_in"))), BARGE_IN),
        approved=approved,
    )


def compile_answers(draft: Draft) -> None:
    """Compile what is said to questions."""
    for name, definition in draft.merged.answers.items():
        if definition.node.kind is Kind.MAP:
            answer = _answer(draft, name, definition)
            if answer is not None:
                draft.answers[name] = answer


def _answer(draft: Draft, name: str, definition: Definition) -> Answer | None:
    node, by = definition.node, f"answer '{name}': "
    own = _own_texts(draft.merged, name)
    transfer, flow, say = node.get("transfer"), node.get("flow"), node.get("say")
    if transfer is None and flow is None and say is None and not own:
        draft.report.error(definition.key, f"{by}nothing answers it", "give it say, transfer or flow")
        return None
    response = f"{_ANSWER}{name}" if own else None
    if say is not None and not own:
        if draft.merged.site is None and say.text not in draft.names.responses:
            return None
        response = _said(draft, name, say, definition) or None
    if response is not None and own:
        draft.sayings.append(Saying(response, definition.key, by))
    return Answer(
        id=name,
        where=definition.key.where,
        response=response,
        transfer=draft.known(transfer, "transfer target", draft.merged.transfers, by) or None,
        flow=draft.known(flow, "flow", draft.names.flows, by) or None,
        about=node.words("about") or None,
        facts=tuple(
            found
            for item in node.list_of("facts")
            if (found := draft.known(item, "answer", draft.merged.answers, by))
        ),
        composed=response is not None and node.words("composed") == "true",
        questions={
            language: tuple(item.text for item in texts.each())
            for language, _, texts in node.pairs("questions")
        },
    )


def _said(draft: Draft, name: str, say: Node, definition: Definition) -> str:
    """The response that answers; one that is called like the answer may be missing from the site's file."""
    expected = f"{_ANSWER}{name}"
    if say.text == expected and expected not in draft.names.responses:
        if "response" not in draft.report.unsure:
            hint = f"write it under `answers` in the site's file, or {expected} in responses/"
            draft.report.error(definition.key, f"answer '{name}' has no text", hint)
        return ""
    return draft.response(say, f"answer '{name}': ")
