"""Claude, through Anthropic's SDK 2.x.

No `messages.parse`, which loses the reason an answer stopped; no retries, because a caller is waiting; the
SDK's own timeout is per read, so the deadline is kept outside (engine/model/consultant.py). What stays the
same is marked to be cached by the provider.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from engine.model.question import (
    BrokenError,
    CutOffError,
    Heard,
    ModelError,
    Question,
    RefusalError,
    Reply,
    UnreachableError,
    turned_away,
)

if TYPE_CHECKING:
    from anthropic.types import Message

    from engine.core.model_rules import ModelSource

_KEY = "ANTHROPIC_API_KEY"
_READ_S = 30.0
"""The longest silence of a connection, in seconds; the deadline of a turn is far shorter."""
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
_WHOLE = frozenset({"end_turn", "stop_sequence"})


class AnthropicProvider:
    """One Claude model."""

    def __init__(self, source: ModelSource) -> None:
        """Load the SDK and prepare its client; no connection is made yet.

        Raises:
            ValueError: the environment holds no key for it.
        """
        import anthropic  # noqa: PLC0415 - two seconds and sixty megabytes, for those who use it

        variable = source.key or _KEY
        key = os.environ.get(variable)
        if not key:
            raise ValueError(f"{source.where}: model '{source.id}' needs its key in {variable}")
        self._sdk = anthropic
        self._name = source.name
        self._client = anthropic.AsyncAnthropic(
            api_key=key, base_url=source.url or None, max_retries=0, timeout=_READ_S
        )

    async def ask(self, question: Question, heard: Heard) -> Reply:
        """Put one request, once.

        Raises:
            ModelError: there is no answer.
        """
        import httpx2  # noqa: PLC0415 - loaded with the SDK

        request: dict[str, Any] = {
            "model": self._name,
            "max_tokens": question.max_tokens,
            "system": [{"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": question.user}],
        }
        if question.schema is not None:
            request["output_config"] = {"format": {"type": "json_schema", "schema": dict(question.schema)}}
        sdk = self._sdk
        try:
            if question.streamed:
                async with self._client.messages.stream(**request) as stream:
                    async for piece in stream.text_stream:
                        heard(piece)
                    message = await stream.get_final_message()
            else:
                message = await self._client.messages.create(**request)
        except sdk.APITimeoutError as error:
            raise TimeoutError from error
        except sdk.APIStatusError as error:
            raise _from_status(error) from error
        except sdk.APIConnectionError as error:
            never_there = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
            raise (UnreachableError if never_there else BrokenError)(type(error).__name__) from error
        except (sdk.AnthropicError, httpx2.HTTPError) as error:
            raise BrokenError(type(error).__name__) from error
        return _reply(message)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()


def _from_status(error: Any) -> ModelError:
    """What an error response means; one that comes inside a stream has the status of the stream, 200."""
    kind = type(error).__name__
    if error.status_code < 400:
        return BrokenError(str(error.type or kind))
    return turned_away(error.status_code, kind, error.response.headers.get("retry-after"))


def _reply(message: Message) -> Reply:
    usage = message.usage
    cached = usage.cache_read_input_tokens or 0
    counted = usage.input_tokens + cached + (usage.cache_creation_input_tokens or 0)
    text = "".join(block.text for block in message.content if block.type == "text")
    reply = Reply(text, counted, cached, usage.output_tokens)
    if message.stop_reason in _WHOLE:
        return reply
    if message.stop_reason == "refusal":
        raise RefusalError("refusal", reply)
    if message.stop_reason is None or message.stop_reason in _CUT:
        raise CutOffError(message.stop_reason or "no_stop", reply)
    raise BrokenError(message.stop_reason, reply)
