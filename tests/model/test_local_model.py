"""A real model on this machine, through the real SDK: the protocol works, and a model that knows nothing does no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.model_rules import ModelSource
from engine.core.trace import replay
from engine.model.consultant import Consultant, Line
from engine.model.loop import ModelLoop
from engine.model.question import Question
from engine.model.sources import PROVIDERS
from engine.pack import example_calls
from engine.quality.examples import run_call
from engine.traces import read_tape, sealing_key
from tests.peers.llama_server import MISSING, LlamaServer, weights
from tests.test_model_faults import site, weighed

MODEL = weights()
pytestmark = pytest.mark.skipif(MODEL is None, reason=MISSING)
PATIENCE_S = 120.0
"""A busy machine reads thirty tokens a second; a caller would have had the local path long before."""


@pytest.fixture(scope="module")
def local() -> Iterator[Consultant]:
    assert MODEL is not None
    server = LlamaServer(MODEL)
    source = ModelSource("house", "test.yml:1", "openai", "smollm2-135m", server.url)
    consultant = Consultant([Line(source, PROVIDERS["openai"](source))], ModelLoop())
    yield consultant
    consultant.close()


def test_a_closed_schema_is_kept_to_by_a_real_server(local: Consultant) -> None:
    schema = {
        "type": "object",
        "properties": {"day": {"enum": ["monday", "friday"]}, "words": {"type": "string"}},
        "required": ["day", "words"],
        "additionalProperties": False,
    }
    question = Question(
        "understand", "Which day does the caller name?", '{"words": "on Friday"}', schema, max_tokens=60
    )
    outcome = local.begin("a", 1, question, PATIENCE_S).end()
    assert outcome.uses[0].outcome in {"answered", "cut_off"}
    assert outcome.uses[0].input_tokens > 0 < outcome.uses[0].output_tokens
    if outcome.text:
        assert json.loads(outcome.text)["day"] in {"monday", "friday"}


def test_an_open_reply_is_streamed_by_a_real_server(local: Consultant) -> None:
    question = Question("compose", "Answer in one short sentence.", "Is there parking?", max_tokens=40)
    use = local.begin("b", 1, question, PATIENCE_S).end().uses[0]
    assert use.outcome in {"answered", "cut_off"}
    assert use.said


def test_a_whole_call_in_which_it_is_asked_every_turn_writes_nothing_that_it_said(
    local: Consultant, tmp_path: Path
) -> None:
    calls = [call for call in example_calls("dental") if len(call.data["turns"]) > 2]
    item = min(calls, key=lambda call: len(call.data["turns"]))
    domain, understanding = site(item.data["site"], PATIENCE_S)
    tape = tmp_path / "call.jsonl"
    run_call(domain, item.data, item.where, understanding, tape, local)
    read = read_tape(tape)
    assert replay(domain, read.steps(sealing_key())) is None
    assert weighed(read, item.where) > 0
