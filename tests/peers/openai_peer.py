"""A server of OpenAI's chat completions, as vLLM, llama.cpp and Ollama speak it, which may misbehave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.peers.http_peer import Call, Peer, pause, pieces_of

KEY = "sk-peer"
_ERRORS = {"rate_limited": 429, "overloaded": 503, "server_error": 500, "forbidden": 403}


class OpenAIPeer(Peer):
    """POST /v1/chat/completions."""

    base = "/v1"

    def __init__(self, key: str | None = None) -> None:
        super().__init__()
        self.key = key
        """The key it wants; None: any, as servers of one's own do."""

    def take(self, call: Call) -> None:
        if call.path != "/v1/chat/completions":
            call.send_json(404, error("not found"))
            return
        if self.key is not None and call.headers.get("authorization") != f"Bearer {self.key}":
            call.send_json(401, error("Incorrect API key provided"))
            return
        self.requests.append(call.body)
        if self.behaviour in _ERRORS:
            status = _ERRORS[self.behaviour]
            call.send_json(status, error("no"), {"retry-after": "20"} if status in {429, 503} else {})
        elif not self.misbehave(call):
            self._answer(call)

    def _answer(self, call: Call) -> None:
        text, stop, refusal = self.answer(call.body), "stop", None
        if self.behaviour == "refusal":
            text, refusal = "", "I cannot help with that."
        elif self.behaviour == "filtered":
            text, stop = "", "content_filter"
        elif self.behaviour == "cut_off":
            text, stop = text[: len(text) // 2], "length"
        elif self.behaviour == "odd_stop":
            stop = "tool_calls"
        usage = {
            "prompt_tokens": len(str(call.body["messages"])) // 4,
            "completion_tokens": max(1, len(text) // 4),
            "total_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 8},
        }
        if call.body.get("stream"):
            call.stream(self._chunks(call, text, stop, usage))
            return
        if self.behaviour == "no_choice":
            call.send_json(200, completion(call.body, [], usage))
            return
        choice = {
            "index": 0, "finish_reason": stop, "logprobs": None,
            "message": {"role": "assistant", "content": text or None, "refusal": refusal},
        }  # fmt: skip
        call.send_json(200, completion(call.body, [choice], usage if self.behaviour != "no_usage" else None))

    def _chunks(self, call: Call, text: str, stop: str, usage: dict[str, Any]) -> Iterator[bytes]:
        pieces = pieces_of(text)
        for place, piece in enumerate(pieces):
            if self.behaviour == "stall" and place == max(1, len(pieces) - 1):
                pause(call, self)
                return
            if self.behaviour == "no_end" and place == 1:
                return
            yield chunk(call.body, [{"index": 0, "delta": {"content": piece}, "finish_reason": None}], None)
        yield chunk(call.body, [{"index": 0, "delta": {}, "finish_reason": stop}], None)
        yield chunk(call.body, [], usage)
        yield b"data: [DONE]\n\n"


def completion(body: dict[str, Any], choices: list[Any], usage: dict[str, Any] | None) -> dict[str, Any]:
    data = {
        "id": "chatcmpl-peer",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": choices,
    }
    return data if usage is None else {**data, "usage": usage}


def chunk(body: dict[str, Any], choices: list[Any], usage: dict[str, Any] | None) -> bytes:
    data = {
        "id": "chatcmpl-peer", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
        "choices": choices, "usage": usage,
    }  # fmt: skip
    return f"data: {json.dumps(data)}\n\n".encode()


def error(text: str) -> dict[str, Any]:
    return {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": None}}
