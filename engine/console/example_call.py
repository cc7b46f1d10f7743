"""A call that happened as an example call of its pack: YAML that is a test from then on.

The caller's words are needed, so only somebody who may open the sealed layer can make one. What was said and
asked becomes what is expected; the call is played once against a fresh book to see whether it goes that way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import yaml

from engine.calls import Desk
from engine.core.trace import SEALED

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.nlu.cascade import Understanding
    from engine.text_call import Reply, TextCall

_HEAD = "# From call {call}, by {who}. Replace names and numbers of real people before it is shared.\n"


class UnreadableError(ValueError):
    """The caller's words are sealed or erased, so no example can be made of them."""


@dataclass(frozen=True, slots=True)
class ExampleCall:
    """An example, and whether it goes as the call did."""

    text: str
    data: Mapping[str, Any]
    holds: bool
    why: str = ""


def example_of(
    domain: Domain,
    understanding: Understanding,
    entries: Sequence[Mapping[str, Any]],
    *,
    name: str,
    call: str,
    who: str,
) -> ExampleCall:
    """Make the example of an opened tape.

    Raises:
        UnreadableError: what the caller said is not to be had.
    """
    started = entries[0]["event"]
    moment = datetime.fromisoformat(started["at"]).astimezone(domain.catalogue.zone)
    data: dict[str, Any] = {"call": name, "site": domain.id, "now": f"{moment:%Y-%m-%dT%H:%M}"}
    if isinstance(started.get("number"), str):
        data["from"] = started["number"]
    if started.get("language"):
        data["language"] = started["language"]
    data["turns"] = _turns(entries)
    why = _played(domain, understanding, data)
    text = _HEAD.format(call=call, who=who) + yaml.safe_dump(
        data, sort_keys=False, allow_unicode=True, width=110
    )
    return ExampleCall(text, data, not why, why)


def file_name(name: str) -> str:
    """A file name that says what the example says."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:60] or "a_call"


def _turns(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    cut: float | None = None
    for entry in entries:
        event = entry["event"]
        if event["is"] == "BargedIn":
            cut = event["heard_to"]
        given = _input(event, cut)
        if given is not None:
            turns.append(given)
            cut = None
        if turns:
            _expect(turns[-1], entry)
    return turns


def _input(event: Mapping[str, Any], cut: float | None) -> dict[str, Any] | None:
    match event["is"]:
        case "Heard":
            return _spoken(event["transcript"], cut)
        case "Keyed":
            if not isinstance(event["digits"], str):
                raise UnreadableError("keys")
            return {"dtmf": event["digits"]}
        case "FellSilent":
            return {"silence": True}
        case "CallEnded" if event["by"] == "caller":
            return {"hangup": True}
        case _:
            return None


def _spoken(transcript: Mapping[str, Any], cut: float | None) -> dict[str, Any]:
    if SEALED in transcript:
        raise UnreadableError("words")
    hypotheses = transcript["hypotheses"]
    text = hypotheses[0]["text"]
    if not transcript.get("final", True):
        return {"partial": text}
    if cut is not None:
        return {"barge_in": {"heard": cut, "say": text}}
    if len(hypotheses) > 1:
        return {
            "nbest": [
                {"text": item["text"], "confidence": item.get("confidence", 1.0)} for item in hypotheses
            ]
        }
    return {"user": text}


def _expect(turn: dict[str, Any], entry: Mapping[str, Any]) -> None:
    """Add what came of it: what was said and asked, and who was called."""
    for action in entry["actions"]:
        match action["is"]:
            case "Say":
                turn.setdefault("say", []).append(action["response"])
            case "Listen":
                turn["asking"] = "confirm" if action["kind"] == "confirm" else action.get("slot")
            case "Transfer":
                turn.setdefault("actions", []).append({"transfer": action["target"]})
    if entry["changes"].get("phase") == "ended":
        turn.pop("asking", None)
        turn["ended"] = True


def _played(domain: Domain, understanding: Understanding, data: Mapping[str, Any]) -> str:
    """What goes otherwise when the example is played against a fresh book; empty when nothing does."""
    desk = Desk.open(domain.id, domain=domain, understanding=understanding)
    call = desk.call(
        desk.clock(data["now"]), number=data.get("from"), language=data.get("language"), call="example"
    )
    call.open()
    for number, turn in enumerate(data["turns"], 1):
        said = [say.response for say in _given(call, turn).says]
        if said != turn.get("say", []):
            return f"{number}: {', '.join(said) or '–'} ≠ {', '.join(turn.get('say', [])) or '–'}"
    return ""


def _given(call: TextCall, turn: Mapping[str, Any]) -> Reply:
    from engine import jsonl  # noqa: PLC0415

    key = next(iter(turn))
    return jsonl.apply(call, {"say" if key == "user" else key: turn[key]})
