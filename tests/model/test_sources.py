"""From names on the command line to models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.core.domain import Domain
from engine.core.model_rules import ModelRules, ModelSource
from engine.model.question import Question
from engine.model.sources import consultant, named
from engine.pack import load

SMALL = ModelSource("small", "site.yml:9", "anthropic", "claude-haiku-5-5")
HOUSE = ModelSource("house", "site.yml:10", "openai", "qwen3-8b", "http://127.0.0.1:9/v1")


@pytest.fixture(scope="module")
def domain() -> Domain:
    return replace(load("gedimino"), model=ModelRules(sources={"small": SMALL, "house": HOUSE}))


def test_models_are_named_in_the_order_in_which_they_are_tried(domain: Domain) -> None:
    assert named(domain, "house,small") == (HOUSE, SMALL)
    assert named(domain, "pack") == (SMALL, HOUSE)
    assert named(domain, "none") == ()
    assert consultant(domain, "none") is None


def test_a_model_may_be_written_in_full(domain: Domain) -> None:
    found = named(domain, "openai/llama3@http://127.0.0.1:8080/v1")[0]
    assert (found.provider, found.name, found.url) == ("openai", "llama3", "http://127.0.0.1:8080/v1")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("smal", "--model smal: no such model, did you mean 'small'?"),
        ("gpt", "--model gpt: no such model, there are: none, pack, small, house"),
        ("ollama/qwen", "or write anthropic, openai, recorded/MODEL"),
    ],
)
def test_an_unknown_model_is_told_with_those_there_are(domain: Domain, name: str, message: str) -> None:
    with pytest.raises(ValueError, match="no such model") as found:
        named(domain, name)
    assert message in str(found.value)


def test_a_recorded_model_says_what_was_written_down(domain: Domain, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text(
        '{"words": "Hm  hm", "reply": {"commands": []}}\n{"words": "open?", "job": "compose", "reply": "Yes."}\n'
    )
    found = consultant(domain, f"recorded/{path}")
    assert found is not None
    try:
        closed = Question("understand", "", '{"words": "hm hm"}', {})
        assert found.begin("a", 1, closed, 2.0).end().text == '{"commands":[]}'
        assert found.begin("a", 2, Question("compose", "", '{"words": "open?"}'), 2.0).end().text == "Yes."
        other = found.begin("a", 3, Question("understand", "", '{"words": "else"}', {}), 2.0).end()
        assert (other.text, other.uses[0].kind) == (None, "NotRecorded")
    finally:
        found.close()


def test_a_recording_that_cannot_be_read_says_where(domain: Domain, tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('{"words": "hm"}\n')
    with pytest.raises(ValueError, match=r"replies\.jsonl:1: a recorded reply has 'words' and 'reply'"):
        consultant(domain, f"recorded/{path}")
