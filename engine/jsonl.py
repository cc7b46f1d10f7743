"""The line protocol of `chat --jsonl`: a JSON object in, a JSON object out, whatever comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

import orjson

from engine.core.actions import Action, HangUp, Prepare, Request, Say, Transfer
from engine.core.command_forms import CommandFormError, read
from engine.core.utterance import Transcript

if TYPE_CHECKING:
    from engine.core.decision import Decision
    from engine.core.state import DialogueState
    from engine.text_call import Reply, TextCall

INPUTS = ("say", "nbest", "partial", "dtmf", "silence", "barge_in", "commands", "hangup", "fault", "after")
"""Keys of an input line; exactly one of them says what the caller does."""


class LineError(ValueError):
    """An input line that says nothing the call can take."""


def lines(stream: IO[bytes]) -> Iterator[str]:
    """The lines of a stream, whatever bytes they hold."""
    for raw in stream:
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def parse(line: str) -> Mapping[str, Any]:
    """The JSON object of an input line.

    Raises:
        LineError: the line is no JSON object.
    """
    try:
        data = orjson.loads(line)
    except ValueError as error:
        message = f"not JSON: {error.args[0]}"
        raise LineError(message) from error
    if not isinstance(data, Mapping):
        message = f"an input line is an object, not {type(data).__name__}"
        raise LineError(message)
    return data


def apply(call: TextCall, data: Mapping[str, Any]) -> Reply:
    """Let the caller do what an input line says.

    Raises:
        LineError: the line says nothing the call can take.
    """
    kinds = [key for key in INPUTS if key in data]
    if len(kinds) > 1 and kinds[0] == "say" and "commands" in kinds:
        kinds = ["commands"]
    if len(kinds) != 1:
        message = f"an input line has exactly one of: {', '.join(INPUTS)}"
        raise LineError(message)
    kind = kinds[0]
    try:
        return _apply(call, kind, data[kind], data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = (
            str(error) if isinstance(error, CommandFormError) else f"'{kind}' is not of the form it must have"
        )
        raise LineError(why) from error


def _apply(call: TextCall, kind: str, value: Any, data: Mapping[str, Any]) -> Reply:
    match kind:
        case "say":
            return call.say(_text(value))
        case "nbest":
            return call.nbest([(_text(item["text"]), float(item.get("confidence", 1.0))) for item in value])
        case "partial":
            return call.hear(Transcript.of(_text(value), final=False))
        case "dtmf":
            return call.keys(_text(value))
        case "silence":
            return call.silence() if value is not False else call.feed()
        case "barge_in":
            return call.barge_in(float(value.get("heard", 0.0)), _text(value["say"]))
        case "commands":
            return call.command(tuple(read(item) for item in value), _text(data.get("say", "")))
        case "hangup":
            return call.hang_up()
        case "fault":
            data = value.get("data")
            return call.fault(
                _text(value["service"]), _text(value["outcome"]), None if data is None else {**data}
            )
        case _:
            call.wait(_seconds(value))
            return call.feed()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _seconds(value: Any) -> float:
    text = str(value)
    return float(text.removesuffix("s"))


def output(reply: Reply) -> dict[str, Any]:
    """The output line of one input."""
    state = reply.state
    return {
        "say": [{"response": say.response, "text": say.text, "style": say.style} for say in reply.says],
        "asking": asking(state),
        "slots": {name: held.value for name, held in state.slots.items() if held.value is not None},
        "status": {name: held.status.value for name, held in state.slots.items() if held.value is not None},
        "flow": flow(state),
        "safety": state.level.name,
        "prepared": state.prepared.name if state.prepared is not None else None,
        "actions": [item for item in (action(found) for found in reply.actions) if item is not None],
        "decisions": [decision(item) for item in reply.decisions],
        "language": state.language,
        "model_calls": state.model_calls,
        "ended": reply.ended,
    }


def error(message: str, state: DialogueState) -> dict[str, Any]:
    """The output line of an input that could not be read; the call goes on."""
    return {
        "error": message,
        "say": [],
        "asking": asking(state),
        "slots": {name: held.value for name, held in state.slots.items() if held.value is not None},
        "flow": flow(state),
        "safety": state.level.name,
        "actions": [],
        "decisions": [],
        "model_calls": state.model_calls,
        "ended": state.phase == "ended",
    }


def asking(state: DialogueState) -> str | None:
    """The slot being asked for, or `confirm` while something is read back; None for an open question."""
    if state.asking is None:
        return None
    return "confirm" if state.asking.kind == "confirm" else state.asking.slot


def flow(state: DialogueState) -> str | None:
    """The flow that the caller is in."""
    roots = [
        frame.flow for frame in state.stack if not frame.called and not frame.flow.startswith("pattern_")
    ]
    return roots[-1] if roots else None


def action(item: Action) -> dict[str, Any] | None:
    """An action as the interface shows it; listening, understanding and timers are left out."""
    match item:
        case Say():
            return {"type": "say", "response": item.response}
        case Transfer():
            return {
                "type": "transfer",
                "to": item.to,
                "target": item.target,
                "number": item.number,
                "reason": item.reason,
            }
        case Request():
            return {"type": "request", "service": item.service, "args": dict(item.args), "key": item.key}
        case HangUp():
            return {"type": "hang_up", "reason": item.reason}
        case Prepare():
            return {"type": "prepare", "target": item.target}
        case _:
            return None


def decision(item: Decision) -> dict[str, Any]:
    """A decision as the interface shows it."""
    return {
        "by": item.by,
        "where": item.where,
        "verdict": item.verdict.value,
        "why": item.why,
        "actions": list(item.actions),
    }
