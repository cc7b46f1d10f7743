"""Any server that speaks OpenAI's protocol: OpenAI itself, or one's own with vLLM, llama.cpp or Ollama."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from engine.model.question import (
    BrokenError,
    CutOffError,
    Heard,
    Question,
    RefusalError,
    Reply,
    UnreachableError,
    turned_away,
)

if TYPE_CHECKING:
    from engine.core.model_rules import ModelSource

_KEY = "OPENAI_API_KEY"
_NO_KEY = "none"
"""What a server of one's own gets where it asks for no key."""
_READ_S = 30.0
"""The longest silence of a connection, in seconds; the deadline of a turn is far shorter."""


class OpenAIProvider:
    """One model of a server."""

    def __init__(self, source: ModelSource) -> None:
        """Load the SDK and prepare its client; no connection is made yet.

        Raises:
            ValueError: the environment holds no key for it, and it is no server of one's own.
        """
        import openai  # noqa: PLC0415 - a second of loading, for those who use it

        variable = source.key or _KEY
        own = bool(source.url)
        key = os.environ.get(variable) or (_NO_KEY if own and not source.key else "")
        if not key:
            raise ValueError(f"{source.where}: model '{source.id}' needs its key in {variable}")
        self._sdk = openai
        self._name = source.name
        # OpenAI's newer models take the second name only, servers of one's own mostly the first.
        self._most = "max_tokens" if own else "max_completion_tokens"
        self._client = openai.AsyncOpenAI(
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
            self._most: question.max_tokens,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
        }
        if question.schema is not None:
            shape = {"name": question.job, "strict": True, "schema": dict(question.schema)}
            request["response_format"] = {"type": "json_schema", "json_schema": shape}
        sdk = self._sdk
        try:
            if question.streamed:
                return await self._stream(request, heard)
            return _reply(await self._client.chat.completions.create(**request))
        except sdk.APITimeoutError as error:
            raise TimeoutError from error
        except sdk.APIStatusError as error:
            headers = error.response.headers
            raise turned_away(error.status_code, type(error).__name__, headers.get("retry-after")) from error
        except sdk.APIConnectionError as error:
            never_there = isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
            raise (UnreachableError if never_there else BrokenError)(type(error).__name__) from error
        except (sdk.OpenAIError, httpx2.HTTPError) as error:
            raise BrokenError(type(error).__name__) from error

    async def _stream(self, request: dict[str, Any], heard: Heard) -> Reply:
        pieces: list[str] = []
        usage, stopped = None, None
        request |= {"stream": True, "stream_options": {"include_usage": True}}
        stream: Any = await self._client.chat.completions.create(**request)
        async with stream:
            async for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices[:1]:
                    stopped = choice.finish_reason or stopped
                    if choice.delta.content:
                        pieces.append(choice.delta.content)
                        heard(choice.delta.content)
        return _settled("".join(pieces), stopped, usage)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()


def _reply(completion: Any) -> Reply:
    choices = getattr(completion, "choices", None)
    if not choices:
        raise BrokenError("no_choice")
    choice = choices[0]
    if getattr(choice.message, "refusal", None):
        raise RefusalError("refusal", _counted("", completion.usage))
    return _settled(choice.message.content or "", choice.finish_reason, completion.usage)


def _settled(text: str, stopped: str | None, usage: Any) -> Reply:
    reply = _counted(text, usage)
    if stopped == "stop":
        return reply
    if stopped == "content_filter":
        raise RefusalError(stopped, reply)
    if stopped in {"length", None}:
        raise CutOffError(stopped or "no_stop", reply)
    raise BrokenError(stopped, reply)


def _counted(text: str, usage: Any) -> Reply:
    if usage is None:
        return Reply(text)
    details = getattr(usage, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or 0
    return Reply(text, usage.prompt_tokens or 0, cached, usage.completion_tokens or 0)
