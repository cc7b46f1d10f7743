"""Real SDKs against servers on loopback that keep to the protocol and break it: every request has one outcome."""

from __future__ import annotations

import pytest

from engine.core.model_rules import ModelSource
from engine.model.question import Question
from engine.model.sources import PROVIDERS
from tests.model.conftest import Asked
from tests.peers.anthropic_peer import AnthropicPeer
from tests.peers.http_peer import Peer
from tests.peers.openai_peer import OpenAIPeer

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
CLOSED = Question("understand", "the rules", '{"words": "hm"}', SCHEMA)
OPEN = Question("compose", "the rules", '{"words": "hm"}')
REPLY = "There is parking in the courtyard. It is paid."
DOWN = "http://127.0.0.1:9"


@pytest.fixture(params=["claude", "llama"])
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.getfixturevalue(request.param)
    return found


def test_an_answer_comes_with_what_it_cost(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    claude.answer = lambda _: '{"commands": []}'
    first = consultant.begin("a", 1, CLOSED, 5.0).end()
    second = consultant.begin("a", 2, CLOSED, 5.0).end()
    assert first.text == second.text == '{"commands": []}'
    assert (first.calls, second.calls) == (1, 1)
    use = second.uses[0]
    assert (use.source, use.model, use.outcome) == ("model1", "claude-haiku-5-5", "answered")
    assert use.cached_tokens > 0 == first.uses[0].cached_tokens
    fresh = use.input_tokens - use.cached_tokens
    assert use.cost == pytest.approx((fresh * 1 + use.cached_tokens * 0.1 + use.output_tokens * 5) / 1e6)
    assert consultant.totals["answered"] == 2


def test_the_schema_and_the_cache_mark_are_sent_and_nothing_that_is_gone(
    claude: AnthropicPeer, asked: Asked
) -> None:
    asked(claude).begin("a", 1, CLOSED, 5.0).end()
    body = claude.requests[0]
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert not body.keys() & {"temperature", "top_p", "top_k", "stream"}


def test_a_server_of_ones_own_gets_a_strict_schema(llama: OpenAIPeer, asked: Asked) -> None:
    found = asked(llama).begin("a", 1, CLOSED, 5.0).end()
    form = llama.requests[0]["response_format"]
    assert form == {
        "type": "json_schema",
        "json_schema": {"name": "understand", "strict": True, "schema": SCHEMA},
    }
    assert llama.requests[0]["max_tokens"] == CLOSED.max_tokens
    assert found.uses[0].cached_tokens == 8


def test_open_words_are_streamed(peer: Peer, asked: Asked) -> None:
    peer.answer = lambda _: REPLY
    found = asked(peer).begin("a", 1, OPEN, 5.0).end()
    assert found.text == REPLY
    assert peer.requests[0]["stream"] is True
    assert found.uses[0].output_tokens > 0


@pytest.mark.parametrize("question", [CLOSED, OPEN], ids=["closed", "open"])
@pytest.mark.parametrize(
    ("behaviour", "outcome", "calls"),
    [
        ("hang", "late", 1),
        ("rate_limited", "turned_away", 0),
        ("overloaded", "turned_away", 0),
        ("forbidden", "turned_away", 0),
        ("server_error", "broken", 1),
        ("invalid_json", "broken", 1),
        ("html", "broken", 1),
        ("drop", "broken", 1),
        ("odd_stop", "broken", 1),
        ("cut_off", "cut_off", 1),
    ],
)
def test_every_misbehaviour_has_an_outcome(
    peer: Peer, asked: Asked, behaviour: str, outcome: str, calls: int, question: Question
) -> None:
    peer.behaviour = behaviour
    peer.answer = lambda _: "word " * 40
    found = asked(peer).begin("a", 1, question, 0.3 if behaviour == "hang" else 10.0).end()
    assert found.text is None
    assert found.calls == calls
    if behaviour in {"drop", "invalid_json", "html"}:  # a broken stream may only seem to end too early
        assert found.uses[0].outcome in {outcome, "cut_off"}
    else:
        assert found.uses[0].outcome == outcome


def test_a_refusal_is_told_from_an_answer(peer: Peer, asked: Asked) -> None:
    peer.behaviour = "refusal"
    found = asked(peer).begin("a", 1, CLOSED, 5.0).end()
    assert (found.text, found.calls, found.uses[0].outcome) == (None, 1, "refusal")


@pytest.mark.parametrize(("behaviour", "kind"), [("no_choice", "no_choice"), ("filtered", "content_filter")])
def test_what_only_servers_of_ones_own_do(llama: OpenAIPeer, asked: Asked, behaviour: str, kind: str) -> None:
    llama.behaviour = behaviour
    found = asked(llama).begin("a", 1, CLOSED, 5.0).end()
    assert (found.text, found.uses[0].kind) == (None, kind)


def test_a_server_that_counts_nothing_is_a_model_all_the_same(llama: OpenAIPeer, asked: Asked) -> None:
    llama.behaviour = "no_usage"
    found = asked(llama).begin("a", 1, CLOSED, 5.0).end()
    assert found.text is not None
    assert found.uses[0].input_tokens == 0


def test_a_stream_that_stalls_gives_the_sentences_that_were_whole(peer: Peer, asked: Asked) -> None:
    peer.behaviour, peer.answer = "stall", lambda _: REPLY
    found = asked(peer).begin("a", 1, OPEN, 1.0).end()
    assert found.text == "There is parking in the courtyard."
    assert found.uses[0].outcome == "late"


@pytest.mark.parametrize("behaviour", ["no_end", "stream_error"])
def test_a_stream_that_breaks_off_is_no_answer(claude: AnthropicPeer, asked: Asked, behaviour: str) -> None:
    claude.behaviour, claude.answer = behaviour, lambda _: REPLY
    found = asked(claude).begin("a", 1, OPEN, 2.0).end()
    assert found.text is None
    assert found.uses[0].outcome in {"broken", "cut_off"}


def test_a_slow_first_byte_is_waited_for_until_the_deadline(peer: Peer, asked: Asked) -> None:
    peer.behaviour = "slow_first_byte"
    consultant = asked(peer)
    assert consultant.begin("a", 1, CLOSED, 5.0).end().text is not None
    assert consultant.begin("a", 2, CLOSED, 0.1).end().uses[0].outcome == "late"


def test_a_server_that_is_down_is_unreachable(asked: Asked) -> None:
    found = asked(DOWN).begin("a", 1, CLOSED, 2.0).end()
    assert (found.text, found.calls, found.uses[0].outcome) == (None, 0, "unreachable")


def test_a_wrong_key_is_turned_away(
    claude: AnthropicPeer, monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-other")
    found = asked(claude).begin("a", 1, CLOSED, 2.0).end()
    assert (found.calls, found.uses[0].kind) == (0, "AuthenticationError")


def test_without_a_key_nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ValueError, match="model 'small' needs its key in ANTHROPIC_API_KEY"):
        PROVIDERS["anthropic"](ModelSource("small", "test.yml:1", "anthropic", "claude-haiku-5-5"))
