"""What an example call or a policy case expects of a turn, and whether it came about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine import jsonl
from engine.core.actions import HangUp, Prepare, Request, Say, Transfer
from engine.core.decision import Verdict

if TYPE_CHECKING:
    from engine.core.actions import Action
    from engine.text_call import Reply

_TRUE = {"true": True, "false": False, "null": None, "": None}


def mismatches(expect: Mapping[str, Any], reply: Reply) -> list[str]:
    """Everything in which a reply differs from what was expected, in words."""
    found: list[str] = []
    for key, check in CHECKS.items():
        if key in expect:
            found += check(expect[key], reply)
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _say(wanted: Any, reply: Reply) -> list[str]:
    said = [say.response for say in reply.says]
    rest = iter(said)
    if all(any(item == found for found in rest) for item in _listed(wanted)):
        return []
    return [f"expected to say {_listed(wanted)} in this order, said {said}"]


def _not_say(wanted: Any, reply: Reply) -> list[str]:
    said = {say.response for say in reply.says}
    return [f"must not say {item}" for item in _listed(wanted) if item in said]


def _text(wanted: Any, reply: Reply) -> list[str]:
    return [
        f"no /{item}/ in: {reply.text}"
        for item in _listed(wanted)
        if not re.search(str(item), reply.text, re.IGNORECASE)
    ]


def _asking(wanted: Any, reply: Reply) -> list[str]:
    asking = jsonl.asking(reply.state)
    return [] if same(wanted, asking) else [f"expected to ask for {wanted}, asks for {asking}"]


def _slots(wanted: Mapping[str, Any], reply: Reply) -> list[str]:
    found = []
    for name, value in wanted.items():
        held = reply.state.slots.get(name)
        actual = held.value if held is not None else None
        if not same(value, actual):
            found.append(f"expected {name} = {value}, it is {actual}")
    return found


def _status(wanted: Mapping[str, Any], reply: Reply) -> list[str]:
    found = []
    for name, status in wanted.items():
        held = reply.state.slots.get(name)
        if held is None or held.status.value != status:
            found.append(f"expected {name} to be {status}, it is {held.status.value if held else 'empty'}")
    return found


def _flow(wanted: Any, reply: Reply) -> list[str]:
    flow = jsonl.flow(reply.state)
    return [] if same(wanted, flow) else [f"expected flow {wanted}, it is {flow}"]


def _safety(wanted: Any, reply: Reply) -> list[str]:
    return (
        []
        if reply.state.level.name == wanted
        else [f"expected level {wanted}, it is {reply.state.level.name}"]
    )


def _actions(wanted: Any, reply: Reply) -> list[str]:
    rest = iter(reply.actions)
    for item in _listed(wanted):
        if not any(_is(item, action) for action in rest):
            done = [_named(action) for action in reply.actions if not isinstance(action, Say)]
            return [f"expected action {item}, did {done}"]
    return []


def _not_actions(wanted: Any, reply: Reply) -> list[str]:
    return [
        f"must not do {item}"
        for item in _listed(wanted)
        if any(_is(item, action) for action in reply.actions)
    ]


def _is(wanted: Any, action: Action) -> bool:
    kind, what = next(iter(wanted.items())) if isinstance(wanted, Mapping) else (str(wanted), "true")
    match action:
        case Transfer():
            return kind == "transfer" and what in {action.target, action.to, "true"}
        case Request():
            return kind == "request" and what in {action.service, "true"}
        case HangUp():
            return kind == "hang_up"
        case Prepare():
            return kind == "prepare" and what in {action.target, "true"}
        case Say():
            return kind == "say" and what == action.response
        case _:
            return False


def _named(action: Action) -> str:
    plain = jsonl.action(action) or {"type": type(action).__name__}
    return f"{plain['type']} {plain.get('service') or plain.get('target') or ''}".strip()


def _decisions(wanted: Any, reply: Reply) -> list[str]:
    rules = {item.by for item in reply.decisions if item.verdict is not Verdict.ALLOWED}
    return [
        f"rule {item} did not decide anything, {sorted(rules)} did"
        for item in _listed(wanted)
        if item not in rules
    ]


def _not_decisions(wanted: Any, reply: Reply) -> list[str]:
    rules = {item.by for item in reply.decisions if item.verdict is not Verdict.ALLOWED}
    return [f"rule {item} must not decide here" for item in _listed(wanted) if item in rules]


def _ended(wanted: Any, reply: Reply) -> list[str]:
    return [] if same(wanted, reply.ended) else [f"expected ended = {wanted}, it is {reply.ended}"]


def _takes_over(wanted: Any, reply: Reply) -> list[str]:
    took = any(item.verdict is Verdict.TOOK_OVER for item in reply.decisions)
    return [] if same(wanted, took) else [f"expected takes_over = {wanted}, it is {took}"]


def _language(wanted: Any, reply: Reply) -> list[str]:
    return (
        []
        if reply.state.language == wanted
        else [f"expected language {wanted}, it is {reply.state.language}"]
    )


def _model_calls(wanted: Any, reply: Reply) -> list[str]:
    calls = reply.state.model_calls
    return [] if same(wanted, calls) else [f"expected {wanted} model calls, there were {calls}"]


def same(wanted: Any, actual: Any) -> bool:
    """Whether a value is what YAML text says; of a mapping only the keys that are given count."""
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            same(value, actual.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(actual, list | tuple)
            and len(wanted) == len(actual)
            and all(same(one, other) for one, other in zip(wanted, actual, strict=True))
        )
    if isinstance(wanted, str) and wanted in _TRUE and not isinstance(actual, str):
        return _TRUE[wanted] is actual
    return str(wanted) == str(actual)


CHECKS = {
    "bot": _say,
    "say": _say,
    "not_say": _not_say,
    "text": _text,
    "asking": _asking,
    "slots": _slots,
    "status": _status,
    "flow": _flow,
    "safety": _safety,
    "actions": _actions,
    "not_actions": _not_actions,
    "decisions": _decisions,
    "not_decisions": _not_decisions,
    "ended": _ended,
    "takes_over": _takes_over,
    "language": _language,
    "model_calls": _model_calls,
}
"""What can be expected; a pack's schema refuses every other key (`pack/shapes_calls.py`)."""
