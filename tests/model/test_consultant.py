"""One request a turn, the next model where none has worked, and never a wait beyond the deadline."""

from __future__ import annotations

import asyncio

import pytest

from engine.model.breaker import Breaker
from engine.model.consultant import Consultant, Progress
from tests.model.conftest import Asked, source
from tests.model.test_providers import CLOSED, DOWN, OPEN
from tests.peers.anthropic_peer import AnthropicPeer
from tests.peers.openai_peer import OpenAIPeer


def outcomes(consultant: Consultant, turn: int = 1, seconds: float = 2.0) -> list[tuple[str, str]]:
    found = consultant.begin("call", turn, CLOSED, seconds).end()
    return [(use.source, use.outcome) for use in found.uses]


@pytest.mark.parametrize("behaviour", ["rate_limited", "overloaded"])
def test_a_model_that_turns_a_request_away_is_followed_by_the_next(
    claude: AnthropicPeer, llama: OpenAIPeer, asked: Asked, behaviour: str
) -> None:
    claude.behaviour = behaviour
    consultant = asked(claude, llama)
    assert outcomes(consultant) == [("model1", "turned_away"), ("model2", "answered")]
    # It asked to be left alone for twenty seconds, and is.
    assert outcomes(consultant, 2) == [("model2", "answered")]
    assert len(claude.requests) == 1


def test_a_model_that_cannot_be_reached_is_followed_by_the_next(llama: OpenAIPeer, asked: Asked) -> None:
    assert outcomes(asked(DOWN, llama)) == [("model1", "unreachable"), ("model2", "answered")]


@pytest.mark.parametrize("behaviour", ["server_error", "refusal", "cut_off", "hang"])
def test_a_request_that_was_worked_on_is_not_put_again(
    claude: AnthropicPeer, llama: OpenAIPeer, asked: Asked, behaviour: str
) -> None:
    claude.behaviour = behaviour
    found = asked(claude, llama).begin("call", 1, CLOSED, 0.3).end()
    assert (found.text, found.calls, len(found.uses)) == (None, 1, 1)
    assert llama.requests == []


def test_after_three_failures_in_a_row_a_model_is_left_alone(
    claude: AnthropicPeer, llama: OpenAIPeer, asked: Asked
) -> None:
    claude.behaviour = "server_error"
    consultant = asked(claude, llama)
    for turn in (1, 2, 3):
        assert outcomes(consultant, turn) == [("model1", "broken")]
    assert outcomes(consultant, 4) == [("model2", "answered")]


def test_a_breaker_tries_once_after_its_rest_and_closes_with_the_first_success() -> None:
    breaker = Breaker()
    for _ in range(3):
        assert breaker.may_ask(100.0)
        breaker.failed(100.0)
    assert not breaker.may_ask(119.0)
    assert breaker.may_ask(121.0)
    assert not breaker.may_ask(121.0)
    breaker.failed(121.0)
    assert not breaker.may_ask(140.0)
    assert breaker.may_ask(142.0)
    breaker.left()
    assert breaker.may_ask(142.0)
    breaker.succeeded()
    assert breaker.may_ask(142.0)
    assert breaker.may_ask(142.0)


def test_a_provider_may_ask_for_a_rest_but_not_for_ever() -> None:
    breaker = Breaker()
    breaker.failed(0.0, 86_400.0)
    assert not breaker.may_ask(299.0)
    assert breaker.may_ask(301.0)


def test_the_same_words_of_a_turn_are_asked_once_however_early(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    guess = consultant.begin("call", 1, CLOSED, 5.0)
    assert guess.end().text is not None
    assert consultant.begin("call", 1, CLOSED, 5.0) is guess
    assert len(claude.requests) == 1


def test_a_guess_is_withdrawn_when_the_caller_goes_on(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    claude.behaviour = "slow_first_byte"
    guess = consultant.begin("call", 1, CLOSED, 5.0)
    claude.behaviour = "answer"
    real = consultant.begin("call", 1, OPEN, 5.0)
    assert guess.wait(1.0) is not None
    assert guess.end().text is None
    assert real.end().text is not None
    # Nobody can say that the provider failed.
    assert outcomes(consultant, 2) == [("model1", "answered")]


def test_a_call_that_is_over_waits_for_nothing(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    claude.behaviour = "hang"
    ticket = consultant.begin("call", 1, CLOSED, 5.0)
    consultant.over("call")
    consultant.over("another call")
    assert ticket.end().text is None


def test_what_was_whole_of_a_streamed_answer_survives_a_loop_that_is_stuck(
    claude: AnthropicPeer, asked: Asked
) -> None:
    progress = Progress(True, source=source(claude), pieces=["It is here. It", " is"])
    found = progress.given_up("late", 7)
    assert (found.text, found.calls) == ("It is here.", 1)
    assert (found.uses[0].source, found.uses[0].said, found.uses[0].latency_ms) == (
        "small",
        "It is here. It is",
        7,
    )
    assert Progress(False, pieces=["It is here."]).given_up("late", 7).text is None


async def test_an_event_loop_waits_for_the_same_ticket(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    claude.behaviour = "slow_first_byte"
    ticket = consultant.begin("call", 1, CLOSED, 5.0)
    assert await ticket.answer(0.01) is None
    found = await ticket.answer(4.0)
    assert found is not None
    assert found.uses[0].outcome == "answered"


async def test_an_event_loop_that_is_cancelled_stays_cancelled(claude: AnthropicPeer, asked: Asked) -> None:
    claude.behaviour = "hang"
    ticket = asked(claude).begin("call", 1, CLOSED, 5.0)
    waiting = asyncio.ensure_future(ticket.answer(4.0))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    ticket.withdraw()
    found = await ticket.answer(1.0)
    assert found is not None
    assert found.text is None


def test_a_loop_that_is_stuck_holds_up_nobody(claude: AnthropicPeer, asked: Asked) -> None:
    import threading
    import time

    consultant = asked(claude)
    free = threading.Event()
    consultant._loop._loop.call_soon_threadsafe(free.wait, 3.0)
    started = time.monotonic()
    found = consultant.begin("call", 1, CLOSED, 0.1).end()
    waited = time.monotonic() - started
    free.set()
    assert (found.text, found.uses[0].outcome) == (None, "late")
    assert waited < 2.0


def test_a_defect_of_ours_is_an_outcome_and_no_wait(
    claude: AnthropicPeer, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultant = asked(claude)
    monkeypatch.setattr(consultant, "_count", lambda _: 1 / 0)
    found = consultant.begin("call", 1, CLOSED, 2.0).end()
    assert (found.text, found.uses[-1].kind) == (None, "ZeroDivisionError")


async def test_a_defect_of_ours_is_an_outcome_for_an_event_loop_too(
    claude: AnthropicPeer, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultant = asked(claude)
    monkeypatch.setattr(consultant, "_count", lambda _: 1 / 0)
    ticket = consultant.begin("call", 1, CLOSED, 2.0)
    found = await ticket.answer(2.0)
    assert found is not None
    assert found.uses[-1].outcome == "broken"
    assert ticket.withdraw().text is None


def test_a_closed_loop_takes_no_question(claude: AnthropicPeer, asked: Asked) -> None:
    consultant = asked(claude)
    consultant.close()
    with pytest.raises(RuntimeError):
        consultant.begin("call", 1, CLOSED, 2.0)
