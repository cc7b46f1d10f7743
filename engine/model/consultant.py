"""One request a turn, to the first model that takes it, within a deadline: there always is an outcome.

Models are tried in their order. A request that no model has worked on moves on to the next one inside the
same deadline; one that was taken and failed does not, because a caller is waiting: what was understood
without a model counts then. Nothing is ever asked twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from time import monotonic

from engine.core.events import ModelUse
from engine.core.model_rules import ModelSource
from engine.model.breaker import Breaker
from engine.model.loop import ModelLoop
from engine.model.question import ModelError, Provider, Question, Reply

_MANY = 256
"""Tickets that are kept before those past their deadline are thrown away."""
_MILLION = 1_000_000
_EARLIER_S = 0.01
"""How many seconds before the deadline a request is broken off, so that whoever waits gets its outcome."""
ANSWERED, LATE, CANCELLED, BROKEN = "answered", "late", "cancelled", "broken"
_UNWORKED = frozenset({"turned_away", "unreachable"})


@dataclass(frozen=True, slots=True)
class Consulted:
    """How a question ended."""

    text: str | None
    """The answer, or the whole part of a streamed one that had come; None when there is none."""
    uses: tuple[ModelUse, ...] = ()
    """Every request that was made for it."""

    @property
    def calls(self) -> int:
        """How many requests a model worked on, or may have: at most one."""
        return sum(use.outcome not in _UNWORKED for use in self.uses)


@dataclass(slots=True)
class Line:
    """One configured model and how it has been doing."""

    source: ModelSource
    provider: Provider
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(slots=True)
class Progress:
    """How far a question has come; written on the loop, read by whoever gives up on it."""

    streamed: bool
    uses: list[ModelUse] = field(default_factory=list)
    """Requests that have ended."""
    source: ModelSource | None = None
    """Who is being asked now."""
    pieces: list[str] = field(default_factory=list)
    """What has come of the answer."""

    def given_up(self, outcome: str, latency_ms: int, kind: str = "") -> Consulted:
        """What it comes to when nobody waits any more."""
        if self.source is None and self.uses and not kind:
            return Consulted(None, tuple(self.uses))
        said = "".join(self.pieces)
        text = _whole(said) if self.streamed else ""
        name, model = (self.source.id, self.source.name) if self.source is not None else ("", "")
        use = ModelUse(name, model, outcome, said, kind, latency_ms)
        return Consulted(text or None, (*self.uses, use))


class Ticket:
    """A question under way."""

    __slots__ = ("_future", "_progress", "deadline_s", "key", "started")

    def __init__(self, key: str, future: Future[Consulted], progress: Progress, deadline_s: float) -> None:
        self.key = key
        self._future = future
        self._progress = progress
        self.deadline_s = deadline_s
        self.started = monotonic()

    @property
    def left_s(self) -> float:
        """Seconds until the deadline, never less than nought."""
        return max(0.0, self.started + self.deadline_s - monotonic())

    def wait(self, seconds: float) -> Consulted | None:
        """Block for so long at most; None when it is not answered yet."""
        try:
            return self._future.result(timeout=seconds)
        except FutureTimeoutError:
            return None
        except CancelledError:
            return self._progress.given_up(CANCELLED, _ms(self.started))
        except Exception as error:  # noqa: BLE001 - a defect of ours must not leave a caller waiting
            return self._broken(error)

    def end(self) -> Consulted:
        """Block until the deadline at most; what is not answered by then is withdrawn."""
        found = self.wait(self.left_s)
        return found if found is not None else self.withdraw()

    async def answer(self, seconds: float) -> Consulted | None:
        """The same for an event loop: wait for so long at most; None when it is not answered yet."""
        waiting = asyncio.shield(asyncio.wrap_future(self._future))
        try:
            return await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            if self._future.cancelled():
                return self._progress.given_up(CANCELLED, _ms(self.started))
            raise
        except Exception as error:  # noqa: BLE001 - a defect of ours must not leave a caller waiting
            return self._broken(error)

    def withdraw(self) -> Consulted:
        """Nobody waits for it any more."""
        found = self.wait(0.0) if self._future.done() else None
        if found is not None:
            return found
        outcome = CANCELLED if self.left_s > 0.0 else LATE
        self._future.cancel()
        return self._progress.given_up(outcome, _ms(self.started))

    def _broken(self, error: Exception) -> Consulted:
        return self._progress.given_up(BROKEN, _ms(self.started), type(error).__name__)


class Consultant:
    """Asks the configured models on behalf of any number of calls."""

    def __init__(self, lines: Sequence[Line], loop: ModelLoop | None = None) -> None:
        self._lines = tuple(lines)
        self._loop = loop or ModelLoop()
        self._under_way: dict[str, Ticket] = {}
        self._lock = threading.Lock()
        self.totals: dict[str, float] = {}
        """Requests by outcome, tokens and cost since the start, for metrics."""

    def begin(self, call: str, turn: int, question: Question, deadline_s: float) -> Ticket:
        """Ask; the same question of the same turn is joined, another one of the call is withdrawn.

        So a guess at words that are still being spoken can be asked early: it is there when they turn out to
        be the caller's last, and gone when the caller goes on.
        """
        key = f"{turn} {question.job} {question.user}"
        with self._lock:
            before = self._under_way.pop(call, None)
            if before is not None and before.key == key and before.left_s > 0.0:
                self._under_way[call] = before
                return before
            if before is not None:
                before.withdraw()
            if len(self._under_way) > _MANY:
                self._under_way = {name: item for name, item in self._under_way.items() if item.left_s > 0.0}
            progress = Progress(question.streamed)
            future = self._loop.begin(self._ask(question, deadline_s, progress))
            ticket = self._under_way[call] = Ticket(key, future, progress, deadline_s)
        return ticket

    def over(self, call: str) -> None:
        """A call is over: what was asked for it is withdrawn."""
        with self._lock:
            ticket = self._under_way.pop(call, None)
        if ticket is not None:
            ticket.withdraw()

    async def _ask(self, question: Question, deadline_s: float, progress: Progress) -> Consulted:
        ends = monotonic() + deadline_s - _EARLIER_S
        for line in self._lines:
            now = monotonic()
            if now >= ends:
                break
            if not line.breaker.may_ask(now):
                continue
            progress.source, progress.pieces = line.source, []
            text, use = await _one(line, question, ends - now, progress.pieces)
            progress.source, progress.pieces = None, []
            progress.uses.append(use)
            self._count(use)
            if use.outcome not in _UNWORKED:
                return Consulted(text, tuple(progress.uses))
        return Consulted(None, tuple(progress.uses))

    def _count(self, use: ModelUse) -> None:
        for name, amount in (
            (use.outcome, 1.0), ("input_tokens", use.input_tokens), ("cached_tokens", use.cached_tokens),
            ("output_tokens", use.output_tokens), ("cost", use.cost),
        ):  # fmt: skip
            self.totals[name] = self.totals.get(name, 0.0) + amount

    def close(self) -> None:
        """Withdraw everything and give back the connections."""
        if self._loop.is_closed:
            return
        for line in self._lines:
            self._loop.begin(line.provider.close()).result(timeout=1.0)
        self._loop.close()


async def _one(
    line: Line, question: Question, seconds: float, pieces: list[str]
) -> tuple[str | None, ModelUse]:
    """One request to one model, and what it came to; what comes of the answer is added to `pieces`."""
    started = monotonic()
    reply: Reply = Reply("")
    outcome, kind, rest = ANSWERED, "", 0.0
    try:
        async with asyncio.timeout(seconds):
            reply = await line.provider.ask(question, pieces.append)
    except TimeoutError:
        outcome, reply = LATE, Reply("".join(pieces))
    except asyncio.CancelledError:
        line.breaker.left()
        raise
    except ModelError as error:
        outcome, kind, rest = error.outcome, error.kind, error.retry_after_s
        reply = error.reply if error.reply.text else Reply("".join(pieces))
    except Exception as error:  # noqa: BLE001 - a library's own failure is an outcome like any other
        outcome, kind = BROKEN, type(error).__name__
    if outcome in {ANSWERED, "refusal", "cut_off"}:
        line.breaker.succeeded()
    else:
        line.breaker.failed(monotonic(), rest)
    text = reply.text if outcome == ANSWERED else (_whole(reply.text) if question.streamed else None)
    if outcome == "refusal":
        text = None
    return text or None, _use(line.source, outcome, kind, reply, _ms(started))


def _whole(text: str) -> str:
    """The sentences of an answer that had come to their end."""
    return text[: max(text.rfind(mark) for mark in ".!?") + 1]


def _use(source: ModelSource, outcome: str, kind: str, reply: Reply, latency_ms: int) -> ModelUse:
    fresh = max(0, reply.input_tokens - reply.cached_tokens)
    counted = {"input": fresh, "cached": reply.cached_tokens, "output": reply.output_tokens}
    return ModelUse(
        source.id, source.name, outcome, reply.text, kind, latency_ms, reply.input_tokens,
        reply.cached_tokens, reply.output_tokens, _cost(source.price, counted),
    )  # fmt: skip


def _cost(price: Mapping[str, float], counted: Mapping[str, int]) -> float:
    return round(sum(price.get(kind, 0.0) * tokens for kind, tokens in counted.items()) / _MILLION, 8)


def _ms(since: float) -> int:
    return round((monotonic() - since) * 1000)
