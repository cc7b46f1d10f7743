"""`python -m tests.bench.model_faults`: every example call with a server of models in each of its bad ways.

The rules are made never to be sure, so that a model is asked wherever one may be. Prints for each way how many calls ended as
they are written, how many turns asked, and how long turns waited beyond their deadline (50 ms at most; the worst is the machine's when a plain wait is as late).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from threading import Event
from time import monotonic

from engine.asking import Asking
from engine.core.model_rules import ModelSource
from engine.model.consultant import Consultant, Line
from engine.model.loop import ModelLoop
from engine.model.sources import PROVIDERS
from engine.quality.examples import run_call
from tests.peers.anthropic_peer import KEY, AnthropicPeer
from tests.test_model_faults import ALL, site

BEYOND_MS = 50.0
DEADLINE_S = {"hang": 0.05, "stall": 0.05, "slow_first_byte": 0.05}
WAYS = ("answer", "refusal", "cut_off", "rate_limited", "overloaded", "server_error", "invalid_json", "drop", "hang",
        "slow_first_byte", "stall")  # fmt: skip


class Waits:
    """How long turns waited for a model, measured round the waiting itself."""

    def __init__(self) -> None:
        self.beyond_ms: list[float] = []
        self._begun: dict[int, float] = {}

    def watch(self) -> None:
        """Measure every wait from the moment the question was put."""
        begin, end, wait = Asking.__init__, Asking.end, Asking.wait
        waits = self

        def begun(asking: Asking, *args: object) -> None:
            begin(asking, *args)  # type: ignore[arg-type]
            waits._begun[id(asking)] = monotonic()

        def ended(asking: Asking, clock: Callable[[], object]) -> object:
            found = end(asking, clock)  # type: ignore[arg-type]
            waits._note(asking)
            return found

        def waited(asking: Asking, seconds: float, clock: Callable[[], object]) -> object:
            found = wait(asking, seconds, clock)  # type: ignore[arg-type]
            if found is not None:
                waits._note(asking)
            return found

        Asking.__init__, Asking.end, Asking.wait = begun, ended, waited  # type: ignore[method-assign,assignment]

    def _note(self, asking: Asking) -> None:
        spent = monotonic() - self._begun.pop(id(asking))
        self.beyond_ms.append((spent - asking._ticket.deadline_s) * 1000)


def restlessness() -> float:
    """How much longer than asked a plain wait takes at worst, which is the machine's doing and not ours."""
    worst = 0.0
    for _ in range(200):
        started = monotonic()
        Event().wait(0.05)
        worst = max(worst, monotonic() - started - 0.05)
    return worst * 1000


def main() -> int:
    """Play everything and print the table; 1 when a call ends otherwise or a turn waits too long."""
    os.environ["ANTHROPIC_API_KEY"] = KEY
    peer, waits, loop = AnthropicPeer(), Waits(), ModelLoop()
    waits.watch()
    source = ModelSource("small", "bench", "anthropic", "claude-haiku-5-5", peer.url)
    provider = PROVIDERS["anthropic"](source)
    peer.answer = lambda _: '{"commands": []}'
    missed = False
    print(
        f"{'the server':<18}{'calls':>7}{'as written':>12}{'asked':>8}{'beyond, ms: p50':>17}{'p99':>8}{'worst':>8}"
    )
    for way in WAYS:
        peer.behaviour, waits.beyond_ms = way, []
        good = 0
        for item in ALL:
            domain, understanding = site(item.data["site"], DEADLINE_S.get(way, 2.0))
            consultant = Consultant([Line(source, provider)], loop)
            failures = run_call(domain, item.data, item.where, understanding, None, consultant)
            good += not failures
        beyond = sorted(waits.beyond_ms) or [0.0]
        p99 = beyond[len(beyond) * 99 // 100]
        missed |= good < len(ALL) or p99 > BEYOND_MS
        figures = f"{beyond[len(beyond) // 2]:>17.1f}{p99:>8.1f}{beyond[-1]:>8.1f}"
        print(f"{way:<18}{len(ALL):>7}{good:>12}{len(beyond):>8}{figures}", flush=True)
    print(f"a plain wait of the same length, on this machine just now: worst {restlessness():.1f} ms beyond")
    peer.close()
    loop.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
