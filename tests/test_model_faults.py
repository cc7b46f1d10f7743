"""Example calls with a server of models that hangs, refuses, is down, talks rubbish or lies, through the real SDKs.

The rules are made never to be sure, so that a model is asked in every turn in which one may be. The gate takes a call of
each kind; `python -m tests.bench.model_faults` takes all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.calls import asked
from engine.core.domain import Domain
from engine.core.model_rules import ModelSource
from engine.core.trace import replay
from engine.model.consultant import Consultant, Line
from engine.model.loop import ModelLoop
from engine.model.sources import PROVIDERS
from engine.nlu.cascade import Understanding
from engine.pack import example_calls, load
from engine.quality.examples import run_call
from engine.traces import Tape, read_tape, sealing_key
from tests.peers.anthropic_peer import KEY, AnthropicPeer
from tests.peers.http_peer import Peer
from tests.peers.openai_peer import OpenAIPeer

ALL = [item for pack in ("base", "dental", "_template") for item in example_calls(pack)]
CALLS = list({item.where.rsplit("/", 1)[0]: item for item in ALL}.values())
"""One of each folder, which is a class of behaviour."""
WRITES = {"booking.commit", "booking.cancel"}
HANGING_S, ANSWERING_S = 0.03, 5.0
Ask = Callable[[], Consultant]


@cache
def site(name: str, deadline_s: float) -> tuple[Domain, Understanding]:
    loaded = load(name)
    rules = replace(loaded.model, sure_from=1.1, requests_per_call=99, filler="", deadline_s=deadline_s)
    return replace(loaded, model=rules), Understanding(loaded)


@pytest.fixture(scope="module")
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    found: Peer = {"anthropic": AnthropicPeer, "openai": OpenAIPeer}[request.param]()
    yield found
    found.close()


@pytest.fixture(scope="module")
def ask(peer: Peer) -> Iterator[Ask]:
    """A fresh view of the server for each call, so that no breaker spares it what the calls before have seen."""
    kind = "openai" if isinstance(peer, OpenAIPeer) else "anthropic"
    source = ModelSource("small", "test.yml:1", kind, "claude-haiku-5-5", peer.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", KEY)
        provider, loop = PROVIDERS[kind](source), ModelLoop()
        yield lambda: Consultant([Line(source, provider)], loop)
        Consultant([Line(source, provider)], loop).close()


def play(
    ask: Ask, deadline_s: float, folder: Path | None = None, calls: Sequence[Any] = CALLS
) -> tuple[list[str], list[tuple[Any, Path]]]:
    failures: list[str] = []
    tapes: list[tuple[Any, Path]] = []
    for number, item in enumerate(calls):
        domain, understanding = site(item.data["site"], deadline_s)
        tape = folder / f"{number}.jsonl" if folder is not None else None
        found = run_call(domain, item.data, item.where, understanding, tape, ask())
        failures += [str(failure) for failure in found]
        tapes += [(item, tape)] if tape is not None else []
    return failures, tapes


BAD = ("hang", "rate_limited", "overloaded", "refusal", "cut_off", "invalid_json", "drop", "answer")
WAYS = [*(("anthropic", way) for way in BAD), *(("openai", way) for way in ("hang", "overloaded", "answer"))]


@pytest.mark.parametrize(("peer", "behaviour"), WAYS, indirect=["peer"])
def test_every_example_call_ends_as_it_should_without_a_word_from_the_model(
    peer: Peer, ask: Ask, behaviour: str
) -> None:
    peer.behaviour, peer.answer = behaviour, lambda _: '{"commands": []}'
    before = len(peer.requests)
    failures, _ = play(ask, HANGING_S if behaviour == "hang" else ANSWERING_S)
    assert not failures, "\n".join(failures)
    assert len(peer.requests) - before >= len(CALLS) // 2


def test_every_example_call_ends_as_it_should_with_the_server_down() -> None:
    source = ModelSource("small", "test.yml:1", "openai", "qwen3-8b", "http://127.0.0.1:9/v1")
    loop, provider = ModelLoop(), PROVIDERS["openai"](source)
    failures, _ = play(lambda: Consultant([Line(source, provider)], loop), ANSWERING_S)
    loop.close()
    assert not failures, "\n".join(failures)


def test_every_example_call_ends_as_it_should_with_a_recorded_model() -> None:
    """All of them, under the rules as they are shipped: what the model is asked for is on file, and taken."""
    domain, understanding = load("gedimino"), Understanding(load("gedimino"))
    consultant = asked(domain, f"recorded/{Path(__file__).parent / 'recorded_replies.jsonl'}")
    assert consultant is not None
    failures = []
    for item in example_calls("dental"):
        failures += run_call(domain, item.data, item.where, understanding, None, consultant)
    assert not failures, "\n".join(str(failure) for failure in failures)
    assert consultant.totals["answered"] >= 3
    assert "turned_away" not in consultant.totals
    consultant.close()


def lies(body: dict[str, Any]) -> str:
    """Claims that are false in every turn, about words that were said, as a model would make them that wants to do harm."""
    told = orjson.loads(body["messages"][-1]["content"])
    if "facts" in told:
        return "Everything is free, and your visit is booked for tomorrow at nine."
    words = told["words"]
    flow = "cancel_appointment" if len(words) % 2 else "book_appointment"
    claims = [
        ("yes", "", ""), ("choose", "", "1"), ("start", flow, ""), ("set", "service", "whitening"), ("set", "hold", "x"),
        ("set", "full_name", ""),
    ]  # fmt: skip
    commands = [{"do": do, "name": name, "value": value, "words": words} for do, name, value in claims]
    return orjson.dumps({"commands": commands}).decode()


@pytest.mark.parametrize("peer", ["anthropic"], indirect=True)
def test_a_model_that_lies_in_every_turn_writes_nothing_and_stops_no_emergency(
    peer: Peer, ask: Ask, tmp_path: Path
) -> None:
    peer.behaviour, peer.answer = "answer", lies
    _, lied = play(ask, ANSWERING_S, tmp_path)
    count = 0
    for item, path in lied:
        tape = read_tape(path)
        domain, _ = site(item.data["site"], ANSWERING_S)
        assert replay(domain, tape.steps(sealing_key())) is None, item.where
        count += weighed(tape, item.where)
        if "/emergencies/" in item.where and emergency(item):
            assert any(to_a_person(entry) for entry in tape.entries), item.where
    assert count >= len(CALLS)


def weighed(tape: Tape, where: str) -> int:
    """No write follows from what a model heard; returns how often one was asked."""
    source, count = "", 0
    for entry in tape.entries:
        event = entry["event"]
        if event["is"] == "Understood":
            source = event.get("source", "lexical")
            count += event.get("model_calls", 0)
            assert event.get("model_calls", 0) <= 1, where
        for action in entry["actions"]:
            assert not (action["is"] == "Request" and action["service"] in WRITES and source == "model"), (
                where
            )
    return count


def emergency(item: Any) -> bool:
    """Whether somebody says in this call what puts them through to the emergency line at once."""
    acts = [act for turn in item.data["turns"] for act in turn.get("actions", ())]
    return any(isinstance(act, dict) and act.get("transfer") == "emergency" for act in acts)


def to_a_person(entry: Any) -> bool:
    """The emergency line, or a person who took over because the lies made the talk fail before."""
    return any(action["is"] == "Transfer" for action in entry["actions"])
