"""From names to models: those that a pack configures, or one named in full on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from engine.core.model_rules import ModelSource
from engine.model.consultant import Consultant, Line
from engine.model.provider_anthropic import AnthropicProvider
from engine.model.provider_openai import OpenAIProvider
from engine.model.provider_recorded import RecordedProvider

if TYPE_CHECKING:
    from engine.core.domain import Domain
    from engine.model.question import Provider

NONE, PACK = "none", "pack"
PROVIDERS: Mapping[str, Callable[[ModelSource], Provider]] = {
    "anthropic": AnthropicProvider,
    "openai": OpenAIProvider,
    "recorded": RecordedProvider.configured,
}
"""Name of a provider in YAML and on the command line to what speaks with it."""


def named(domain: Domain, names: str) -> tuple[ModelSource, ...]:
    """The models meant by `none`, `pack` (all of the pack's in order), ids, or provider/model[@url].

    Raises:
        ValueError: there is no such model.
    """
    known = domain.model.sources
    if names == NONE:
        return ()
    if names == PACK:
        return tuple(known.values())
    return tuple(known.get(name) or _spelled(name, known) for name in names.split(","))


def _spelled(name: str, known: Mapping[str, ModelSource]) -> ModelSource:
    provider, slash, rest = name.partition("/")
    if not slash or provider not in PROVIDERS or not rest:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join((NONE, PACK, *known))}"
        raise ValueError(
            f"--model {name}: no such model, {hint}; or write {', '.join(PROVIDERS)}/MODEL[@URL]"
        )
    model, _, url = rest.partition("@")
    return ModelSource(name, "--model", provider, model, url)


def consultant(domain: Domain, names: str) -> Consultant | None:
    """Who asks these models; None when there are none. Libraries are loaded here, before any call.

    Raises:
        ValueError: there is no such model, or it lacks its key.
        OSError: a recorded one cannot be read.
    """
    sources = named(domain, names)
    if not sources:
        return None
    return Consultant([Line(source, _provider(source)) for source in sources])


def _provider(source: ModelSource) -> Provider:
    try:
        return PROVIDERS[source.provider](source)
    except ImportError as error:
        message = f"{source.where}: model '{source.id}' needs the extra 'llm': pip install -e '.[llm]'"
        raise ValueError(message) from error
