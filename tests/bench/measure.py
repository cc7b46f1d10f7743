"""One engine in one fresh process: `python -m tests.bench.measure MODULE turns|idle CALLS` prints JSON."""

from __future__ import annotations

import gc
import importlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.script import IDLE_AFTER, TURNS, check_booking, check_reply

WARM_CALLS = 10


def whole_call(engine: Any, number: int, spent: list[int]) -> int:
    """Plays the script once; CPU ns of every turn go into `spent`, those of opening the call come back."""
    before = time.process_time_ns()
    call = engine.open(number)
    opening = time.process_time_ns() - before
    for turn in TURNS:
        before = time.process_time_ns()
        reply = engine.turn(call, turn.say)
        spent.append(time.process_time_ns() - before)
        check_reply(turn, reply)
    check_booking(engine.booked(call))
    engine.close(call)
    return opening


def turns(engine: Any, calls: int) -> dict[str, float]:
    """CPU of a turn, over many calls one after the other."""
    engine.setup()
    engine.turn(engine.open(-1), TURNS[0].say)
    cold = time.process_time()
    for number in range(WARM_CALLS):
        whole_call(engine, number, [])
    spent: list[int] = []
    openings = [whole_call(engine, WARM_CALLS + number, spent) for number in range(calls)]
    hundredths = statistics.quantiles(spent, n=100)
    return {
        "turn_us": statistics.fmean(spent) / 1e3,
        "p50_us": hundredths[49] / 1e3,
        "p99_us": hundredths[98] / 1e3,
        "open_us": statistics.fmean(openings) / 1e3,
        "cold_s": cold,
    }


def resident_kb() -> float:
    """Memory of this process that is really in use."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


def idle(engine: Any, calls: int) -> dict[str, float]:
    """Memory of a call that waits for its caller, a few turns in, its history with it."""
    engine.setup()
    for number in range(WARM_CALLS):
        whole_call(engine, number, [])
    gc.collect()
    before = resident_kb()
    waiting = []
    for number in range(WARM_CALLS, WARM_CALLS + calls):
        call = engine.open(number)
        for turn in TURNS[:IDLE_AFTER]:
            check_reply(turn, engine.turn(call, turn.say))
        waiting.append(call)
    gc.collect()
    return {"idle_kb": (resident_kb() - before) / len(waiting), "loaded_mb": before / 1024}


def main() -> None:
    """What `run.py` starts, once for every figure."""
    module, what, calls = sys.argv[1:]
    engine = importlib.import_module(module)
    figures = {"turns": turns, "idle": idle}[what](engine, int(calls))
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
