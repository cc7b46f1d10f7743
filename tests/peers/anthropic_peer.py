"""A server of Anthropic's Messages protocol as of version 2026-10-21, which may misbehave in every way known to us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.peers.http_peer import Call, Peer, pause, pieces_of

KEY = "sk-peer"
VERSION = "2026-10-21"
_KNOWN = {
    "model", "max_tokens", "messages", "system", "output_config", "stream", "cache_control", "metadata", "service_tier",
    "stop_sequences", "thinking", "tools", "tool_choice", "speed",
}  # fmt: skip
_ERRORS = {
    "rate_limited": (429, "rate_limit_error"),
    "overloaded": (529, "overloaded_error"),
    "server_error": (500, "api_error"),
    "forbidden": (403, "permission_error"),
}


class AnthropicPeer(Peer):
    """POST /v1/messages."""

    def __init__(self) -> None:
        super().__init__()
        self._cached: set[str] = set()

    def take(self, call: Call) -> None:
        fault = self._fault(call)
        if fault is not None:
            call.send_json(fault[0], error(*fault[1:]))
            return
        self.requests.append(call.body)
        if self.behaviour in _ERRORS:
            status, kind = _ERRORS[self.behaviour]
            headers = {"retry-after": "20"} if status in {429, 529} else {}
            call.send_json(status, error(kind, "no"), headers)
        elif not self.misbehave(call):
            self._answer(call)

    def _fault(self, call: Call) -> tuple[int, str, str] | None:
        """What the real server refuses: no bearer key, another version, parameters that are gone."""
        if call.path != "/v1/messages":
            return 404, "not_found_error", call.path
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return 401, "authentication_error", "invalid bearer token"
        if call.headers.get("anthropic-version") != VERSION:
            return 400, "invalid_request_error", "anthropic-version"
        gone = sorted(call.body.keys() - _KNOWN)
        if gone:
            return 400, "invalid_request_error", f"{gone[0]}: Extra inputs are not permitted"
        form = (call.body.get("output_config") or {}).get("format")
        if form is not None and not _is_strict(form["schema"]):
            return (
                400,
                "invalid_request_error",
                "output_config.format.schema: additionalProperties must be false",
            )
        return None

    def _answer(self, call: Call) -> None:
        text, stop = self.answer(call.body), "end_turn"
        if self.behaviour == "refusal":
            text, stop = "", "refusal"
        elif self.behaviour == "cut_off":
            text, stop = text[: len(text) // 2], "max_tokens"
        elif self.behaviour == "odd_stop":
            stop = "pause_turn"
        usage = self._usage(call.body, text)
        if call.body.get("stream"):
            call.stream(self._events(call, text, stop, usage))
        else:
            content = [{"type": "text", "text": text, "citations": None}] if text else []
            call.send_json(200, message(call.body, content, stop, usage))

    def _usage(self, body: dict[str, Any], text: str) -> dict[str, int]:
        """Counts as the real one does: what is marked to be cached is written first, and read the next time."""
        marked = "".join(block["text"] for block in body.get("system", ()) if block.get("cache_control"))
        size = len(marked) // 4
        key = json.dumps([body["model"], marked])
        read = key in self._cached
        self._cached.add(key)
        return {
            "input_tokens": len(str(body["messages"])) // 4,
            "cache_read_input_tokens": size if read else 0,
            "cache_creation_input_tokens": 0 if read else size,
            "output_tokens": max(1, len(text) // 4),
        }

    def _events(self, call: Call, text: str, stop: str, usage: dict[str, int]) -> Iterator[bytes]:
        start = message(call.body, [], None, {**usage, "output_tokens": 1})
        yield event("message_start", {"message": start})
        yield event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
        yield event("ping", {})
        pieces = pieces_of(text)
        for place, piece in enumerate(pieces):
            if self.behaviour == "stall" and place == max(1, len(pieces) - 1):
                pause(call, self)
                return
            if self.behaviour == "stream_error" and place == 1:
                yield event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})
                return
            if self.behaviour == "no_end" and place == 1:
                return
            yield event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})
        yield event("content_block_stop", {"index": 0})
        delta = {"stop_reason": stop, "stop_sequence": None}
        yield event("message_delta", {"delta": delta, "usage": {"output_tokens": usage["output_tokens"]}})
        yield event("message_stop", {})


def message(
    body: dict[str, Any], content: list[Any], stop: str | None, usage: dict[str, int]
) -> dict[str, Any]:
    return {
        "id": "msg_peer", "type": "message", "role": "assistant", "model": body["model"], "content": content,
        "stop_reason": stop, "stop_sequence": None, "usage": usage,
    }  # fmt: skip


def event(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()


def error(kind: str, text: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_peer"}


def _is_strict(schema: Any) -> bool:
    """Whether every object of a schema is closed, as structured outputs demand."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            return False
        return all(_is_strict(part) for part in schema.values())
    return all(_is_strict(part) for part in schema) if isinstance(schema, list) else True
