"""A loop in which waiting takes no time, and working does."""

from __future__ import annotations

import asyncio
import time

from telephony.fast_loop import run_fast


async def waits() -> list[float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    order: list[float] = []

    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    await asyncio.gather(wait(300.0), wait(10.0), wait(60.0))
    return [*order, loop.time() - began]


def test_timers_ring_in_their_order_and_nobody_waits_for_them():
    began = time.monotonic()
    found = run_fast(waits(), frozen=True)
    assert found == [10.0, 60.0, 300.0, 300.0]
    assert time.monotonic() - began < 5.0


def test_a_thread_at_work_is_waited_for():
    def work() -> str:
        time.sleep(0.05)
        return "thread"

    async def works() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer = asyncio.create_task(asyncio.sleep(5.0))
        done = await loop.run_in_executor(None, work)
        assert not timer.done()
        passed = loop.time() - began
        timer.cancel()
        return done, passed

    assert run_fast(works(), frozen=True) == ("thread", 0.0)
    done, passed = run_fast(works())
    assert done == "thread"
    assert 0.04 < passed < 5.0
