"""Peers and consultants that are closed again; the libraries are loaded once, when the first test needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.core.model_rules import ModelSource
from engine.model.consultant import Consultant, Line
from engine.model.loop import ModelLoop
from engine.model.sources import PROVIDERS
from tests.peers import anthropic_peer, openai_peer
from tests.peers.http_peer import Peer

PRICE = {"input": 1.0, "cached": 0.1, "output": 5.0}
Asked = Callable[..., Consultant]


@pytest.fixture(scope="session", autouse=True)
def _keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", anthropic_peer.KEY)
        patch.setenv("OPENAI_API_KEY", openai_peer.KEY)
        yield


@pytest.fixture
def claude() -> Iterator[anthropic_peer.AnthropicPeer]:
    peer = anthropic_peer.AnthropicPeer()
    yield peer
    peer.close()


@pytest.fixture
def llama() -> Iterator[openai_peer.OpenAIPeer]:
    peer = openai_peer.OpenAIPeer()
    yield peer
    peer.close()


def source(peer: Peer | str, name: str = "small") -> ModelSource:
    """A configured model on a peer."""
    provider = "openai" if isinstance(peer, openai_peer.OpenAIPeer) else "anthropic"
    url = peer if isinstance(peer, str) else peer.url
    model = "claude-haiku-5-5" if provider == "anthropic" else "qwen3-8b"
    return ModelSource(name, "test.yml:1", provider, model, url, "", PRICE)


@pytest.fixture
def asked() -> Iterator[Asked]:
    """A consultant of models on these peers, in this order."""
    open_ones: list[Consultant] = []

    def make(*peers: Peer | str) -> Consultant:
        sources = [source(peer, f"model{number}") for number, peer in enumerate(peers, 1)]
        lines = [Line(item, PROVIDERS[item.provider](item)) for item in sources]
        open_ones.append(Consultant(lines, ModelLoop()))
        return open_ones[-1]

    yield make
    for consultant in open_ones:
        consultant.close()
